import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findNumber, openSandbox, type TestSandbox, telnyxClient, twilioClient } from '../testkit.ts';

let sandbox: TestSandbox;

beforeEach(async () => {
  sandbox = await openSandbox();
});

afterEach(() => sandbox.dispose());

const call = (path: string, init: RequestInit = {}) => fetch(`${sandbox.url}/sandbox/api/${path}`, init);

describe('recorded requests', () => {
  test('are complete, without the key, and are read on from a cursor', async () => {
    const client = telnyxClient(sandbox);
    await client.balance.retrieve();
    type Page = { items: Record<string, unknown>[]; next: number };
    const first = await sandbox.admin<Page>('GET', 'requests?after=0');
    expect(first.items).toMatchObject([
      {
        provider: 'telnyx',
        method: 'GET',
        url: '/v2/balance',
        response: { status: 200, body: { data: { balance: '1000.00' } } },
      },
    ]);
    expect(JSON.stringify(first.items)).not.toContain(sandbox.telnyx.apiKey);
    await twilioClient(sandbox).balance.fetch();
    const second = await sandbox.admin<Page>('GET', `requests?after=${first.next}`);
    expect(second.items).toMatchObject([{ provider: 'twilio', origHost: 'api.twilio.com' }]);
  });

  test('wake a page that waits for news', async () => {
    const { version } = await sandbox.admin<{ version: number }>('GET', 'changes?after=0');
    const waiting = sandbox.admin<{ version: number }>('GET', `changes?after=${version}&waitMs=20000`);
    await telnyxClient(sandbox).balance.retrieve();
    expect((await waiting).version).toBeGreaterThan(version);
  });
});

describe('accounts', () => {
  test('have keys and a balance of their own', async () => {
    const { id, apiKey } = await sandbox.admin<{ id: string; apiKey: string }>('POST', 'accounts', {
      provider: 'telnyx',
      balance: '1.50',
    });
    const other = telnyxClient({ ...sandbox, telnyx: { ...sandbox.telnyx, apiKey } });
    const phone_number = await findNumber(other, 'US');
    const order = () => other.numberOrders.create({ phone_numbers: [{ phone_number }] });
    await expect(order()).rejects.toMatchObject({ status: 402 });
    await sandbox.admin('PUT', `accounts/${id}`, { balance: '2.00' });
    expect((await order()).data?.status).toBe('pending');
    expect((await telnyxClient(sandbox).balance.retrieve()).data?.balance).toBe('1000.00');
  });

  test('keep their keys when everything else is forgotten', async () => {
    const client = telnyxClient(sandbox);
    await client.numberOrders.create({ phone_numbers: [{ phone_number: await findNumber(client, 'US') }] });
    await sandbox.admin('POST', 'reset', {});
    expect((await client.numberOrders.list()).data).toEqual([]);
    expect((await client.balance.retrieve()).data?.balance).toBe('1000.00');
  });
});

describe('a bad request', () => {
  test.each([
    ['PUT', 'faults', '{"kind":"earthquake"}', 400],
    ['PUT', 'faults', 'not json', 400],
    ['POST', 'orders/unknown/complete', '{}', 404],
    ['POST', 'webhooks/unknown/replay', '{}', 404],
    ['POST', 'accounts', '{"provider":"orange"}', 400],
    ['GET', 'requests?limit=lots', undefined, 400],
    ['GET', 'inventory?country=FRANCE', undefined, 400],
  ])('%s %s gets a clear answer', async (method, path, body, status) => {
    const response = await call(path, { method, ...(body === undefined ? {} : { body }) });
    expect(response.status).toBe(status);
    expect((await response.json()) as { error: string }).toMatchObject({ error: expect.any(String) });
  });

  test('of another web page is refused', async () => {
    expect(
      (await call('reset', { method: 'POST', headers: { origin: 'https://evil.example' } })).status,
    ).toBe(403);
  });

  test('without the admin token is refused when one is set', async () => {
    const closed = await openSandbox({ adminToken: 'secret-token' });
    const state = `${closed.url}/sandbox/api/state`;
    expect((await fetch(state)).status).toBe(401);
    expect((await fetch(state, { headers: { authorization: 'Bearer secret-token' } })).status).toBe(200);
    await closed.dispose();
  });
});

describe('the providers’ side', () => {
  const post = (path: string, body: string, contentType = 'application/json') => {
    const headers = { authorization: `Bearer ${sandbox.telnyx.apiKey}`, 'content-type': contentType };
    return fetch(`${sandbox.telnyx.baseUrl}/${path}`, { method: 'POST', headers, body });
  };

  test.each([
    ['number_orders', '{', 400],
    ['number_orders', '[]', 400],
    ['number_orders', '{"phone_numbers":[{"phone_number":"0612345678"}]}', 422],
    ['requirement_groups', '{"country_code":"France","phone_number_type":"local","action":"ordering"}', 422],
    ['documents', '{"file":"%%%","filename":"a.pdf"}', 422],
    ['nowhere', '{}', 404],
  ])('answers %s with body %s in its own shape', async (path, body, status) => {
    const response = await post(path, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      errors: [{ code: expect.any(String), title: expect.any(String) }],
    });
  });

  test('refuses a body that is too large', async () => {
    const response = await post('documents', 'x'.repeat(33 * 1024 * 1024));
    expect(response.status).toBe(413);
  });
});
