import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSandbox, type TestSandbox } from '../../../sandbox/testkit.ts';
import { manualClock } from '../../kernel/clock.ts';
import { portDeps, START_MS } from './fixture.ts';
import type { ProviderPort } from './port.ts';
import { createTelnyxPort } from './telnyx/index.ts';
import { createTwilioPort } from './twilio/index.ts';

let sandbox: TestSandbox;
const ports = {} as Record<'telnyx' | 'twilio', ProviderPort>;
const pausesMs: number[] = [];

beforeAll(async () => {
  sandbox = await openSandbox();
  // Time-outs are waited for here, so they are short.
  const deps = { ...portDeps({ clock: manualClock(START_MS) }, pausesMs), timeoutMs: 300 };
  const { telnyx, twilio } = sandbox;
  ports.telnyx = createTelnyxPort({ accountId: null, connectionId: null, ...telnyx }, deps);
  ports.twilio = createTwilioPort({ accountId: null, voiceUrl: null, statusUrl: null, ...twilio }, deps);
});
afterAll(() => sandbox.dispose());
beforeEach(() => {
  pausesMs.length = 0;
});

const fault = (kind: string, match: object, times = 1) =>
  sandbox.admin('PUT', 'faults', { kind, match, times });

async function anyNumber(port: ProviderPort): Promise<string> {
  const [number] = await port.searchNumbers({ country: 'US', type: 'local', limit: 1 });
  return number!.phoneNumber;
}

const order = (phoneNumber: string, reference: string) => ({
  ...{ phoneNumber, reference, country: 'US', type: 'local' as const },
  ...{ groupId: null, connectionId: null, messagingProfileId: null },
});

describe.each(['telnyx', 'twilio'] as const)('on a bad day, %s', (provider) => {
  const orders =
    provider === 'telnyx' ? '/v2/number_orders' : '/2010-04-01/Accounts/*/IncomingPhoneNumbers.json';
  const reads = provider === 'telnyx' ? '/v2/balance' : '*/Balance.json';

  it('limits our requests, and is asked again when it said', async () => {
    await fault('rate_limit', { provider, path: reads }, 2);
    expect(await ports[provider].balance()).toMatchObject({ currency: 'USD' });
    expect(pausesMs).toEqual([1000, 1000]);
  });

  it('limits an order, which was not taken in, so it is sent again', async () => {
    const phoneNumber = await anyNumber(ports[provider]);
    await fault('rate_limit', { provider, method: 'POST', path: orders });
    expect(await ports[provider].placeOrder(order(phoneNumber, 'limited'))).toMatchObject({ phoneNumber });
    expect(pausesMs).toEqual([1000]);
  });

  it('fails at a read, and is asked again', async () => {
    await fault('error_before', { provider, path: reads }, 2);
    await fault('timeout_before', { provider, path: reads });
    expect(await ports[provider].balance()).toMatchObject({ currency: 'USD' });
    expect(pausesMs).toEqual([225, 450, 900]);
  });

  it('fails after it took an order: the outcome is unknown, the order is not repeated, and it is found', async () => {
    const port = ports[provider];
    for (const [kind, code] of [
      ['error_after', 'provider_error'],
      ['timeout_after', 'provider_timeout'],
    ] as const) {
      const phoneNumber = await anyNumber(port);
      await fault(kind, { provider, method: 'POST', path: orders });
      await expect(port.placeOrder(order(phoneNumber, kind))).rejects.toMatchObject({ code });
      expect(pausesMs).toEqual([]);
      expect(await port.findOrder({ phoneNumber, reference: kind })).toMatchObject({ phoneNumber });
    }
  });

  it('fails before it took an order: nothing is found', async () => {
    const port = ports[provider];
    const phoneNumber = await anyNumber(port);
    await fault('error_before', { provider, method: 'POST', path: orders });
    await expect(port.placeOrder(order(phoneNumber, 'before'))).rejects.toMatchObject({
      code: 'provider_error',
    });
    expect(await port.findOrder({ phoneNumber, reference: 'before' })).toBeNull();
  });

  it('has sold the number to somebody else, or wants money first', async () => {
    const port = ports[provider];
    const phoneNumber = await anyNumber(port);
    await fault('taken', { provider, method: 'POST', path: orders });
    await expect(port.placeOrder(order(phoneNumber, 'taken'))).rejects.toMatchObject({
      code: 'number_not_available',
      details: { provider, providerMessage: expect.any(String), status: expect.any(Number) },
    });
    await fault('insufficient_funds', { provider, method: 'POST', path: orders });
    await expect(port.placeOrder(order(phoneNumber, 'poor'))).rejects.toMatchObject({
      code: 'insufficient_funds',
    });
  });
});

it('Telnyx gives up an order later, and says so', async () => {
  const phoneNumber = await anyNumber(ports.telnyx);
  const { orderId } = await ports.telnyx.placeOrder(order(phoneNumber, 'fails'));
  await sandbox.admin('POST', `orders/${orderId}/fail`, {});
  expect(await ports.telnyx.getOrder(orderId, phoneNumber)).toMatchObject({
    status: 'error',
    numberId: null,
    reason: expect.any(String),
  });
});

it('both say why they refused paperwork', async () => {
  const zone = { country: 'FR', type: 'local' as const };
  const group = await ports.telnyx.createGroup({ ...zone, reference: 'declined', email: 'a@example.test' });
  await sandbox.admin('POST', `requirement-groups/${group.id}/decline`, {
    reason: 'The extract is older than three months.',
  });
  expect(await ports.telnyx.getGroup(group.id)).toMatchObject({
    status: 'rejected',
    reasons: [expect.stringContaining('older than three months')],
  });
});
