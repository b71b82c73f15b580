import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, conversationWith, handsets, type TextNumber, threadOf } from '../harness/texts.ts';

// Flow B of the design: a text comes in, is seen, answered through the number that was texted, and its receipt moves it on.
let relais: TestRelais;
let telnyx: TextNumber;
let twilio: TextNumber;
let phones: ReturnType<typeof handsets>;

beforeAll(async () => {
  // The timer is far away: what ends well here ends well by webhook alone.
  relais = await startRelais({ config: { RECONCILE_SECONDS: 3600, SMS_PER_SECOND: 50 } });
  phones = handsets(relais);
  telnyx = await buyTextNumber(relais, 'telnyx');
  twilio = await buyTextNumber(relais, 'twilio');
});
afterAll(() => relais?.stop());

async function statusOf(conversationId: string, messageId: string, status: string) {
  return eventually(async () => {
    const thread = await threadOf(relais.api, conversationId);
    const message = thread.find(({ id }: { id: string }) => id === messageId);
    expect(message.status, JSON.stringify(message.error)).toBe(status);
    return message;
  });
}

describe('a text comes in', () => {
  for (const provider of ['telnyx', 'twilio'] as const) {
    it(`through ${provider}: contact, conversation and message are there, and a reply is delivered`, async () => {
      const number = provider === 'telnyx' ? telnyx : twilio;
      const from = provider === 'telnyx' ? '+14155550101' : '+14155550102';
      await phones.text(from, number.phoneNumber, 'Bonjour, où en est ma commande ? 🙂');
      const conversation = await conversationWith(relais.api, from);
      expect(conversation).toMatchObject({
        status: 'open',
        category: 'new',
        category_rule: 'first_text',
        unread_count: 1,
        contact: { name: '', stage: 'lead', phone_number: from },
        integration: { phone_number: number.phoneNumber, provider },
        last_message: { direction: 'inbound', preview: 'Bonjour, où en est ma commande ? 🙂' },
      });
      const [first] = await threadOf(relais.api, conversation.id);
      expect(first).toMatchObject({
        kind: 'text',
        direction: 'inbound',
        is_from_client: true,
        status: 'received',
        from,
        to: number.phoneNumber,
        encoding: 'UCS-2',
        segments: 1,
      });

      const reply = await relais.api.post(`/inbox/conversations/${conversation.id}/messages`, {
        text: 'Elle part ce soir.',
      });
      expect(reply.status).toBe(201);
      expect(reply.body.message).toMatchObject({ direction: 'outbound', from: number.phoneNumber, to: from });
      const delivered = await statusOf(conversation.id, reply.body.message.id, 'delivered');
      expect(delivered).toMatchObject({
        external_id: expect.any(String),
        price: { amount: expect.stringMatching(/^0\.\d+$/), currency: 'USD' },
        // Twilio tells the price afterwards, when it is asked.
        price_estimated: provider === 'twilio',
        error: null,
      });
      const shown = await phones.messages(from);
      expect(shown.map(({ direction, text }) => [direction, text])).toEqual([
        ['sent', 'Bonjour, où en est ma commande ? 🙂'],
        ['received', 'Elle part ce soir.'],
      ]);
      const after = await conversationWith(relais.api, from);
      expect(after).toMatchObject({
        category: 'waiting_customer',
        unread_count: 0,
        last_message: { direction: 'outbound', status: 'delivered' },
      });
    });
  }

  it('twice from one person at the same moment, through two providers: one contact, one conversation', async () => {
    const from = '+14155550110';
    await Promise.all([
      phones.text(from, telnyx.phoneNumber, 'one'),
      phones.text(from, twilio.phoneNumber, 'two'),
      phones.text(from, telnyx.phoneNumber, 'three'),
    ]);
    const conversation = await conversationWith(relais.api, from);
    await eventually(async () => {
      expect((await threadOf(relais.api, conversation.id)).length).toBe(3);
    });
    const { body } = await relais.api.get(
      `/inbox/conversations?status=all&contact_id=${conversation.contact.id}`,
    );
    expect(body.conversations.length).toBe(1);
    expect(body.conversations[0].unread_count).toBe(3);
  });

  it('and opens a new conversation once the last one was closed', async () => {
    const from = '+14155550111';
    await phones.text(from, telnyx.phoneNumber, 'first');
    const first = await conversationWith(relais.api, from);
    expect((await relais.api.post(`/inbox/conversations/${first.id}/close`)).body.conversation.status).toBe(
      'closed',
    );
    const refused = await relais.api.post(`/inbox/conversations/${first.id}/messages`, { text: 'late' });
    expect(refused.body.code).toBe('conversation_closed');
    await phones.text(from, telnyx.phoneNumber, 'second');
    const second = await conversationWith(relais.api, from);
    expect(second).toMatchObject({ category: 'waiting_us', contact: { id: first.contact.id } });
    expect(second.id).not.toBe(first.id);
    const reopened = await relais.api.post(`/inbox/conversations/${first.id}/reopen`);
    expect(reopened).toMatchObject({ status: 409, body: { code: 'conversation_open_elsewhere' } });
  });
});

describe('sending', () => {
  it('starts a conversation with a first text, through the default number', async () => {
    const to = '+14155550120';
    const started = await relais.api.post('/inbox/conversations', {
      source: 'sms',
      phone_number: '(415) 555-0120'.replace(/^/, '+1 '),
      name: 'Ada',
      message: { text: 'Bonjour Ada', is_from_client: false },
    });
    expect(started.status).toBe(201);
    expect(started.body.conversation).toMatchObject({
      contact: { name: 'Ada', phone_number: to },
      category: 'waiting_customer',
    });
    await statusOf(started.body.conversation.id, started.body.message.id, 'delivered');
    const again = await relais.api.post('/inbox/conversations', { source: 'sms', phone_number: to });
    expect(again.status).toBe(200);
    expect(again.body.conversation.id).toBe(started.body.conversation.id);
  });

  it('writes down what a customer said elsewhere, and sends nothing', async () => {
    const to = '+14155550121';
    const started = await relais.api.post('/inbox/conversations', {
      source: 'sms',
      phone_number: to,
      message: { text: 'Called: wants a quote', is_from_client: true },
    });
    expect(started.body.message).toMatchObject({ is_from_client: true, status: 'received', from: to });
    await relais.app.textsSent();
    expect(await phones.messages(to)).toEqual([]);
  });

  it('once under one key, however often it is asked for, and says so about another text', async () => {
    const from = '+14155550122';
    await phones.text(from, telnyx.phoneNumber, 'hello');
    const { id } = await conversationWith(relais.api, from);
    const key = { 'idempotency-key': randomUUID() };
    const path = `/inbox/conversations/${id}/messages`;
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => relais.api.post(path, { text: 'only once' }, key)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.message.id)).size).toBe(1);
    const other = await relais.api.post(path, { text: 'something else' }, key);
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused' } });
    await statusOf(id, answers[0]!.body.message.id, 'delivered');
    const received = (await phones.messages(from)).filter(({ direction }) => direction === 'received');
    expect(received.map(({ text }) => text)).toEqual(['only once']);
  });

  it('by the door of the seed, from a Telnyx number only, with its lead', async () => {
    const to = '+14155550123';
    const lead = await relais.api.post('/api/contacts', {
      name: 'Lead',
      phones: [{ phoneNumber: '+14155550124' }],
    });
    const sent = await relais.api.post('/api/telnyx/messages', {
      to,
      from: telnyx.phoneNumber,
      text: 'Bonjour depuis le CRM !',
      lead_id: lead.body.contact.id,
    });
    expect(sent.status, JSON.stringify(sent.body)).toBe(201);
    expect(sent.body.message).toMatchObject({ lead_id: lead.body.contact.id, to, from: telnyx.phoneNumber });
    await statusOf(sent.body.message.conversation_id, sent.body.message.id, 'delivered');
    const listed = await relais.api.get('/api/telnyx/messages?limit=5');
    expect(listed.body.messages[0].id).toBe(sent.body.message.id);
    const foreign = await relais.api.post('/api/telnyx/messages', {
      to,
      from: twilio.phoneNumber,
      text: 'x',
    });
    expect(foreign).toMatchObject({ status: 403, body: { code: 'sender_not_owned' } });
    const stranger = await relais.api.post('/api/telnyx/messages', { to, from: '+14155559999', text: 'x' });
    expect(stranger).toMatchObject({ status: 403, body: { code: 'sender_not_owned' } });
  });

  it('refuses empty and endless texts, and keeps emoji whole', async () => {
    const from = '+14155550125';
    await phones.text(from, twilio.phoneNumber, 'hello');
    const { id } = await conversationWith(relais.api, from);
    const path = `/inbox/conversations/${id}/messages`;
    expect((await relais.api.post(path, { text: '   ' })).body.code).toBe('text_empty');
    expect((await relais.api.post(path, { text: 'x'.repeat(1601) })).body.code).toBe('text_too_long');
    const emoji = await relais.api.post(path, { text: '👩‍🚀'.repeat(20) });
    expect(emoji.body.message).toMatchObject({ encoding: 'UCS-2', segments: 2 });
    await statusOf(id, emoji.body.message.id, 'delivered');
    expect((await phones.messages(from)).at(-1)?.text).toBe('👩‍🚀'.repeat(20));
  });

  it('later, or not at all when it is canceled before', async () => {
    const from = '+14155550126';
    await phones.text(from, telnyx.phoneNumber, 'hello');
    const { id } = await conversationWith(relais.api, from);
    const path = `/inbox/conversations/${id}/messages`;
    const soon = new Date(Date.now() + 400).toISOString();
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const [first, second] = [
      await relais.api.post(path, { text: 'soon', send_at: soon }),
      await relais.api.post(path, { text: 'never', send_at: later }),
    ];
    expect(first.body.message.status).toBe('scheduled');
    const canceled = await relais.api.post(`/inbox/messages/${second.body.message.id}/cancel`);
    expect(canceled.body.message.status).toBe('canceled');
    await statusOf(id, first.body.message.id, 'delivered');
    const tooLate = await relais.api.post(`/inbox/messages/${first.body.message.id}/cancel`);
    expect(tooLate.body.code).toBe('message_not_cancelable');
    const past = await relais.api.post(path, { text: 'x', send_at: '2020-01-01T00:00:00Z' });
    expect(past.body.code).toBe('send_at_invalid');
  });
});
