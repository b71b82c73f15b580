import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { twilioDelivery } from '../harness/provider-events.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, handsets, type TextNumber } from '../harness/texts.ts';

// Receipts come twice, shuffled, late, badly signed or never: what a text is shown as is right in the end, and never goes back.
const PROVIDERS = ['telnyx', 'twilio'] as const;
type Provider = (typeof PROVIDERS)[number];

interface House {
  relais: TestRelais;
  numbers: Record<Provider, TextNumber>;
  phones: ReturnType<typeof handsets>;
}

async function openHouse(RECONCILE_SECONDS: number): Promise<House> {
  const relais = await startRelais({ config: { RECONCILE_SECONDS, SMS_PER_SECOND: 50 } });
  const numbers = {
    telnyx: await buyTextNumber(relais, 'telnyx'),
    twilio: await buyTextNumber(relais, 'twilio'),
  };
  return { relais, numbers, phones: handsets(relais) };
}

/** A number of a handset that ends with what the sandbox is to do. */
const toOf = (provider: Provider, sentinel: string) =>
  `+1415${provider === 'telnyx' ? '555' : '556'}${sentinel}`;

async function send({ relais, numbers }: House, provider: Provider, to: string) {
  const started = await relais.api.post('/inbox/conversations', {
    ...{
      source: 'sms',
      phone_number: to,
      integration_id: numbers[provider].id,
      message: { text: `to ${to}` },
    },
  });
  expect(started.status, JSON.stringify(started.body)).toBeLessThan(300);
  return { id: started.body.message.id as string, conversationId: started.body.conversation.id as string };
}

async function read({ relais }: House, { id, conversationId }: { id: string; conversationId: string }) {
  const { body } = await relais.api.get(`/inbox/conversations/${conversationId}/messages?limit=200`);
  return body.messages.find((each: { id: string }) => each.id === id);
}

const becomes = (house: House, text: Awaited<ReturnType<typeof send>>, status: string, more: object = {}) =>
  eventually(async () => {
    const message = await read(house, text);
    expect(message).toMatchObject({ status, ...more });
    return message;
  });

interface Delivery {
  status: string;
  url: string;
  attempts: { status?: number }[];
}

/** Every webhook about a text that the sandbox was to send, once none waits any more. */
const webhooksOf = ({ phones }: House, { id }: { id: string }) =>
  eventually(async () => {
    const { items } = await phones.ask<{ items: Delivery[] }>('GET', 'deliveries?limit=500');
    const mine = items.filter(({ url }) => url.includes(`ref=${id}`));
    for (const { status } of mine) expect(['waiting', 'pending', 'scheduled']).not.toContain(status);
    return mine;
  });

describe('by webhook alone', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(3600);
  });
  afterAll(() => house?.relais.stop());

  for (const provider of PROVIDERS) {
    for (const [sentinel, name] of [
      ['8007', 'doubled'],
      ['8008', 'late'],
      ['8009', 'shuffled'],
    ] as const)
      it(`${name} receipts of ${provider} end in delivered, and stay there`, async () => {
        const text = await send(house, provider, toOf(provider, sentinel));
        await becomes(house, text, 'delivered', { error: null, delivered_at: expect.any(String) });
        const deliveries = await webhooksOf(house, text);
        expect(deliveries.length).toBeGreaterThan(1);
        expect(await read(house, text)).toMatchObject({ status: 'delivered', sent_at: expect.any(String) });
        expect((await house.phones.messages(toOf(provider, sentinel))).length).toBe(1);
      });

    const unknown: [string, string] =
      provider === 'telnyx'
        ? ['invalid_number', 'Ce numéro n’existe pas : vérifiez-le.']
        : ['unknown_destination', 'L’opérateur ne connaît pas ce numéro, ou il n’est plus en service.'];
    const ends: [string, string, string, string][] = [
      ['8001', 'undelivered', 'landline', 'C’est une ligne fixe : elle ne reçoit pas de SMS.'],
      [
        '8002',
        'undelivered',
        'unreachable',
        'Le téléphone est éteint ou hors de portée : réessayez plus tard.',
      ],
      [
        '8003',
        'undelivered',
        'filtered',
        'L’opérateur a pris ce SMS pour du spam : changez les mots, évitez les liens courts.',
      ],
      ['8004', 'undelivered', 'blocked', 'L’opérateur ou la personne bloque nos SMS.'],
      ['8005', 'undelivered', ...unknown],
      ['8006', 'failed', 'expired', 'Le SMS n’a pas pu être remis à temps.'],
    ];
    it.each(ends)(`${provider} tells why a text to …%s is %s: %s`, async (sentinel, status, code, reason) => {
      const text = await send(house, provider, toOf(provider, sentinel));
      await becomes(house, text, status, { error: { code }, delivered_at: null });
      const french = {
        ...house,
        relais: { ...house.relais, api: house.relais.api.with({ 'accept-language': 'fr' }) },
      };
      expect((await read(french, text)).error).toMatchObject({
        code,
        reason,
        provider_code: expect.any(String),
      });
      expect(await house.phones.messages(toOf(provider, sentinel))).toEqual([]);
    });

    it(`a text through ${provider} that no carrier confirms stays sent`, async () => {
      for (const sentinel of ['8012', '8019']) {
        const text = await send(house, provider, toOf(provider, sentinel));
        await becomes(house, text, 'sent', { error: null, delivered_at: null });
        await webhooksOf(house, text);
        expect((await read(house, text)).status).toBe('sent');
      }
    });
  }

  it('a receipt of an attempt before the last is about nothing', async () => {
    const to = toOf('twilio', '8002');
    const text = await send(house, 'twilio', to);
    const first = await becomes(house, text, 'undelivered');
    await webhooksOf(house, text);
    expect((await house.relais.api.post(`/inbox/messages/${text.id}/retry`)).status).toBe(200);
    const second = await becomes(house, text, 'undelivered');
    await webhooksOf(house, text);
    expect(second.external_id).not.toBe(first.external_id);
    const door = `/inbox/webhooks/sms/status?ref=${text.id}`;
    const receipt = (MessageSid: string, MessageStatus: string) =>
      twilioDelivery(house.relais, door, {
        MessageSid,
        MessageStatus,
        From: house.numbers.twilio.phoneNumber,
        To: to,
      });
    expect((await receipt(first.external_id, 'delivered')).status).toBe(200);
    expect((await receipt(second.external_id, 'sent')).status).toBe(200);
    // What comes after both has been handled after both.
    const marker = await send(house, 'twilio', toOf('twilio', '0001'));
    await becomes(house, marker, 'delivered');
    expect(await read(house, text)).toMatchObject({ status: 'undelivered', external_id: second.external_id });
    // A carrier that confirms after all is believed.
    expect((await receipt(second.external_id, 'delivered')).status).toBe(200);
    await becomes(house, text, 'delivered', { error: null });
  });

  it('a receipt that comes after everything has been acted on takes nothing back', async () => {
    const text = await send(house, 'twilio', toOf('twilio', '0004'));
    const { external_id: MessageSid, delivered_at } = await becomes(house, text, 'delivered');
    await webhooksOf(house, text);
    for (const MessageStatus of ['sent', 'sending', 'queued']) {
      const late = { MessageSid, MessageStatus, From: house.numbers.twilio.phoneNumber };
      const door = `/inbox/webhooks/sms/status?ref=${text.id}`;
      expect((await twilioDelivery(house.relais, door, late)).status).toBe(200);
      await house.relais.app.eventsSettled();
    }
    expect(await read(house, text)).toMatchObject({ status: 'delivered', delivered_at });
  });

  it('a receipt of another company’s account is about nothing of ours', async () => {
    const text = await send(house, 'twilio', toOf('twilio', '8012'));
    const { external_id: MessageSid } = await becomes(house, text, 'sent');
    const other = await house.relais.addCompany('Forger SARL');
    const { accountSid, authToken } = await house.phones.ask<{ accountSid: string; authToken: string }>(
      ...(['POST', 'accounts', { provider: 'twilio', name: 'forger' }] as const),
    );
    const made = await other.api.post('/api/provider-accounts', {
      ...{ provider: 'twilio', name: 'Forger', accountSid, authToken },
    });
    const door = `/inbox/webhooks/sms/status?ref=${text.id}&account=${made.body.account.id}`;
    const forged = { MessageSid, MessageStatus: 'undelivered', ErrorCode: '30006' };
    expect((await twilioDelivery(house.relais, door, forged, { accountSid, authToken })).status).toBe(200);
    const marker = await send(house, 'twilio', toOf('twilio', '0002'));
    await becomes(house, marker, 'delivered');
    expect((await read(house, text)).status).toBe('sent');
  });
});

describe('with the timer', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(1);
  });
  afterAll(() => house?.relais.stop());

  for (const provider of PROVIDERS)
    for (const [sentinel, name] of [
      ['8010', 'lost'],
      ['8011', 'badly signed'],
    ] as const)
      it(`${name} receipts of ${provider} are asked for`, async () => {
        const to = toOf(provider, sentinel);
        const text = await send(house, provider, to);
        await becomes(house, text, 'delivered', { price_estimated: false, error: null });
        expect(await house.phones.messages(to)).toHaveLength(1);
      });

  it('a price that the receipt did not tell is filled in later', async () => {
    const text = await send(house, 'twilio', toOf('twilio', '0003'));
    const listed = await read(house, text);
    expect(listed).toMatchObject({ price: { amount: '0.0075', currency: 'USD' }, price_estimated: true });
    const message = await becomes(house, text, 'delivered', { price_estimated: false });
    expect(message.price).toMatchObject({ amount: expect.stringMatching(/^0\.\d+$/), currency: 'USD' });
  });

  it('a text whose receipts were faster than its answer, which never came, gets its price all the same', async () => {
    const text = await send(house, 'twilio', '+14155578015');
    await becomes(house, text, 'delivered', { price_estimated: false });
  });

  it('a text whose answer and receipts were all lost is found', async () => {
    const to = toOf('twilio', '8015');
    await house.phones.fault({
      kind: 'webhook_lost',
      match: { provider: 'twilio', number: to },
      times: null,
    });
    const text = await send(house, 'twilio', to);
    await becomes(house, text, 'delivered');
    expect(await house.phones.messages(to)).toHaveLength(1);
  });
});
