import type Telnyx from 'telnyx';
import { APIError } from 'telnyx';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  findNumber,
  openReceiver,
  openSandbox,
  type Receiver,
  subscribeToOrders,
  type TestSandbox,
  telnyxClient,
} from '../../testkit.ts';

let sandbox: TestSandbox;
let client: Telnyx;
let receiver: Receiver;

beforeEach(async () => {
  sandbox = await openSandbox();
  client = telnyxClient(sandbox);
  receiver = await openReceiver();
  await subscribeToOrders(client, receiver.url);
});

afterEach(async () => {
  await receiver.close();
  await sandbox.dispose();
});

const order = async (endsWith?: string, country = 'US') => {
  const phoneNumber = await findNumber(client, country, endsWith);
  const answer = await client.numberOrders.create({
    phone_numbers: [{ phone_number: phoneNumber }],
    customer_reference: 'REF-1',
  });
  return { phoneNumber, id: answer.data?.id ?? '', status: answer.data?.status };
};

const refusal = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(APIError);
  const { status, error: body } = error as APIError;
  return { status, code: (body as { errors: { code: string }[] }).errors[0]?.code };
};

describe('an order', () => {
  test('is pending, then succeeds, and a signed webhook says so', async () => {
    const { id, phoneNumber, status } = await order();
    expect(status).toBe('pending');
    await sandbox.admin('POST', 'advance', {});
    const [webhook] = await receiver.wait(1);
    const event = await client.webhooks.unwrap(webhook?.body ?? '', {
      headers: webhook?.headers as Record<string, string>,
    });
    const { data } = event as { data?: unknown };
    expect(data).toMatchObject({
      event_type: 'number_order.complete',
      payload: { id, status: 'success' },
    });
    const owned = await client.phoneNumbers.list({ filter: { phone_number: phoneNumber } });
    expect(owned.data).toMatchObject([
      { phone_number: phoneNumber, status: 'active', country_iso_alpha2: 'US' },
    ]);
  });

  test('is found again by our reference, and by no other', async () => {
    const { id } = await order();
    const found = await client.numberOrders.list({ filter: { customer_reference: 'REF-1' } });
    expect(found.data?.map((entry) => entry.id)).toEqual([id]);
    const none = await client.numberOrders.list({ filter: { customer_reference: 'REF-2' } });
    expect(none.data).toEqual([]);
  });

  test('takes the money at once and gives it back when it fails', async () => {
    const { id } = await order();
    expect((await client.balance.retrieve()).data?.balance).toBe('998.00');
    await sandbox.admin('POST', `orders/${id}/fail`, {});
    expect((await client.balance.retrieve()).data?.balance).toBe('1000.00');
    expect((await client.numberOrders.retrieve(id)).data?.status).toBe('failure');
  });

  test('of a number that was never searched is refused', async () => {
    const work = client.numberOrders.create({ phone_numbers: [{ phone_number: '+14155550111' }] });
    expect(await refusal(work)).toEqual({ status: 422, code: '85000' });
  });

  test('of a number that is ordered already is refused', async () => {
    const { phoneNumber } = await order();
    const again = client.numberOrders.create({ phone_numbers: [{ phone_number: phoneNumber }] });
    expect(await refusal(again)).toEqual({ status: 422, code: '85001' });
  });

  test('without a valid key is refused', async () => {
    const stranger = telnyxClient({ ...sandbox, telnyx: { ...sandbox.telnyx, apiKey: 'KEYwrong' } });
    expect(await refusal(stranger.balance.retrieve())).toEqual({ status: 401, code: '10009' });
  });

  test('of one account is not seen by another', async () => {
    const { id } = await order();
    const { apiKey } = await sandbox.admin<{ apiKey: string }>('POST', 'accounts', { provider: 'telnyx' });
    const other = telnyxClient({ ...sandbox, telnyx: { ...sandbox.telnyx, apiKey } });
    expect(await refusal(other.numberOrders.retrieve(id))).toEqual({ status: 404, code: '10005' });
  });

  test('can be cancelled while it waits, which frees the number', async () => {
    const { id, phoneNumber } = await order(undefined, 'FR');
    const [subOrder] = (await client.subNumberOrders.list({ filter: { order_request_id: id } })).data ?? [];
    await client.subNumberOrders.cancel(subOrder?.id ?? '');
    expect((await client.numberOrders.retrieve(id)).data?.status).toBe('failure');
    expect(await findNumber(client, 'FR')).toBe(phoneNumber);
  });

  test('survives a restart: keys, orders and the waiting review are still there', async () => {
    const { id } = await order();
    const { apiKey } = sandbox.telnyx;
    sandbox = await sandbox.restart();
    expect(sandbox.telnyx.apiKey).toBe(apiKey);
    client = telnyxClient(sandbox);
    expect((await client.numberOrders.retrieve(id)).data?.status).toBe('pending');
    await sandbox.admin('POST', 'advance', {});
    expect((await client.numberOrders.retrieve(id)).data?.status).toBe('success');
    await receiver.wait(1);
  });
});

describe('a webhook', () => {
  test('that is refused is tried again with the next attempt number', async () => {
    receiver.answerWith(500, 503);
    await order();
    await sandbox.admin('POST', 'advance', { webhooks: true });
    const received = await receiver.wait(3);
    expect(received.map(({ body }) => JSON.parse(body).meta.attempt)).toEqual([1, 2, 3]);
    const [delivery] =
      (await client.webhookDeliveries.list({ filter: { status: { eq: 'delivered' } } })).data ?? [];
    expect(delivery?.attempts?.map((attempt) => attempt.status)).toEqual(['failed', 'failed', 'delivered']);
  });

  test('can be replayed with the same event id', async () => {
    await order();
    await sandbox.admin('POST', 'advance', {});
    await receiver.wait(1);
    const { items } = await sandbox.admin<{ items: { id: string }[] }>('GET', 'deliveries');
    await sandbox.admin('POST', `webhooks/${items[0]?.id}/replay`, {});
    const [first, second] = await receiver.wait(2);
    expect(JSON.parse(second?.body ?? '').data.id).toBe(JSON.parse(first?.body ?? '').data.id);
  });
});

describe('a sentinel', () => {
  test('9001: the number was taken meanwhile', async () => {
    expect(await refusal(order('9001'))).toEqual({ status: 422, code: '85001' });
  });

  test('9002: insufficient funds', async () => {
    expect(await refusal(order('9002'))).toEqual({ status: 402, code: '20100' });
  });

  test('9003: too many requests once, with the time to wait, then it works', async () => {
    const phoneNumber = await findNumber(client, 'US', '9003');
    const create = () => client.numberOrders.create({ phone_numbers: [{ phone_number: phoneNumber }] });
    const error = (await create().catch((reason: unknown) => reason)) as APIError;
    expect(error.status).toBe(429);
    expect(error.headers?.get('x-ratelimit-reset')).toBe('1');
    expect((await create()).data?.status).toBe('pending');
  });

  test('9004: the order is placed although the answer is 500', async () => {
    expect((await refusal(order('9004'))).status).toBe(500);
    const found = await client.numberOrders.list({ filter: { customer_reference: 'REF-1' } });
    expect(found.data).toHaveLength(1);
  });

  test('9005: the order is placed but the answer never comes', async () => {
    const phoneNumber = await findNumber(client, 'US', '9005');
    const hurried = telnyxClient(sandbox, { timeout: 300 });
    const work = hurried.numberOrders.create({
      phone_numbers: [{ phone_number: phoneNumber }],
      customer_reference: 'REF-1',
    });
    await expect(work).rejects.toThrow(/timed out/i);
    const found = await client.numberOrders.list({ filter: { customer_reference: 'REF-1' } });
    expect(found.data).toHaveLength(1);
  });

  test('9006: the order fails later', async () => {
    const { id } = await order('9006');
    await sandbox.admin('POST', 'advance', {});
    const [webhook] = await receiver.wait(1);
    expect(JSON.parse(webhook?.body ?? '').data).toMatchObject({
      event_type: 'number_order.complete',
      payload: { id, status: 'failure' },
    });
  });

  test('9007: the webhook comes three times with one event id', async () => {
    await order('9007');
    await sandbox.admin('POST', 'advance', {});
    const received = await receiver.wait(3);
    expect(new Set(received.map(({ body }) => JSON.parse(body).data.id)).size).toBe(1);
  });

  test('9008: the webhook is late', async () => {
    await order('9008');
    await sandbox.admin('POST', 'advance', {});
    expect(receiver.received).toEqual([]);
    const { waiting } = await sandbox.admin<{ waiting: { kind: string }[] }>('GET', 'state');
    expect(waiting.map((task) => task.kind)).toEqual(['webhook.attempt']);
    await sandbox.admin('POST', 'advance', { webhooks: true });
    await receiver.wait(1);
  });

  test('9009: an older event comes after the final one', async () => {
    await order('9009');
    await sandbox.admin('POST', 'advance', {});
    await receiver.wait(1);
    await sandbox.admin('POST', 'advance', { webhooks: true });
    const events = (await receiver.wait(2)).map(({ body }) => JSON.parse(body).data);
    expect(events.map((event) => event.payload.status)).toEqual(['success', 'pending']);
    expect(events[1].occurred_at < events[0].occurred_at).toBe(true);
  });

  test('9010: the webhook never comes, though the order succeeds', async () => {
    const { id } = await order('9010');
    await sandbox.admin('POST', 'advance', { webhooks: true });
    expect((await client.numberOrders.retrieve(id)).data?.status).toBe('success');
    expect(receiver.received).toEqual([]);
    const { items } = await sandbox.admin<{ items: { status: string }[] }>('GET', 'deliveries');
    expect(items.map((delivery) => delivery.status)).toEqual(['lost']);
  });

  test('9011: the webhook is badly signed', async () => {
    await order('9011');
    await sandbox.admin('POST', 'advance', {});
    const [webhook] = await receiver.wait(1);
    const unwrap = client.webhooks.unwrap(webhook?.body ?? '', {
      headers: webhook?.headers as Record<string, string>,
    });
    await expect(unwrap).rejects.toThrow(/does not match/i);
  });

  test('9013: the order stays pending until told', async () => {
    const { id } = await order('9013');
    await sandbox.admin('POST', 'advance', {});
    expect((await client.numberOrders.retrieve(id)).data?.status).toBe('pending');
    await sandbox.admin('POST', `orders/${id}/complete`, {});
    expect((await client.numberOrders.retrieve(id)).data?.status).toBe('success');
  });
});

describe('a knob', () => {
  test('strikes the requests it fits, as often as it says', async () => {
    await sandbox.admin('PUT', 'faults', {
      kind: 'error_before',
      match: { method: 'GET', path: '/v2/balance' },
      times: 2,
    });
    expect((await refusal(client.balance.retrieve())).status).toBe(500);
    expect((await refusal(client.balance.retrieve())).status).toBe(500);
    expect((await client.balance.retrieve()).data?.balance).toBe('1000.00');
  });
});
