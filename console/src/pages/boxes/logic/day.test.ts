import { expect, test } from 'vitest';
import { hoursOf, totalsOf } from './day.ts';

const row = (status: 'completed' | 'failed' | 'pending', endedAt: string | null, seconds = 10) => ({
  status,
  updatedAt: '2026-01-02T05:00:00.000Z',
  endedAt,
  processingAt: endedAt && new Date(Date.parse(endedAt) - seconds * 1000).toISOString(),
});

test('what ended is counted by its hour, and hours in which nothing did stand between', () => {
  const rows = [
    row('completed', '2026-01-02T00:10:00.000Z'),
    row('failed', '2026-01-02T02:59:00.000Z'),
    row('pending', null),
    row('completed', '2026-01-01T23:59:00.000Z'),
  ];
  const hours = hoursOf(rows, '2026-01-02T00:00:00.000Z');
  expect(hours.map(({ completed, failed }) => [completed, failed])).toEqual([
    [1, 0],
    [0, 0],
    [0, 1],
  ]);
});

test('how long one takes is known of those that were done', () => {
  const at = '2026-01-02T01:00:00.000Z';
  expect(totalsOf([row('completed', at, 4), row('completed', at, 8), row('failed', at, 60)])).toEqual({
    completed: 2,
    failed: 1,
    unknown: 0,
    averageMs: 6000,
  });
  expect(totalsOf([]).averageMs).toBeNull();
});
