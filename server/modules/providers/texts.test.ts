import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../kernel/clock.ts';
import { PUBLIC_URL, portDeps, START_MS } from './fixture.ts';
import type { OutboundText } from './messaging.ts';
import type { ProviderPort } from './port.ts';
import { type Answer, type StandIn, startStandIn } from './stand-in.ts';
import { createTelnyxPort } from './telnyx/index.ts';
import { createTwilioPort } from './twilio/index.ts';

// What providers do rarely, by a server that does nothing else. What they do every day is tested in the sandbox.

type Name = 'telnyx' | 'twilio';
const accountSid = `AC${'a'.repeat(32)}`;
const clock = manualClock(START_MS);
const pausesMs: number[] = [];
let standIn: StandIn;
const ports = {} as Record<Name, ProviderPort>;

beforeAll(async () => {
  standIn = await startStandIn();
  const deps = { ...portDeps({ clock }, pausesMs), timeoutMs: 200 };
  const baseUrl = standIn.url;
  ports.telnyx = createTelnyxPort(
    { accountId: 'ours', apiKey: 'KEY', baseUrl: `${baseUrl}/v2`, connectionId: null },
    deps,
  );
  ports.twilio = createTwilioPort(
    { accountId: 'ours', accountSid, authToken: 'token', baseUrl, voiceUrl: null, statusUrl: null },
    deps,
  );
});
afterAll(() => standIn.close());
beforeEach(() => {
  pausesMs.length = 0;
});

const TEXT: OutboundText = {
  ...{ from: '+14155550100', to: '+13129457420', text: 'Hello & é', mediaUrls: [], reference: 'msg-1' },
};
const SENT: Record<Name, object> = {
  telnyx: {
    data: { id: 'm-1', to: [{ status: 'queued' }], parts: 1, webhook_url: 'https://x.test/?ref=msg-1' },
  },
  twilio: { sid: 'SM1', status: 'queued', num_segments: '1', price: null, price_unit: 'USD' },
};
const error = (name: Name, code: number) =>
  name === 'telnyx'
    ? { errors: [{ code: String(code), title: 'No', detail: 'No, really' }] }
    : { code, message: 'No, really', status: 400 };

describe.each(['telnyx', 'twilio'] as const)('a text sent by %s', (name) => {
  const send = (answer: Answer, over: Partial<OutboundText> = {}) => {
    standIn.answers(answer);
    return ports[name].sendText({ ...TEXT, ...over });
  };

  it('is accepted once the provider has named it', async () => {
    expect(await send({ status: name === 'telnyx' ? 200 : 201, body: SENT[name] })).toMatchObject({
      kind: 'accepted',
      text: {
        messageId: name === 'telnyx' ? 'm-1' : 'SM1',
        reference: name === 'telnyx' ? 'msg-1' : null,
        ...{ status: 'queued', providerStatus: 'queued', failure: null, segments: 1, price: null },
      },
    });
    const { body } = standIn.got[0]!;
    const callback = name === 'telnyx' ? '/api/telnyx/webhooks/messages' : '/inbox/webhooks/sms/status';
    const sent =
      name === 'telnyx' ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body).entries());
    expect(sent).toEqual(
      name === 'telnyx'
        ? {
            ...{ from: TEXT.from, to: TEXT.to, text: TEXT.text },
            webhook_url: `${PUBLIC_URL}${callback}?ref=msg-1&account=ours`,
          }
        : {
            ...{ From: TEXT.from, To: TEXT.to, Body: TEXT.text },
            StatusCallback: `${PUBLIC_URL}${callback}?ref=msg-1&account=ours`,
          },
    );
  });

  it('with pictures alone carries no words', async () => {
    await send(
      { status: 200, body: SENT[name] },
      { text: '', mediaUrls: ['https://x.test/1', 'https://x.test/2'] },
    );
    const { body } = standIn.got[0]!;
    expect(decodeURIComponent(body)).toContain('https://x.test/2');
    expect(body).not.toMatch(/"text"|Body=/);
  });

  it('too many of them is for the caller to wait out', async () => {
    expect(await send({ status: 429, headers: { 'retry-after': '3' } })).toEqual({
      kind: 'rate_limited',
      retryAfterMs: 3000,
    });
    expect(await send({ status: 429 })).toEqual({ kind: 'rate_limited', retryAfterMs: 1000 });
    expect(standIn.got).toHaveLength(1);
    expect(pausesMs).toEqual([]);
  });

  it('whose answer does not come, breaks off or cannot be read is open', async () => {
    const json = { 'content-type': 'application/json' };
    const answers: Answer[] = [
      () => undefined,
      (response) => response.destroy(),
      (response) => void response.writeHead(200, json).end('{"data":{"id'),
      (response) => {
        response.writeHead(200, { ...json, 'content-length': '99' }).write('{');
        response.destroy();
      },
      (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello</p>'),
      { status: 200, body: {} },
      { status: 500, body: error(name, 1) },
      { status: 503 },
      { status: 408 },
    ];
    for (const answer of answers) {
      expect(await send(answer)).toEqual({ kind: 'unanswered' });
      expect(standIn.got).toHaveLength(1);
    }
  });

  const codes: [number, number, string][] =
    name === 'telnyx'
      ? [
          [403, 40300, 'opted_out'],
          [422, 10016, 'invalid_number'],
          [422, 40310, 'invalid_number'],
          [400, 40309, 'region_blocked'],
          [400, 40305, 'sender_not_allowed'],
          [400, 40302, 'too_long'],
          [403, 20100, 'insufficient_funds'],
          [429, 40318, 'queue_full'],
          [401, 10009, 'account_problem'],
          [400, 99999, 'unknown'],
        ]
      : [
          [400, 21610, 'opted_out'],
          [400, 21211, 'invalid_number'],
          [400, 21614, 'landline'],
          [400, 21408, 'region_blocked'],
          [400, 21606, 'sender_not_allowed'],
          [400, 30034, 'unregistered_sender'],
          [400, 21617, 'too_long'],
          [429, 21611, 'queue_full'],
          [401, 20003, 'account_problem'],
          [400, 99999, 'unknown'],
        ];
  it.each(codes)('refused with %i, code %i: %s', async (status, code, reason) => {
    expect(await send({ status, body: error(name, code) })).toEqual({
      kind: 'refused',
      failure: {
        ...{ reason, providerCode: String(code) },
        providerMessage: expect.stringContaining('No, really'),
      },
    });
  });

  it('refused without a code is told by the status', async () => {
    const reasonOf = async (status: number) => {
      const outcome = await send({ status });
      return outcome.kind === 'refused' && outcome.failure.reason;
    };
    expect(await reasonOf(401)).toBe('account_problem');
    expect(await reasonOf(402)).toBe('insufficient_funds');
    expect(await reasonOf(404)).toBe('unknown');
  });

  it('that is gone is null, and one that cannot be asked about is an error', async () => {
    standIn.answers({ status: 404 });
    expect(await ports[name].getText('m-1')).toBeNull();
    standIn.answers({ status: 401 });
    await expect(ports[name].getText('m-1')).rejects.toMatchObject({ code: 'provider_unauthorized' });
  });
});

describe('a text whose answer never came', () => {
  const since = new Date(START_MS);
  const later = 'Sun, 01 Mar 2026 10:00:01 +0000';
  const earlier = 'Sun, 01 Mar 2026 09:59:00 +0000';

  it('is found at Twilio by numbers, words and time, on a few pages at most', async () => {
    const mine = {
      sid: 'SM1',
      from: TEXT.from,
      to: TEXT.to,
      body: TEXT.text,
      num_media: '0',
      status: 'sent',
    };
    const messages = [
      { ...mine, date_created: later, price: '-0.00750', price_unit: 'USD' },
      { ...mine, sid: 'SM2', date_created: later, body: 'Other words' },
      { ...mine, sid: 'SM3', date_created: later, num_media: '1' },
      { ...mine, sid: 'SM4', date_created: later, from: '+14155550199' },
      { ...mine, sid: 'SM5', date_created: earlier },
    ];
    standIn.answers({ status: 200, body: { messages, next_page_uri: '/2010-04-01/next.json?Page=1' } });
    const found = await ports.twilio.findTexts(TEXT, since);
    expect(standIn.got).toHaveLength(3);
    expect(standIn.got[0]!.target).toContain(new URLSearchParams({ From: TEXT.from }).toString());
    expect(found.map((text) => text.messageId)).toEqual(['SM1', 'SM1', 'SM1']);
    expect(found[0]).toMatchObject({ status: 'sent', price: { amount: '0.00750', currency: 'USD' } });
    standIn.answers({
      status: 200,
      body: { messages: [messages[4]], next_page_uri: '/2010-04-01/next.json' },
    });
    expect(await ports.twilio.findTexts(TEXT, since)).toEqual([]);
    expect(standIn.got).toHaveLength(1);
  });

  const record = {
    ...{ record_type: 'message_detail_record', direction: 'outbound', cli: TEXT.from, cld: TEXT.to },
    created_at: '2026-03-01T10:00:01Z',
  };
  const records = (...data: object[]) => ({
    status: 200,
    body: { data, meta: { page_number: 1, total_pages: 1 } },
  });
  const message = (id: string, over: object = {}) => ({
    status: 200,
    body: { data: { id, to: [{ status: 'sent' }], text: TEXT.text, ...over } },
  });
  const named = (ref: string) => ({ delivery_status_webhook_url: `${PUBLIC_URL}/x?ref=${ref}` });

  it('is found at Telnyx by the address of its receipts', async () => {
    standIn.answers(
      records({ ...record, uuid: 'a', ...named('msg-0') }, { ...record, uuid: 'b', ...named('msg-1') }),
      message('b', { webhook_url: `${PUBLIC_URL}/x?ref=msg-1` }),
    );
    expect(await ports.telnyx.findTexts(TEXT, since)).toMatchObject([
      { messageId: 'b', reference: 'msg-1', status: 'sent' },
    ]);
    const query = new URL(standIn.got[0]!.target, standIn.url).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      'filter[record_type]': 'messaging',
      'filter[cli]': TEXT.from,
      'filter[cld]': TEXT.to,
      'filter[created_at][gte]': '2026-03-01T09:59:55.000Z',
    });
    expect(standIn.got.map((got) => got.target.split('?')[0])).toEqual([
      '/v2/detail_records',
      '/v2/messages/b',
    ]);
  });

  it('is found at Telnyx by its record alone, when the message is no longer told', async () => {
    standIn.answers(records({ ...record, uuid: 'b', status: 'delivered', ...named('msg-1') }), {
      status: 404,
    });
    expect(await ports.telnyx.findTexts(TEXT, since)).toMatchObject([
      { messageId: 'b', reference: 'msg-1', status: 'sent', providerStatus: 'delivered' },
    ]);
  });

  it('is found at Telnyx by its words where no record names it, and never among those of other messages', async () => {
    standIn.answers(
      records(
        { ...record, uuid: 'a', ...named('msg-0') },
        { ...record, uuid: 'b' },
        { ...record, uuid: 'c' },
        { ...record, uuid: 'd', cld: '+13129457499' },
      ),
      message('b'),
      message('c', { text: 'Other words' }),
    );
    expect(await ports.telnyx.findTexts(TEXT, since)).toMatchObject([{ messageId: 'b', reference: null }]);
    expect(standIn.got).toHaveLength(3);
  });
});

describe('the price of a text', () => {
  const price = (amount: string, number_type = 'mobile') => ({
    number_type,
    base_price: '9',
    current_price: amount,
  });

  it('is the one that most mobile carriers share, asked once in a while', async () => {
    const outbound_sms_prices = [
      { carrier: 'a', prices: [price('0.0798'), price('0.01', 'landline')] },
      { carrier: 'b', prices: [price('0.0650'), price('0.01', 'landline')] },
      { carrier: 'c', prices: [price('0.0798')] },
    ];
    standIn.answers({ status: 200, body: { price_unit: 'usd', outbound_sms_prices } });
    const expected = { amount: '0.0798', currency: 'USD' };
    expect(await ports.twilio.textPrice('FR')).toEqual(expected);
    expect(await ports.twilio.textPrice('FR')).toEqual(expected);
    expect(standIn.got).toHaveLength(1);
    expect(standIn.got[0]!.headers['x-orig-host']).toBe('pricing.twilio.com');
  });

  it('that nobody tells is none, and a provider that is silent is left alone for a minute', async () => {
    standIn.answers({ status: 404 });
    expect(await ports.twilio.textPrice('AQ')).toBeNull();
    expect(await ports.twilio.textPrice('AQ')).toBeNull();
    expect(standIn.got).toHaveLength(1);
    clock.advance(60_000);
    expect(await ports.twilio.textPrice('AQ')).toBeNull();
    expect(standIn.got).toHaveLength(2);
    expect(await ports.telnyx.textPrice('FR')).toBeNull();
  });
});

describe('pointing the texts of a Twilio number at us', () => {
  const smsUrl = `${PUBLIC_URL}/inbox/webhooks/sms?account=ours`;
  const configure = async (current: object) => {
    standIn.answers({ status: 200, body: { sid: 'PN1', ...current } });
    await ports.twilio.configureTexts({ numberId: 'PN1', phoneNumber: TEXT.from });
    return standIn.got.slice(1).map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
  };

  it('leaves its calls alone', async () => {
    expect(await configure({ sms_url: 'https://other.test/', sms_method: 'GET' })).toEqual([
      { SmsUrl: smsUrl, SmsMethod: 'POST' },
    ]);
  });

  it('takes off an application, which would go before the address', async () => {
    expect(await configure({ sms_url: smsUrl, sms_method: 'POST', sms_application_sid: 'AP1' })).toEqual([
      { SmsUrl: smsUrl, SmsMethod: 'POST', SmsApplicationSid: '' },
    ]);
  });

  it('changes nothing the second time', async () => {
    expect(await configure({ sms_url: smsUrl, sms_method: 'POST' })).toEqual([]);
  });
});
