import { IMPORT_BYTES_MAX } from '../../../../server/modules/contacts/model.ts';
import type { ContactImport } from '../../api/types.ts';

export type FileProblem = 'tooLarge' | 'empty';

/** What is wrong with a file before it is sent; its rows are for the server to judge. */
export function checkImportFile(file: Pick<File, 'size'>): FileProblem | null {
  if (file.size > IMPORT_BYTES_MAX) return 'tooLarge';
  return file.size === 0 ? 'empty' : null;
}

/** A table that spreadsheets open: with a byte-order mark, and with texts that look like formulas made harmless. */
export function csvBlob(rows: readonly (readonly (string | number | null)[])[]): Blob {
  return new Blob([csvText(rows)], { type: 'text/csv;charset=utf-8' });
}

export function csvText(rows: readonly (readonly (string | number | null)[])[]): string {
  const cell = (value: string | number | null) => {
    const text = String(value ?? '');
    const harmless = /^[=+\-@\t\r]/.test(text) && !/^\+?[\d ]+$/.test(text) ? `'${text}` : text;
    return /[",;\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
  };
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** The rows that were left out, to be mended in the file. */
export function errorRows(
  { errors }: Pick<ContactImport, 'errors'>,
  headings: readonly [line: string, column: string, reason: string],
): (string | number | null)[][] {
  return [[...headings], ...errors.map(({ line, field, message }) => [line, field, message])];
}
