// What figures are asked for, and how outcomes add up. Pure, and shared with the console.

export const ACTIVITY_KINDS = ['call', 'text'] as const;
/** What costs something: months of numbers as well. */
export const COST_KINDS = [...ACTIVITY_KINDS, 'number'] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

/** What figures can be broken down by. */
export const REPORT_GROUPS = [
  'day',
  'month',
  'kind',
  'direction',
  'outcome',
  'number',
  'user',
  'provider',
  'gig',
] as const;
export type ReportGroup = (typeof REPORT_GROUPS)[number];

/** The most days that one report spans: five years and the days of leap years. */
export const REPORT_DAYS_MAX = 1830;

/** A calendar day as YYYY-MM-DD. */
export type Day = string;

const DAY_MS = 86_400_000;

/** Whether a text is a day that the calendar has. */
export function isDay(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!parts) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** The day so many days later (earlier, when negative). */
export function addDays(day: Day, count: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

/** Days from one to another, both counted. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS) + 1;
}

/** By time zone: to make one takes longer than a dashboard's figures take to read. There are a few hundred zones. */
const calendars = new Map<string, Intl.DateTimeFormat>();

/** The calendar day of a moment in a time zone (IANA); of UTC where the zone is not known. */
export function dayIn(at: Date, timeZone: string): Day {
  try {
    const calendar =
      calendars.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
    calendars.set(timeZone, calendar);
    return calendar.format(at);
  } catch {
    return at.toISOString().slice(0, 10);
  }
}

/** The first day of a day's month. */
export const monthOf = (day: Day): Day => `${day.slice(0, 7)}-01`;

/** The first day of the month before. */
export const monthBefore = (day: Day): Day => monthOf(addDays(monthOf(day), -1));

/** Part of the whole, 0 to 1; null: there is no whole. */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000;
}

/** Days from one to another, both of them in it. */
export interface Span {
  from: Day;
  to: Day;
}

/** The reports that have a name: what happened, and what it cost. */
export const REPORTS = ['activity', 'costs'] as const;
export type ReportName = (typeof REPORTS)[number];

/** What one report tells of. Weeks begin on Monday. */
export const PERIODS = ['day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

/** How often a report is sent; each tells of the period before the day on which it leaves. */
export const RHYTHMS = ['daily', 'weekly', 'monthly'] as const;
export type Rhythm = (typeof RHYTHMS)[number];
export const PERIOD_OF: Record<Rhythm, Period> = { daily: 'day', weekly: 'week', monthly: 'month' };

/** More than a company sends to its people. */
export const SCHEDULES_MAX = 200;

/** The day's own day, week or month. */
export function periodAround(period: Period, day: Day): Span {
  if (period === 'day') return { from: day, to: day };
  if (period === 'week') {
    const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
    return { from: addDays(day, -weekday), to: addDays(day, 6 - weekday) };
  }
  const from = monthOf(day);
  return { from, to: addDays(monthOf(addDays(from, 31)), -1) };
}

/** The whole period before one. */
export const periodBefore = (period: Period, { from }: Span): Span => periodAround(period, addDays(from, -1));

/** What happened on one day, of one kind and in one direction. */
export interface DayFigures {
  day: Day;
  kind: ActivityKind;
  direction: 'inbound' | 'outbound';
  count: number;
  successes: number;
  judged: number;
  seconds: number;
}

/** What days come to. */
export function sumUp(figures: readonly DayFigures[]) {
  const of = (kind: ActivityKind) => figures.filter((each) => each.kind === kind);
  const sum = (rows: readonly DayFigures[], what: 'count' | 'successes' | 'judged' | 'seconds') =>
    rows.reduce((total, row) => total + row[what], 0);
  const [calls, texts] = [of('call'), of('text')];
  const sent = texts.filter(({ direction }) => direction === 'outbound');
  return {
    calls: sum(calls, 'count'),
    callsAnswered: sum(calls, 'successes'),
    callSuccessRate: share(sum(calls, 'successes'), sum(calls, 'judged')),
    callMinutes: Math.round(sum(calls, 'seconds') / 6) / 10,
    textsSent: sum(sent, 'count'),
    textsReceived: sum(texts, 'count') - sum(sent, 'count'),
    textSuccessRate: share(sum(sent, 'successes'), sum(sent, 'judged')),
  };
}

/** What programs of a company can be told of (docs/webhooks.md shows what each carries). */
export const WEBHOOK_EVENTS = [
  'call.ended',
  'call.missed',
  'message.received',
  'message.delivered',
  'message.failed',
  'number.active',
  'number.failed',
  'number.released',
  'transaction.completed',
  'transaction.failed',
  'transaction.unknown',
  'transaction.expired',
  'transaction.canceled',
  'budget.reached',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** A company's programs are few. */
export const ENDPOINTS_MAX = 20;

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
