import { expect, test } from 'vitest';
import type { DayCount } from '../../../api/boxTypes.ts';
import { daysOf, totalsOf } from './stats.ts';

const row = (day: string, status: DayCount['status'], count: number, amount = 0): DayCount => ({
  ...{ day, status, count, amount, type: 'recharge' },
});

test('success is counted of what was carried out, and money of what was done', () => {
  const days = [
    row('2026-01-01', 'completed', 9, 9000),
    row('2026-01-01', 'failed', 1, 500),
    row('2026-01-02', 'canceled', 5, 5000),
  ];
  expect(totalsOf(days)).toEqual({ count: 15, completed: 9, failed: 1, amount: 9000, successRate: 0.9 });
  expect(totalsOf([]).successRate).toBeNull();
});

test('every day of the time is there, in order', () => {
  const days = daysOf({
    since: '2026-01-01T00:00:00.000Z',
    until: '2026-01-03T12:00:00.000Z',
    days: [
      row('2026-01-03', 'completed', 2),
      row('2026-01-03', 'expired', 1),
      row('2026-01-01', 'failed', 1),
    ],
  });
  expect(days.map(({ day, completed, failed, other }) => [day, completed, failed, other])).toEqual([
    ['2026-01-01', 0, 1, 0],
    ['2026-01-02', 0, 0, 0],
    ['2026-01-03', 2, 0, 1],
  ]);
  expect(days[2]?.types).toEqual({ recharge: 2, voucher: 0, deposit: 0, withdraw: 0 });
});
