import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { deliverOutgoing } from '../../server/kernel/outgoing.ts';
import { checkAlerts, checkTimedAlerts } from '../../server/modules/calls/alerts.ts';
import { noteQuality, planQuality } from '../../server/modules/calls/quality.ts';
import { issueApiKey } from '../../server/modules/identity/index.ts';
import { makeCall } from '../harness/call-rows.ts';
import { createClient } from '../harness/client.ts';
import { eventually } from '../harness/eventually.ts';
import { join, signedIn } from '../harness/people.ts';
import type { Person } from '../harness/person.ts';
import { type Received, type Receiver, startReceiver } from '../harness/receiver.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Calls sound bad: whoever asked for it is told once, with the likely cause, and once more when it is over.

let relais: TestRelais;
let receiver: Receiver;
let owner: Person;
let ada: string;
let bob: string;

beforeAll(async () => {
  receiver = await startReceiver();
  relais = await startRelais({
    config: { OUTGOING_ALLOW_PRIVATE: true, OUTGOING_TIMEOUT_MS: 500, QUALITY_ASK_SECONDS: 3600 },
  });
  owner = await signedIn(relais, relais.owner);
  [ada, bob] = [await joined(), await joined()];
});
afterAll(async () => {
  await relais?.stop();
  await receiver?.close();
});
afterEach(async () => {
  const { rules } = (await relais.api.get('/api/calls/alert-rules')).body;
  for (const { id } of rules) await relais.api.delete(`/api/calls/alert-rules/${id}`);
});

async function joined(): Promise<string> {
  const { person } = await join(relais, owner, 'agent');
  return (await person.get('/api/me')).body.user.id;
}

const ctx = () => systemCtx(relais.kernel, relais.companyId, 'test');
const none = { jitterMs: null, latencyMs: null, packetLossPercent: null, mos: null, packets: null };

/** A call that ended, with the scores of the provider's edge. */
async function sounded(mos: number, given: Parameters<typeof makeCall>[1] = {}): Promise<string> {
  const { callId, otherLegId } = await makeCall(relais, { our: '+33100000001', userId: ada, ...given });
  await transact(ctx(), async (tx) => {
    const figures = { inbound: { ...none, mos }, outbound: none, codec: null, edge: null };
    await noteQuality(
      ctx(),
      tx,
      { callId, legId: otherLegId },
      { source: given.provider ?? 'twilio', ...figures },
    );
    await planQuality(ctx(), tx, callId);
  });
  return callId;
}

const rule = {
  ...{
    name: 'Bad line',
    metric: 'mos',
    comparison: 'below',
    threshold: 3.5,
    clearValue: 4,
    overCalls: 3,
    callsMin: 3,
  },
  scope: { kind: 'number' },
};
async function addRule(change: object = {}) {
  const { status, body } = await relais.api.post('/api/calls/alert-rules', { ...rule, ...change });
  expect({ status, error: body.error }).toEqual({ status: 201, error: undefined });
  return body;
}
async function alertsOf(ruleId: string, state = '') {
  const { alerts } = (await relais.api.get(`/api/calls/alerts${state && `?state=${state}`}`)).body;
  return alerts.filter((alert: { ruleId: string }) => alert.ruleId === ruleId);
}
const check = () => checkAlerts(relais.kernel, relais.companyId);

describe('an alert', () => {
  it('is raised once by calls as they end, and cleared once', async () => {
    const { rule: kept } = await addRule();
    const our = '+33100000010';
    for (const mos of [2, 2.5]) await sounded(mos, { our });
    await check();
    expect(await alertsOf(kept.id)).toEqual([]);
    await sounded(3, { our });
    const [alert] = await eventually(async () => {
      const found = await alertsOf(kept.id, 'open');
      expect(found).toHaveLength(1);
      return found;
    });
    expect(alert).toMatchObject({
      scope: 'number',
      subject: our,
      value: 2.5,
      calls: 3,
      clearedAt: null,
      ruleName: 'Bad line',
    });
    await Promise.all([check(), check(), check()]);
    for (const mos of [3.9, 3.9, 3.9]) await sounded(mos, { our });
    await check();
    expect(await alertsOf(kept.id)).toHaveLength(1);
    for (const mos of [4.2, 4.2, 4.2]) await sounded(mos, { our });
    await eventually(async () =>
      expect(await alertsOf(kept.id)).toMatchObject([
        { id: alert.id, clearedAt: expect.any(String), clearedValue: expect.any(Number) },
      ]),
    );
    expect(await alertsOf(kept.id, 'open')).toEqual([]);
  });

  it('is raised for each of its kind on its own, or for one alone', async () => {
    for (const our of ['+33100000021', '+33100000022'])
      for (const mos of [2, 2, 2]) await sounded(mos, { our });
    for (const mos of [4.4, 4.4, 4.4]) await sounded(mos, { our: '+33100000023' });
    const each = await addRule({ name: 'Each' });
    const one = await addRule({ name: 'One', scope: { kind: 'number', value: '+33100000022' } });
    await check();
    const subjects = async (id: string) =>
      (await alertsOf(id, 'open')).map(({ subject }: { subject: string }) => subject).sort();
    const all = await subjects(each.rule.id);
    expect(all).toEqual(expect.arrayContaining(['+33100000021', '+33100000022']));
    expect(all).not.toContain('+33100000023');
    expect(await subjects(one.rule.id)).toEqual(['+33100000022']);
  });

  it('names the likely cause with its evidence', async () => {
    for (const userId of [ada, bob]) {
      for (const mos of [2, 2.2])
        await sounded(mos, { other: '+4366412345678', our: '+33100000031', userId });
      for (let good = 0; good < 40; good += 1)
        await sounded(4.4, { other: '+4915112345678', our: '+33100000032', userId });
    }
    const { rule: kept } = await addRule({
      name: 'Route',
      metric: 'bad_share',
      comparison: 'above',
      threshold: 50,
      clearValue: 10,
      scope: { kind: 'country' },
    });
    await check();
    const [alert] = (await alertsOf(kept.id, 'open')).filter(
      ({ subject }: { subject: string }) => subject === 'AT',
    );
    expect(alert).toMatchObject({
      value: 100,
      culprit: { kind: 'route', subject: 'AT', inside: { bad: 4, calls: 4 }, spread: { users: 2 } },
    });
    expect(alert.culprit.outside.bad / alert.culprit.outside.calls).toBeLessThanOrEqual(0.2);
  });

  it('over a span of time is looked at without a call too', async () => {
    const { rule: kept } = await addRule({
      overCalls: null,
      overMinutes: 60,
      scope: { kind: 'number', value: '+33100000041' },
    });
    const long = new Date(Date.now() - 2 * 3_600_000);
    for (const mos of [1.5, 1.5, 1.5]) await sounded(mos, { our: '+33100000041', startedAt: long });
    await checkTimedAlerts(relais.kernel);
    expect(await alertsOf(kept.id)).toEqual([]);
    for (const mos of [1.5, 1.5, 1.5]) await sounded(mos, { our: '+33100000041' });
    await checkTimedAlerts(relais.kernel);
    expect(await alertsOf(kept.id, 'open')).toHaveLength(1);
  });

  it('ends when its rule says something else, or is removed', async () => {
    for (const mos of [2, 2, 2]) await sounded(mos, { our: '+33100000051' });
    const { rule: kept } = await addRule({ scope: { kind: 'number', value: '+33100000051' } });
    await eventually(async () => expect(await alertsOf(kept.id, 'open')).toHaveLength(1));
    const { id, createdAt, updatedAt, ...same } = kept;
    await relais.api.put(`/api/calls/alert-rules/${id}`, { ...same, name: 'Renamed' });
    expect(await alertsOf(id, 'open')).toHaveLength(1);
    await relais.api.put(`/api/calls/alert-rules/${id}`, { ...same, threshold: 1.5 });
    await check();
    expect(await alertsOf(id, 'open')).toEqual([]);
    expect((await relais.api.get(`/api/calls/alert-rules/${id}`)).body.rule).toMatchObject({
      threshold: 1.5,
      createdAt,
    });
    expect(updatedAt).toBe(createdAt);
  });

  it('is acknowledged by the first who says so', async () => {
    for (const mos of [2, 2, 2]) await sounded(mos, { our: '+33100000061' });
    const { rule: kept } = await addRule({ scope: { kind: 'number', value: '+33100000061' } });
    const [{ id }] = await eventually(async () => {
      const found = await alertsOf(kept.id, 'open');
      expect(found).toHaveLength(1);
      return found;
    });
    const first = (await owner.post(`/api/calls/alerts/${id}/acknowledge`)).body.alert;
    expect(first).toMatchObject({ acknowledgedBy: { name: 'Owner of Harness SARL' } });
    expect((await relais.api.post(`/api/calls/alerts/${id}/acknowledge`)).body.alert).toEqual(first);
    const { api } = await relais.addCompany('Curious SARL');
    expect((await api.post(`/api/calls/alerts/${id}/acknowledge`)).body.code).toBe('not_found');
    expect((await api.get(`/api/calls/alert-rules/${kept.id}`)).body.code).toBe('not_found');
  });
});

describe('a webhook', () => {
  /** As a receiver does by the Standard Webhooks specification. */
  function isSigned({ headers, body }: Received, secret: string): boolean {
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    return headers['webhook-signature'] === `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  }
  /** A number that nobody called: its rule has nothing to tell by itself. */
  const quiet = { kind: 'number', value: '+33100000099' };
  const arrived = (path: string) => receiver.received.filter((each) => each.path === path);

  it('is signed with a secret that is shown once and kept encrypted', async () => {
    receiver.react(() => ({ status: 200, body: 'thanks' }));
    for (const mos of [2, 2, 2]) await sounded(mos, { our: '+33100000071' });
    const scope = { kind: 'number', value: '+33100000071' };
    const { rule: kept, webhookSecret } = await addRule({ scope, webhookUrl: `${receiver.url}/raised` });
    expect(webhookSecret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
    const [request] = await eventually(() => {
      expect(arrived('/raised')).toHaveLength(1);
      return arrived('/raised');
    });
    expect(isSigned(request!, webhookSecret)).toBe(true);
    expect(Math.abs(Number(request!.headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
    expect(JSON.parse(request!.body.toString())).toMatchObject({
      ...{ type: 'call_alert.raised', timestamp: expect.any(String) },
      data: { ruleId: kept.id, subject: '+33100000071', culprit: { kind: expect.any(String) } },
    });
    for (const mos of [4.4, 4.4, 4.4]) await sounded(mos, { our: '+33100000071' });
    await eventually(() =>
      expect(arrived('/raised').map(({ body }) => JSON.parse(body.toString()).type)).toEqual([
        'call_alert.raised',
        'call_alert.cleared',
      ]),
    );
    const { rules } = (await relais.api.get('/api/calls/alert-rules')).body;
    expect(rules).toMatchObject([{ webhookUrl: `${receiver.url}/raised` }]);
    const { secret } = await issueApiKey(relais.kernel, {
      companyId: relais.companyId,
      name: 'reader',
      scopes: ['calls:read'],
    });
    const reader = createClient(relais.baseUrl, { 'x-api-key': secret });
    const seen = (await reader.get(`/api/calls/alert-rules/${kept.id}`)).body.rule;
    expect(seen.webhookUrl).toBe(new URL(receiver.url).host);
    expect(JSON.stringify(rules)).not.toContain('whsec_');
    const { rows } = await relais.kernel.db.ownerPool.query('select secret_sealed from outgoing_addresses');
    expect(JSON.stringify(rows)).not.toContain(webhookSecret.slice(6));
    const { deliveries } = (await relais.api.get(`/api/calls/alert-rules/${kept.id}/deliveries`)).body;
    expect(deliveries).toMatchObject([
      { type: 'call_alert.cleared', state: 'delivered', attempts: [{ status: 200, answer: 'thanks' }] },
      { type: 'call_alert.raised', state: 'delivered', id: request!.headers['webhook-id'] },
    ]);
  });

  it('to another address has another secret', async () => {
    const { rule: kept, webhookSecret } = await addRule({ scope: quiet, webhookUrl: `${receiver.url}/one` });
    const { id, createdAt: _made, updatedAt: _changed, ...same } = kept;
    const put = async (webhookUrl: string | null) =>
      (await relais.api.put(`/api/calls/alert-rules/${id}`, { ...same, webhookUrl })).body;
    expect(await put(`${receiver.url}/one`)).toMatchObject({
      webhookSecret: null,
      rule: { webhookUrl: `${receiver.url}/one` },
    });
    const moved = await put(`${receiver.url}/two`);
    expect(moved.webhookSecret).toMatch(/^whsec_/);
    expect(moved.webhookSecret).not.toBe(webhookSecret);
    expect(await put(null)).toMatchObject({ webhookSecret: null, rule: { webhookUrl: null } });
    expect((await relais.api.post(`/api/calls/alert-rules/${id}/test`)).body.code).toBe(
      'alert_rule_without_address',
    );
  });

  it('is tried again with growing pauses, under the same id, and given up in the end', async () => {
    receiver.react(() => ({ status: 500, body: 'not now\0' }));
    const { rule: kept } = await addRule({ scope: quiet, webhookUrl: `${receiver.url}/failing` });
    const { deliveryId } = (await relais.api.post(`/api/calls/alert-rules/${kept.id}/test`)).body;
    await eventually(() => expect(arrived('/failing').length).toBeGreaterThan(0));
    for (let tries = 0; tries < 12; tries += 1)
      await deliverOutgoing(relais.kernel, relais.companyId, deliveryId);
    const { deliveries } = (await relais.api.get(`/api/calls/alert-rules/${kept.id}/deliveries`)).body;
    expect(deliveries).toMatchObject([{ id: deliveryId, state: 'failed' }]);
    expect(deliveries[0].attempts).toHaveLength(10);
    expect(deliveries[0].attempts[0]).toMatchObject({ status: 500, answer: 'not now' });
    expect(new Set(arrived('/failing').map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([deliveryId]),
    );
  });

  it('that a receiver calls gone, or that nobody answers, is written down', async () => {
    receiver.react(({ path }) => (path === '/gone' ? { status: 410 } : null));
    for (const [path, outcome] of [
      ['/gone', { state: 'failed', attempts: [{ status: 410 }] }],
      ['/silent', { state: 'waiting', attempts: [{ status: null, answer: 'no answer within 500 ms' }] }],
    ] as const) {
      const { rule: kept } = await addRule({ scope: quiet, webhookUrl: `${receiver.url}${path}` });
      await relais.api.post(`/api/calls/alert-rules/${kept.id}/test`);
      await eventually(async () => {
        const { deliveries } = (await relais.api.get(`/api/calls/alert-rules/${kept.id}/deliveries`)).body;
        expect(deliveries).toMatchObject([outcome]);
      });
    }
  });

  it('is not sent inside, unless the operator allows it', async () => {
    relais.kernel.config.OUTGOING_ALLOW_PRIVATE = false;
    try {
      for (const webhookUrl of [
        `${receiver.url}/inside`,
        'https://169.254.169.254/latest',
        'https://user:pass@example.com/',
        'nonsense',
      ]) {
        const { body } = await relais.api.post('/api/calls/alert-rules', { ...rule, webhookUrl });
        expect(body).toMatchObject({ success: false, code: 'outgoing_address_refused' });
      }
      const { rule: kept } = await addRule({ scope: quiet, webhookUrl: 'https://localhost/inside' });
      await relais.api.post(`/api/calls/alert-rules/${kept.id}/test`);
      await eventually(async () => {
        const { deliveries } = (await relais.api.get(`/api/calls/alert-rules/${kept.id}/deliveries`)).body;
        expect(deliveries).toMatchObject([
          { attempts: [{ status: null, answer: 'it is not an address of the open internet' }] },
        ]);
      });
      expect(arrived('/inside')).toEqual([]);
    } finally {
      relais.kernel.config.OUTGOING_ALLOW_PRIVATE = true;
    }
  });
});
