import { expect, test } from 'vitest';
import { staleKeys } from './keys.ts';

test('a word in a conversation reads that thread again, and no other', () => {
  const stale = staleKeys([
    { topic: 'conversation', id: 'a' },
    { topic: 'conversation', id: 'a' },
  ]);
  expect(stale).toContainEqual(['thread', 'a']);
  expect(stale).toContainEqual(['conversations']);
  expect(stale).not.toContainEqual(['thread']);
  expect(new Set(stale.map(String)).size).toBe(stale.length);
});

test('what is read again as a whole is not named one by one too', () => {
  const stale = staleKeys([
    { topic: 'contact', id: 'x' },
    { topic: 'conversation', id: 'a' },
  ]);
  expect(stale).toContainEqual(['conversation']);
  expect(stale).not.toContainEqual(['conversation', 'a']);
});

test('topics that this console does not know change nothing', () => {
  expect(staleKeys([{ topic: 'unheard_of', id: '1' }])).toEqual([]);
});

test('a call that moves reads the lists of calls again, and that call', () => {
  const stale = staleKeys([{ topic: 'call', id: 'a' }]);
  expect(stale).toContainEqual(['live-calls']);
  expect(stale).toContainEqual(['calls']);
  expect(stale).toContainEqual(['call', 'a']);
  expect(stale).not.toContainEqual(['call']);
});
