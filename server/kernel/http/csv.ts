import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { pageQuery } from './paging.ts';

/** The most rows that one export holds. */
export const CSV_ROWS_MAX = 10_000;

/** Query parameters of a list that can also be exported. */
export const exportQuery = pageQuery.extend({ format: z.enum(['json', 'csv']).default('json') });

/** How many rows a request wants: a page, or with format=csv as many as an export holds. */
export function rowsWanted(query: { limit: number; format: 'json' | 'csv' }): number {
  return query.format === 'csv' ? CSV_ROWS_MAX : query.limit;
}

/** The success answer of a list that can also be exported. */
export function listAnswer(page: z.ZodType) {
  return {
    description: `A page, or with format=csv up to ${CSV_ROWS_MAX} rows`,
    content: { 'application/json': { schema: page }, 'text/csv': { schema: z.string() } },
  };
}

type Cell = string | number | null;

/** Answers with a file. */
export function sendCsv(
  reply: FastifyReply,
  filename: string,
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
) {
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${filename}"`)
    .send(toCsv(header, rows));
}

const FORMULA_START = /^[=+\-@\t\r]/;

/**
 * RFC 4180 CSV with a byte-order mark, so that spreadsheets read accents. A cell that a spreadsheet would run as a formula
 * gets an apostrophe in front; plain numbers and phone numbers stay as they are.
 */
export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cell = (value: Cell) => {
    let text = value === null ? '' : String(value);
    if (FORMULA_START.test(text) && !/^[+-]?\d[\d.]*$/.test(text)) text = `'${text}`;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\uFEFF${[header, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}
