import { expect, test } from 'vitest';
import { amountOf } from './entries.ts';

test('an entry says what it does to the money on the SIM, a promise what it does to what is free', () => {
  expect(amountOf({ kind: 'supply', amount: 5000, available: 5000 })).toBe(5000);
  expect(amountOf({ kind: 'hold', amount: 0, available: -1000 })).toBe(-1000);
  expect(amountOf({ kind: 'release', amount: 0, available: 1000 })).toBe(1000);
  expect(amountOf({ kind: 'post', amount: -1000, available: 0 })).toBe(-1000);
});
