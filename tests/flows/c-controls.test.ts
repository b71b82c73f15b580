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

// What people do in a call: hang up, mute, hold, press keys, pass on; through both providers.

let relais: TestRelais;
let phones: ReturnType<typeof telephones>;
const numbers = {} as Record<'telnyx' | 'twilio', CallNumber>;
let handset = 0;
const somebody = () => `+1415558${String(1000 + handset++)}`;

beforeAll(async () => {
  relais = await startRelais({
    config: { RECONCILE_SECONDS: 2, PROVIDER_TIMEOUT_MS: 4000 },
    reviewMs: PACE_MS,
  });
  phones = telephones(relais);
  await liftLimits(relais.api);
  numbers.telnyx = await buyCallNumber(relais, 'telnyx');
  numbers.twilio = await buyCallNumber(relais, 'twilio');
});
afterAll(() => relais?.stop());

const post = (path: string, body?: unknown) => relais.api.post(path, body);
async function done(path: string, body?: unknown) {
  const answer = await post(path, body);
  expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBe(200);
  return answer.body.call;
}

for (const provider of ['telnyx', 'twilio'] as const) {
  describe(`a call through ${provider}`, () => {
    /** A talk that we began. */
    async function talk() {
      const [agent, callee] = [somebody(), somebody()];
      const { status, body } = await post('/api/calls/initiate', {
        ...{ from: numbers[provider].phoneNumber, to: callee, agentPhone: agent },
      });
      expect(status, JSON.stringify(body)).toBe(201);
      const agentLine = await phones.picksUp(agent);
      const calleeLine = await phones.picksUp(callee);
      await callIs(relais.api, body.callId, { status: 'IN_PROGRESS' });
      await relais.app.callsTold();
      return {
        id: body.callId as string,
        url: `/api/calls/${body.callId}`,
        agent,
        callee,
        agentLine,
        calleeLine,
      };
    }

    it('is ended by a click, and a second click changes nothing', async () => {
      const { id, url, agent, callee } = await talk();
      await done(`${url}/hangup`);
      await done(`${url}/hangup`);
      await callIs(relais.api, id, { status: 'COMPLETED' });
      await phones.falls(agent);
      await phones.falls(callee);
      expect((await done(`${url}/hangup`)).status).toBe('COMPLETED');
    });

    it('is taken back while our own telephone rings, and while the other side does', async () => {
      for (const picksUp of [false, true]) {
        const [agent, callee] = [somebody(), somebody()];
        const { body } = await post('/api/calls/initiate', {
          ...{ from: numbers[provider].phoneNumber, to: callee, agentPhone: agent },
        });
        if (picksUp) {
          await phones.picksUp(agent);
          await phones.rings(callee);
        } else await phones.rings(agent);
        await done(`/api/calls/${body.callId}/hangup`);
        await callIs(relais.api, body.callId, { status: 'CANCELED', missed: false });
        await phones.falls(agent);
        await phones.falls(callee);
      }
    });

    it('is muted, held, and given tones', async () => {
      const { id, url, callee, calleeLine } = await talk();
      expect(await done(`${url}/mute`)).toMatchObject({ muted: true });
      expect(await done(`${url}/mute`)).toMatchObject({ muted: true });
      expect(await done(`${url}/unmute`)).toMatchObject({ muted: false });
      expect(await done(`${url}/hold`)).toMatchObject({ onHold: true });
      expect(await done(`${url}/unhold`)).toMatchObject({ onHold: false });
      await done(`${url}/dtmf`, { digits: '12#' });
      await eventually(async () => expect((await phones.heard(callee)).join(' ')).toMatch(/1\D*2\D*#/));
      expect(
        (await callIs(relais.api, id, { status: 'IN_PROGRESS' })).events.map(
          ({ kind }: { kind: string }) => kind,
        ),
      ).toEqual(expect.arrayContaining(['muted', 'unmuted', 'held', 'unheld', 'digits_sent']));
      await phones.hangUp(calleeLine);
      await callIs(relais.api, id, { status: 'COMPLETED' });
      expect((await post(`${url}/mute`)).body.code).toBe('call_over');
    });

    it('is passed on blindly: whoever transfers leaves when it is answered', async () => {
      const { id, url, agent, callee } = await talk();
      const other = somebody();
      expect(await done(`${url}/transfer`, { to: other, mode: 'blind' })).toMatchObject({
        transfer: { state: 'ringing' },
      });
      expect((await post(`${url}/transfer`, { to: somebody(), mode: 'blind' })).body.code).toBe(
        'transfer_under_way',
      );
      const line = await phones.picksUp(other);
      await phones.falls(agent);
      await callIs(relais.api, id, { status: 'IN_PROGRESS', transfer: { to: other, state: 'completed' } });
      expect((await phones.linesOf(callee)).length).toBe(1);
      await phones.hangUp(line);
      await callIs(relais.api, id, { status: 'COMPLETED' });
      await phones.falls(callee);
    });

    it('is passed on after a word: the customer waits, then talks to the other', async () => {
      const { id, url, agent, callee, calleeLine } = await talk();
      const other = somebody();
      expect(await done(`${url}/transfer`, { to: other, mode: 'warm' })).toMatchObject({ onHold: true });
      expect((await post(`${url}/transfer/complete`)).body.code).toBe('transfer_missing');
      await phones.picksUp(other);
      await callIs(relais.api, id, { transfer: { to: other, state: 'talking' } });
      expect((await phones.linesOf(agent)).length).toBe(1);
      expect(await done(`${url}/transfer/complete`)).toMatchObject({ onHold: false });
      await phones.falls(agent);
      await callIs(relais.api, id, { status: 'IN_PROGRESS', transfer: { state: 'completed' } });
      await phones.hangUp(calleeLine);
      await callIs(relais.api, id, { status: 'COMPLETED' });
      await phones.falls(other);
      await phones.falls(callee);
    });

    it('comes back when the other does not answer, or the transfer is taken back', async () => {
      const { id, url, agent, calleeLine } = await talk();
      const [busy, other] = [somebody(), somebody()];
      await done(`${url}/transfer`, { to: busy, mode: 'warm' });
      await phones.decline(await phones.rings(busy), 'busy');
      await callIs(relais.api, id, { status: 'IN_PROGRESS', onHold: false, transfer: { state: 'failed' } });
      await done(`${url}/transfer`, { to: other, mode: 'warm' });
      await phones.rings(other);
      expect(await done(`${url}/transfer/cancel`)).toMatchObject({ onHold: false });
      await phones.falls(other);
      expect((await phones.linesOf(agent)).length).toBe(1);
      // Whoever is put on hold later stays there, whatever became of transfers before.
      expect(await done(`${url}/hold`)).toMatchObject({ onHold: true });
      expect(await done(`${url}/mute`)).toMatchObject({ onHold: true, muted: true });
      await phones.hangUp(calleeLine);
      await callIs(relais.api, id, { status: 'COMPLETED' });
    });

    it('comes back when the other has answered and leaves again', async () => {
      const { id, url, agent, calleeLine } = await talk();
      const other = somebody();
      await done(`${url}/transfer`, { to: other, mode: 'warm' });
      const line = await phones.picksUp(other);
      await callIs(relais.api, id, { transfer: { to: other, state: 'talking' }, onHold: true });
      await phones.hangUp(line);
      await callIs(relais.api, id, { status: 'IN_PROGRESS', onHold: false });
      expect((await phones.linesOf(agent)).length).toBe(1);
      await phones.hangUp(calleeLine);
      await callIs(relais.api, id, { status: 'COMPLETED' });
    });

    it('is passed on after a word by hanging up, and passed on once more', async () => {
      const { id, url, agent, agentLine, calleeLine } = await talk();
      const [other, third] = [somebody(), somebody()];
      await done(`${url}/transfer`, { to: other, mode: 'warm' });
      await phones.picksUp(other);
      await callIs(relais.api, id, { transfer: { to: other, state: 'talking' }, onHold: true });
      await phones.hangUp(agentLine);
      await callIs(relais.api, id, { onHold: false, transfer: { to: other, state: 'completed' } });
      await phones.falls(agent);
      await done(`${url}/transfer`, { to: third, mode: 'warm' });
      await phones.picksUp(third);
      await callIs(relais.api, id, { transfer: { to: third, state: 'talking' }, onHold: true });
      expect(await done(`${url}/transfer/complete`)).toMatchObject({ onHold: false });
      await phones.falls(other);
      expect((await phones.linesOf(third)).length).toBe(1);
      await callIs(relais.api, id, { status: 'IN_PROGRESS', transfer: { to: third, state: 'completed' } });
      await phones.hangUp(calleeLine);
      await callIs(relais.api, id, { status: 'COMPLETED', transfer: { to: third, state: 'completed' } });
      await phones.falls(third);
    });

    it('that came in can be muted and held as well', async () => {
      const [agent, caller] = [somebody(), somebody()];
      await setRule(relais.api, numbers[provider].id, {
        language: 'fr',
        open: { kind: 'forward', to: agent, timeoutSeconds: 30, otherwise: { kind: 'voicemail' } },
        closed: { kind: 'voicemail' },
        ...{ record: true, announceRecording: 'Cet appel est enregistré.' },
      });
      const line = await phones.call(caller, numbers[provider].phoneNumber);
      await phones.picksUp(agent);
      const call = await callWith(relais.api, caller, { status: 'IN_PROGRESS', recording: 'on' });
      await relais.app.callsTold();
      const url = `/api/calls/${call.id}`;
      expect(await done(`${url}/record`, { action: 'pause' })).toMatchObject({ recording: 'paused' });
      expect(await done(`${url}/record`, { action: 'resume' })).toMatchObject({ recording: 'on' });
      expect(await done(`${url}/hold`)).toMatchObject({ onHold: true });
      expect(await done(`${url}/mute`)).toMatchObject({ muted: true });
      await phones.hangUp(line);
      await callIs(relais.api, call.id, { status: 'COMPLETED', recording: 'off' });
      await phones.falls(agent);
      expect((await phones.heard(caller)).join()).toContain('Cet appel est enregistré.');
    });
  });
}

it('what nobody asked for: digits that are none, a transfer to nowhere, actions while nobody talks', async () => {
  const agent = somebody();
  const { body } = await post('/api/calls/initiate', {
    ...{ from: numbers.twilio.phoneNumber, to: somebody(), agentPhone: agent },
  });
  const url = `/api/calls/${body.callId}`;
  await phones.rings(agent);
  expect((await post(`${url}/mute`)).body.code).toBe('call_not_talking');
  expect((await post(`${url}/dtmf`, { digits: '12,<Play>' })).status).toBe(400);
  expect((await post(`${url}/record`, { action: 'pause' })).body.code).toBe('call_not_talking');
  expect((await post(`${url}/transfer`, { to: '+14155550000', mode: 'cold' })).status).toBe(400);
  await done(`${url}/hangup`);
  for (const path of ['hangup', 'mute', 'hold', 'transfer/complete'])
    expect((await post(`/api/calls/nothing/${path}`)).body.code).toBe('not_found');
});
