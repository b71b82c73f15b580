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
import { createClient } from '../harness/client.ts';
import { eventually } from '../harness/eventually.ts';
import { join, signedIn } from '../harness/people.ts';
import type { Person } from '../harness/person.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { conversationWith, threadOf } from '../harness/texts.ts';

// What a number does with calls: every kind of rule, through both providers.

let relais: TestRelais;
let phones: ReturnType<typeof telephones>;
const numbers = {} as Record<'telnyx' | 'twilio', CallNumber>;
const colleagues: { phone: string; userId: string; person: Person }[] = [];
let handset = 0;
/** A telephone that no other test uses. */
const somebody = () => `+1415557${String(1000 + handset++)}`;
const voicemail = { kind: 'voicemail', greeting: 'Parlez après le bip.', maxSeconds: 30 };

beforeAll(async () => {
  relais = await startRelais({ config: { RECONCILE_SECONDS: 2 }, reviewMs: PACE_MS });
  phones = telephones(relais);
  numbers.telnyx = await buyCallNumber(relais, 'telnyx');
  numbers.twilio = await buyCallNumber(relais, 'twilio');
  const owner = await signedIn(relais, relais.owner);
  for (const phone of ['+14155558101', '+14155558102', '+14155558103']) {
    const { person } = await join(relais, owner, 'agent');
    const saved = await savePhone(person, { phoneNumber: phone, available: phone !== '+14155558103' });
    expect(saved.status, JSON.stringify(saved.body)).toBe(200);
    colleagues.push({ phone, person, userId: (await person.get('/api/me')).body.user.id });
  }
});
afterAll(() => relais?.stop());

const savePhone = (person: Person, body: unknown) =>
  createClient(relais.baseUrl, { origin: relais.baseUrl, cookie: person.cookie() }).put(
    '/api/calls/me/phone',
    body,
  );

for (const provider of ['telnyx', 'twilio'] as const) {
  describe(`a number at ${provider}`, () => {
    const rule = (open: unknown, more: Record<string, unknown> = {}) =>
      setRule(relais.api, numbers[provider].id, { language: 'fr', open, closed: voicemail, ...more });

    it('without a rule rings everybody who is there; the first to answer stops the others', async () => {
      const caller = somebody();
      const line = await phones.call(caller, numbers[provider].phoneNumber);
      const [one, two] = [await phones.rings('+14155558101'), await phones.rings('+14155558102')];
      expect(await phones.linesOf('+14155558103')).toEqual([]);
      await phones.answer(two);
      const call = await callWith(relais.api, caller, { status: 'IN_PROGRESS' });
      await phones.falls('+14155558101');
      expect(call.user.id).toBe(colleagues[1]!.userId);
      expect(one.peer).toBe(numbers[provider].phoneNumber);
      // A colleague's telephone is judged when the call is passed on to it, whenever it was saved.
      const url = '/api/calls/settings';
      const { settings, version } = (await relais.api.get(url)).body;
      const changed = await relais.api.put(url, {
        settings: { ...settings, blockedPrefixes: [colleagues[0]!.phone] },
        version,
      });
      const transfer = { to: colleagues[0]!.userId, mode: 'blind' };
      const refused = await relais.api.post(`/api/calls/${call.id}/transfer`, transfer);
      await relais.api.put(url, { settings, version: changed.body.version });
      expect(refused).toMatchObject({ status: 403, body: { code: 'call_prefix_blocked' } });
      await phones.hangUp(line);
      await callIs(relais.api, call.id, { status: 'COMPLETED', missed: false });
      await phones.falls('+14155558102');
    });

    it('forwards to one person after a greeting, and to voicemail when they decline', async () => {
      const caller = somebody();
      const open = { kind: 'forward', to: colleagues[0]!.userId, timeoutSeconds: 20, otherwise: voicemail };
      await rule(open, { greeting: 'Bonjour, un instant.' });
      await phones.call(caller, numbers[provider].phoneNumber);
      await phones.decline(await phones.rings('+14155558101'), 'busy');
      const call = await callWith(relais.api, caller);
      await eventually(async () =>
        expect(await phones.heard(caller)).toEqual(
          expect.arrayContaining([
            expect.stringContaining('Bonjour, un instant.'),
            expect.stringContaining('Parlez après le bip.'),
          ]),
        ),
      );
      await endCaller(caller);
      const ended = await callIs(relais.api, call.id, { missed: true, user: null });
      expect(['COMPLETED', 'NO_ANSWER']).toContain(ended.status);
    });

    it('rings named people; the caller gives up, and it is a missed call', async () => {
      const caller = somebody();
      await rule({
        kind: 'ring',
        userIds: [colleagues[0]!.userId],
        timeoutSeconds: 60,
        otherwise: voicemail,
      });
      const line = await phones.call(caller, numbers[provider].phoneNumber);
      await phones.rings('+14155558101');
      await phones.hangUp(line);
      await callWith(relais.api, caller, {
        ...{ status: 'CANCELED', missed: true, voicemail: false, duration: null },
        endReason: { code: 'caller_gave_up', message: expect.any(String) },
      });
      await phones.falls('+14155558101');
    });

    it('that nobody answers sends the text of its rule, once', async () => {
      const caller = somebody();
      await rule(
        {
          kind: 'ring',
          userIds: [colleagues[0]!.userId],
          timeoutSeconds: 5,
          otherwise: { kind: 'say', text: 'Au revoir.' },
        },
        { missedText: 'Nous vous rappelons.' },
      );
      await phones.call(caller, numbers[provider].phoneNumber);
      await phones.decline(await phones.rings('+14155558101'));
      await callWith(relais.api, caller, { status: 'NO_ANSWER', missed: true });
      const conversation = await conversationWith(relais.api, caller);
      await relais.app.textsSent();
      await eventually(async () => {
        const texts = await threadOf(relais.api, conversation.id);
        expect(texts.map(({ text }: { text: string }) => text)).toEqual(['Nous vous rappelons.']);
      });
      // Who calls again within the hour has been told, and whoever our rule turned away, or could not call back, gets nothing.
      await phones.falls(caller);
      await phones.call(caller, numbers[provider].phoneNumber);
      await phones.decline(await phones.rings('+14155558101'));
      await eventually(async () => {
        const { calls } = (await relais.api.get('/api/calls?limit=5')).body;
        const mine = calls.filter((call: { from: string }) => call.from === caller);
        expect(mine.map(({ status }: { status: string }) => status)).toEqual(['NO_ANSWER', 'NO_ANSWER']);
      });
      const turnedAway = somebody();
      const turn = { kind: 'reject', reason: 'busy' };
      await rule(turn, { missedText: 'Nous vous rappelons.' });
      await phones.call(turnedAway, numbers[provider].phoneNumber);
      await callWith(relais.api, turnedAway, { status: 'BUSY', missed: true });
      const far = provider === 'telnyx' ? '+37167890123' : '+37167890124';
      await rule({ kind: 'say', text: 'Au revoir.' }, { missedText: 'Nous vous rappelons.' });
      await phones.call(far, numbers[provider].phoneNumber);
      await callWith(relais.api, far, { status: 'NO_ANSWER', missed: true });
      await relais.app.textsSent();
      const { rows } = await relais.kernel.db.ownerPool.query(
        `select to_number from messages where direction = 'outbound' and to_number = any ($1)`,
        [[caller, turnedAway, far]],
      );
      expect(rows).toEqual([{ to_number: caller }]);
    });

    it('says a sentence and ends', async () => {
      const caller = somebody();
      await rule({ kind: 'say', text: 'Nous sommes en congés.' });
      await phones.call(caller, numbers[provider].phoneNumber);
      await callWith(relais.api, caller, { status: 'NO_ANSWER', missed: true });
      expect((await phones.heard(caller)).join()).toContain('Nous sommes en congés.');
    });

    it('turns callers away without answering', async () => {
      const caller = somebody();
      await rule({ kind: 'reject', reason: 'busy' });
      await phones.call(caller, numbers[provider].phoneNumber);
      await callWith(relais.api, caller, { status: 'BUSY', answeredAt: null, missed: true });
    });

    it('does something else at closed hours', async () => {
      const caller = somebody();
      const today = new Date().toISOString().slice(0, 10);
      const hours = {
        timeZone: 'UTC',
        weekly: [{ day: 1, from: '00:00', to: '24:00' }],
        closedDays: [today],
      };
      await rule(
        { kind: 'ring', userIds: 'everyone', timeoutSeconds: 20, otherwise: voicemail },
        { hours, closed: { kind: 'say', text: 'Nous sommes fermés.' } },
      );
      await phones.call(caller, numbers[provider].phoneNumber);
      await callWith(relais.api, caller, { status: 'NO_ANSWER' });
      expect((await phones.heard(caller)).join()).toContain('Nous sommes fermés.');
    });

    it('rings no telephone that may not be called any more, nor any when the day’s budget is spent', async () => {
      const { phone, userId } = colleagues[0]!;
      await rule({
        kind: 'forward',
        to: userId,
        timeoutSeconds: 20,
        otherwise: { kind: 'say', text: 'Fini.' },
      });
      for (const limits of [
        { blockedPrefixes: [phone] },
        { allowedCountries: ['FR'] },
        { dailySpendMax: { amount: 0, currency: 'USD' } },
      ]) {
        const caller = somebody();
        const { settings, version } = (await relais.api.get('/api/calls/settings')).body;
        const url = '/api/calls/settings';
        const changed = await relais.api.put(url, { settings: { ...settings, ...limits }, version });
        await phones.call(caller, numbers[provider].phoneNumber);
        const { legs } = await callWith(relais.api, caller, { status: 'NO_ANSWER', missed: true });
        expect(legs.map(({ address }: { address: string }) => address)).toEqual([caller]);
        expect((await phones.heard(caller)).join()).toContain('Fini.');
        await relais.api.put(url, { settings, version: changed.body.version });
      }
    });

    it('changes its rule for calls that come later, and for one person at a time', async () => {
      const url = `/api/calls/routes/${numbers[provider].id}`;
      const { route } = (await relais.api.get(url)).body;
      const stale = await relais.api.put(url, { rule: route.rule, version: route.version - 1 });
      expect(stale).toMatchObject({ status: 409, body: { code: 'changed_meanwhile' } });
      for (const [to, code] of [
        ['00000000-0000-4000-8000-000000000009', 'not_found'],
        ['+37167890123', 'call_country_blocked'],
        [numbers.telnyx.phoneNumber, 'call_own_number'],
      ]) {
        const refused = await relais.api.put(url, {
          rule: { ...route.rule, open: { kind: 'forward', to, timeoutSeconds: 20, otherwise: voicemail } },
          version: route.version,
        });
        expect(refused.body.code, String(to)).toBe(code);
      }
      const { routes } = (await relais.api.get('/api/calls/routes')).body;
      expect(routes.map(({ numberId }: { numberId: string | null }) => numberId)).toEqual(
        expect.arrayContaining([null, numbers[provider].id]),
      );
    });
  });
}

/** The caller hangs up, if they have not been hung up on. */
async function endCaller(caller: string): Promise<void> {
  for (const line of await phones.linesOf(caller)) await phones.hangUp(line).catch(() => undefined);
}
