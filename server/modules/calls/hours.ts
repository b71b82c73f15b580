import type { Hours } from './model.ts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/**
 * What a clock on the wall in a time zone shows: summer time is the zone's own business, so an hour that a night skips or
 * repeats needs no rule here.
 */
function wallClock(at: Date, timeZone: string): { day: number; date: string; time: string } {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone, weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return {
    day: DAYS.indexOf(parts.weekday!) + 1,
    date: `${parts.year}-${parts.month}-${parts.day}`,
    time: `${parts.hour}:${parts.minute}`,
  };
}

/** Whether a number is attended at a moment. Without hours it always is. `to` is the first minute that is closed. */
export function isOpen(hours: Hours | null, at: Date): boolean {
  if (!hours) return true;
  const { day, date, time } = wallClock(at, hours.timeZone);
  if (hours.closedDays.includes(date)) return false;
  return hours.weekly.some((span) => span.day === day && span.from <= time && time < span.to);
}
