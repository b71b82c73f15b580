import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { fail } from './errors.ts';

/** The ISO 3166-1 alpha-2 code in capitals. Throws unknown_country. */
export function parseCountry(text: string): string {
  const code = text.trim().toUpperCase();
  if (!/^[A-Z]{2}$/.test(code) || !isSupportedCountry(code)) fail('unknown_country', { country: text });
  return code;
}

/** What a number is, as far as its digits tell. */
export interface PhoneNumber {
  /** ITU-T E.164 with its plus sign. */
  e164: string;
  country: string | null;
  /** libphonenumber's word for the kind of line, e.g. MOBILE or TOLL_FREE. */
  lineType: string | null;
}

/**
 * Reads a number in E.164 form. Only the form and the length are judged: ranges open every week, and whether a number
 * exists is for the provider to say. Throws invalid_phone_number.
 */
export function parseE164(text: string): PhoneNumber {
  const compact = text.trim();
  const parsed = /^\+[1-9]\d{5,14}$/.test(compact) ? parsePhoneNumberFromString(compact) : undefined;
  if (!parsed?.isPossible()) fail('invalid_phone_number', { phoneNumber: text.slice(0, 40) });
  return { e164: parsed.number, country: parsed.country ?? null, lineType: parsed.getType() ?? null };
}

/** Reads a number as people write it in a region (0612345678 in FR). Throws invalid_phone_number. */
export function normalisePhoneNumber(text: string, region: string): string {
  const parsed = parsePhoneNumberFromString(text, region as CountryCode);
  if (!parsed?.isPossible()) fail('invalid_phone_number', { phoneNumber: text.slice(0, 40) });
  return parsed.number;
}
