import { expect, test, vi } from 'vitest';
import { ApiError } from '../../../api/client.ts';
import { createShelf } from './drafts.ts';
import { type Delivery, deliver, type Outgoing, pendingIn, unsentIn } from './outbox.ts';
import { message, ours } from './testkit.ts';

const memory = () => {
  const kept = new Map<string, string>();
  return {
    read: (name: string) => kept.get(name) ?? null,
    write: (name: string, value: string) => void kept.set(name, value),
  };
};

const entry: Outgoing = {
  ...{ key: 'k', conversationId: 'c', body: { text: 'hello' }, media: [], at: '2026-06-01', afterId: 'm1' },
  state: 'sending',
  reason: null,
};

function delivery(answers: (Error | 'taken')[]) {
  const shelf = createShelf<Outgoing>('outbox', memory());
  const sent: string[] = [];
  const send = vi.fn(async ({ key }: Outgoing) => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    sent.push(key);
    return ours('m2', 1);
  });
  const whole: Delivery = {
    ...{ shelf, send, onSent: () => undefined, pause: async () => undefined },
    sentence: (error) => (error as Error).message,
  };
  return { whole, shelf, sent, send };
}

const lost = () => new ApiError(0, {});

test('what the server has taken leaves the outbox', async () => {
  const { whole, shelf, sent } = delivery(['taken']);
  await deliver(entry, whole);
  expect(sent).toEqual(['k']);
  expect(shelf.all()).toEqual({});
});

test('a lost answer is asked for again under the same key', async () => {
  const { whole, shelf, send } = delivery([lost(), new ApiError(503, {}), 'taken']);
  await deliver(entry, whole);
  expect(send.mock.calls.map(([each]) => each.key)).toEqual(['k', 'k', 'k']);
  expect(shelf.all()).toEqual({});
});

test('when no answer comes at all, it stays, and says that nobody knows', async () => {
  const { whole, shelf } = delivery([lost(), lost(), lost(), lost()]);
  await deliver(entry, whole);
  expect(shelf.get('k')?.state).toBe('unconfirmed');
});

test('a refusal is not repeated, and its reason stays', async () => {
  const { whole, shelf, send } = delivery([new ApiError(422, { error: 'Opted out' })]);
  await deliver(entry, whole);
  expect(send).toHaveBeenCalledOnce();
  expect(shelf.get('k')).toMatchObject({ state: 'refused', reason: 'Opted out' });
});

test('a text that the live stream told of first is not shown twice', () => {
  const entries = { k: entry };
  expect(pendingIn(entries, 'c', [message('m1', 0)])).toHaveLength(1);
  expect(pendingIn(entries, 'c', [message('m1', 0), ours('m2', 1, { text: 'hello' })])).toEqual([]);
  // An earlier text with the same words is another one.
  expect(pendingIn(entries, 'c', [ours('m0', 0, { text: 'hello' }), message('m1', 0)])).toHaveLength(1);
  expect(pendingIn(entries, 'other', [])).toEqual([]);
});

test('the list tells where a text did not leave', () => {
  const refused = { ...entry, key: 'r', conversationId: 'd', state: 'refused' as const };
  expect([...unsentIn({ k: entry, r: refused })]).toEqual([['d', 'hello']]);
});
