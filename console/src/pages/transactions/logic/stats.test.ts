import { expect, test } from 'vitest';
import type { Figure } from '../../../api/transactionTypes.ts';
import { csvOf, daysOf, operatorsOf, totalsOf } from './stats.ts';

const row = (day: string, status: Figure['status'], count: number, amount = 0): Figure => ({
  ...{ day, status, count, amount, type: 'recharge', operator: 'mtn', box: 'box_1', averageSeconds: 4 },
});

test('success is counted of what was carried out, and money of what was done', () => {
  const figures = [
    row('2026-01-01', 'completed', 9, 9000),
    row('2026-01-01', 'failed', 1, 500),
    row('2026-01-02', 'canceled', 5, 5000),
  ];
  expect(totalsOf(figures)).toEqual({ count: 15, completed: 9, failed: 1, amount: 9000, successRate: 0.9 });
  expect(totalsOf([]).successRate).toBeNull();
  const orange = { ...row('2026-01-01', 'completed', 1, 20_000), operator: 'orange' };
  expect(operatorsOf([...figures, orange])).toEqual([
    { operator: 'orange', count: 1, amount: 20_000 },
    { operator: 'mtn', count: 9, amount: 9000 },
  ]);
});

test('every day of the time is there, in order', () => {
  const days = daysOf({
    since: '2026-01-01',
    until: '2026-01-03',
    figures: [
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

test('a file for a spreadsheet runs nothing there', () => {
  const csv = csvOf([{ ...row('2026-01-01', 'completed', 2, 1000), box: '=cmd()', operator: null }]);
  expect(csv.split('\r\n')).toEqual([
    'day,type,operator,box,status,count,amount,averageSeconds',
    "2026-01-01,recharge,,'=cmd(),completed,2,1000,4",
    '',
  ]);
});
