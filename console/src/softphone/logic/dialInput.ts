import { AsYouType, type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** The digits that a keypad has. */
export const KEYPAD = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;

/** What letters stand beneath the digits, for numbers that are words. */
export const KEY_LETTERS: Readonly<Record<string, string>> = {
  2: 'ABC',
  3: 'DEF',
  4: 'GHI',
  5: 'JKL',
  6: 'MNO',
  7: 'PQRS',
  8: 'TUV',
  9: 'WXYZ',
  0: '+',
};

/** Whether what is typed is meant as a number rather than as a name. */
export function looksLikeNumber(text: string): boolean {
  return /\d/.test(text) && /^[\d\s+().\-/*#]+$/.test(text.trim());
}

/**
 * The number that is meant, as E.164; null when it is none. Without its country it is read as one of `region`, as people
 * write their own; 00 is what many dial for +.
 */
export function readDialled(text: string, region: string): string | null {
  if (!looksLikeNumber(text)) return null;
  const international = text.trim().replace(/^00(?=[1-9])/, '+');
  const parsed = parsePhoneNumberFromString(international, region as CountryCode);
  return parsed?.isPossible() ? parsed.number : null;
}

/** The number with the spaces of its country while it is typed; names stay as they are. */
export function spacedWhileTyping(text: string, region: string): string {
  if (!looksLikeNumber(text) || /[*#]/.test(text)) return text;
  const compact = text.replace(/[^\d+]/g, '').replace(/^00(?=[1-9])/, '+');
  return new AsYouType(region as CountryCode).input(compact);
}

/** The region that a number of ours reads numbers in; that of the company where none is chosen. */
export function regionOf(ourNumber: string | undefined, companyCountry: string | null | undefined): string {
  const own = ourNumber ? parsePhoneNumberFromString(ourNumber)?.country : undefined;
  return own ?? companyCountry ?? 'FR';
}

interface Party {
  direction: 'INBOUND' | 'OUTBOUND';
  from: string;
  to: string;
}

/** The other side of a call. */
export const otherSide = (call: Party): string => (call.direction === 'INBOUND' ? call.from : call.to);

/** The last numbers of the other side, each once, newest first; masked ones and "anonymous" cannot be dialled. */
export function recentNumbers<Row extends Party>(rows: readonly Row[], max = 5): Row[] {
  const seen = new Set<string>();
  return rows
    .filter((row) => {
      const number = otherSide(row);
      const isNew = /^\+\d+$/.test(number) && !seen.has(number);
      seen.add(number);
      return isNew;
    })
    .slice(0, max);
}
