import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buyCallNumber,
  type CallNumber,
  callIs,
  callWith,
  liftLimits,
  PACE_MS,
  setRule,
  telephones,
} from '../harness/calls.ts';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// What Telnyx finally does not do, although it was told to: nobody waits in silence for ever, and the call says why it ended.

let relais: TestRelais;
let phones: ReturnType<typeof telephones>;
let number: CallNumber;
let next = 1000;
const somebody = (digits?: string) => (digits ? `+1415${next++ - 700}${digits}` : `+1415554${next++}`);

beforeAll(async () => {
  relais = await startRelais({
    config: { RECONCILE_SECONDS: 1, PROVIDER_TIMEOUT_MS: 2000, CALL_SETTLE_SECONDS: 2 },
    reviewMs: PACE_MS,
  });
  phones = telephones(relais);
  await liftLimits(relais.api);
  number = await buyCallNumber(relais, 'telnyx');
});
afterAll(() => relais?.stop());

/** Telnyx fails at one thing until this is over. */
async function failing<T>(path: string, work: () => Promise<T>): Promise<T> {
  const fault = { kind: 'error_before', match: { provider: 'telnyx', method: 'POST', path }, times: null };
  const { id } = (await phones.fault(fault)) as { id: string };
  try {
    return await work();
  } finally {
    await phones.ask('DELETE', `faults/${id}`);
  }
}

/** Somebody calls our number, which rings one of our telephones. */
async function comesIn(agent: string, rule: Record<string, unknown> = {}) {
  const caller = somebody();
  await setRule(relais.api, number.id, {
    ...{ language: 'en', greeting: null, closed: { kind: 'voicemail' }, ...rule },
    open: {
      ...{ kind: 'forward', to: agent, timeoutSeconds: 120 },
      otherwise: { kind: 'say', text: 'Nobody is here.' },
    },
  });
  return { caller, line: await phones.call(caller, number.phoneNumber) };
}

/** Waits until the one side hears the other. */
const talk = (line: { id: string }, listener: string, words = 'Hello?') =>
  eventually(async () => {
    await phones.say(line, words);
    expect((await phones.heard(listener)).join()).toContain(words);
  });

const kindsOf = (call: { events: { kind: string }[] }) => call.events.map(({ kind }) => kind);

describe('a call that comes in', { timeout: 60_000 }, () => {
  it('is not answered: it ends, nobody is rung, and it counts as missed', async () => {
    const agent = somebody();
    await failing('/v2/calls/*/actions/answer', async () => {
      const { caller } = await comesIn(agent, { greeting: 'Welcome.' });
      const call = await callWith(relais.api, caller);
      await eventually(async () => {
        expect((await relais.api.get(`/api/calls/${call.id}`)).body.call.endedAt).not.toBeNull();
      }, 40_000);
      const ended = await callIs(relais.api, call.id, {
        ...{ status: 'FAILED', missed: true, endReason: { code: 'provider_failed' } },
      });
      expect(kindsOf(ended)).toContain('command_failed');
      await phones.falls(caller);
      expect(await phones.linesOf(agent, '0')).toEqual([]);
    });
  });

  it('is not brought together with whoever took it: both are let go', async () => {
    const agent = somebody();
    await failing('/v2/conferences', async () => {
      const { caller } = await comesIn(agent);
      await phones.picksUp(agent);
      const { id } = await callWith(relais.api, caller);
      await callIs(
        relais.api,
        id,
        { status: 'FAILED', missed: true, endReason: { code: 'provider_failed' } },
        40_000,
      );
      await phones.falls(caller);
      await phones.falls(agent);
    });
  });

  it('is not greeted: it rings all the same', async () => {
    const agent = somebody();
    const { caller, line } = await failing('/v2/calls/*/actions/speak', async () => {
      const both = await comesIn(agent, { greeting: 'Welcome.' });
      await eventually(async () => {
        const ringing = (await phones.linesOf(agent)).find(({ state }) => state === 'ringing');
        expect(ringing).toBeDefined();
        await phones.answer(ringing!);
      }, 40_000);
      return both;
    });
    const { id } = await callWith(relais.api, caller, { status: 'IN_PROGRESS' });
    await phones.hangUp(line);
    await callIs(relais.api, id, { status: 'COMPLETED', endReason: null });
  });

  it('may not ring whom it should: what comes otherwise comes at once', async () => {
    const { caller } = await comesIn(somebody('7021'));
    await eventually(async () => expect((await phones.heard(caller)).join()).toContain('Nobody is here.'));
    const { id } = await callWith(relais.api, caller);
    const call = await callIs(relais.api, id, { status: 'NO_ANSWER', missed: true });
    expect(call.legs[1].endReason).toMatchObject({ code: 'region_blocked' });
    await phones.falls(caller);
  });

  it('is passed on to somebody who cannot be let in: the one who asked has it again', async () => {
    const [agent, other] = [somebody(), somebody()];
    const { caller, line } = await comesIn(agent);
    await phones.picksUp(agent);
    const { id } = await callWith(relais.api, caller, { status: 'IN_PROGRESS' });
    await talk(line, agent);
    await failing('/v2/conferences/*/actions/join', async () => {
      const asked = await relais.api.post(`/api/calls/${id}/transfer`, { to: other, mode: 'warm' });
      expect(asked.status, JSON.stringify(asked.body)).toBe(200);
      await phones.picksUp(other);
      await callIs(
        relais.api,
        id,
        { status: 'IN_PROGRESS', onHold: false, transfer: { state: 'failed' } },
        40_000,
      );
      await phones.falls(other);
    });
    await talk(line, agent, 'Still there?');
    await phones.hangUp(line);
    await callIs(relais.api, id, { status: 'COMPLETED', endReason: null });
  });

  it('is handed over to somebody who cannot be let in: it ends, and says why', async () => {
    const [agent, other] = [somebody(), somebody()];
    const { caller, line } = await comesIn(agent);
    await phones.picksUp(agent);
    const { id } = await callWith(relais.api, caller, { status: 'IN_PROGRESS' });
    await talk(line, agent);
    await failing('/v2/conferences/*/actions/join', async () => {
      await relais.api.post(`/api/calls/${id}/transfer`, { to: other, mode: 'blind' });
      await phones.picksUp(other);
      await callIs(relais.api, id, { status: 'COMPLETED', endReason: { code: 'transfer_lost' } }, 40_000);
      await phones.falls(caller);
      await phones.falls(other);
    });
  });
});

it('a call that we make may not ring the other side: our own person is let go, and hears why', async () => {
  const [agent, callee] = [somebody(), somebody('7021')];
  const { body } = await relais.api.post('/api/calls/initiate', {
    ...{ from: number.phoneNumber, to: callee, agentPhone: agent },
  });
  await phones.picksUp(agent);
  await callIs(relais.api, body.callId, { status: 'FAILED', endReason: { code: 'region_blocked' } });
  await phones.falls(agent);
});
