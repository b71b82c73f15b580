import { describe, expect, it } from 'vitest';
import type { ProviderEvent } from './model.ts';
import { newsOf } from './news.ts';

const AT = new Date('2026-03-01T10:00:00Z');

const event = (provider: 'telnyx' | 'twilio', over: Partial<ProviderEvent>): ProviderEvent => ({
  ...{ id: '1', provider, topic: 'x', type: 'x', accountId: null, accountSid: null, companyId: null },
  ...{ eventId: 'e', occurredAt: AT, reference: null, payload: {}, receivedAt: AT },
  ...over,
});
const telnyx = (type: string, payload: Record<string, unknown>) => newsOf(event('telnyx', { type, payload }));
const twilio = (payload: Record<string, unknown>, reference: string | null = null) =>
  newsOf(event('twilio', { payload, reference, occurredAt: null }));

describe('a text that came in', () => {
  const form = {
    ...{ MessageSid: 'SM1', SmsSid: 'SM1', AccountSid: 'AC1', From: '+33612345678', To: '+33123456789' },
    ...{ Body: 'Bonjour 👋', NumMedia: '2', NumSegments: '1', SmsStatus: 'received' },
    ...{
      MediaUrl0: 'https://api.twilio.com/0',
      MediaContentType0: 'image/png',
      MediaUrl1: 'https://x.test/1',
    },
  };

  it('is read from Twilio', () => {
    expect(twilio(form)).toEqual({
      kind: 'text_received',
      text: {
        ...{ messageId: 'SM1', accountSid: 'AC1', from: '+33612345678', to: '+33123456789' },
        ...{ text: 'Bonjour 👋', segments: 1, price: null, at: null },
        media: [
          { url: 'https://api.twilio.com/0', contentType: 'image/png', sizeBytes: null },
          { url: 'https://x.test/1', contentType: null, sizeBytes: null },
        ],
      },
    });
  });

  it('is read from Telnyx', () => {
    const payload = {
      ...{
        id: 'm1',
        direction: 'inbound',
        text: 'Hello',
        parts: 2,
        received_at: '2026-03-01T09:59:59.521+00:00',
      },
      ...{
        from: { phone_number: '+13125550001' },
        to: [{ phone_number: '+14155550100', status: 'delivered' }],
      },
      media: [{ url: 'https://media.telnyx.com/1', content_type: 'image/jpeg', size: 245760 }],
      cost: { amount: '0.0040', currency: 'USD' },
    };
    expect(telnyx('message.received', payload)).toEqual({
      kind: 'text_received',
      text: {
        ...{ messageId: 'm1', accountSid: null, from: '+13125550001', to: '+14155550100', text: 'Hello' },
        media: [{ url: 'https://media.telnyx.com/1', contentType: 'image/jpeg', sizeBytes: 245760 }],
        ...{ segments: 2, price: { amount: '0.0040', currency: 'USD' } },
        at: new Date('2026-03-01T09:59:59.521Z'),
      },
    });
    expect(telnyx('message.received', { ...payload, received_at: null, text: null })).toMatchObject({
      text: { at: AT, text: '' },
    });
  });

  it('holds nothing that a database cannot', () => {
    const text = 'a\0b\uD800c';
    const expected = { text: { text: 'a\uFFFDb\uFFFDc' } };
    expect(twilio({ ...form, Body: text })).toMatchObject(expected);
    expect(twilio({ ...form, From: 'Café\0' })).toMatchObject({ text: { from: 'Café\uFFFD' } });
    const parties = { from: { phone_number: '1' }, to: [{ phone_number: '2' }] };
    expect(telnyx('message.received', { id: 'm1', text, ...parties })).toMatchObject(expected);
  });

  it('brings as many media as are there, whatever it claims', () => {
    const claimed = twilio({ ...form, NumMedia: '999999999999', MediaUrl7: 'https://x.test/7' });
    expect(claimed).toMatchObject({ kind: 'text_received' });
    expect(claimed.kind === 'text_received' && claimed.text.media).toHaveLength(3);
    const media = Array.from({ length: 5000 }, (_, index) => ({ url: `https://x.test/${index}`, size: '1' }));
    const many = telnyx('message.received', {
      ...{ id: 'm1', from: { phone_number: '1' }, to: [{ phone_number: '2' }], media },
    });
    expect(many.kind === 'text_received' && many.text.media).toHaveLength(20);
  });
});

describe('a receipt', () => {
  const form = {
    MessageSid: 'SM1',
    MessageStatus: 'sent',
    SmsStatus: 'sent',
    AccountSid: 'AC1',
    From: '+1',
    To: '+2',
  };
  const ours = 'https://relais.test/api/telnyx/webhooks/messages?ref=msg-1&account=a';
  const payload = { id: 'm1', direction: 'outbound', parts: 1, webhook_url: ours, errors: [], cost: null };

  it.each([
    ['accepted', 'queued'],
    ['queued', 'queued'],
    ['sending', 'sending'],
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'delivered'],
    ['a_word_of_2030', 'queued'],
  ])('of Twilio: %s is %s', (MessageStatus, status) => {
    expect(twilio({ ...form, MessageStatus }, 'msg-1')).toEqual({
      kind: 'text_status',
      text: {
        ...{ messageId: 'SM1', reference: 'msg-1', status, providerStatus: MessageStatus, failure: null },
        ...{ segments: null, price: null, at: null },
      },
    });
  });

  it.each([
    ['undelivered', '30003', 'unreachable'],
    ['undelivered', '30004', 'blocked'],
    ['undelivered', '30005', 'unknown_destination'],
    ['undelivered', '30006', 'landline'],
    ['undelivered', '30007', 'filtered'],
    ['undelivered', '30008', 'unknown'],
    ['failed', '30034', 'unregistered_sender'],
    ['failed', '21610', 'opted_out'],
    ['failed', undefined, 'unknown'],
    ['failed', 'constructor', 'unknown'],
  ])('of Twilio: %s with %s is for the reason %s', (MessageStatus, ErrorCode, reason) => {
    expect(twilio({ ...form, MessageStatus, ErrorCode })).toMatchObject({
      text: { status: MessageStatus, failure: { reason, providerCode: ErrorCode ?? null } },
    });
  });

  it.each([
    ['message.sent', 'sent', 'sent'],
    ['message.finalized', 'delivered', 'delivered'],
    ['message.finalized', 'delivery_unconfirmed', 'unconfirmed'],
    ['message.finalized', 'a_word_of_2030', 'queued'],
  ])('of Telnyx: %s, %s is %s', (type, word, status) => {
    const to = [{ phone_number: '+2', status: word }];
    const cost = { amount: '0.0051', currency: 'USD' };
    const completed_at = '2026-02-02T22:25:29.100+00:00';
    expect(telnyx(type, { ...payload, to, cost, completed_at })).toEqual({
      kind: 'text_status',
      text: {
        ...{ messageId: 'm1', reference: 'msg-1', status, providerStatus: word, failure: null },
        ...{ segments: 1, price: cost, at: new Date(completed_at) },
      },
    });
  });

  it.each([
    ['delivery_failed', '40001', 'undelivered', 'landline'],
    ['delivery_failed', '40002', 'undelivered', 'filtered'],
    ['delivery_failed', '40008', 'undelivered', 'unreachable'],
    ['sending_failed', '40010', 'failed', 'unregistered_sender'],
    ['sending_failed', '40300', 'failed', 'opted_out'],
    ['expired', '40014', 'failed', 'expired'],
    ['expired', null, 'failed', 'expired'],
  ])('of Telnyx: %s with %s is %s for the reason %s', (word, code, status, reason) => {
    const to = [{ status: word }];
    const errors = code ? [{ code, title: 'Title', detail: 'Detail' }] : [];
    expect(telnyx('message.finalized', { ...payload, to, errors })).toMatchObject({
      text: {
        status,
        failure: { reason, providerCode: code, providerMessage: code ? 'Detail' : word },
        at: AT,
      },
    });
  });
});

describe('a number order', () => {
  const payload = {
    ...{ id: 'o1', status: 'success', customer_reference: 'ref-1' },
    phone_numbers: [{ phone_number: '+14155550100', status: 'success' }],
  };

  it('is told with its reference, number by number', () => {
    const news = telnyx('number_order.complete', payload);
    expect(news).toMatchObject({ kind: 'number_order', orderId: 'o1', reference: 'ref-1' });
    expect(news.kind === 'number_order' && news.orderOf('+14155550100')).toMatchObject({
      orderId: 'o1',
      status: 'active',
    });
  });

  it('with odd parts is read as far as it goes', () => {
    for (const phone_numbers of ['x', 7, null, [null, 'x', 7]]) {
      const news = telnyx('number_order.complete', { ...payload, phone_numbers });
      expect(news.kind === 'number_order' && news.orderOf('+1')).toMatchObject({ status: 'active' });
    }
  });
});

describe('an event of any shape', () => {
  const odd: unknown[] = [
    undefined,
    null,
    7,
    -1,
    true,
    '',
    ' ',
    'x',
    '\0',
    [],
    {},
    [null],
    [[]],
    [{}],
    { a: {} },
  ];
  const fields = {
    telnyx: [
      ...['id', 'direction', 'from', 'to', 'text', 'media', 'parts', 'cost', 'errors', 'webhook_url'],
      ...['received_at', 'sent_at', 'completed_at', 'customer_reference', 'phone_numbers'],
    ],
    twilio: [
      ...['MessageSid', 'SmsSid', 'AccountSid', 'From', 'To', 'Body', 'NumMedia', 'MediaUrl0', 'ErrorCode'],
      ...['MessageStatus', 'SmsStatus', 'NumSegments', 'MediaContentType0', 'ErrorMessage'],
    ],
  };
  const whole = {
    telnyx: { id: 'm1', from: { phone_number: '+1' }, to: [{ phone_number: '+2', status: 'sent' }] },
    twilio: { MessageSid: 'SM1', From: '+1', To: '+2', Body: 'x' },
  };
  const types = [
    'message.received',
    'message.finalized',
    'message.',
    'number_order.complete',
    'call.hangup',
    '',
  ];

  it.each(['telnyx', 'twilio'] as const)('of %s is read or is other, and nothing is thrown', (provider) => {
    const kinds = new Set<string>();
    for (const type of types) {
      kinds.add(newsOf(event(provider, { type })).kind);
      for (const field of fields[provider]) {
        for (const value of odd) {
          const payload = { ...whole[provider], [field]: value };
          kinds.add(newsOf(event(provider, { type, payload })).kind);
        }
      }
    }
    expect(kinds).toContain('other');
    expect(kinds.size).toBeGreaterThan(1);
  });

  it('of which nothing is known is other', () => {
    expect(telnyx('message.received', {})).toEqual({ kind: 'other' });
    expect(telnyx('message.sent', { id: 'm1', direction: 'inbound' })).toEqual({ kind: 'other' });
    expect(twilio({ AccountSid: 'AC1', RelaisDoctor: 'x' })).toEqual({ kind: 'other' });
    expect(twilio({ BundleSid: 'BU1', Status: 'twilio-approved' })).toEqual({ kind: 'other' });
    expect(twilio({ MessageSid: ['SM1', 'SM2'], From: '+1', To: '+2' })).toEqual({ kind: 'other' });
  });
});
