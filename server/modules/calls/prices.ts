import type { CallRow, LegRow } from './calls-store.ts';

const SCALE = 6;

/** An exact decimal as millionths. Providers give at most six digits that matter. */
function millionths(amount: string): bigint {
  const [whole = '0', fraction = ''] = amount.replace('-', '').split('.');
  return BigInt(whole) * 10n ** BigInt(SCALE) + BigInt(fraction.slice(0, SCALE).padEnd(SCALE, '0'));
}

/** Millionths as an exact decimal. */
function decimal(value: bigint): string {
  const digits = value.toString().padStart(SCALE + 1, '0');
  return `${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`;
}

/** What a price a minute comes to; minutes that were begun count. */
export function timesMinutes(perMinute: string, seconds: number): string {
  return decimal(millionths(perMinute) * BigInt(Math.max(1, Math.ceil(seconds / 60))));
}

/** Whether the provider may ask something for a leg, and has not said what. */
export const lacksPrice = (leg: LegRow): boolean => leg.externalId !== null && leg.priceAmount === null;

/** What the legs cost together. While one has no price the sum is an estimate, as is what the list says. */
export function sumPrices(
  call: CallRow,
  legs: readonly LegRow[],
): Pick<CallRow, 'priceAmount' | 'priceCurrency' | 'priceEstimated'> {
  const priced = legs.filter(({ priceAmount }) => priceAmount !== null);
  const [first] = priced;
  if (!first) return call;
  const same = priced.filter(({ priceCurrency }) => priceCurrency === first.priceCurrency);
  const sum = same.reduce((total, { priceAmount }) => total + millionths(priceAmount!), 0n);
  // What is asked in another currency is not in the sum: it is no more than a part of what the call cost.
  const priceEstimated = legs.some(lacksPrice) || same.length < priced.length;
  return { priceAmount: decimal(sum), priceCurrency: first.priceCurrency, priceEstimated };
}

/** numeric(18, 6) prints six decimals; at least two are kept, as prices are written. */
export function trimZeros(amount: string): string {
  return amount.replace(/(\.\d{2}\d*?)0+$/, '$1');
}
