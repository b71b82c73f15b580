import { expect, test } from 'vitest';
import { dueNow } from './total.ts';

const usd = (amount: string) => ({ amount, currency: 'USD' });

test('the first month and the one-time price add up without rounding', () => {
  expect(dueNow({ monthlyCost: usd('1.00'), upfrontCost: usd('0.5') })).toEqual(usd('1.50'));
  expect(dueNow({ monthlyCost: usd('0.1'), upfrontCost: usd('0.2') })).toEqual(usd('0.3'));
  expect(dueNow({ monthlyCost: usd('0.0075'), upfrontCost: usd('0') })).toEqual(usd('0.0075'));
  expect(dueNow({ monthlyCost: usd('3'), upfrontCost: usd('12') })).toEqual(usd('15'));
});

test('without a one-time price the first month is due; without a monthly price or a common currency nobody can say', () => {
  expect(dueNow({ monthlyCost: usd('1'), upfrontCost: null })).toEqual(usd('1'));
  expect(dueNow({ monthlyCost: null, upfrontCost: usd('1') })).toBeNull();
  expect(dueNow({ monthlyCost: usd('1'), upfrontCost: { amount: '1', currency: 'EUR' } })).toBeNull();
});
