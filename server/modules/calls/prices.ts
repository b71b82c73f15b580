import { fromMillionths, type Price, toMillionths } from '../../kernel/money.ts';
import type { CallRow, LegRow } from './calls-store.ts';

/** What a price a minute comes to; minutes that were begun count. */
export function timesMinutes(perMinute: string, seconds: number): string {
  return fromMillionths(toMillionths(perMinute) * BigInt(Math.max(1, Math.ceil(seconds / 60))));
}

/** Whether the provider may ask something for a leg, and has not said what. */
export const lacksPrice = (leg: LegRow): boolean => leg.externalId !== null && leg.priceAmount === null;

/** What a call has cost by the price list as it was when the call began, from the moment it ends. */
function byTheList(
  call: CallRow,
  legs: readonly LegRow[],
): Pick<CallRow, 'priceAmount' | 'priceCurrency' | 'priceEstimated'> {
  const { minutePrice, minuteCurrency, endedAt, durationSeconds } = call;
  if (!endedAt || !durationSeconds) return call;
  const base =
    minutePrice && minuteCurrency
      ? { amount: timesMinutes(minutePrice, durationSeconds), currency: minuteCurrency }
      : null;
  const price = withLater(base, call, legs);
  if (!price) return call;
  return { priceAmount: price.amount, priceCurrency: price.currency, priceEstimated: true };
}

/**
 * Adds to what a call has cost what those cost by the list who were rung into it later, for as long as they talked. What is asked
 * in another currency is not in the sum.
 */
export function withLater(base: Price | null, call: CallRow, legs: readonly LegRow[]): Price | null {
  let sum = base;
  for (const { minutePrice, minuteCurrency: currency, answeredAt, endedAt } of legs) {
    const until = endedAt ?? call.endedAt;
    if (minutePrice === null || currency === null || !answeredAt || !until) continue;
    if (sum !== null && sum.currency !== currency) continue;
    const amount = timesMinutes(minutePrice, (until.getTime() - answeredAt.getTime()) / 1000);
    sum = { currency, amount: fromMillionths(toMillionths(amount) + toMillionths(sum?.amount ?? '0')) };
  }
  return sum;
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
  if (!first) return call.priceAmount === null ? byTheList(call, legs) : call;
  const same = priced.filter(({ priceCurrency }) => priceCurrency === first.priceCurrency);
  const sum = same.reduce((total, { priceAmount }) => total + toMillionths(priceAmount!), 0n);
  // What is asked in another currency is not in the sum: it is no more than a part of what the call cost.
  const priceEstimated = legs.some(lacksPrice) || same.length < priced.length;
  return { priceAmount: fromMillionths(sum), priceCurrency: first.priceCurrency, priceEstimated };
}
