import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buyCallNumber,
  type CallNumber,
  callIs,
  liftLimits,
  PACE_MS,
  setRule,
  telephones,
} from '../harness/calls.ts';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Whoever we call and record hears it first, alone, and before anything that our own person says.

const PROVIDERS = ['telnyx', 'twilio'] as const;
/** Long enough that something can happen while it is said. */
const WORDS =
  'Bonjour, cet appel est enregistré afin que nous puissions vérifier plus tard ce que nous avons convenu ensemble aujourd’hui.';

let relais: TestRelais;
let phones: ReturnType<typeof telephones>;
const numbers = {} as Record<'telnyx' | 'twilio', CallNumber>;
let next = 1000;
const somebody = (digits?: string) => `+1415${digits ? next++ - 800 : 557}${digits ?? next++}`;

beforeAll(async () => {
  relais = await startRelais({
    config: { RECONCILE_SECONDS: 1, PROVIDER_TIMEOUT_MS: 4000 },
    reviewMs: PACE_MS,
  });
  phones = telephones(relais);
  await liftLimits(relais.api);
  for (const provider of PROVIDERS) {
    numbers[provider] = await buyCallNumber(relais, provider);
    await rule(provider, { announceRecording: WORDS });
  }
});
afterAll(() => relais?.stop());

const rule = (provider: 'telnyx' | 'twilio', more: Record<string, unknown>) =>
  setRule(relais.api, numbers[provider].id, {
    ...{ language: 'fr', open: { kind: 'voicemail' }, closed: { kind: 'voicemail' }, ...more },
  });

/** A call in which our own person waits, and the other side has just answered. */
async function answered(provider: 'telnyx' | 'twilio', callee = somebody(), record = true) {
  const agent = somebody();
  const { status, body } = await relais.api.post('/api/calls/initiate', {
    ...{ from: numbers[provider].phoneNumber, to: callee, agentPhone: agent, record },
  });
  expect(status, JSON.stringify(body)).toBe(201);
  const agentLine = await phones.picksUp(agent);
  const line = await phones.picksUp(callee);
  return { id: body.callId as string, url: `/api/calls/${body.callId}`, agent, agentLine, callee, line };
}

type Talk = Awaited<ReturnType<typeof answered>>;

const heardBy = async (handset: string) => (await phones.heard(handset)).join(' | ');

/** Says something on one side until the other hears it. */
async function talk({ agentLine, callee }: Talk): Promise<void> {
  await eventually(async () => {
    await phones.say(agentLine, 'Hello?');
    expect(await heardBy(callee)).toContain('Hello?');
  }, 30_000);
}

async function over({ id, line, agent }: Talk) {
  await phones.hangUp(line);
  const call = await callIs(relais.api, id, { status: 'COMPLETED' });
  await phones.falls(agent);
  return call;
}

const kindsOf = (call: { events: { kind: string }[] }) => call.events.map(({ kind }) => kind);

for (const provider of PROVIDERS) {
  describe(`a recorded call through ${provider}`, () => {
    it('the other side hears the words of the number’s rule first, and we hear none of it', async () => {
      const both = await answered(provider);
      await eventually(async () => expect(await heardBy(both.callee)).toContain(WORDS));
      await phones.say(both.agentLine, 'Too early');
      expect(await heardBy(both.callee)).not.toContain('Too early');
      await talk(both);
      await callIs(relais.api, both.id, { status: 'IN_PROGRESS', recording: 'on' });
      expect(await heardBy(both.agent)).not.toContain(WORDS);
      const heard = await phones.heard(both.callee);
      expect(heard.filter((what) => what.includes(WORDS))).toHaveLength(1);
      const call = await over(both);
      expect(kindsOf(call).filter((kind) => kind === 'announced')).toHaveLength(1);
      await eventually(async () => {
        const { body } = await relais.api.get(`${both.url}/recordings`);
        expect(body.recordings.length, JSON.stringify(body)).toBeGreaterThan(0);
      });
    });

    it('hears nothing when the rule says nothing, or when it is not recorded', async () => {
      const plain = await answered(provider, somebody(), false);
      await talk(plain);
      expect(await heardBy(plain.callee)).not.toContain(WORDS);
      expect(kindsOf(await over(plain))).not.toContain('announced');
      await rule(provider, { announceRecording: null });
      const silent = await answered(provider);
      await talk(silent);
      await callIs(relais.api, silent.id, { recording: 'on' });
      expect(kindsOf(await over(silent))).not.toContain('announced');
      await rule(provider, {});
      const usual = await answered(provider);
      await talk(usual);
      expect(await heardBy(usual.callee)).toContain('Cet appel est enregistré.');
      await over(usual);
      await rule(provider, { announceRecording: WORDS });
    });

    it('ends while the words are said: the other is let go', async () => {
      const both = await answered(provider);
      await eventually(async () => expect(await heardBy(both.callee)).toContain(WORDS));
      await phones.hangUp(both.agentLine);
      await phones.falls(both.callee);
      await callIs(relais.api, both.id, { endedAt: expect.any(String) });
    });

    it('is announced to whoever hears nothing of our webhooks', { timeout: 60_000 }, async () => {
      const both = await answered(provider, somebody('7010'));
      await talk(both);
      expect(await heardBy(both.callee)).toContain(WORDS);
      await over(both);
    });
  });
}

it('twilio: a control that moves the talk while the words are said lets them be said again, in full', async () => {
  const both = await answered('twilio');
  await callIs(relais.api, both.id, { status: 'IN_PROGRESS' });
  const muted = await relais.api.post(`${both.url}/mute`);
  expect(muted.status, JSON.stringify(muted.body)).toBe(200);
  const heard = await phones.heard(both.callee);
  expect(
    heard.findLastIndex((what) => what.includes(WORDS)),
    heard.join(' | '),
  ).toBeLessThan(heard.findLastIndex((what) => /♪|conference/.test(what)));
  await relais.api.post(`${both.url}/unmute`);
  await talk(both);
  await over(both);
});

it('telnyx: who is being told cannot be held yet, and is joined when the words are over', async () => {
  const both = await answered('telnyx');
  await callIs(relais.api, both.id, { status: 'IN_PROGRESS' });
  expect((await relais.api.post(`${both.url}/hold`)).body.code).toBe('call_not_talking');
  await talk(both);
  expect((await relais.api.post(`${both.url}/hold`)).status).toBe(200);
  await over(both);
});

it('telnyx: who cannot be told is not recorded: the two talk without', { timeout: 60_000 }, async () => {
  const callee = somebody();
  const match = { provider: 'telnyx', path: '/v2/calls/*/actions/speak', number: callee };
  await phones.fault({ kind: 'error_before', match, times: null });
  const both = await answered('telnyx', callee);
  await talk(both);
  await callIs(relais.api, both.id, { status: 'IN_PROGRESS', recording: 'off' });
  expect(await heardBy(callee)).not.toContain(WORDS);
  const call = await over(both);
  expect(kindsOf(call)).toContain('command_failed');
  expect(kindsOf(call)).not.toContain('announced');
});
