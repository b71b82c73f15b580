import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Language } from '../errors.ts';
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

// Also as a spreadsheet of the Far East writes them.
const FORMULA_START = /^\s*[=+\-@\t\r\n＝＋－＠]/;
/** A spreadsheet that parts cells elsewhere than we do begins a cell in the middle of ours. */
const FORMULA_INSIDE = /([,;\t])(?=\s*[=+\-@])/g;

/** How a file is written for the spreadsheets of a language: where a comma parts decimals, it cannot part cells. */
interface Dialect {
  separator: ',' | ';';
  decimal: '.' | ',';
  /** Nobody reads it in again: the middle of a cell is guarded too. */
  isLast: boolean;
}
const PLAIN: Dialect = { separator: ',', decimal: '.', isLast: false };
const DIALECTS: Record<Language, Dialect> = {
  en: { separator: ',', decimal: '.', isLast: true },
  fr: { separator: ';', decimal: ',', isLast: true },
};

/** An exact decimal, which a spreadsheet is to add up. */
export interface Decimal {
  decimal: string;
}

function cellText(value: Cell | Decimal, { separator, decimal, isLast }: Dialect): string {
  if (value === null) return '';
  const figure = typeof value === 'number' ? String(value) : typeof value === 'object' ? value.decimal : null;
  let text = figure === null ? String(value) : figure.replace('.', decimal);
  if (figure === null && !/^[+-]?\d[\d.]*$/.test(text)) {
    if (isLast) text = text.replaceAll(FORMULA_INSIDE, "$1'");
    if (FORMULA_START.test(text)) text = `'${text}`;
  }
  const isQuoted = /["\r\n;,]/.test(text) && (figure === null || text.includes(separator));
  return isQuoted ? `"${text.replaceAll('"', '""')}"` : text;
}

const lineText = (cells: readonly (Cell | Decimal)[], dialect: Dialect) =>
  cells.map((value) => cellText(value, dialect)).join(dialect.separator);
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * RFC 4180 CSV with a byte-order mark, so that spreadsheets read accents. A cell that a spreadsheet would run as a formula
 * gets an apostrophe in front; plain numbers and phone numbers stay as they are.
 */
export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return `${BYTE_ORDER_MARK}${[header, ...rows].map((row) => lineText(row, PLAIN)).join('\r\n')}\r\n`;
}

/** A part of a file: a title, a header and rows. */
export interface CsvSection {
  title: string;
  header: readonly string[];
  rows: readonly (readonly (Cell | Decimal)[])[];
}

/** Several tables in one file, below each other with an empty line between, as the spreadsheets of a language open it. */
export function toCsvSections(sections: readonly CsvSection[], language: Language): string {
  const dialect = DIALECTS[language];
  const parts = sections.map(({ title, header, rows }) =>
    [[title], header, ...rows].map((cells) => `${lineText(cells, dialect)}\r\n`).join(''),
  );
  return `${BYTE_ORDER_MARK}${parts.join('\r\n')}`;
}
