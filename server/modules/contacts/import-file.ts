import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import { type ErrorCode, type ErrorParams, fail } from '../../kernel/errors.ts';
import { IMPORT_ROWS_MAX, searchWords } from './model.ts';

/** A cell of a phone number and the label beside it, with the name of its column. */
export interface FilePhone {
  field: string;
  text: string;
  label: string;
}

/** A file with more rows whose quotation marks are wrong is in another format. */
const BROKEN_MAX = 2000;

/** One row of the file as it was written; an empty cell is an empty text. */
export interface FileRow {
  line: number;
  name: string;
  stage: string;
  email: string;
  note: string;
  phones: FilePhone[];
  /** The file's own names of columns, to say where something is wrong. */
  fields: { name: string; stage: string; email: string; note: string };
}

/** Why a row was left out. */
export interface RowProblem {
  line: number;
  field: string | null;
  code: ErrorCode;
  params: ErrorParams;
}

export interface FileContent {
  rows: FileRow[];
  problems: RowProblem[];
}

/**
 * Reads a table of contacts: CSV with commas, semicolons or tabs, in UTF-8, UTF-16 or Windows-1252 (Latin-1), with the
 * columns in any order and headings in English or French.
 * @throws import_unreadable, import_no_phone_column, import_too_long.
 */
export async function readContactFile(bytes: Uint8Array): Promise<FileContent> {
  const text = decode(bytes);
  const content: FileContent = { rows: [], problems: [] };
  let columns: Columns | null = null;
  const take = (record: string[], line: number) => {
    const cells = record.map(unguard);
    if (cells.every((cell) => cell === '')) return;
    if (!columns) {
      columns = readHeadings(cells);
      return;
    }
    if (content.rows.length >= IMPORT_ROWS_MAX) fail('import_too_long', { limit: IMPORT_ROWS_MAX });
    content.rows.push(toRow(columns, cells, line));
  };
  await readRecords(text, take, (line) => {
    if (content.problems.length >= BROKEN_MAX) fail('import_unreadable');
    content.problems.push({ line, field: null, code: 'import_row_broken', params: {} });
  });
  if (!columns) fail('import_unreadable');
  return content;
}

/**
 * Calls `take` for each record and `skip` for each line whose quotation marks are wrong, with the line where it begins. The
 * parser stops at such a line, because it cannot know where the record ends, so it begins again at the next one.
 */
async function readRecords(
  text: string,
  take: (record: string[], line: number) => void,
  skip: (line: number) => void,
): Promise<void> {
  // Some spreadsheets say in a line of its own what separates the cells.
  const said = /^sep=([^\r\n])(\r?\n)/i.exec(text);
  const delimiter = said?.[1] ?? delimiterOf(text);
  const bytes = Buffer.from(text);
  const place = { offset: said?.[0].length ?? 0, line: said ? 2 : 1 };
  while (place.offset < bytes.length) {
    const base = place.offset;
    const on_record = (record: string[], { bytes: end }: { bytes: number }) => {
      skipBlankLines(bytes, place);
      take(record, place.line);
      advance(bytes, place, base + end);
      return null;
    };
    try {
      const parser = parse({ delimiter, on_record, ...CSV_OPTIONS });
      await pipeline(Readable.from(slices(bytes.subarray(base))), parser.resume());
      return;
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      skipBlankLines(bytes, place);
      skip(place.line);
      advance(bytes, place, nextLine(bytes, place.offset));
    }
  }
}

const CSV_OPTIONS = {
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
  skip_empty_lines: true,
};
const [LF, CR] = [10, 13];

interface Place {
  offset: number;
  /** From 1. */
  line: number;
}

function nextLine(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] === CR && bytes[at + 1] === LF) return at + 2;
    if (bytes[at] === CR || bytes[at] === LF) return at + 1;
  }
  return bytes.length;
}

/** Moves on to an offset and counts the lines on the way. */
function advance(bytes: Buffer, place: Place, to: number): void {
  while (place.offset < to) {
    const next = nextLine(bytes, place.offset);
    if (next > to || (next === bytes.length && !endsLine(bytes[next - 1]))) break;
    place.offset = next;
    place.line += 1;
  }
  place.offset = to;
}

const endsLine = (byte: number | undefined) => byte === LF || byte === CR;

function skipBlankLines(bytes: Buffer, place: Place): void {
  while (endsLine(bytes[place.offset])) advance(bytes, place, nextLine(bytes, place.offset));
}

function decode(bytes: Uint8Array): string {
  const mark = `${bytes[0]},${bytes[1]}`;
  const encoding = mark === '255,254' ? 'utf-16le' : mark === '254,255' ? 'utf-16be' : 'utf-8';
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    // What spreadsheets in western Europe wrote before UTF-8; it has every byte of Latin-1.
    text = new TextDecoder('windows-1252').decode(bytes);
  }
  if (text.includes('\0') || !text.isWellFormed()) fail('import_unreadable');
  return text;
}

const SLICE = 64 * 1024;

/** Piece by piece, with a pause for everybody else's requests. */
async function* slices(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += SLICE) {
    yield bytes.subarray(start, start + SLICE);
    await setImmediate();
  }
}

/** What separates the headings most often, outside quotation marks. */
function delimiterOf(text: string): string {
  const headings = (/^[^\r\n]*/.exec(text.trimStart())?.[0] ?? '').replace(/"[^"]*"/g, '');
  const count = (mark: string) => headings.split(mark).length;
  return [',', ';', '\t'].sort((left, right) => count(right) - count(left))[0]!;
}

/** Takes off the apostrophe that our own exports put before a text that a spreadsheet would run as a formula. */
const unguard = (cell: string) => cell.replace(/^'(?=[=+\-@\t\r])/, '').trim();

const HEADINGS = {
  name: ['name', 'fullname', 'displayname', 'contact', 'nom', 'nomcomplet', 'nometprenom', 'prenometnom'],
  firstName: ['firstname', 'givenname', 'prenom'],
  lastName: ['lastname', 'familyname', 'surname', 'nomdefamille'],
  phone: [
    ...['phone', 'phonenumber', 'number', 'mobile', 'mobilephone', 'cell', 'cellphone', 'telephone'],
    ...['tel', 'numero', 'numerodetelephone', 'telephonemobile', 'portable', 'gsm', 'fixe'],
  ],
  label: ['label', 'phonelabel', 'phonetype', 'libelle', 'typedetelephone'],
  stage: ['stage', 'status', 'etape', 'statut'],
  email: ['email', 'mail', 'emailaddress', 'courriel', 'adresseemail', 'adressemail', 'adresseelectronique'],
  note: ['note', 'notes', 'comment', 'comments', 'remark', 'remarks', 'commentaire', 'remarque', 'remarques'],
} as const;
type Meaning = keyof typeof HEADINGS;

interface Columns {
  headings: string[];
  /** Where each fact stands; the first column that means it counts. */
  places: Partial<Record<Meaning, number>>;
  phones: { place: number; label: number | null }[];
}

function meaningOf(heading: string): Meaning | null {
  const plain = searchWords(heading).join('').replace(/\d+$/, '');
  const found = Object.entries(HEADINGS).find(([, words]) => (words as readonly string[]).includes(plain));
  return (found?.[0] as Meaning | undefined) ?? null;
}

/** What each column holds. A label belongs to the number on its left. */
function readHeadings(headings: string[]): Columns {
  const columns: Columns = { headings, places: {}, phones: [] };
  for (const [place, heading] of headings.entries()) {
    const meaning = meaningOf(heading);
    if (meaning === 'phone') columns.phones.push({ place, label: null });
    else if (meaning === 'label') {
      const phone = columns.phones.at(-1);
      if (phone) phone.label = place;
    } else if (meaning) columns.places[meaning] ??= place;
  }
  if (columns.phones.length === 0)
    fail('import_no_phone_column', { found: headings.filter(Boolean).join(', ') || '-' });
  return columns;
}

function toRow({ headings, places, phones }: Columns, cells: readonly string[], line: number): FileRow {
  const cell = (meaning: Meaning) => cells[places[meaning] ?? -1] ?? '';
  const field = (meaning: Meaning) => headings[places[meaning] ?? -1] ?? meaning;
  // Beside a first name, a column that says no more than "name" holds the last one.
  const whole = places.firstName === undefined ? cell('name') : '';
  const parts = [cell('firstName'), cell('lastName') || (whole ? '' : cell('name'))];
  return {
    line,
    name: whole || parts.filter(Boolean).join(' '),
    ...{ stage: cell('stage'), email: cell('email'), note: cell('note') },
    phones: phones
      .map(({ place, label }) => ({
        field: headings[place]!,
        text: cells[place] ?? '',
        label: label === null ? '' : (cells[label] ?? ''),
      }))
      .filter(({ text }) => text !== ''),
    fields: { name: field('name'), stage: field('stage'), email: field('email'), note: field('note') },
  };
}
