import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, conversationWith, handsets, type TextNumber, threadOf } from '../harness/texts.ts';

// What becomes of threads when contacts are merged, deleted, or get numbers.
let relais: TestRelais;
let number: TextNumber;
let phones: ReturnType<typeof handsets>;

beforeAll(async () => {
  relais = await startRelais({ config: { RECONCILE_SECONDS: 3600 } });
  phones = handsets(relais);
  number = await buyTextNumber(relais, 'telnyx');
});
afterAll(() => relais?.stop());

async function writes(from: string, ...texts: string[]) {
  for (const text of texts) await phones.text(from, number.phoneNumber, text);
  const { id } = await conversationWith(relais.api, from);
  return eventually(async () => {
    const { conversation } = (await relais.api.get(`/inbox/conversations/${id}`)).body;
    expect(conversation.unread_count).toBe(texts.length);
    return conversation;
  });
}

const ofContact = async (contactId: string) =>
  (await relais.api.get(`/inbox/conversations?status=all&contact_id=${contactId}`)).body.conversations;

const textsOf = async (id: string): Promise<string[]> =>
  (await threadOf(relais.api, id))
    .filter(({ kind }: { kind: string }) => kind === 'text')
    .map(({ text }: { text: string }) => text);

describe('contacts that are merged', () => {
  it('with an open conversation each have one, with everything that was said and is unread', async () => {
    const kept = await writes('+14155550801', 'first', 'third');
    const gone = await writes('+14155550802', 'second', 'fourth', 'fifth');
    const merged = await relais.api.post(`/api/contacts/${kept.contact.id}/merge`, {
      otherId: gone.contact.id,
    });
    expect(merged.status, JSON.stringify(merged.body)).toBe(200);
    const all = await ofContact(kept.contact.id);
    const open = all.filter(({ status }: { status: string }) => status === 'open');
    expect(open).toMatchObject([{ id: kept.id, unread_count: 5, last_message: { preview: 'fifth' } }]);
    expect((await textsOf(kept.id)).toSorted()).toEqual(['fifth', 'first', 'fourth', 'second', 'third']);
    expect((await threadOf(relais.api, kept.id)).at(-1)).toMatchObject({
      kind: 'event',
      event: { name: 'merged' },
    });
    expect(all.find(({ id }: { id: string }) => id === gone.id)).toMatchObject({
      status: 'closed',
      unread_count: 0,
    });
    const history = await relais.api.get(`/inbox/messages?contact_id=${kept.contact.id}`);
    expect(history.body.messages).toHaveLength(5);
    // Whoever texts from the other number goes on in the same thread, and is answered there.
    await phones.text('+14155550802', number.phoneNumber, 'sixth');
    await eventually(async () => expect(await textsOf(kept.id)).toContain('sixth'));
    const reply = await relais.api.post(`/inbox/conversations/${kept.id}/messages`, { text: 'seen' });
    expect(reply.body.message.to).toBe('+14155550802');
  });

  it('of which one alone has an open conversation keep it', async () => {
    const talk = await writes('+14155550803', 'hello');
    const { contact } = (
      await relais.api.post('/api/contacts', { name: 'Ada', phones: [{ phoneNumber: '+14155550899' }] })
    ).body;
    expect(
      (await relais.api.post(`/api/contacts/${contact.id}/merge`, { otherId: talk.contact.id })).status,
    ).toBe(200);
    expect(await ofContact(contact.id)).toMatchObject([
      { id: talk.id, status: 'open', unread_count: 1, contact: { id: contact.id, name: 'Ada' } },
    ]);
  });

  it('have a text that waits to leave leave once, in the thread that stays', async () => {
    const kept = await writes('+14155550804', 'a');
    const gone = await writes('+14155550805', 'b');
    const soon = new Date(Date.now() + 700).toISOString();
    const waiting = await relais.api.post(`/inbox/conversations/${gone.id}/messages`, {
      text: 'later',
      send_at: soon,
    });
    expect(waiting.body.message.status).toBe('scheduled');
    await relais.api.post(`/api/contacts/${kept.contact.id}/merge`, { otherId: gone.contact.id });
    await eventually(async () => {
      const found = (await threadOf(relais.api, kept.id)).find(
        ({ text }: { text: string }) => text === 'later',
      );
      expect(found).toMatchObject({ status: 'delivered', to: '+14155550805' });
    });
    const got = (await phones.messages('+14155550805')).filter(({ direction }) => direction === 'received');
    expect(got.map(({ text }) => text)).toEqual(['later']);
  });
});

describe('a contact that is deleted', () => {
  it('leaves what was said, and its conversation ends; whoever texts again is somebody new', async () => {
    const talk = await writes('+14155550810', 'before');
    expect((await relais.api.delete(`/api/contacts/${talk.contact.id}`)).status).toBe(200);
    const { conversation } = (await relais.api.get(`/inbox/conversations/${talk.id}`)).body;
    expect(conversation).toMatchObject({
      ...{ status: 'closed', contact: null, unread_count: 0, phone_number: '+14155550810' },
    });
    expect(await textsOf(talk.id)).toEqual(['before']);
    expect((await relais.api.get('/inbox/messages?search=before')).body.messages).toMatchObject([
      { contact_id: null, from: '+14155550810' },
    ]);
    const reopened = await relais.api.post(`/inbox/conversations/${talk.id}/reopen`);
    expect(reopened).toMatchObject({ status: 409, body: { code: 'conversation_closed' } });
    await phones.text('+14155550810', number.phoneNumber, 'after');
    const anew = await conversationWith(relais.api, '+14155550810');
    expect(anew.id).not.toBe(talk.id);
    expect(anew).toMatchObject({ category: 'new', unread_count: 1 });
    expect(anew.contact.id).not.toBe(talk.contact.id);
  });
});

describe('a conversation that is started', () => {
  it('with a contact goes to its first number, or to another that it gets thereby', async () => {
    const { contact } = (
      await relais.api.post('/api/contacts', {
        ...{ name: 'Bob', phones: [{ phoneNumber: '+14155550820' }, { phoneNumber: '+14155550821' }] },
      })
    ).body;
    const start = (more: object) =>
      relais.api.post('/inbox/conversations', { source: 'sms', contact_id: contact.id, ...more });
    const first = await start({ message: { text: 'one' } });
    expect(first.body.message.to).toBe('+14155550820');
    const second = await start({ phone_number: '+14155550822', message: { text: 'two' } });
    expect(second).toMatchObject({ status: 200, body: { message: { to: '+14155550822' } } });
    expect(second.body.conversation.id).toBe(first.body.conversation.id);
    const { phones: known } = (await relais.api.get(`/api/contacts/${contact.id}`)).body.contact;
    expect(known.map(({ phoneNumber }: { phoneNumber: string }) => phoneNumber)).toContain('+14155550822');
  });

  it('with the number of somebody else is refused, and says whose it is', async () => {
    const theirs = await relais.api.post('/api/contacts', {
      name: 'Eve',
      phones: [{ phoneNumber: '+14155550823' }],
    });
    const { contact } = (
      await relais.api.post('/api/contacts', { name: 'Carl', phones: [{ phoneNumber: '+14155550898' }] })
    ).body;
    const refused = await relais.api.post('/inbox/conversations', {
      ...{ source: 'sms', contact_id: contact.id, phone_number: '+14155550823', message: { text: 'x' } },
    });
    expect(refused).toMatchObject({
      ...{ status: 409, body: { code: 'contact_phone_taken', details: { name: 'Eve' } } },
    });
    expect(refused.body.details.contactId).toBe(theirs.body.contact.id);
    expect(await ofContact(contact.id)).toEqual([]);
  });

  it('with nobody, or with a contact that is not there, is refused', async () => {
    const nobody = await relais.api.post('/inbox/conversations', { source: 'sms' });
    expect(nobody.body.code).toBe('invalid_request');
    const unknown = await relais.api.post('/inbox/conversations', { source: 'sms', contact_id: 'x' });
    expect(unknown.status).toBe(404);
  });
});
