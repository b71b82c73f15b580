import { createHmac, timingSafeEqual } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { sql } from '../../server/kernel/db/index.ts';
import { sendNews } from '../../server/modules/insights/webhooks.ts';
import { makeCall } from '../harness/call-rows.ts';
import { eventually } from '../harness/eventually.ts';
import { type Received, type Receiver, startReceiver } from '../harness/receiver.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// News for a company's own programs, as a receiver that trusts nobody sees them.

let relais: TestRelais;
let receiver: Receiver;
beforeAll(async () => {
  relais = await startRelais({ config: { OUTGOING_ALLOW_PRIVATE: true } });
  receiver = await startReceiver();
});
beforeEach(() => {
  receiver.received.length = 0;
  receiver.react(() => ({ status: 204 }));
});
afterAll(async () => {
  await receiver?.close();
  await relais?.stop();
});

/** Standard Webhooks: HMAC-SHA-256 over id, timestamp and body; any of the signatures may be ours. */
function isSigned({ headers, body }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body.toString()}`;
  const expected = createHmac('sha256', key).update(signed).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .some((each) => {
      const [version, signature = ''] = each.split(',');
      const given = Buffer.from(signature, 'base64');
      return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
    });
}

async function endpoint(events: string[], path = '/hook') {
  const { body } = await relais.api.post('/api/webhook-endpoints', { url: `${receiver.url}${path}`, events });
  return { id: body.webhook.id as string, secret: body.secret as string, webhook: body.webhook };
}

const arrived = (count = 1) =>
  eventually(async () => {
    await sendNews(relais.kernel);
    expect(receiver.received.length).toBeGreaterThanOrEqual(count);
    return receiver.received;
  });
const bodyOf = (one: Received) => JSON.parse(one.body.toString());
const deliveries = async (id: string) =>
  (await relais.api.get(`/api/webhook-endpoints/${id}/deliveries`)).body.deliveries;

async function endCall(callId: string) {
  await transact(systemCtx(relais.kernel, relais.companyId, 'test'), (tx) =>
    sql`update calls set status = 'COMPLETED', ended_at = now(), duration_seconds = 61 where id = ${callId}`.execute(
      tx,
    ),
  );
}

describe('a program that wants to know', () => {
  it('is told once of what happened, signed, and of nothing else', async () => {
    const hook = await endpoint(['call.ended', 'message.received']);
    const { callId } = await makeCall(relais, { status: 'IN_PROGRESS' });
    await endCall(callId);
    await endCall(callId);
    const [one] = await arrived();
    expect(isSigned(one!, hook.secret)).toBe(true);
    expect(isSigned(one!, `whsec_${Buffer.from('another').toString('base64')}`)).toBe(false);
    expect(bodyOf(one!)).toMatchObject({
      type: 'call.ended',
      data: { callId, status: 'COMPLETED', durationSeconds: 61, direction: 'INBOUND' },
    });
    await eventually(async () => expect((await deliveries(hook.id))[0].state).toBe('delivered'));
    expect(await deliveries(hook.id)).toHaveLength(1);
    await relais.api.delete(`/api/webhook-endpoints/${hook.id}`);
  });

  it('hears nothing of another company', async () => {
    const hook = await endpoint(['call.ended']);
    const other = await relais.addCompany('Voisine SARL');
    const { callId } = await makeCall(
      { kernel: relais.kernel, companyId: other.companyId },
      { status: 'IN_PROGRESS' },
    );
    await transact(systemCtx(relais.kernel, other.companyId, 'test'), (tx) =>
      sql`update calls set status = 'COMPLETED', ended_at = now() where id = ${callId}`.execute(tx),
    );
    await sendNews(relais.kernel);
    expect(await deliveries(hook.id)).toEqual([]);
    expect(await other.api.get(`/api/webhook-endpoints/${hook.id}/deliveries`)).toMatchObject({
      status: 404,
    });
    await relais.api.delete(`/api/webhook-endpoints/${hook.id}`);
  });

  it('is not told of what was undone', async () => {
    const hook = await endpoint(['call.ended']);
    const { callId } = await makeCall(relais, { status: 'IN_PROGRESS' });
    const undone = transact(systemCtx(relais.kernel, relais.companyId, 'test'), async (tx) => {
      await sql`update calls set status = 'COMPLETED', ended_at = now() where id = ${callId}`.execute(tx);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await sendNews(relais.kernel);
    expect(await deliveries(hook.id)).toEqual([]);
    await relais.api.delete(`/api/webhook-endpoints/${hook.id}`);
  });

  it('changes its secret without missing anything', async () => {
    const hook = await endpoint(['call.ended']);
    const { secret } = (await relais.api.post(`/api/webhook-endpoints/${hook.id}/rotate`, {})).body;
    expect(secret).not.toBe(hook.secret);
    await relais.api.post(`/api/webhook-endpoints/${hook.id}/test`, {});
    const [one] = await arrived();
    expect([isSigned(one!, hook.secret), isSigned(one!, secret)]).toEqual([true, true]);
    const [{ formerSecretUntil }] = (await relais.api.get('/api/webhook-endpoints')).body.webhooks;
    expect(new Date(formerSecretUntil).getTime()).toBeGreaterThan(Date.parse('2026-01-01'));
    await relais.api.delete(`/api/webhook-endpoints/${hook.id}`);
  });

  it('asks for a piece of news again, and knows it by its id', async () => {
    const hook = await endpoint(['call.ended']);
    receiver.react(() => ({ status: 410 }));
    const { deliveryId } = (await relais.api.post(`/api/webhook-endpoints/${hook.id}/test`, {})).body;
    await eventually(async () => expect((await deliveries(hook.id))[0].state).toBe('failed'));
    const [gone] = (await relais.api.get('/api/webhook-endpoints')).body.webhooks;
    expect(gone).toMatchObject({ enabled: false, disabledReason: 'gone' });

    receiver.react(() => ({ status: 200 }));
    await relais.api.patch(`/api/webhook-endpoints/${hook.id}`, { enabled: true });
    const again = await relais.api.post(
      `/api/webhook-endpoints/${hook.id}/deliveries/${deliveryId}/replay`,
      {},
    );
    expect(again.status).toBe(202);
    await eventually(async () => expect((await deliveries(hook.id))[0].state).toBe('delivered'));
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([deliveryId, deliveryId]);
    await relais.api.delete(`/api/webhook-endpoints/${hook.id}`);
  });

  it('that is switched off gets nothing', async () => {
    const hook = await endpoint(['call.ended']);
    const off = await relais.api.patch(`/api/webhook-endpoints/${hook.id}`, { enabled: false });
    expect(off.body.webhook).toMatchObject({ enabled: false, disabledReason: 'person' });
    const { callId } = await makeCall(relais, { status: 'IN_PROGRESS' });
    await endCall(callId);
    await sendNews(relais.kernel);
    expect(await deliveries(hook.id)).toEqual([]);
    await relais.api.delete(`/api/webhook-endpoints/${hook.id}`);
  });
});

describe('an address', () => {
  let strict: TestRelais;
  beforeAll(async () => {
    strict = await startRelais();
  });
  afterAll(() => strict?.stop());

  for (const url of [
    'http://example.com/hook',
    'https://127.0.0.1/hook',
    'https://169.254.169.254/',
    'https://user:pass@example.com/',
    'file:///etc/passwd',
    'nonsense',
  ])
    it(`is refused: ${url}`, async () => {
      const answer = await strict.api.post('/api/webhook-endpoints', { url, events: ['call.ended'] });
      expect(answer).toMatchObject({ status: 400, body: { code: 'outgoing_address_refused' } });
    });

  it('with no event, or one that there is not, is refused', async () => {
    for (const events of [[], ['call.exploded']])
      expect(
        await strict.api.post('/api/webhook-endpoints', { url: 'https://example.com/', events }),
      ).toMatchObject({ status: 400 });
  });
});
