import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kernel, systemCtx } from '../../server/kernel/ctx.ts';
import { checkDueCalls } from '../../server/modules/calls/reconcile.ts';
import { transferCall } from '../../server/modules/calls/transfer.ts';
import { buyCallNumber, type CallNumber, callIs, liftLimits, PACE_MS, telephones } from '../harness/calls.ts';
import { eventually } from '../harness/eventually.ts';
import { killAt } from '../harness/kill.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// The process that passes a call on dies: nobody is rung twice, the customer does not stay with the music, and the two go on.

let relais: TestRelais;
let phones: ReturnType<typeof telephones>;
const numbers = {} as Record<'telnyx' | 'twilio', CallNumber>;
let next = 1000;
const somebody = () => `+1415553${next++}`;

beforeAll(async () => {
  relais = await startRelais({
    config: { RECONCILE_SECONDS: 1, PROVIDER_TIMEOUT_MS: 4000, CALL_SETTLE_SECONDS: 3 },
    reviewMs: PACE_MS,
  });
  phones = telephones(relais);
  await liftLimits(relais.api);
  for (const provider of ['telnyx', 'twilio'] as const)
    numbers[provider] = await buyCallNumber(relais, provider);
});
afterAll(() => relais?.stop());

/** The same server seen from later. */
function later(seconds: number): Kernel {
  const nowMs = () => relais.kernel.clock.nowMs() + seconds * 1000;
  return { ...relais.kernel, clock: { nowMs, now: () => new Date(nowMs()) } };
}

/** Two people talk. */
async function talk(provider: 'telnyx' | 'twilio') {
  const [agent, callee] = [somebody(), somebody()];
  const { status, body } = await relais.api.post('/api/calls/initiate', {
    ...{ from: numbers[provider].phoneNumber, to: callee, agentPhone: agent },
  });
  expect(status, JSON.stringify(body)).toBe(201);
  await phones.picksUp(agent);
  const line = await phones.picksUp(callee);
  const both = { id: body.callId as string, agent, callee, line };
  await callIs(relais.api, both.id, { status: 'IN_PROGRESS' });
  await hears(both, 'Hello?');
  return both;
}

const hears = ({ line, agent }: { line: { id: string }; agent: string }, words: string) =>
  eventually(async () => {
    await phones.say(line, words);
    expect((await phones.heard(agent)).join()).toContain(words);
  });

/** Passes a call on in a process that dies at one of its transactions. @returns whether it came so far. */
async function dies(
  provider: 'telnyx' | 'twilio',
  mode: 'blind' | 'warm',
  step: number,
  when: 'before' | 'after',
): Promise<boolean> {
  const what = `${when} transaction ${step}`;
  const both = await talk(provider);
  const other = somebody();
  const { kernel, killed } = killAt(relais.kernel, step, when);
  const ctx = { ...systemCtx(kernel, relais.companyId, 'test'), grants: ['calls:make'] };
  await transferCall(ctx, both.id, { to: other, mode }).catch(() => undefined);
  await eventually(async () => {
    await checkDueCalls(later(90));
    // What was decided later is due now: the others live at this time.
    await relais.kernel.db.ownerPool.query(
      "update call_commands set next_attempt_at = created_at - interval '90 seconds' where state = 'waiting'",
    );
    const [line] = await phones.linesOf(other);
    if (line?.state === 'ringing') await phones.decline(line, 'busy');
    const { call } = (await relais.api.get(`/api/calls/${both.id}`)).body;
    expect(call, what).toMatchObject({ status: 'IN_PROGRESS', onHold: false });
    expect([undefined, 'failed'], what).toContain(call.transfer?.state);
  });
  expect((await phones.linesOf(other, '0')).length, what).toBeLessThanOrEqual(1);
  await hears(both, `Still there, ${step} ${when}?`);
  await phones.hangUp(both.line);
  await callIs(relais.api, both.id, { status: 'COMPLETED' });
  await phones.falls(both.agent);
  return killed();
}

describe('a process that dies while it passes a call on', () => {
  for (const [provider, mode] of [
    ['telnyx', 'warm'],
    ['twilio', 'warm'],
    ['telnyx', 'blind'],
  ] as const)
    it(`${provider}, ${mode}: before and after each of its transactions`, { timeout: 180_000 }, async () => {
      for (let step = 1; ; step++) {
        expect(step).toBeLessThan(14);
        const found = [];
        for (const when of ['before', 'after'] as const) found.push(await dies(provider, mode, step, when));
        if (!found.includes(true)) break;
      }
    });
});
