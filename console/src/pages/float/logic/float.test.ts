import { expect, test } from 'vitest';
import type { FloatSim } from '../../../api/floatTypes.ts';
import { differenceOf, isLow, pickSims, totalsOf } from './float.ts';

const sim = (id: string, change: Partial<FloatSim> = {}): FloatSim =>
  ({
    ...{ id, box: { id: 'b', callboxId: 'box_1', label: '' }, slot: id, operator: 'mtn', phoneNumber: null },
    ...{ floatKnownSince: '2026-01-01T00:00:00Z', available: 1000, held: 100, lowFloatBelow: null },
    ...{ difference: 0, reportedAt: '2026-01-02T00:00:00Z' },
    ...change,
  }) as FloatSim;

test('only counted money is low, and only where somebody set a mark', () => {
  expect(isLow(sim('a'))).toBe(false);
  expect(isLow(sim('a', { lowFloatBelow: 1001 }))).toBe(true);
  expect(isLow(sim('a', { lowFloatBelow: 1000 }))).toBe(false);
  expect(isLow(sim('a', { lowFloatBelow: 5000, floatKnownSince: null }))).toBe(false);
});

test('what is low or differs comes first, and can be looked at alone', () => {
  const sims = [
    sim('1'),
    sim('2', { difference: -50 }),
    sim('3', { lowFloatBelow: 2000 }),
    sim('4', { floatKnownSince: null, operator: 'orange' }),
  ];
  const ids = (change: object) =>
    pickSims(sims, { search: '', operator: '', look: '', ...change }).map(({ id }) => id);
  expect(ids({})).toEqual(['3', '2', '1', '4']);
  expect(ids({ look: 'low' })).toEqual(['3']);
  expect(ids({ look: 'different' })).toEqual(['2']);
  expect(ids({ look: 'uncounted' })).toEqual(['4']);
  expect(ids({ operator: 'orange' })).toEqual(['4']);
  expect(ids({ search: 'BOX_1' })).toHaveLength(4);
  expect(totalsOf(sims)).toEqual({ available: 3000, held: 300, low: 1, different: 1, uncounted: 1 });
});

test('a reading that is older than the first count is compared with nothing', () => {
  expect(differenceOf(sim('1', { difference: 900 }))).toBe(900);
  expect(differenceOf(sim('1', { difference: 900, reportedAt: '2025-12-31T00:00:00Z' }))).toBeNull();
  expect(differenceOf(sim('1', { difference: 900, floatKnownSince: null }))).toBeNull();
});
