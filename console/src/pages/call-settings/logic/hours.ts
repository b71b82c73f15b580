import type { Hours, OpenSpan } from '../../../api/callTypes.ts';

/** The week of a number, as people fill it in: days from Monday, 1, each with its spans. */

export const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;
export type Day = (typeof DAYS)[number];

/** From and to, as HH:MM; 24:00 is the end of the day. */
export type Span = [from: string, to: string];

export type Week = Record<number, Span[]>;

const WORKING: Span = ['09:00', '18:00'];

/** What a new rule begins with: working days, nine to six. */
export function usualHours(timeZone: string): Hours {
  const weekly = [1, 2, 3, 4, 5].map((day): OpenSpan => ({ day, from: WORKING[0], to: WORKING[1] }));
  return { timeZone, weekly, closedDays: [] };
}

export function weekOf(weekly: readonly OpenSpan[]): Week {
  const week: Week = Object.fromEntries(DAYS.map((day) => [day, []]));
  for (const { day, from, to } of weekly) week[day]?.push([from, to]);
  for (const spans of Object.values(week)) spans.sort(([left], [right]) => left.localeCompare(right));
  return week;
}

export function weeklyOf(week: Week): OpenSpan[] {
  return DAYS.flatMap((day) => (week[day] ?? []).map(([from, to]) => ({ day, from, to })));
}

/** Adds a span behind the last of a day: the afternoon behind the morning. */
export function withSpan(week: Week, day: Day): Week {
  const spans = week[day] ?? [];
  const end = spans.at(-1)?.[1];
  const next: Span = !end
    ? WORKING
    : end < '14:00'
      ? ['14:00', '18:00']
      : [end, end < '22:00' ? '22:00' : '24:00'];
  return { ...week, [day]: [...spans, next] };
}

export const withoutSpan = (week: Week, day: Day, index: number): Week => ({
  ...week,
  [day]: (week[day] ?? []).filter((_, at) => at !== index),
});

export const changeSpan = (week: Week, day: Day, index: number, span: Span): Week => ({
  ...week,
  [day]: (week[day] ?? []).map((each, at) => (at === index ? span : each)),
});

/** The spans of one day on every working day, or on all. */
export function copyDay(week: Week, day: Day, to: readonly Day[]): Week {
  const spans = week[day] ?? [];
  return { ...week, ...Object.fromEntries(to.map((each) => [each, spans.map((span): Span => [...span])])) };
}

export type SpanProblem = 'backwards' | 'overlaps';

/** What is wrong with a day; null when nothing is. */
export function problemOf(spans: readonly Span[]): SpanProblem | null {
  if (spans.some(([from, to]) => !from || !to || from >= to)) return 'backwards';
  const sorted = [...spans].sort(([left], [right]) => left.localeCompare(right));
  const overlaps = sorted.some(([from], index) => index > 0 && from < (sorted[index - 1]?.[1] ?? ''));
  return overlaps ? 'overlaps' : null;
}

/** Days that follow each other and have the same spans, as people say them: Monday to Friday, nine to six. */
export function groupDays(weekly: readonly OpenSpan[]): { from: Day; to: Day; spans: Span[] }[] {
  const week = weekOf(weekly);
  const groups: { from: Day; to: Day; spans: Span[] }[] = [];
  for (const day of DAYS) {
    const spans = week[day] ?? [];
    const last = groups.at(-1);
    if (!spans.length) continue;
    if (last && last.to === day - 1 && String(last.spans) === String(spans)) last.to = day;
    else groups.push({ from: day, to: day, spans });
  }
  return groups;
}

/** Whether the number is never closed by its week. */
export const isAlwaysOpen = (weekly: readonly OpenSpan[]): boolean =>
  DAYS.every((day) => String(weekOf(weekly)[day]) === '00:00,24:00');

/** "9", "930", "9:30", "9h30", "24" -> HH:MM; null for what is no time of day. */
export function readTime(text: string): string | null {
  const found = /^\s*(\d{1,2})(?:\s*[:h.]\s*|(?=\d{2}\s*$))?(\d{2})?\s*h?\s*$/i.exec(text);
  if (!found) return null;
  const [hours, minutes] = [Number(found[1]), Number(found[2] ?? 0)];
  if (hours > 24 || minutes > 59 || (hours === 24 && minutes > 0)) return null;
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}
