import {
  type Figure,
  TRANSACTION_TYPES,
  type TransactionStats,
  type TransactionType,
} from '../../../api/transactionTypes.ts';

export interface StatsTotals {
  count: number;
  completed: number;
  failed: number;
  amount: number;
  /** 0 to 1, of what was carried out; null: nothing was. */
  successRate: number | null;
}

/** The time in five figures: what was canceled or expired was never tried, so it is no failure. */
export function totalsOf(figures: readonly Figure[]): StatsTotals {
  const sum = (pick: (row: Figure) => number) => figures.reduce((total, row) => total + pick(row), 0);
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
export function daysOf({ figures, since, until }: Omit<TransactionStats, 'boxes'>): StatsDay[] {
  const byDay = new Map(dayNames(since, until).map((day) => [day, emptyDay(day)]));
  for (const { day, status, type, count } of figures) {
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
  const endMs = Date.parse(`${until}T00:00:00Z`);
  for (let atMs = Date.parse(`${since}T00:00:00Z`); atMs <= endMs; atMs += DAY_MS)
    names.push(new Date(atMs).toISOString().slice(0, 10));
  return names;
}

export interface OperatorSum {
  operator: string | null;
  count: number;
  amount: number;
}

/** What was done at each operator, most money first. */
export function operatorsOf(figures: readonly Figure[]): OperatorSum[] {
  const sums = new Map<string | null, OperatorSum>();
  for (const { operator, status, count, amount } of figures) {
    if (status !== 'completed') continue;
    const sum = sums.get(operator) ?? { operator, count: 0, amount: 0 };
    sums.set(operator, { operator, count: sum.count + count, amount: sum.amount + amount });
  }
  return [...sums.values()].sort((left, right) => right.amount - left.amount || right.count - left.count);
}

const COLUMNS = ['day', 'type', 'operator', 'box', 'status', 'count', 'amount', 'averageSeconds'] as const;

/** The figures for a spreadsheet; a cell that a spreadsheet would run begins with an apostrophe. */
export function csvOf(figures: readonly Figure[]): string {
  const cell = (value: string | number | null) => {
    const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? '');
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = figures.map((row) => COLUMNS.map((name) => cell(row[name])).join(','));
  return `${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
}
