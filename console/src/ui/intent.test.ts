import { expect, test } from 'vitest';
import { createIntent } from './intent.ts';

test('one intent has one key: pressed again the same, with other words or after its end another', () => {
  let made = 0;
  const intent = createIntent<{ amount: number }>(() => `key ${++made}`);
  expect(intent.keyOf({ amount: 1000 })).toBe('key 1');
  expect(intent.keyOf({ amount: 1000 })).toBe('key 1');
  expect(intent.keyOf({ amount: 2000 })).toBe('key 2');
  intent.end();
  expect(intent.keyOf({ amount: 2000 })).toBe('key 3');
});
