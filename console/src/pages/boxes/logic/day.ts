import type { Transaction } from '../../../api/transactionTypes.ts';

export interface Hour {
  at: string;
  completed: number;
  failed: number;
  unknown: number;
}

type Row = Pick<Transaction, 'status' | 'updatedAt' | 'processingAt' | 'endedAt'>;

const HOUR_MS = 3_600_000;

/** The hours from the beginning of a day to the last in which something ended, with what did. */
export function hoursOf(rows: readonly Row[], since: string): Hour[] {
  const startMs = Date.parse(since);
  const hours: Hour[] = [];
  for (const { status, updatedAt, endedAt } of rows) {
    if (status !== 'completed' && status !== 'failed' && status !== 'unknown') continue;
    const index = Math.floor((Date.parse(endedAt ?? updatedAt) - startMs) / HOUR_MS);
    if (index < 0 || index > 47) continue;
    while (hours.length <= index)
      hours.push({
        at: new Date(startMs + hours.length * HOUR_MS).toISOString(),
        ...{ completed: 0, failed: 0, unknown: 0 },
      });
    const hour = hours[index];
    if (hour) hour[status] += 1;
  }
  return hours;
}

/** How many of each outcome, and how long one took from the moment it was begun. */
export function totalsOf(rows: readonly Row[]) {
  const count = (status: Row['status']) => rows.filter((row) => row.status === status).length;
  const spans = rows
    .filter((row) => row.status === 'completed' && row.processingAt && row.endedAt)
    .map((row) => Date.parse(row.endedAt ?? '') - Date.parse(row.processingAt ?? ''));
  return {
    completed: count('completed'),
    failed: count('failed'),
    unknown: count('unknown'),
    averageMs: spans.length ? spans.reduce((sum, span) => sum + span, 0) / spans.length : null,
  };
}
