import { z } from 'zod';
import { RelaisError } from '../../kernel/errors.ts';
import { normalisePhoneNumber } from '../../kernel/phone.ts';
import type { FilePhone, FileRow, RowProblem } from './import-file.ts';
import { LIMITS, PHONES_MAX, type Stage, searchWords } from './model.ts';

/** A row that can be imported; what is null says nothing about the contact. */
export interface ImportRow {
  line: number;
  /** The name of the column with its first number. */
  field: string;
  name: string | null;
  stage: Stage | null;
  email: string | null;
  note: string | null;
  /** In the file's order, each once. */
  phones: { phoneNumber: string; label: string }[];
}

type Problem = Omit<RowProblem, 'line'>;

const STAGE_WORDS: Record<string, Stage> = {
  ...{ lead: 'lead', prospect: 'lead', piste: 'lead' },
  ...{ client: 'client', cliente: 'client', customer: 'client' },
};
const stageOf = (text: string) => STAGE_WORDS[searchWords(text).join('')] ?? null;

/**
 * Checks a row.
 * @param lineOf the line that already has a number; a good row's own numbers are added.
 */
export function checkRow(row: FileRow, region: string, lineOf: Map<string, number>): ImportRow | RowProblem {
  const { line } = row;
  const phones = new Map<string, { phoneNumber: string; label: string }>();
  const problem =
    problemOfFacts(row) ??
    row.phones.map((phone) => readPhone(phone, region, lineOf, phones)).find((each) => each !== null) ??
    problemOfCount(row, phones.size);
  if (problem) return { line, ...problem };
  for (const phoneNumber of phones.keys()) lineOf.set(phoneNumber, line);
  return {
    ...{ line, field: row.phones[0]!.field, stage: stageOf(row.stage), phones: [...phones.values()] },
    ...{ name: row.name || null, email: row.email || null, note: row.note || null },
  };
}

function problemOfFacts({ fields, ...row }: FileRow): Problem | null {
  if (row.stage && !stageOf(row.stage))
    return { field: fields.stage, code: 'import_stage_unknown', params: { value: row.stage } };
  if (row.email && !z.email().safeParse(row.email).success)
    return { field: fields.email, code: 'import_email_invalid', params: { value: row.email } };
  const long = (['name', 'email', 'note'] as const).find((fact) => row[fact].length > LIMITS[fact]);
  return long
    ? { field: fields[long], code: 'import_value_too_long', params: { limit: LIMITS[long] } }
    : null;
}

function problemOfCount(row: FileRow, count: number): Problem | null {
  if (count === 0) return { field: null, code: 'import_phone_missing', params: {} };
  if (count > PHONES_MAX)
    return { field: row.phones[0]!.field, code: 'contact_phones_full', params: { limit: PHONES_MAX } };
  return null;
}

/** Adds a number to those that were read. @returns why it cannot be one. */
function readPhone(
  { field, text, label }: FilePhone,
  region: string,
  lineOf: Map<string, number>,
  phones: Map<string, { phoneNumber: string; label: string }>,
): Problem | null {
  if (label.length > LIMITS.label)
    return { field, code: 'import_value_too_long', params: { limit: LIMITS.label } };
  try {
    const phoneNumber = normalisePhoneNumber(text, region);
    const line = lineOf.get(phoneNumber);
    if (line !== undefined)
      return { field, code: 'import_phone_repeated', params: { phoneNumber: text, line } };
    if (!phones.has(phoneNumber)) phones.set(phoneNumber, { phoneNumber, label });
    return null;
  } catch (error) {
    if (!(error instanceof RelaisError)) throw error;
    return { field, code: error.code, params: error.params };
  }
}
