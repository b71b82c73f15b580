import { z } from 'zod';

/** An exact amount that is not negative, with six digits after the point at most. */
export const decimal = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,6})?$/, 'a decimal as 0.0075')
  .describe('A decimal');

/** Whether a text is a day that the calendar has. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) && text >= '1970-01-01';
}
