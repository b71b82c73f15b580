import { expect, it } from 'vitest';
import { levelOf, shares } from './budgetState.ts';

it('a budget is near its end with what is held, and used up by what is spent', () => {
  const of = (spent: string, held = '0') => ({ amount: '200', spent, held });
  expect(shares(of('50', '25'))).toEqual({ spent: 25, withHeld: 37.5 });
  expect(levelOf(of('159'))).toBe('good');
  expect(levelOf(of('159', '1'))).toBe('wait');
  expect(levelOf(of('199', '50'))).toBe('wait');
  expect(levelOf(of('200'))).toBe('bad');
});
