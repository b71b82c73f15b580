import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { isDecimal, type Price } from '../../kernel/money.ts';

/** A non-empty text of a provider's answer, or null. Numbers become text: ids are longer than a double is exact. */
export function text(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A time of a provider's answer, or null when there is none that can be read. */
export function time(value: unknown): Date | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value;
  if (typeof value !== 'string') return null;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? null : new Date(ms);
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
