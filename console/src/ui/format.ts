import { getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { Price } from '../api/types.ts';

/** +33123456789 -> +33 1 23 45 67 89; anything else stays as it is. */
export function phoneText(e164: string): string {
  return parsePhoneNumberFromString(e164)?.formatInternational() ?? e164;
}

/** A provider's price in the reader's way, with all the digits that count ($0.0075 stays $0.0075). */
export function moneyText(price: Price, language: string): string {
  const decimals = price.amount.split('.')[1]?.replace(/0+$/, '').length ?? 0;
  try {
    const format = new Intl.NumberFormat(language, {
      style: 'currency',
      currency: price.currency,
      maximumFractionDigits: Math.max(2, decimals),
    });
    return format.format(Number(price.amount));
  } catch {
    return `${price.amount} ${price.currency}`;
  }
}

/** What many prices come to, in the digits that people pay in ($42.02). */
export function sumText({ amount, currency }: Price, language: string): string {
  try {
    return new Intl.NumberFormat(language, { style: 'currency', currency }).format(Number(amount));
  } catch {
    return `${amount} ${currency}`;
  }
}

const FRANCS = new Intl.NumberFormat('fr', { style: 'currency', currency: 'XAF' });

/** 12 500 FCFA: whole francs with thin spaces, in every language as they are written where they are spent. */
export function francsText(amount: number): string {
  return FRANCS.format(amount);
}

/** The same with its sign: a difference, or a movement. */
export function signedFrancsText(amount: number): string {
  return amount > 0 ? `+${FRANCS.format(amount)}` : FRANCS.format(amount).replace('-', '−');
}

/** A count with thin spaces between thousands. */
export function countText(count: number): string {
  return count.toLocaleString('fr');
}

/** The country's name in the reader's language; the code when it has none. */
export function countryName(code: string, language: string): string {
  try {
    return new Intl.DisplayNames(language, { type: 'region' }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** SAN FRANCISCO -> San Francisco: providers shout the names of towns. */
export function townText(name: string): string {
  if (name !== name.toUpperCase()) return name;
  return name
    .toLowerCase()
    .replace(/(^|[\s'’-])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
}

/** Every country with telephone numbers, sorted by its name in the reader's language. */
export function countriesByName(language: string): { code: string; name: string }[] {
  return getCountries()
    .map((code) => ({ code: String(code), name: countryName(code, language) }))
    .sort((left, right) => left.name.localeCompare(right.name, language));
}

/** A day, and with `time` its hour, in the reader's time zone. */
export function dateText(iso: string, language: string, time = false): string {
  return new Intl.DateTimeFormat(
    language,
    time ? { dateStyle: 'medium', timeStyle: 'short' } : { dateStyle: 'medium' },
  ).format(new Date(iso));
}

/** The time of day, beside or below its day. */
export function clockText(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(new Date(iso));
}

/** Seconds with their sign, which both languages write alike: 1.3 s; 1,3 s. */
export function secondsText(seconds: number, language: string): string {
  return `${seconds.toLocaleString(language, { maximumFractionDigits: 1 })}\u00a0s`;
}

/** Per cent in the reader's way: 4.2%, 4,2 %. */
export function percentText(percent: number, language: string): string {
  const format = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  return format.format(percent / 100);
}

/** The time of day to the second: what follows what within a call. */
export function timeText(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'medium' }).format(new Date(iso));
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "3 minutes ago", "in 2 days". */
export function agoText(iso: string, language: string, nowMs: number): string {
  const seconds = Math.round((new Date(iso).getTime() - nowMs) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  return unit ? format.format(Math.trunc(seconds / unit[1]), unit[0]) : format.format(0, 'second');
}

/** 1536 -> "1.5 kB", in the reader's way; units of 1024, as limits on files are counted. */
export function sizeText(sizeBytes: number, language: string): string {
  const unit = sizeBytes >= 1024 ** 2 ? 'megabyte' : 'kilobyte';
  const divisor = unit === 'megabyte' ? 1024 ** 2 : 1024;
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(
    sizeBytes / divisor,
  );
}
