import type { Price } from '../../kernel/money.ts';

/** What one outbound segment costs at list price, by country of the recipient, until the provider tells its own. */
const LIST: Readonly<Record<string, string>> = { US: '0.0075', CA: '0.0075', FR: '0.0380', GB: '0.0350' };

/** The list price of one segment to a country; null where the list has none. */
export function listPrice(country: string | null): Price | null {
  const amount = country ? LIST[country] : undefined;
  return amount ? { amount, currency: 'USD' } : null;
}

/** An exact multiple of a decimal price. */
export function times(price: Price, count: number): Price {
  const decimals = price.amount.split('.')[1]?.length ?? 0;
  const units = BigInt(price.amount.replace('.', '')) * BigInt(count);
  const digits = units.toString().padStart(decimals + 1, '0');
  const amount = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return { amount, currency: price.currency };
}
