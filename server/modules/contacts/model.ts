/** How far the company has come with somebody. */
export const STAGES = ['lead', 'client'] as const;
export type Stage = (typeof STAGES)[number];

/** The most numbers that one contact has. */
export const PHONES_MAX = 20;

/** How long each text of a contact may be. */
export const LIMITS = { name: 200, email: 254, note: 5000, label: 60 } as const;

/** The largest file of contacts that is read. */
export const IMPORT_BYTES_MAX = 10 * 1024 * 1024;
export const IMPORT_ROWS_MAX = 20_000;

/** Fewer digits would find half the company. */
const DIGITS_MIN = 3;
const WORD_MAX = 60;
const WORDS_MAX = 40;

/**
 * The words of texts as search knows them: small, without accents, without punctuation, each once. What is kept and what is
 * looked for are both made here, so that they meet.
 */
export function searchWords(...texts: (string | null)[]): string[] {
  const words = texts.flatMap((text) =>
    (text ?? '')
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u),
  );
  const short = words.filter(Boolean).map((word) => [...word].slice(0, WORD_MAX).join(''));
  return [...new Set(short)].slice(0, WORDS_MAX);
}

/** The digits of a text that can be a part of a phone number, with its plus sign; null when it is no such text. */
export function searchDigits(text: string): string | null {
  if (!/^\+?[\d\s.()/-]+$/.test(text)) return null;
  const digits = text.replace(/\D/g, '');
  if (digits.length < DIGITS_MIN) return null;
  return text.startsWith('+') ? `+${digits}` : digits;
}

/** What a text that is part of a number can be: a beginning in E.164, or the last digits. */
export interface NumberParts {
  beginnings: string[];
  ends: string[];
}

/**
 * How numbers in E.164 that hold these digits begin or end. People write the beginning with a plus sign, with 00, with the
 * country's code alone, or as at home with a 0 in front.
 * @param callingCode the code of the region that people write numbers at home in, e.g. 33
 */
export function numberParts(digits: string, callingCode: string): NumberParts {
  if (digits.startsWith('+')) return { beginnings: [digits], ends: [] };
  const bare = digits.replace(/^0+/, '');
  if (bare.length < DIGITS_MIN) return { beginnings: [], ends: [digits] };
  if (digits.startsWith('00')) return { beginnings: [`+${bare}`], ends: [digits] };
  if (digits.startsWith('0')) return { beginnings: [`+${callingCode}${bare}`], ends: [digits, bare] };
  return { beginnings: [`+${digits}`, `+${callingCode}${digits}`], ends: [digits] };
}

/** The facts that a merge decides on. */
interface MergeFacts {
  name: string;
  stage: Stage;
  email: string | null;
  note: string;
}

/** What a contact is once another was merged into it: a client when either was, else its own facts where it has them. */
export function mergedFacts(kept: MergeFacts, other: MergeFacts): MergeFacts {
  return {
    name: kept.name || other.name,
    email: kept.email ?? other.email,
    note: kept.note || other.note,
    stage: kept.stage === 'client' || other.stage === 'client' ? 'client' : 'lead',
  };
}
