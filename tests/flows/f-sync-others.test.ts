import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { telnyxClient, twilioClient } from '../../sandbox/testkit.ts';
import { buyCallNumber, type CallNumber, liftLimits, PACE_MS, telephones } from '../harness/calls.ts';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { driftOf, runIs, SYNC_ALONE, sync } from '../harness/syncs.ts';
import { threadOf } from '../harness/texts.ts';

// Other programs text and call from our numbers, with the providers' own SDKs: comparing takes what they did in, once.

const PROVIDERS = ['telnyx', 'twilio'] as const;
let relais: TestRelais;
let phones: ReturnType<typeof telephones>;
const numbers = {} as Record<(typeof PROVIDERS)[number], CallNumber>;

beforeAll(async () => {
  relais = await startRelais({ config: SYNC_ALONE, reviewMs: PACE_MS });
  phones = telephones(relais);
  await liftLimits(relais.api);
  for (const provider of PROVIDERS) numbers[provider] = await buyCallNumber(relais, provider);
});
afterAll(() => relais?.stop());

/** What another program does with a number of ours. */
const others = {
  twilio: {
    text: async (to: string, text: string) => {
      const { sid } = await twilioClient(relais.sandbox).messages.create({
        ...{ from: numbers.twilio.phoneNumber, to, body: text },
      });
      return sid;
    },
    call: async (to: string) => {
      const twiml = '<Response><Say>This is your reminder.</Say><Pause length="600"/></Response>';
      await twilioClient(relais.sandbox).calls.create({ from: numbers.twilio.phoneNumber, to, twiml });
    },
  },
  telnyx: {
    text: async (to: string, text: string) => {
      const { data } = await telnyxClient(relais.sandbox).messages.send({
        ...{ from: numbers.telnyx.phoneNumber, to, text },
      });
      return data!.id!;
    },
    call: async (to: string) => {
      const client = telnyxClient(relais.sandbox);
      const from = numbers.telnyx.phoneNumber;
      const { data } = await client.phoneNumbers.list({ filter: { phone_number: from } });
      await client.calls.dial({ from, to, connection_id: data![0]!.connection_id! });
    },
  },
};

/** Through the door of old where there is one. */
async function compare(provider: (typeof PROVIDERS)[number]) {
  if (provider === 'twilio') return (await sync(relais.api, { provider }))[0]!;
  const { status, body } = await relais.api.post('/api/telnyx/sync');
  expect(status, JSON.stringify(body)).toBe(202);
  return runIs(relais.api, body.runs[0].id);
}
const callsWith = async (phoneNumber: string) =>
  (await relais.api.get('/api/calls?limit=100')).body.calls.filter(
    (each: { to: string }) => each.to === phoneNumber,
  );
const conversationsWith = async (phoneNumber: string) =>
  (await relais.api.get('/inbox/conversations')).body.conversations.filter(
    (each: { phone_number: string }) => each.phone_number === phoneNumber,
  );

describe.each(PROVIDERS)('%s', { timeout: 90_000 }, (provider) => {
  const tail = provider === 'telnyx' ? '561' : '562';

  it('a text of another program stands in the thread once, with how it went, however often we compare', async () => {
    const handset = `+1415${tail}0101`;
    const externalId = await others[provider].text(handset, 'Your parcel is on its way.');
    await eventually(async () =>
      expect(await phones.ask('GET', `handsets/${encodeURIComponent(handset)}/messages`)).toMatchObject({
        items: [{ text: 'Your parcel is on its way.' }],
      }),
    );
    // What its receipts say is of nobody's text, so nothing stands here before.
    expect(await conversationsWith(handset)).toEqual([]);
    const run = await eventually(async () => {
      const first = await compare(provider);
      expect(await conversationsWith(handset)).toHaveLength(1);
      return first;
    });
    const [adopted] = await driftOf(relais.api, `runId=${run.id}&kind=message`);
    expect(adopted).toMatchObject({
      ...{ kind: 'message', subject: handset, field: 'exists', ours: null, outcome: 'adopted' },
    });
    expect(run.outcomes.adopted).toBe(1);
    await eventually(async () => {
      await compare(provider);
      const [conversation] = await conversationsWith(handset);
      expect(await threadOf(relais.api, conversation.id)).toMatchObject([
        { text: 'Your parcel is on its way.', direction: 'outbound', status: 'delivered' },
      ]);
    });
    const again = await compare(provider);
    expect(await driftOf(relais.api, `runId=${again.id}`)).toEqual([]);
    expect(again.stages.messages!.seen).toBeGreaterThan(0);
    // The one it texted answers: into the same thread, which knows what was said before.
    await phones.ask('POST', `handsets/${encodeURIComponent(handset)}/messages`, {
      ...{ to: numbers[provider].phoneNumber, text: 'Thanks!' },
    });
    await eventually(async () => {
      const [conversation, ...more] = await conversationsWith(handset);
      expect(more).toEqual([]);
      const thread = await threadOf(relais.api, conversation.id);
      expect(thread.map(({ text }: { text: string }) => text)).toEqual([
        'Your parcel is on its way.',
        'Thanks!',
      ]);
    });
    expect(externalId).toEqual(expect.any(String));
  });

  it('a call of another program stands in the history once, when it is over', async () => {
    const handset = `+1415${tail}0202`;
    await others[provider].call(handset);
    const line = await phones.picksUp(handset);
    // While it lasts it is theirs alone.
    await compare(provider);
    expect(await callsWith(handset)).toEqual([]);
    await phones.hangUp(line);
    const run = await eventually(async () => {
      const first = await compare(provider);
      expect(await callsWith(handset)).toHaveLength(1);
      return first;
    }, 40_000);
    expect(await driftOf(relais.api, `runId=${run.id}&kind=call`)).toMatchObject([
      { subject: handset, field: 'exists', ours: null, outcome: 'adopted' },
    ]);
    const [call] = await callsWith(handset);
    expect(call).toMatchObject({
      ...{ direction: 'OUTBOUND', status: 'COMPLETED', from: numbers[provider].phoneNumber, missed: false },
    });
    const again = await compare(provider);
    expect(await driftOf(relais.api, `runId=${again.id}`)).toEqual([]);
    expect(await callsWith(handset)).toHaveLength(1);
    expect(await phones.linesOf(handset)).toEqual([]);
  });

  it('a call of another program that nobody answered is no talk', async () => {
    const handset = `+1415${tail}0303`;
    await others[provider].call(handset);
    await phones.decline(await phones.rings(handset), 'busy');
    await eventually(async () => {
      await compare(provider);
      expect(await callsWith(handset)).toMatchObject([{ direction: 'OUTBOUND', status: 'BUSY' }]);
    }, 40_000);
  });
});

it('nothing of it is another company’s', async () => {
  const other = await relais.addCompany('Bystander SARL');
  expect(await other.api.post('/api/telnyx/sync')).toMatchObject({
    ...{ status: 409, body: { code: 'provider_not_configured' } },
  });
  expect((await other.api.get('/api/calls')).body.calls).toEqual([]);
  expect((await other.api.get('/inbox/conversations')).body.conversations).toEqual([]);
});
