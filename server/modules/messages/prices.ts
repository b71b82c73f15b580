import type { Price } from '../../kernel/money.ts';

/** An exact multiple of a decimal price. */
export function times(price: Price, count: number): Price {
  const decimals = price.amount.split('.')[1]?.length ?? 0;
  const units = BigInt(price.amount.replace('.', '')) * BigInt(count);
  const digits = units.toString().padStart(decimals + 1, '0');
  const amount = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return { amount, currency: price.currency };
}
