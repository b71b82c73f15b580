import { z } from 'zod';
import { fail } from '../errors.ts';
import { isId } from '../ids.ts';

/** Query parameters of every list: a page size and the opaque cursor of the page before. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Rows per page'),
  cursor: z.string().max(300).optional().describe('nextCursor of the page before'),
});

/** A moment as clients write it. */
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** Query parameters of lists that can be cut to a period: from a moment on, and before another. */
export const periodQuery = z.object({ since: moment.optional(), until: moment.optional() });

/**
 * The id after which a page starts, or null for the first page. Ids are UUID v7, so a list ordered by id, newest first,
 * is ordered by creation. @throws invalid_request when the text is not a cursor of ours.
 */
export function fromCursor(cursor: string | undefined): string | null {
  if (!cursor) return null;
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!isId(id)) fail('invalid_request', { reason: 'cursor: not a cursor of this list' });
  return id;
}

/** Cuts a result of limit + 1 rows into a page and the cursor of the next one. */
export function toPage<Row extends { id: string }>(
  rows: Row[],
  limit: number,
): { rows: Row[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: page,
    nextCursor: rows.length > limit && last ? Buffer.from(last.id).toString('base64url') : null,
  };
}

/** A place in a list that is ordered by a time, then by id. */
export interface TimePlace {
  at: Date;
  id: string;
}

/** Where a page of a list ordered by time starts, or null for the first. @throws invalid_request when the text is no cursor of ours. */
export function fromTimeCursor(cursor: string | undefined): TimePlace | null {
  if (!cursor) return null;
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const at = new Date(time);
  if (Number.isNaN(at.getTime()) || !isId(id))
    fail('invalid_request', { reason: 'cursor: not a cursor of this list' });
  return { at, id };
}

/** Cuts a result of limit + 1 rows into a page and the cursor of the next one. @param timeOf what the list is ordered by. */
export function toTimePage<Row extends { id: string }>(
  rows: Row[],
  limit: number,
  timeOf: (row: Row) => Date,
): { rows: Row[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const place = last ? `${timeOf(last).toISOString()} ${last.id}` : '';
  return { rows: page, nextCursor: rows.length > limit ? Buffer.from(place).toString('base64url') : null };
}
