import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buyCallNumber, type CallNumber, callIs, callWith, setRule, telephones } from '../harness/calls.ts';
import { createClient } from '../harness/client.ts';
import { eventually } from '../harness/eventually.ts';
import { signedIn } from '../harness/people.ts';
import type { Person } from '../harness/person.ts';
import { startApns } from '../harness/push-services.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Around a call as the providers really make it: devices are woken while it rings, and afterwards it is known how it sounded.

let relais: TestRelais;
let apns: Awaited<ReturnType<typeof startApns>>;
let person: Person;
let userId: string;
const numbers = {} as Record<'telnyx' | 'twilio', CallNumber>;
const AGENT = '+14155550701';

beforeAll(async () => {
  apns = await startApns();
  // The sandbox's telephones ring twenty times as long as it takes for a review.
  relais = await startRelais({ config: { ...apns.config, QUALITY_ASK_SECONDS: 8 }, reviewMs: 1000 });
  person = await signedIn(relais, relais.owner);
  userId = (await person.get('/api/me')).body.user.id;
  // With its numbers in a country, the company may ring telephones there.
  numbers.telnyx = await buyCallNumber(relais, 'telnyx');
  numbers.twilio = await buyCallNumber(relais, 'twilio');
  const headers = { cookie: person.cookie(), origin: relais.baseUrl };
  const phone = await createClient(relais.baseUrl, headers).put('/api/calls/me/phone', {
    phoneNumber: AGENT,
    available: true,
  });
  expect(phone.status, JSON.stringify(phone.body)).toBe(200);
  const device = { platform: 'ios', token: 'a'.repeat(64), appId: 'org.example.relais', name: 'iPhone' };
  expect((await person.post('/api/push/devices', device)).status).toBe(201);
});
afterAll(async () => {
  await relais?.stop();
  await apns?.close();
});

for (const provider of ['telnyx', 'twilio'] as const) {
  describe(`a call that comes in through ${provider}`, () => {
    const [taken, missed, voicemail] =
      provider === 'telnyx'
        ? ['+14155550711', '+14155550713', '+14155550715']
        : ['+14155550712', '+14155550714', '+14155550716'];
    const told = (callId: string) =>
      apns.delivered.filter(({ data }) => data.callId === callId).map(({ data }) => data.type);

    it('wakes the device of whom it rings, tells it of the answer, and is judged', async () => {
      const phones = telephones(relais);
      const number = numbers[provider];
      await setRule(relais.api, number.id, {
        language: 'fr',
        open: { kind: 'ring', userIds: [userId], timeoutSeconds: 30, otherwise: { kind: 'voicemail' } },
        closed: { kind: 'voicemail' },
      });
      const line = await phones.call(taken, number.phoneNumber);
      await phones.rings(AGENT);
      const { id } = await callWith(relais.api, taken);
      await eventually(() => expect(told(id)).toEqual(['call.incoming']));
      expect(apns.delivered.at(-1)!.data).toMatchObject({ uuid: id, handle: taken, handleType: 'phone' });
      await phones.picksUp(AGENT);
      await callIs(relais.api, id, { status: 'IN_PROGRESS' });
      await eventually(() => expect(told(id)).toEqual(['call.incoming', 'call.ended']));
      expect(apns.delivered.at(-1)!.data).toMatchObject({ reason: 'answered', answeredBy: userId });
      await phones.hangUp(line);
      await callIs(relais.api, id, { status: 'COMPLETED' });
      const quality = await eventually(async () => {
        const { body } = await relais.api.get(`/api/calls/${id}/quality`);
        expect(body).toMatchObject({ mos: expect.any(Number), level: expect.any(String) });
        return body;
      }, 30_000);
      expect(quality.reports[0]).toMatchObject({ source: provider, legId: expect.any(String) });
      const { call } = (await relais.api.get(`/api/calls/${id}`)).body;
      expect(call.quality).toEqual({ mos: expect.any(Number), level: quality.level });
      await phones.falls(AGENT);

      const other = await phones.call(missed, number.phoneNumber);
      await phones.rings(AGENT);
      const second = await callWith(relais.api, missed);
      await eventually(() => expect(told(second.id)).toEqual(['call.incoming']));
      await phones.hangUp(other);
      await eventually(() => expect(told(second.id)).toEqual(['call.incoming', 'call.ended']));
      expect(apns.delivered.at(-1)!.data).toMatchObject({ reason: 'ended' });
      await phones.falls(AGENT);

      // Who speaks to the voicemail rings nobody any more, long before the call is over.
      const third = await phones.call(voicemail, number.phoneNumber);
      await phones.decline(await phones.rings(AGENT));
      const { id: spoken } = await callWith(relais.api, voicemail);
      await eventually(() => expect(told(spoken)).toEqual(['call.incoming', 'call.ended']));
      await callIs(relais.api, spoken, { status: 'RINGING' });
      await phones.hangUp(third);
      await callIs(relais.api, spoken, { missed: true, endedAt: expect.any(String) });
      expect(told(spoken)).toHaveLength(2);
      expect(apns.faults).toEqual([]);
    }, 90_000);
  });
}
