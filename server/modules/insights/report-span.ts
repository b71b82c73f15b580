import { z } from 'zod';
import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { companyProfile } from '../identity/index.ts';
import { addDays, type Day, dayIn, daysBetween, isDay, REPORT_DAYS_MAX, type Span } from './model.ts';

const DAYS_DEFAULT = 30;

/** The days of a list of figures, and how it is answered. */
export const spanQuery = z.object({
  from: z
    .string()
    .max(10)
    .optional()
    .describe('First day, YYYY-MM-DD in the time zone of the company; 30 days before to'),
  to: z.string().max(10).optional().describe('Last day; today'),
  format: z.enum(['json', 'csv']).default('json'),
});

/** The days that an answer is about. */
export const spanShape = { from: z.string(), to: z.string(), timeZone: z.string() };

/** Reads what days hold. Where both ends are named, nothing has to be known of the company first: all of it leaves in one packet. */
export async function readSpan<T>(
  ctx: CompanyCtx,
  tx: Tx,
  asked: { from?: string | undefined; to?: string | undefined },
  read: (span: Span) => Promise<T>,
): Promise<{ span: Span; timeZone: string; found: T }> {
  if (asked.from === undefined || asked.to === undefined) {
    const known = await spanOf(ctx, tx, asked);
    return { ...known, found: await read(known.span) };
  }
  const span = spanBetween(dayOf('from', asked.from), dayOf('to', asked.to));
  const [found, { timeZone }] = await Promise.all([read(span), companyProfile(tx)]);
  return { span, timeZone, found };
}

/** The days asked for, in the company's calendar. @throws invalid_request. */
export async function spanOf(
  ctx: CompanyCtx,
  tx: Tx,
  asked: { from?: string | undefined; to?: string | undefined },
): Promise<{ span: Span; timeZone: string }> {
  const { timeZone } = await companyProfile(tx);
  const to = asked.to === undefined ? dayIn(ctx.kernel.clock.now(), timeZone) : dayOf('to', asked.to);
  const from = asked.from === undefined ? addDays(to, 1 - DAYS_DEFAULT) : dayOf('from', asked.from);
  return { span: spanBetween(from, to), timeZone };
}

function spanBetween(from: Day, to: Day): Span {
  const days = daysBetween(from, to);
  if (days < 1) fail('invalid_request', { reason: 'from: must not be after to' });
  if (days > REPORT_DAYS_MAX)
    fail('invalid_request', { reason: `from: ${REPORT_DAYS_MAX} days before to at most` });
  return { from, to };
}

/** A day as it was written. @throws invalid_request. */
export function dayOf(name: string, text: string): Day {
  return isDay(text) ? text : fail('invalid_request', { reason: `${name}: a day as 2026-11-30` });
}
