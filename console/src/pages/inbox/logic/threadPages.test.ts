import { expect, test } from 'vitest';
import type { Message } from '../../../api/inboxTypes.ts';
import { message, ours } from './testkit.ts';
import { extendThread, mergeMessages, PAGE_MESSAGES, refreshThread } from './threadPages.ts';

const idOf = (number: number) => `m${String(number).padStart(4, '0')}`;
const thread = (from: number, to: number, part: Partial<Message> = {}) =>
  Array.from({ length: to - from + 1 }, (_, index) => message(idOf(from + index), index % 60, part));
const ids = (messages: readonly Message[]) => messages.map(({ id }) => id);

/** A server that holds messages (oldest first) and counts what it is asked. */
function server(messages: Message[]) {
  const asked: object[] = [];
  const read = async (query: { limit: number; cursor?: string; after?: string }) => {
    asked.push(query);
    const { limit, cursor, after } = query;
    const found = after
      ? messages.filter(({ id }) => id > after)
      : messages.filter(({ id }) => !cursor || id < cursor).reverse();
    const shown = found.slice(0, limit);
    return { messages: shown, nextCursor: found.length > limit ? (shown.at(-1)?.id ?? null) : null };
  };
  return { read, asked };
}

test('each message is there once, in its order, in its fresher form', () => {
  const merged = mergeMessages(thread(1, 3), [message(idOf(2), 1, { text: 'changed' }), message(idOf(0), 0)]);
  expect(ids(merged)).toEqual([idOf(0), idOf(1), idOf(2), idOf(3)]);
  expect(merged[2]?.text).toBe('changed');
});

test('news reads the newest page alone and keeps what was scrolled through', async () => {
  const all = thread(1, 200);
  const { read, asked } = server(all);
  const known = { messages: all.slice(50, 190), older: idOf(51) };
  const fresh = await refreshThread(known, read);
  expect(ids(fresh.messages)).toEqual(ids(all.slice(50)));
  expect(fresh.older).toBe(idOf(51));
  expect(asked).toEqual([{ limit: PAGE_MESSAGES }]);
});

test('after a lost connection nothing between is missed', async () => {
  const all = thread(1, 300);
  const { read } = server(all);
  const fresh = await refreshThread({ messages: all.slice(0, 100), older: null }, read);
  expect(ids(fresh.messages)).toEqual(ids(all));
});

test('a thread that was left for too long starts anew', async () => {
  const all = thread(1, 3000);
  const { read } = server(all);
  const fresh = await refreshThread({ messages: all.slice(0, 100), older: null }, read);
  expect(ids(fresh.messages)).toEqual(ids(all.slice(-PAGE_MESSAGES)));
  expect(fresh.older).not.toBeNull();
});

test('a text that was still on its way is looked at again, even further up', async () => {
  const all = thread(1, 120);
  all[60] = ours(idOf(61), 0, { status: 'delivered' });
  const known = all.map((each) => (each.id === idOf(61) ? ours(idOf(61), 0, { status: 'sending' }) : each));
  const { read, asked } = server(all);
  const fresh = await refreshThread({ messages: known, older: null }, read);
  expect(fresh.messages[60]?.status).toBe('delivered');
  expect(asked).toHaveLength(2);
});

test('older messages are put above', async () => {
  const all = thread(1, 100);
  const { read } = server(all);
  const first = await refreshThread(undefined, read);
  const extended = await extendThread(first, read);
  expect(ids(extended.messages)).toEqual(ids(all.slice(20)));
  const whole = await extendThread(extended, read);
  expect(ids(whole.messages)).toEqual(ids(all));
  expect(whole.older).toBeNull();
  expect(await extendThread(whole, read)).toBe(whole);
});
