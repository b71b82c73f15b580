import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../server/kernel/clock.ts';
import { eventually } from '../harness/eventually.ts';
import { twilioDelivery, twilioText } from '../harness/provider-events.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, conversationWith, handsets, type TextNumber, threadOf } from '../harness/texts.ts';

// Who may be written to: what people ask for by text, what providers say, what colleagues enter. It holds for all numbers of a company.
let relais: TestRelais;
let numbers: Record<'telnyx' | 'twilio', TextNumber>;
let phones: ReturnType<typeof handsets>;
const PROVIDERS = ['telnyx', 'twilio'] as const;
/** Can be put ahead: what comes with a time of the provider's is too old from then on. */
const clock = {
  ahead: 0,
  nowMs: () => systemClock.nowMs() + clock.ahead,
  now: () => new Date(clock.nowMs()),
};

beforeAll(async () => {
  relais = await startRelais({ clock, config: { RECONCILE_SECONDS: 3600, SMS_PER_SECOND: 50 } });
  phones = handsets(relais);
  numbers = { telnyx: await buyTextNumber(relais, 'telnyx'), twilio: await buyTextNumber(relais, 'twilio') };
});
afterAll(() => relais?.stop());

/** The ledger's entries about a number, the latest first. */
const ledgerOf = async (phoneNumber: string) =>
  (await relais.api.get(`/inbox/opt-outs?phone_number=${encodeURIComponent(phoneNumber)}`)).body.opt_outs;

/** Texts from a handset and waits until the thread has it. */
async function writes(from: string, to: TextNumber, text: string) {
  await phones.text(from, to.phoneNumber, text);
  const conversation = await conversationWith(relais.api, from);
  return eventually(async () => {
    const thread = await threadOf(relais.api, conversation.id);
    const message = thread.findLast((each: { text: string }) => each.text === text);
    expect(message, text).toBeDefined();
    return { conversation, message };
  });
}

/** What a handset got, provider's own answers left out. */
const ours = async (phoneNumber: string): Promise<string[]> =>
  (await phones.messages(phoneNumber))
    .filter(
      ({ direction, text }) => direction === 'received' && !/You have success|Reply STOP to unsub/.test(text),
    )
    .map(({ text }) => text);

describe('a keyword', () => {
  for (const [index, provider] of PROVIDERS.entries()) {
    const other = PROVIDERS[1 - index]!;

    it(`STOP through ${provider} is recorded with its proof, and blocks every number of the company`, async () => {
      const from = `+1415555021${index}`;
      const { conversation, message } = await writes(from, numbers[provider], 'Stop');
      const after = await eventually(async () => {
        const found = await conversationWith(relais.api, from);
        expect(found).toMatchObject({ opted_out: true, category: 'stop', category_rule: 'stop_keyword' });
        return found;
      });
      expect(await ledgerOf(from)).toMatchObject([
        {
          ...{ phone_number: from, state: 'out', source: 'message', keyword: 'STOP', provider_code: null },
          ...{ message_id: message.id, conversation_id: conversation.id, actor_name: from },
        },
      ]);
      const events = (await threadOf(relais.api, after.id)).filter(
        ({ kind }: { kind: string }) => kind === 'event',
      );
      expect(events).toMatchObject([{ event: { name: 'opted_out', to: 'STOP' } }]);
      for (const through of [numbers[provider], numbers[other]]) {
        const refused = await relais.api
          .with({ 'accept-language': 'fr' })
          .post(`/inbox/conversations/${after.id}/messages`, {
            text: 'Encore nous',
            integration_id: through.id,
          });
        expect(refused).toMatchObject({ status: 409, body: { code: 'recipient_opted_out' } });
        expect(refused.body.error).toBe(
          'Cette personne ne veut plus de SMS (STOP) : demandez son accord avant de lui réécrire.',
        );
      }
      expect(await ours(from)).toEqual([]);
    });

    it(`START through ${provider} opens the way again, and the history stays`, async () => {
      const from = `+1415555022${index}`;
      await writes(from, numbers[provider], 'STOP');
      await writes(from, numbers[provider], 'START');
      const conversation = await eventually(async () => {
        const found = await conversationWith(relais.api, from);
        expect(found.opted_out).toBe(false);
        return found;
      });
      const entries = await ledgerOf(from);
      expect(entries.map(({ state, keyword }: Record<string, string>) => [state, keyword])).toEqual([
        ['in', 'START'],
        ['out', 'STOP'],
      ]);
      const sent = await relais.api.post(`/inbox/conversations/${conversation.id}/messages`, {
        text: 'Bienvenue',
      });
      expect(sent.status).toBe(201);
      await eventually(async () => expect(await ours(from)).toEqual(['Bienvenue']));
    });

    it(`ARRET through ${provider} is answered by us, once, since the provider does not know the word`, async () => {
      const from = `+1415555023${index}`;
      const { conversation } = await writes(from, numbers[provider], 'Arrêt');
      const answer = "Harness SARL : vous ne recevrez plus de SMS. Répondez START si vous changez d'avis.";
      await eventually(async () => expect(await ours(from)).toEqual([answer]));
      await eventually(async () => {
        const thread = await threadOf(relais.api, conversation.id);
        expect(thread.at(-1)).toMatchObject({
          text: answer,
          status: 'delivered',
          author: { kind: 'system' },
        });
      });
      // Saying it again changes nothing and is not answered again.
      await writes(from, numbers[provider], 'ARRET');
      await relais.app.textsSent();
      expect(await ours(from)).toEqual([answer]);
      expect(await ledgerOf(from)).toHaveLength(1);
      const after = await conversationWith(relais.api, from);
      expect(after).toMatchObject({ category: 'stop', unread_count: 2, opted_out: true });
    });

    it(`AIDE through ${provider} is answered by us and HELP by the provider`, async () => {
      const from = `+1415555024${index}`;
      await writes(from, numbers[provider], 'aide');
      await eventually(async () =>
        expect(await ours(from)).toEqual([
          'Harness SARL : répondez à ce SMS pour nous joindre. Répondez STOP pour ne plus recevoir de SMS.',
        ]),
      );
      await writes(from, numbers[provider], 'HELP');
      await relais.app.textsSent();
      expect(await ours(from)).toHaveLength(1);
      expect(await ledgerOf(from)).toEqual([]);
    });
  }

  it('that the provider does not recognise, for it has a full stop, is answered by us', async () => {
    const from = '+14155550250';
    await writes(from, numbers.twilio, 'Stop.');
    await eventually(async () =>
      expect(await ours(from)).toEqual([
        'Harness SARL: you will receive no more texts. Reply START to change your mind.',
      ]),
    );
  });

  it('inside a sentence is talk', async () => {
    const from = '+14155550251';
    const { conversation } = await writes(from, numbers.telnyx, 'STOP 12345');
    expect(conversation.opted_out).toBe(false);
    expect(await ledgerOf(from)).toEqual([]);
  });

  it('delivered twice is answered once', async () => {
    const from = '+14155550252';
    const text = twilioText(from, numbers.twilio.phoneNumber, 'désabonner');
    // A parameter more is another signature, so that both get in.
    await twilioDelivery(relais, '/inbox/webhooks/sms', text);
    await conversationWith(relais.api, from);
    await twilioDelivery(relais, '/inbox/webhooks/sms', { ...text, ApiVersion: '2010-04-01' });
    await twilioDelivery(relais, '/inbox/webhooks/sms', twilioText(from, numbers.twilio.phoneNumber, 'last'));
    await eventually(async () => {
      const conversation = await conversationWith(relais.api, from);
      expect(conversation.last_message.preview).toBe('last');
    });
    await relais.app.textsSent();
    expect(await ours(from)).toHaveLength(1);
    expect(await ledgerOf(from)).toHaveLength(1);
  });

  it('is answered with the company’s own words, or not at all', async () => {
    const settings = '/inbox/settings';
    await relais.api.patch(settings, { stop_text: 'Au revoir de {{company}} !', help_text: '' });
    await writes('+14155550253', numbers.telnyx, 'STOP SMS');
    await eventually(async () => expect(await ours('+14155550253')).toEqual(['Au revoir de Harness SARL !']));
    await writes('+14155550254', numbers.telnyx, 'Aide');
    await relais.app.textsSent();
    expect(await ours('+14155550254')).toEqual([]);
    await relais.api.patch(settings, { stop_text: null, help_text: null });
  });

  it('START of somebody who never stopped is talk', async () => {
    const { conversation } = await writes('+14155550255', numbers.telnyx, 'REPRENDRE');
    await relais.app.textsSent();
    expect(await ledgerOf('+14155550255')).toEqual([]);
    expect(await ours('+14155550255')).toEqual([]);
    expect(conversation.opted_out).toBe(false);
  });

  it('of one company says nothing to another', async () => {
    const other = await relais.addCompany('Neighbour SARL');
    const theirs = await buyTextNumber(relais, 'telnyx', other.api);
    const from = '+14155550256';
    await writes(from, numbers.telnyx, 'arrêt');
    await phones.text(from, theirs.phoneNumber, 'Bonjour voisin');
    const conversation = await conversationWith(other.api, from);
    expect(conversation.opted_out).toBe(false);
    expect((await other.api.get('/inbox/opt-outs')).body.opt_outs).toEqual([]);
    expect(
      (await other.api.post(`/inbox/conversations/${conversation.id}/messages`, { text: 'ok' })).status,
    ).toBe(201);
  });
});

describe('a provider that refuses because the person opted out', () => {
  const codes = { telnyx: '40300', twilio: '21610' };
  for (const provider of PROVIDERS) {
    it(`is believed: ${provider}`, async () => {
      const to = provider === 'telnyx' ? '+14155008018' : '+14155018018';
      const started = await relais.api.post('/inbox/conversations', {
        ...{ source: 'sms', phone_number: to, integration_id: numbers[provider].id },
        message: { text: 'Bonjour' },
      });
      expect(started.status).toBe(201);
      const { conversation, message } = started.body;
      await eventually(async () => {
        const found = (await threadOf(relais.api, conversation.id)).find(
          (each: { id: string }) => each.id === message.id,
        );
        expect(found).toMatchObject({
          status: 'failed',
          error: {
            code: 'opted_out',
            provider_code: codes[provider],
            reason: 'The person wants no more texts (STOP).',
          },
        });
      });
      expect(await ledgerOf(to)).toMatchObject([
        {
          state: 'out',
          source: 'provider',
          provider_code: codes[provider],
          keyword: null,
          message_id: message.id,
        },
      ]);
      const again = await relais.api.post(`/inbox/conversations/${conversation.id}/messages`, {
        text: 'Encore',
      });
      expect(again.body.code).toBe('recipient_opted_out');
      expect(await phones.messages(to)).toEqual([]);
    });
  }
});

describe('a text that waits', () => {
  it('does not leave once the person has said STOP, whatever was true when it was accepted', async () => {
    const from = '+14155550260';
    const { conversation } = await writes(from, numbers.telnyx, 'Bonjour');
    const path = `/inbox/conversations/${conversation.id}/messages`;
    const sendAt = new Date(clock.nowMs() + 3_600_000).toISOString();
    const accepted = await relais.api.post(path, { text: 'Promotion', send_at: sendAt });
    expect(accepted.body.message.status).toBe('scheduled');
    await writes(from, numbers.twilio, 'Arrêt');
    await eventually(async () => expect(await ledgerOf(from)).toHaveLength(1));
    expect(
      (await threadOf(relais.api, conversation.id)).find(
        (each: { id: string }) => each.id === accepted.body.message.id,
      ).status,
    ).toBe('scheduled');
    clock.ahead = 3_600_000;
    const failed = await eventually(async () => {
      const thread = await threadOf(relais.api.with({ 'accept-language': 'fr' }), conversation.id);
      const message = thread.find((each: { id: string }) => each.id === accepted.body.message.id);
      expect(message.status).toBe('failed');
      return message;
    });
    expect(failed.error).toEqual({
      code: 'opted_out',
      reason: 'La personne ne veut plus de SMS (STOP).',
      provider_code: null,
      provider_message: 'the person wants no texts',
    });
    expect((await ours(from)).filter((text) => text === 'Promotion')).toEqual([]);
    const retried = await relais.api.post(`/inbox/messages/${accepted.body.message.id}/retry`);
    expect(retried).toMatchObject({ status: 409, body: { code: 'recipient_opted_out' } });
  });
});
