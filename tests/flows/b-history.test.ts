import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { join, signedIn } from '../harness/people.ts';
import type { Person } from '../harness/person.ts';
import { twilioDelivery, twilioText } from '../harness/provider-events.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, conversationWith, handsets, type TextNumber } from '../harness/texts.ts';

// What was said is found again, by those who may see it, and whole numbers are seen by those who may see them.
let relais: TestRelais;
let telnyx: TextNumber;
let twilio: TextNumber;
let phones: ReturnType<typeof handsets>;
let viewer: Person;

/** Two customers, their numbers whole and as a viewer sees them. */
const ADA = { number: '+33612348111', masked: '+33 6 •• •• •• 11', name: 'Ada Lovelace' };
const BOB = '+14155550622';

beforeAll(async () => {
  relais = await startRelais({ config: { RECONCILE_SECONDS: 3600 } });
  phones = handsets(relais);
  telnyx = await buyTextNumber(relais, 'telnyx');
  twilio = await buyTextNumber(relais, 'twilio');
  viewer = (await join(relais, await signedIn(relais, relais.owner), 'viewer')).person;
  await relais.api.post('/api/contacts', { name: ADA.name, phones: [{ phoneNumber: ADA.number }] });
  const texts = ['Mon cœur est à l’ÉTÉ', '=SUM(A1:A9)', 'Commande CMD-2041, 12,50 €'];
  for (const text of texts)
    await twilioDelivery(relais, '/inbox/webhooks/sms', twilioText(ADA.number, twilio.phoneNumber, text));
  await phones.text(BOB, telnyx.phoneNumber, 'Good morning');
  const { id } = await conversationWith(relais.api, BOB);
  await relais.api.post(`/inbox/conversations/${id}/messages`, { text: 'Good evening' });
  await eventually(async () => {
    const { body } = await relais.api.get('/inbox/messages?status=delivered');
    expect(body.messages).toHaveLength(1);
    expect((await relais.api.get('/inbox/messages')).body.messages).toHaveLength(5);
  });
});
afterAll(() => relais?.stop());

const found = async (search: string, person: Pick<Person, 'get'> = relais.api) =>
  (await person.get(`/inbox/conversations?search=${encodeURIComponent(search)}`)).body.conversations.map(
    (each: { phone_number: string }) => each.phone_number,
  );

describe('a search', () => {
  const searches: [string, string[]][] = [
    ['Ada', [ADA.number]],
    ['lovel', [ADA.number]],
    ['LOVELACE ada', [ADA.number]],
    ['06 12 34 81 11', [ADA.number]],
    ['+33612348111', [ADA.number]],
    ['+1 415 555', [BOB]],
    ['été', [ADA.number]],
    ['ETE', [ADA.number]],
    ['e\u0301te\u0301', [ADA.number]],
    ['cœur', [ADA.number]],
    ['coeur', [ADA.number]],
    ['cmd-2041', [ADA.number]],
    ['2041', [ADA.number]],
    ['12,50', [ADA.number]],
    ['morn', [BOB]],
    ['Good evening', [BOB]],
    ['nothing of this', []],
    ["' or 1=1 --", []],
    ['& | ! :*', []],
  ];
  it.each(searches)('for %j finds %j', async (search, expected) => {
    expect(await found(search)).toEqual(expected);
  });

  it('finds a viewer words and names, and tells nothing about numbers', async () => {
    expect(await found('Ada', viewer)).toEqual([ADA.masked]);
    expect(await found('coeur', viewer)).toEqual([ADA.masked]);
    for (const digits of ['0612348111', '+33612348111', '8111', '415555', '+14155550622'])
      expect(await found(digits, viewer), digits).toEqual([]);
  });
});

const history = async (query: string, person: Pick<Person, 'get'> = relais.api) =>
  (await person.get(`/inbox/messages?${query}`)).body;

describe('the history', () => {
  const texts = (body: { messages: { text: string }[] }) => body.messages.map(({ text }) => text);

  it('is filtered', async () => {
    const contact = (await relais.api.get('/inbox/conversations?search=Ada')).body.conversations[0].contact;
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
    const filters: [string, number][] = [
      ['', 5],
      ['direction=inbound', 4],
      ['direction=outbound', 1],
      ['status=received', 4],
      ['provider=twilio', 3],
      ['provider=telnyx&direction=inbound', 1],
      ['number=12348111', 3],
      [`number=${encodeURIComponent(telnyx.phoneNumber)}`, 2],
      [`contact_id=${contact.id}`, 3],
      ['contact_id=x', 0],
      [`since=${hourAgo}`, 5],
      [`until=${hourAgo}`, 0],
      ['since=1900-01-01T00:00:00Z', 5],
      ['until=0001-01-01T00:00:00Z', 0],
      ['since=9999-12-31T00:00:00Z', 0],
      ['search=coeur', 1],
    ];
    for (const [query, count] of filters) expect((await history(query)).messages, query).toHaveLength(count);
    expect(texts(await history('limit=2'))).toEqual(['Good evening', 'Good morning']);
    const wrong = await relais.api.get('/inbox/messages?since=yesterday');
    expect(wrong.body.code).toBe('invalid_request');
  });

  it('of Telnyx alone is where the guide says', async () => {
    const { body } = await relais.api.get('/api/telnyx/messages?limit=50&provider=twilio');
    expect(texts(body)).toEqual(['Good evening', 'Good morning']);
  });

  it('comes in pages', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const body = await history(`limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...texts(body));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(texts(await history('limit=200')));
    expect(seen).toHaveLength(5);
  });

  it('is exported, and no cell runs as a formula', async () => {
    const csv = await relais.api.get('/inbox/messages?format=csv');
    expect(csv.headers.get('content-disposition')).toContain('messages.csv');
    const lines = (csv.body as unknown as string)
      .replace(/^\uFEFF/, '')
      .trimEnd()
      .split('\r\n');
    expect(lines[0]).toBe(
      'created_at,direction,type,from,to,text,status,error,segments,price,currency,provider,external_id,author,delivered_at',
    );
    expect(lines).toHaveLength(6);
    expect(csv.body).toContain(`,${ADA.number},${twilio.phoneNumber},'=SUM(A1:A9),received,`);
    expect(csv.body).toContain('"Commande CMD-2041, 12,50 €"');
    const narrow = await relais.api.get('/inbox/messages?format=csv&direction=outbound&limit=1');
    expect((narrow.body as unknown as string).trimEnd().split('\r\n')).toHaveLength(2);
  });
});

describe('a viewer', () => {
  it('sees no whole number of a customer anywhere, and cannot ask for one digit by digit', async () => {
    const [conversation] = (await viewer.get('/inbox/conversations?search=Ada')).body.conversations;
    expect(conversation).toMatchObject({
      phone_number: ADA.masked,
      contact: { phone_number: ADA.masked, name: ADA.name },
    });
    // What a provider says of a text names its number.
    const failed = await relais.api.post('/inbox/conversations', {
      ...{ source: 'sms', phone_number: '+15005550001', integration_id: twilio.id, message: { text: 'x' } },
    });
    const message = await eventually(async () => {
      const { body } = await relais.api.get(`/inbox/messages?conversation_id=${failed.body.conversation.id}`);
      expect(body.messages[0].status).toBe('failed');
      return body.messages[0];
    });
    expect(message.error.provider_message).toContain('+15005550001');
    for (const path of [
      '/inbox/conversations?status=all',
      `/inbox/conversations/${conversation.id}`,
      `/inbox/conversations/${conversation.id}/messages`,
      `/inbox/conversations/${failed.body.conversation.id}/messages`,
      '/inbox/messages',
      '/inbox/messages?format=csv',
      '/inbox/unroutable',
      '/inbox/opt-outs',
      '/api/telnyx/messages',
    ]) {
      const answer = await viewer.get(path);
      expect(answer.status, path).toBe(200);
      expect(JSON.stringify(answer.body), path).not.toMatch(/612348111|4155550622|5005550001/);
    }
    for (const digits of ['612348111', '8111', '9'])
      expect(await history(`number=${digits}`, viewer)).toEqual(await history('', viewer));
  });

  it('changes nothing', async () => {
    const [{ id }] = (await viewer.get('/inbox/conversations')).body.conversations;
    const path = `/inbox/conversations/${id}`;
    for (const answer of [
      await viewer.post(`${path}/messages`, { text: 'x' }),
      await viewer.post(`${path}/notes`, { text: 'x' }),
      await viewer.post(`${path}/close`),
      await viewer.post(`${path}/read`),
      await viewer.patch(path, { labels: ['x'] }),
      await viewer.post('/inbox/conversations', { source: 'sms', phone_number: BOB }),
      await viewer.post('/inbox/templates', { name: 'x', text: 'x' }),
      await viewer.patch('/inbox/settings', { help_text: 'x' }),
    ])
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });
});

describe('a price', () => {
  it('is the provider’s, else the list’s; a masked number will do', async () => {
    const price = async (to: string, more = '') =>
      (await relais.api.get(`/inbox/price?to=${encodeURIComponent(to)}${more}`)).body;
    expect(await price(ADA.number, `&integration_id=${telnyx.id}`)).toMatchObject({ country: 'FR' });
    expect((await price(ADA.masked)).country).toBe('FR');
    expect(await price('0612345678')).toMatchObject({ country: 'FR', price: { currency: 'USD' } });
    const fromTwilio = await price('+14155550100', `&integration_id=${twilio.id}`);
    expect(fromTwilio).toMatchObject({ country: 'US', price: { amount: expect.stringMatching(/^0\.\d+$/) } });
    expect(await price('nobody')).toMatchObject({ price: null, country: null });
    expect((await relais.api.get('/inbox/price')).body.code).toBe('invalid_request');
  });
});
