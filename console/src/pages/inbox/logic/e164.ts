import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** "+33 6 12 34 56 78" -> "+33612345678"; null for what only the server can read, such as a number without its country. */
export function e164Of(text: string): string | null {
  return parsePhoneNumberFromString(text)?.number ?? null;
}
