import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { isDecimal, type Price } from '../../kernel/money.ts';

/** A non-empty text of a provider's answer, or null. Numbers become text: ids are longer than a double is exact. */
export function text(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A word that any column can hold: printable ASCII, bounded. Null when the value is none. */
export function word(value: unknown, charsMax: number): string | null {
  const found = text(value);
  return found && found.length <= charsMax && /^[\x20-\x7e]+$/.test(found) ? found : null;
}

/** What a person wrote, as the database can hold it: no NUL, no half of a character. */
export function prose(value: unknown): string {
  return (text(value) ?? '').replaceAll('\0', '\uFFFD').toWellFormed();
}

/** How many there are, from 1; null when the provider does not say. */
export function count(value: unknown): number | null {
  const digits = text(value);
  return digits && /^[1-9]\d{0,5}$/.test(digits) ? Number(digits) : null;
}

/**
 * A time of a provider's answer, or null when there is none that can be read. PostgreSQL's timestamps reach further than
 * any event, but not as far as JavaScript's.
 */
export function time(value: unknown): Date | null {
  if (typeof value !== 'string' && !(value instanceof Date)) return null;
  const at = new Date(value);
  const year = at.getUTCFullYear();
  return year >= 1970 && year <= 9999 ? at : null;
}

const REFERENCE_MAX = 100;

/** The reference that we gave a provider within an address of ours: its `?ref=`, or null. */
export function referenceOf(address: unknown): string | null {
  const query = /\?([^#]*)/.exec(text(address) ?? '')?.[1];
  return query === undefined ? null : word(new URLSearchParams(query).get('ref'), REFERENCE_MAX);
}

/** A price, or null when the provider does not say. */
export function price(amount: unknown, currency: unknown): Price | null {
  const decimal = text(amount);
  const code = text(currency)?.toUpperCase();
  return decimal && isDecimal(decimal) && code && /^[A-Z]{3}$/.test(code)
    ? { amount: decimal, currency: code }
    : null;
}

/** A word for URLs and forms: "Proof of address (business)" -> proof_of_address_business. */
export function slug(name: string): string {
  const ascii = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return (
    ascii
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, 60) || 'requirement'
  );
}

/** Gives each item a slug of its name that is unique in the list. */
export function withFields<T extends { name: string }>(items: T[]): (T & { field: string })[] {
  const taken = new Set<string>();
  return items.map((item) => {
    const base = slug(item.name);
    let field = base;
    for (let count = 2; taken.has(field); count++) field = `${base}_${count}`;
    taken.add(field);
    return { ...item, field };
  });
}

/** The digits of a number after its country code: what providers search in. */
export function nationalDigits(phoneNumber: string): string {
  return parsePhoneNumberFromString(phoneNumber)?.nationalNumber ?? phoneNumber.replace(/\D/g, '');
}
