import {
  type DayCount,
  TRANSACTION_TYPES,
  type TransactionStats,
  type TransactionType,
} from '../../../api/boxTypes.ts';

export interface StatsTotals {
  count: number;
  completed: number;
  failed: number;
  amount: number;
  /** 0 to 1, of what was carried out; null: nothing was. */
  successRate: number | null;
}

/** The time in five figures: what was canceled or expired was never tried, so it is no failure. */
export function totalsOf(days: readonly DayCount[]): StatsTotals {
  const sum = (pick: (row: DayCount) => number) => days.reduce((total, row) => total + pick(row), 0);
  const completed = sum((row) => (row.status === 'completed' ? row.count : 0));
  const failed = sum((row) => (row.status === 'failed' ? row.count : 0));
  return {
    count: sum((row) => row.count),
    ...{ completed, failed },
    amount: sum((row) => (row.status === 'completed' ? row.amount : 0)),
    successRate: completed + failed === 0 ? null : completed / (completed + failed),
  };
}

export interface StatsDay {
  day: string;
  completed: number;
  failed: number;
  other: number;
  types: Record<TransactionType, number>;
}

/** Each day of the time, those without anything too, by outcome and by type. */
export function daysOf({
  days,
  since,
  until,
}: Pick<TransactionStats, 'days' | 'since' | 'until'>): StatsDay[] {
  const byDay = new Map(dayNames(since, until).map((day) => [day, emptyDay(day)]));
  for (const { day, status, type, count } of days) {
    const entry = byDay.get(day) ?? emptyDay(day);
    byDay.set(day, entry);
    if (status === 'completed' || status === 'failed') entry[status] += count;
    else entry.other += count;
    if (status === 'completed') entry.types[type] += count;
  }
  return [...byDay.values()].sort((left, right) => left.day.localeCompare(right.day));
}

const emptyDay = (day: string): StatsDay => ({
  ...{ day, completed: 0, failed: 0, other: 0 },
  types: Object.fromEntries(TRANSACTION_TYPES.map((type) => [type, 0])) as StatsDay['types'],
});

const DAY_MS = 86_400_000;

function dayNames(since: string, until: string): string[] {
  const names: string[] = [];
  const endMs = Date.parse(`${until.slice(0, 10)}T00:00:00Z`);
  for (let atMs = Date.parse(`${since.slice(0, 10)}T00:00:00Z`); atMs <= endMs; atMs += DAY_MS)
    names.push(new Date(atMs).toISOString().slice(0, 10));
  return names;
}
