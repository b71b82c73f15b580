import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** The number that the server will read in what a person wrote; null when it is none. */
export function readPhone(text: string, region: string): string | null {
  const parsed = parsePhoneNumberFromString(text, region as CountryCode);
  return parsed?.isPossible() ? parsed.number : null;
}
