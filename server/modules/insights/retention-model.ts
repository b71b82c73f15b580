// How long things are kept. Pure, and shared with the console.

/** What is not kept for ever, in the order in which people read it. */
export const RETENTION_KINDS = [
  'calls',
  'recordings',
  'providerEvents',
  'outgoingMessages',
  'callAttempts',
  'qualitySamples',
  'pushTraces',
  'boxLogs',
] as const;
export type RetentionKind = (typeof RETENTION_KINDS)[number];

export const RUN_STATES = ['running', 'done', 'failed', 'held'] as const;
export type RunState = (typeof RUN_STATES)[number];

const DAY_MS = 86_400_000;

/**
 * Things before this moment have been kept long enough. Months are whole ones, by UTC: what is six months old goes with the
 * rest of its month, when the last day of it is.
 */
export function cutoff({ unit, period, now }: { unit: 'days' | 'months'; period: number; now: Date }): Date {
  if (unit === 'days') return new Date(now.getTime() - period * DAY_MS);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - period, 1));
}

/** Whether a period can be chosen. */
export function isPeriod(rule: { min: number; max: number; canStay: boolean }, period: number): boolean {
  if (period === 0) return rule.canStay;
  return Number.isInteger(period) && period >= rule.min && period <= rule.max;
}
