import type { Price } from '../../../api/types.ts';

/** A price times a whole number, exactly: "0.0079" × 3 is "0.0237". */
export function timesPrice(price: Price, count: number): Price {
  const [whole = '0', fraction = ''] = price.amount.split('.');
  const total = String(BigInt(whole + fraction) * BigInt(count)).padStart(fraction.length + 1, '0');
  const at = total.length - fraction.length;
  return { ...price, amount: fraction ? `${total.slice(0, at)}.${total.slice(at)}` : total };
}
