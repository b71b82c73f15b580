import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
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

const E164 = /^\+[1-9]\d{5,14}$/;

/**
 * Reads a number in E.164 form. Only the form and the length are judged: ranges open every week, and whether a number
 * exists is for the provider to say. Throws invalid_phone_number.
 */
export function parseE164(text: string): PhoneNumber {
  const compact = text.trim();
  const parsed = E164.test(compact) ? parsePhoneNumberFromString(compact) : undefined;
  if (!parsed?.isPossible()) fail('invalid_phone_number', { phoneNumber: text.slice(0, 40) });
  return { e164: parsed.number, country: parsed.country ?? null, lineType: parsed.getType() ?? null };
}

/** Marks that tell which way a text runs: address books put them around numbers. */
const INVISIBLE = /\p{Cf}/gu;

/**
 * Reads a number as people write it: as at home in a region (06 12 34 56 78 in FR), in E.164, or with its country's code
 * behind 00 or behind nothing. Without a plus sign the national reading goes first; the other counts only when it is a
 * valid number. Throws invalid_phone_number.
 */
export function normalisePhoneNumber(text: string, region: string): string {
  const written = text.replace(INVISIBLE, '').trim();
  const read = (number: string) =>
    parsePhoneNumberFromString(number, { defaultCountry: region as CountryCode, extract: false });
  const national = read(written);
  const bare = written.replace(/^00/, '');
  const international = /^[+0]/.test(bare) ? undefined : read(`+${bare}`);
  const valid = [national, international].find((number) => number?.isValid());
  const parsed = valid ?? (national?.isPossible() ? national : undefined);
  // An extension is somebody behind the number, whom no text reaches.
  if (!parsed || parsed.ext || !E164.test(parsed.number))
    fail('invalid_phone_number', { phoneNumber: text.slice(0, 40) });
  return parsed.number;
}

/**
 * Where a number leads, as far as its digits tell: the country, and the calling code with the first two digits behind it, which
 * tell networks apart. Nulls for what is no number (a hidden caller, a SIP address).
 */
export function lineOf(text: string): { country: string | null; prefix: string | null } {
  const parsed = E164.test(text) ? parsePhoneNumberFromString(text) : undefined;
  if (!parsed) return { country: null, prefix: null };
  return {
    country: parsed.country ?? null,
    prefix: `+${parsed.countryCallingCode}${parsed.nationalNumber.slice(0, 2)}`,
  };
}

/** The code that a region's numbers begin with, e.g. 33; an unknown region has none. */
export function callingCode(region: string): string {
  return isSupportedCountry(region) ? getCountryCallingCode(region) : '';
}

/**
 * A number of which only the country, the kind of line where one digit tells it, and the last two digits are left:
 * +33 6 •• •• •• 78.
 */
export function maskedPhoneNumber(e164: string): string {
  const hide = (text: string) => text.replace(/\d(?=(?:\D*\d){2})/g, '•');
  const parsed = parsePhoneNumberFromString(e164);
  if (!parsed) return hide(e164);
  const [code, ...groups] = parsed.formatInternational().split(' ');
  const kind = groups.length > 2 && groups[0]?.length === 1 ? [groups.shift()] : [];
  return [code, ...kind, hide(groups.join(' '))].join(' ');
}
