import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../server/kernel/clock.ts';
import type { Client } from '../harness/client.ts';
import { eventually } from '../harness/eventually.ts';
import { join, signedIn } from '../harness/people.ts';
import type { Person } from '../harness/person.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, conversationWith, handsets, type TextNumber, threadOf } from '../harness/texts.ts';

// What colleagues do with conversations.
let relais: TestRelais;
let number: TextNumber;
let phones: ReturnType<typeof handsets>;
let owner: Person;
let agent: Awaited<ReturnType<typeof join>>;
let viewer: Awaited<ReturnType<typeof join>>;
let agentUserId: string;
const clock = {
  ahead: 0,
  nowMs: () => systemClock.nowMs() + clock.ahead,
  now: () => new Date(clock.nowMs()),
};

beforeAll(async () => {
  relais = await startRelais({ clock, config: { RECONCILE_SECONDS: 3600 } });
  phones = handsets(relais);
  number = await buyTextNumber(relais, 'telnyx');
  owner = await signedIn(relais, relais.owner);
  agent = await join(relais, owner, 'agent');
  viewer = await join(relais, owner, 'viewer');
  agentUserId = (await agent.person.get('/api/me')).body.user.id;
});
afterAll(() => relais?.stop());

let next = 400;
/** A conversation with somebody new, who wrote once. */
async function conversation(text = 'Bonjour', api: Client = relais.api) {
  const from = `+14155550${next++}`;
  await phones.text(from, number.phoneNumber, text);
  const found = await conversationWith(api, from);
  return { id: found.id as string, from, found, path: `/inbox/conversations/${found.id}` };
}

const eventsOf = async (id: string) =>
  (await threadOf(relais.api, id))
    .filter(({ kind }: { kind: string }) => kind === 'event')
    .map(({ event, author }: { event: object; author: { name: string } }) => ({ ...event, by: author.name }));

describe('a conversation', () => {
  it('is given to a colleague and taken back, which the thread tells; not to a stranger', async () => {
    const { id, path } = await conversation();
    const assigned = await owner.post(`${path}/assign`, { user_id: agentUserId });
    expect(assigned.body.conversation.assignee).toEqual({ id: agentUserId, name: 'The agent' });
    await owner.post(`${path}/assign`, { user_id: agentUserId });
    await owner.patch(path, { assignee_id: null });
    expect(await eventsOf(id)).toMatchObject([
      { name: 'assigned', to: 'The agent', by: 'Owner of Harness SARL' },
      { name: 'unassigned' },
    ]);
    const other = await relais.addCompany('Strangers SARL');
    const stranger = await signedIn(relais, other.owner);
    const strangerId = (await stranger.get('/api/me')).body.user.id;
    for (const user_id of [strangerId, 'ffffffff-ffff-4fff-bfff-ffffffffffff'])
      expect(await owner.post(`${path}/assign`, { user_id })).toMatchObject({
        ...{ status: 404, body: { code: 'not_found' } },
      });
    for (const answer of [
      await other.api.get(path),
      await other.api.patch(path, { status: 'closed' }),
      await other.api.get(`${path}/messages`),
      await other.api.post(`${path}/messages`, { text: 'x' }),
      await other.api.post(`${path}/notes`, { text: 'x' }),
      await other.api.post(`${path}/presence`, { state: 'typing' }),
    ])
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('has notes that never leave', async () => {
    const { id, from, path } = await conversation();
    const note = await agent.person.post(`${path}/notes`, { text: '  A good customer.  ' });
    expect(note.body.message).toMatchObject({
      ...{
        kind: 'note',
        status: 'none',
        text: 'A good customer.',
        author: { kind: 'user', name: 'The agent' },
      },
    });
    expect((await threadOf(relais.api, id)).at(-1).id).toBe(note.body.message.id);
    await relais.app.textsSent();
    expect((await phones.messages(from)).map(({ direction }) => direction)).toEqual(['sent']);
    expect((await relais.api.get(path)).body.conversation.last_message.preview).toBe('Bonjour');
    expect((await agent.person.post(`${path}/notes`, { text: ' ' })).status).toBe(400);
    const listed = await relais.api.get(`/inbox/messages?conversation_id=${id}`);
    expect(listed.body.messages.map(({ kind }: { kind: string }) => kind)).toEqual(['text']);
  });

  it('carries labels, each once; a label that is removed goes from everywhere', async () => {
    const [one, two] = [await conversation(), await conversation()];
    const labelled = await owner.post(`${one.path}/labels`, { labels: ['VIP', 'devis', 'VIP', ' devis '] });
    expect(labelled.body.conversation.labels).toEqual(['VIP', 'devis']);
    await owner.post(`${two.path}/labels`, { labels: ['devis'] });
    const names = async () =>
      (await owner.get('/inbox/labels')).body.labels.map(({ name }: { name: string }) => name);
    expect(await names()).toEqual(['devis', 'VIP']);
    const found = await owner.get('/inbox/conversations?label=VIP');
    expect(found.body.conversations.map(({ id }: { id: string }) => id)).toEqual([one.id]);
    expect((await agent.person.delete('/inbox/labels/devis')).status).toBe(403);
    expect((await owner.delete('/inbox/labels/devis')).status).toBe(200);
    expect((await owner.delete('/inbox/labels/devis')).status).toBe(404);
    expect(await names()).toEqual(['VIP']);
    expect((await owner.get(one.path)).body.conversation.labels).toEqual(['VIP']);
    expect((await owner.get(two.path)).body.conversation.labels).toEqual([]);
    expect((await eventsOf(one.id))[0]).toMatchObject({ name: 'labels', to: 'VIP, devis' });
    for (const labels of [[''], ['x'.repeat(41)], Array.from({ length: 21 }, (_, index) => `l${index}`), 'x'])
      expect((await owner.post(`${one.path}/labels`, { labels })).body.code).toBe('invalid_request');
  });

  it('closes, opens again, and says who did', async () => {
    const { id, path } = await conversation();
    expect((await owner.post(`${path}/close`)).body.conversation).toMatchObject({
      ...{ status: 'closed', unread_count: 0, closed_at: expect.any(String) },
    });
    await owner.post(`${path}/close`);
    expect((await owner.post(`${path}/reopen`)).body.conversation).toMatchObject({
      status: 'open',
      closed_at: null,
    });
    expect((await eventsOf(id)).map(({ name }: { name: string }) => name)).toEqual(['closed', 'reopened']);
  });

  it('is read and unread, which the counts follow', async () => {
    const counts = async () => (await agent.person.get('/inbox/counts')).body;
    const before = await counts();
    const { path } = await conversation('Urgent !');
    await agent.person.post(`${path}/assign`, { user_id: agentUserId });
    expect(await counts()).toMatchObject({
      ...{ open: before.open + 1, unread: before.unread + 1, mine: before.mine + 1 },
      ...{ unassigned: before.unassigned, categories: { urgent: (before.categories.urgent ?? 0) + 1 } },
    });
    const mine = await agent.person.get('/inbox/conversations?assignee=me&unread=true');
    expect(mine.body.conversations).toMatchObject([
      { category: 'urgent', category_by: 'rule', unread_count: 1 },
    ]);
    expect((await agent.person.post(`${path}/read`)).body.conversation.unread_count).toBe(0);
    expect(await counts()).toMatchObject({ unread: before.unread });
    expect((await agent.person.post(`${path}/unread`)).body.conversation.unread_count).toBe(1);
    const none = await agent.person.get('/inbox/conversations?assignee=none&category=urgent');
    expect(none.body.conversations).toEqual([]);
    await agent.person.post(`${path}/close`);
    expect(await counts()).toEqual(before);
  });

  it('that a person called spam stays spam', async () => {
    const { from, path } = await conversation();
    const marked = await owner.patch(path, { category: 'spam' });
    expect(marked.body.conversation).toMatchObject({
      category: 'spam',
      category_by: 'person',
      category_rule: null,
    });
    await phones.text(from, number.phoneNumber, 'URGENT');
    await eventually(async () => {
      const { body } = await owner.get(path);
      expect(body.conversation).toMatchObject({ category: 'spam', last_message: { preview: 'URGENT' } });
    });
  });

  it('comes in pages, the latest activity first, however much happens meanwhile', async () => {
    const three = [await conversation(), await conversation(), await conversation()];
    const first = await owner.get('/inbox/conversations?limit=2');
    expect(first.body.conversations.map(({ id }: { id: string }) => id)).toEqual([
      three[2]!.id,
      three[1]!.id,
    ]);
    const second = await owner.get(`/inbox/conversations?limit=1&cursor=${first.body.nextCursor}`);
    expect(second.body.conversations[0].id).toBe(three[0]!.id);
    for (const cursor of ['x', Buffer.from('yesterday x').toString('base64url')])
      expect((await owner.get(`/inbox/conversations?cursor=${cursor}`)).body.code).toBe('invalid_request');
  });

  it('has a thread in pages, and tells what came since', async () => {
    const { id, path } = await conversation('first');
    const notes: string[] = [];
    for (const text of ['a', 'b', 'c'])
      notes.push((await owner.post(`${path}/notes`, { text })).body.message.id);
    const [newest] = (await owner.get(`${path}/messages?limit=1`)).body.messages;
    expect(newest.id).toBe(notes[2]);
    const page = await owner.get(`${path}/messages?limit=2`);
    const rest = await owner.get(`${path}/messages?limit=200&cursor=${page.body.nextCursor}`);
    expect([...page.body.messages, ...rest.body.messages].map(({ text }: { text: string }) => text)).toEqual([
      ...['c', 'b', 'a', 'first'],
    ]);
    const since = await owner.get(`${path}/messages?after=${notes[0]}`);
    expect(since.body.messages.map(({ text }: { text: string }) => text)).toEqual(['b', 'c']);
    expect(await threadOf(relais.api, id)).toHaveLength(4);
  });
});

describe('what a customer said elsewhere', () => {
  it('is written down once under one key, also in a conversation that it starts', async () => {
    const key = { 'idempotency-key': 'said-on-the-phone' };
    const body = {
      ...{ source: 'sms', phone_number: '+14155550390' },
      message: { text: 'Wants a quote', is_from_client: true },
    };
    const answers = [await relais.api.post('/inbox/conversations', body, key)];
    answers.push(await relais.api.post('/inbox/conversations', body, key));
    expect(answers.map(({ status }) => status)).toEqual([201, 200]);
    expect(answers[1]!.body.message.id).toBe(answers[0]!.body.message.id);
    const { id } = answers[0]!.body.conversation;
    expect(await threadOf(relais.api, id)).toHaveLength(1);
    const path = `/inbox/conversations/${id}/messages`;
    const other = await relais.api.post(path, { text: 'Something else', is_from_client: true }, key);
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused' } });
  });
});

describe('a key that was used for somebody else', () => {
  it('is refused, and not answered with the text to the other one', async () => {
    const key = { 'idempotency-key': 'one-key' };
    const to = (phone_number: string) => ({ source: 'sms', phone_number, message: { text: 'Bonjour' } });
    const first = await relais.api.post('/inbox/conversations', to('+14155550391'), key);
    expect(first.status).toBe(201);
    const repeat = await relais.api.post(
      '/inbox/conversations',
      to('(415) 555-0391'.replace(/^/, '+1 ')),
      key,
    );
    expect(repeat).toMatchObject({ status: 200, body: { message: { id: first.body.message.id } } });
    const other = await relais.api.post('/inbox/conversations', to('+14155550392'), key);
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused' } });
    const telnyx = await relais.api.post(
      '/api/telnyx/messages',
      { to: '+14155550392', from: number.phoneNumber, text: 'Bonjour' },
      key,
    );
    expect(telnyx.body.code).toBe('idempotency_key_reused');
  });
});

describe('presence', () => {
  it('is seen by colleagues, and forgotten after a while', async () => {
    const { path } = await conversation();
    const door = `${path}/presence`;
    const typing = await agent.person.post(door, { state: 'typing' });
    expect(typing.body.viewers).toEqual([{ user_id: agentUserId, name: 'The agent', state: 'typing' }]);
    await owner.post(door, { state: 'viewing' });
    expect((await viewer.person.get(door)).body.viewers).toHaveLength(2);
    expect((await viewer.person.post(door, { state: 'viewing' })).status).toBe(403);
    await owner.post(door, { state: 'left' });
    expect((await viewer.person.get(door)).body.viewers).toEqual([
      { user_id: agentUserId, name: 'The agent', state: 'typing' },
    ]);
    expect((await owner.post(door, { state: 'asleep' })).status).toBe(400);
    clock.ahead += 20_000;
    expect((await viewer.person.get(door)).body.viewers).toEqual([]);
    clock.ahead = 0;
  });
});
