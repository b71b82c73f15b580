import { fromMillionths, type Price, toMillionths } from '../../kernel/money.ts';
import type { CallRow, LegRow } from './calls-store.ts';

/** What a price a minute comes to; minutes that were begun count. */
export function timesMinutes(perMinute: string, seconds: number): string {
  return fromMillionths(toMillionths(perMinute) * BigInt(Math.max(1, Math.ceil(seconds / 60))));
}

/** Whether the provider may ask something for a leg, and has not said what. */
export const lacksPrice = (leg: LegRow): boolean => leg.externalId !== null && leg.priceAmount === null;

/** What a call has cost by the price list as it was when the call was placed, from the moment it ends. */
function byTheList(call: CallRow): Pick<CallRow, 'priceAmount' | 'priceCurrency' | 'priceEstimated'> {
  const { minutePrice, minuteCurrency, endedAt, durationSeconds } = call;
  if (minutePrice === null || !endedAt || !durationSeconds) return call;
  const priceAmount = timesMinutes(minutePrice, durationSeconds);
  return { priceAmount, priceCurrency: minuteCurrency, priceEstimated: true };
}

/** What minutes of several telephones cost together; null when one is unknown, or they do not add up. */
export function sumMinutes(prices: readonly (Price | null)[]): Price | null {
  const [first] = prices;
  if (!first || !prices.every((price) => price?.currency === first.currency)) return null;
  const amount = prices.reduce((total, price) => total + toMillionths(price!.amount), 0n);
  return { amount: fromMillionths(amount), currency: first.currency };
}

/** What the legs cost together. While one has no price the sum is an estimate, as is what the list says. */
export function sumPrices(
  call: CallRow,
  legs: readonly LegRow[],
): Pick<CallRow, 'priceAmount' | 'priceCurrency' | 'priceEstimated'> {
  const priced = legs.filter(({ priceAmount }) => priceAmount !== null);
  const [first] = priced;
  if (!first) return call.priceAmount === null ? byTheList(call) : call;
  const same = priced.filter(({ priceCurrency }) => priceCurrency === first.priceCurrency);
  const sum = same.reduce((total, { priceAmount }) => total + toMillionths(priceAmount!), 0n);
  // What is asked in another currency is not in the sum: it is no more than a part of what the call cost.
  const priceEstimated = legs.some(lacksPrice) || same.length < priced.length;
  return { priceAmount: fromMillionths(sum), priceCurrency: first.priceCurrency, priceEstimated };
}
