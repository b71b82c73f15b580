import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { driftOf, SYNC_ALONE, sync } from '../harness/syncs.ts';
import { buyTextNumber, conversationWith, handsets, type TextNumber, threadOf } from '../harness/texts.ts';

// Webhooks of texts are lost, all of them: comparing with the provider brings both sides together.

const PROVIDERS = ['telnyx', 'twilio'] as const;
let relais: TestRelais;
let phones: ReturnType<typeof handsets>;
const numbers = {} as Record<(typeof PROVIDERS)[number], TextNumber>;

beforeAll(async () => {
  relais = await startRelais({ config: SYNC_ALONE });
  phones = handsets(relais);
  for (const provider of PROVIDERS) numbers[provider] = await buyTextNumber(relais, provider);
  await phones.fault({ id: 'silence', kind: 'webhook_lost', match: {}, times: null });
});
afterAll(() => relais?.stop());

async function send(from: TextNumber, to: string) {
  const { status, body } = await relais.api.post('/inbox/conversations', {
    ...{ source: 'sms', phone_number: to, integration_id: from.id, message: { text: `to ${to}` } },
  });
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  const { message, conversation } = body;
  const read = async () =>
    (await threadOf(relais.api, conversation.id)).find(({ id }: { id: string }) => id === message.id);
  return { id: message.id as string, read };
}

/** The provider has it, and it is over there: reviews are fast. */
const isThere = (handset: string) =>
  eventually(async () => expect(await phones.messages(handset)).not.toEqual([]));

describe.each(PROVIDERS)('%s', (provider) => {
  const tail = provider === 'telnyx' ? '555' : '556';

  it('receipts that were lost are found: delivered, and not delivered with the reason', async () => {
    const good = await send(numbers[provider], `+1415${tail}0101`);
    const bad = await send(numbers[provider], `+1415${tail}8001`);
    await isThere(`+1415${tail}0101`);
    expect((await good.read()).status).not.toBe('delivered');
    await eventually(async () => {
      await sync(relais.api, { provider });
      expect(await good.read()).toMatchObject({ status: 'delivered' });
      expect(await bad.read()).toMatchObject({ status: 'undelivered', error: { code: 'landline' } });
    });
    const ofTexts = async () =>
      (await driftOf(relais.api, `kind=message&provider=${provider}`)).filter(
        ({ theirs }) => theirs !== 'sent',
      );
    expect(await ofTexts()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ subject: `+1415${tail}0101`, theirs: 'delivered', outcome: 'repaired' }),
        expect.objectContaining({ subject: `+1415${tail}8001`, theirs: 'undelivered', outcome: 'repaired' }),
      ]),
    );
    const [again] = await sync(relais.api, { provider });
    expect(await driftOf(relais.api, `runId=${again!.id}`)).toEqual([]);
  });

  it('texts that came in unheard are taken in once, with their words, their picture and their time', async () => {
    const handset = `+1415${tail}0202`;
    await phones.text(handset, numbers[provider].phoneNumber, 'Is anybody there?', [{ sample: 'photo' }]);
    await phones.text(handset, numbers[provider].phoneNumber, 'Hello?');
    await eventually(async () => expect(await phones.messages(handset)).toHaveLength(2));
    const sentAt = Date.now();

    await sync(relais.api, { provider });
    const conversation = await conversationWith(relais.api, handset);
    const thread = await threadOf(relais.api, conversation.id);
    expect(thread.map(({ text, direction }: Record<string, string>) => [text, direction])).toEqual([
      ['Is anybody there?', 'inbound'],
      ['Hello?', 'inbound'],
    ]);
    expect(Math.abs(Date.parse(thread[0].created_at) - sentAt)).toBeLessThan(10_000);
    await eventually(async () => {
      const [first] = await threadOf(relais.api, conversation.id);
      expect(first.media).toMatchObject([
        { content_type: expect.stringMatching(/^image\//), status: 'stored' },
      ]);
    });
    await sync(relais.api, { provider });
    expect(await threadOf(relais.api, conversation.id)).toHaveLength(2);
  });

  it('a stop that nobody heard is obeyed', async () => {
    const handset = `+1415${tail}0303`;
    await phones.text(handset, numbers[provider].phoneNumber, 'STOP');
    await sync(relais.api, { provider });
    await eventually(async () => {
      const { body } = await relais.api.get(`/inbox/opt-outs?search=${tail}0303`);
      expect(JSON.stringify(body)).toContain(handset);
    });
  });
});
