import { expect, it } from 'vitest';
import type { CallRow, LegRow } from './calls-store.ts';
import { sumPrices } from './prices.ts';

const leg = (priceAmount: string | null, priceCurrency: string | null): LegRow =>
  ({ externalId: 'CA1', priceAmount, priceCurrency }) as LegRow;
const call = { priceAmount: null, priceCurrency: null, priceEstimated: false } as CallRow;

it('what legs cost is a sum when every leg is priced in one currency, and an estimate otherwise', () => {
  const sum = (...legs: LegRow[]) => sumPrices(call, legs);
  expect(sum(leg('0.01', 'USD'), leg('0.02', 'USD'))).toEqual({
    ...{ priceAmount: '0.030000', priceCurrency: 'USD', priceEstimated: false },
  });
  expect(sum(leg('0.01', 'USD'), leg(null, null)).priceEstimated).toBe(true);
  expect(sum(leg('0.01', 'USD'), leg('0.02', 'EUR'))).toEqual({
    ...{ priceAmount: '0.010000', priceCurrency: 'USD', priceEstimated: true },
  });
});
