import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Kernel, systemCtx } from '../../server/kernel/ctx.ts';
import { initiateCall } from '../../server/modules/calls/initiate.ts';
import { checkDueCalls } from '../../server/modules/calls/reconcile.ts';
import { callIs, liftLimits, telephones } from '../harness/calls.ts';
import { eventually } from '../harness/eventually.ts';
import { killAt } from '../harness/kill.ts';
import { twilioDelivery } from '../harness/provider-events.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Legs whose answer never came, where nobody acts on events: only look-ups and documents tell of them.

let relais: TestRelais;
let from: string;

beforeAll(async () => {
  relais = await startRelais({
    config: { RECONCILE_SECONDS: 1, PROVIDER_TIMEOUT_MS: 1500, CALL_SETTLE_SECONDS: 3, RELAIS_ROLE: 'api' },
  });
  await liftLimits(relais.api);
  const found = await relais.api.get('/api/phone-numbers/search/twilio?countryCode=US&features=voice');
  from = found.body.numbers[0].phoneNumber;
  await relais.api.post('/api/phone-numbers/purchase', { phoneNumber: from, provider: 'twilio' });
  const { numbers } = (await relais.api.get(`/api/phone-numbers?search=${encodeURIComponent(from)}`)).body;
  await eventually(async () => {
    const { body } = await relais.api.post(`/api/phone-numbers/${numbers[0].id}/refresh`);
    expect(body.number.status, JSON.stringify(body)).toBe('active');
  });
});
afterAll(() => relais?.stop());

/** The same server seen so many seconds after a moment. */
function after(moment: string, seconds: number): Kernel {
  const nowMs = () => Date.parse(moment) + seconds * 1000;
  return { ...relais.kernel, clock: { nowMs, now: () => new Date(nowMs()) } };
}

/** Asks for a call, and dies before the provider is asked if it is to. */
async function ask(agentPhone: string, dies: boolean): Promise<string> {
  const kernel = dies ? killAt(relais.kernel, 2, 'before').kernel : relais.kernel;
  const ctx = { ...systemCtx(kernel, relais.companyId, 'test'), grants: ['calls:make'] };
  await initiateCall(ctx, { from, to: '+14155551999', agentPhone }, null).catch(() => undefined);
  return (await relais.api.get('/api/calls?limit=1')).body.calls[0].id;
}

it('one that was never placed does not take the other for itself; what was given up and lives is ended', async () => {
  const agentPhone = '+14156307015';
  const neverPlaced = await ask(agentPhone, true);
  const placed = await ask(agentPhone, false);
  expect(placed).not.toBe(neverPlaced);
  expect(await telephones(relais).linesOf(agentPhone, '0')).toHaveLength(1);
  // As long as an answer may come, nothing is concluded.
  const { startedAt } = await callIs(relais.api, neverPlaced, {});
  await checkDueCalls(after(startedAt, 4));
  await callIs(relais.api, neverPlaced, { status: 'INITIATED', sid: null });
  for (const seconds of [20, 40, 60]) await checkDueCalls(after(startedAt, seconds));
  for (const id of [neverPlaced, placed])
    await callIs(relais.api, id, { status: 'FAILED', sid: null, endReason: { code: 'provider_silent' } });
  const { legs } = await callIs(relais.api, placed, {});
  const params = {
    ...{ CallSid: `CA${randomUUID().replaceAll('-', '')}`, CallStatus: 'in-progress', From: from },
    ...{ Direction: 'outbound-api', To: agentPhone },
  };
  const answer = await twilioDelivery(relais, `/webhook/voice?ref=${legs[0].id}`, params);
  expect(await answer.text()).toMatch(/<Response><Hangup\/><\/Response>/);
  await callIs(relais.api, placed, { status: 'FAILED', sid: params.CallSid });
});
