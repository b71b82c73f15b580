import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buyCallNumber,
  type CallNumber,
  callIs,
  callWith,
  PACE_MS,
  setRule,
  telephones,
} from '../harness/calls.ts';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Flow C: somebody calls, in both directions and through both providers.

let relais: TestRelais;
let phones: ReturnType<typeof telephones>;
const numbers = {} as Record<'telnyx' | 'twilio', CallNumber>;
const AGENT = '+14155550101';

beforeAll(async () => {
  relais = await startRelais({ config: { RECONCILE_SECONDS: 2 }, reviewMs: PACE_MS });
  phones = telephones(relais);
  numbers.telnyx = await buyCallNumber(relais, 'telnyx');
  numbers.twilio = await buyCallNumber(relais, 'twilio');
});
afterAll(() => relais?.stop());

for (const provider of ['telnyx', 'twilio'] as const) {
  describe(`out through ${provider}`, () => {
    const callee = provider === 'telnyx' ? '+14155550211' : '+14155550212';

    it('our own person is rung first, then the other side; they talk, and it ends with a price', async () => {
      const from = numbers[provider].phoneNumber;
      const asked = await relais.api.post('/api/calls/initiate', { from, to: callee, agentPhone: AGENT });
      expect(asked.status, JSON.stringify(asked.body)).toBe(201);
      expect(asked.body).toMatchObject({ success: true, status: 'initiated', callId: asked.body.call.id });
      expect(asked.body.sid).toEqual(expect.any(String));
      const id = asked.body.callId;
      await phones.picksUp(AGENT);
      const line = await phones.picksUp(callee);
      expect(line.peer).toBe(from);
      await callIs(relais.api, id, { status: 'IN_PROGRESS', answeredAt: expect.any(String) });
      await phones.hangUp(line);
      const ended = await callIs(relais.api, id, {
        status: 'COMPLETED',
        ...{ direction: 'OUTBOUND', from, to: callee, provider, endReason: null, missed: false },
        cost: { estimated: false },
      });
      expect(ended.duration).toBeGreaterThanOrEqual(0);
      expect(ended.contact).not.toBeNull();
      await phones.falls(AGENT);
    });

    it('a busy line, one that nobody answers, and one that is none', async () => {
      const from = numbers[provider].phoneNumber;
      for (const [digits, status] of [
        ['9001', 'BUSY'],
        ['9003', 'FAILED'],
      ] as const) {
        const to = `+1415556${digits}`;
        const { body } = await relais.api.post('/api/calls/initiate', { from, to, agentPhone: AGENT });
        await phones.picksUp(AGENT);
        await callIs(relais.api, body.callId, { status });
        await phones.falls(AGENT);
      }
    });
  });

  describe(`in through ${provider}`, () => {
    const caller = provider === 'telnyx' ? '+14155550311' : '+14155550312';

    it('is forwarded, answered, and ends when the caller hangs up', async () => {
      const number = numbers[provider];
      await setRule(relais.api, number.id, {
        language: 'fr',
        open: { kind: 'forward', to: AGENT, timeoutSeconds: 20, otherwise: { kind: 'voicemail' } },
        closed: { kind: 'voicemail' },
      });
      const line = await phones.call(caller, number.phoneNumber);
      await phones.picksUp(AGENT);
      const call = await callWith(relais.api, caller, { status: 'IN_PROGRESS', direction: 'INBOUND' });
      await phones.hangUp(line);
      await callIs(relais.api, call.id, { status: 'COMPLETED', missed: false });
      await phones.falls(AGENT);
    });

    it('nobody takes it: voicemail, in the language of the number', async () => {
      const number = numbers[provider];
      const other = caller.replace('03', '04');
      await setRule(relais.api, number.id, {
        language: 'fr',
        open: { kind: 'voicemail', greeting: 'Laissez un message.', maxSeconds: 30 },
        closed: { kind: 'voicemail' },
      });
      const line = await phones.call(other, number.phoneNumber);
      const call = await callWith(relais.api, other);
      // Words before the tone are not recorded, and silence is no message.
      await eventually(async () => {
        await phones.say(line, 'Rappelez-moi.').catch(() => undefined);
        expect((await relais.api.get(`/api/calls/${call.id}`)).body.call.endedAt).not.toBeNull();
      });
      await callIs(relais.api, call.id, { status: 'COMPLETED', missed: true, voicemail: true });
      expect((await phones.heard(other)).join(' ')).toContain('Laissez un message.');
    });
  });
}
