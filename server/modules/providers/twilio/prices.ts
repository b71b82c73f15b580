import { RelaisError } from '../../../kernel/errors.ts';
import type { Price } from '../../../kernel/money.ts';
import { price } from '../parse.ts';
import type { NumberType } from '../port.ts';
import type { TwilioParts } from './client.ts';

export type Prices = ReadonlyMap<NumberType, Price>;

const KEPT_MS = 3_600_000;
const remembered = new WeakMap<TwilioParts, Map<string, { atMs: number; prices: Prices }>>();

/** Monthly prices of a country's numbers by type. Empty when Twilio does not say: a search must not fail for that. */
export async function pricesOf(parts: TwilioParts, country: string): Promise<Prices> {
  const nowMs = parts.deps.clock.nowMs();
  const countries = remembered.get(parts) ?? new Map<string, { atMs: number; prices: Prices }>();
  remembered.set(parts, countries);
  const known = countries.get(country);
  if (known && nowMs - known.atMs < KEPT_MS) return known.prices;
  try {
    const prices = await fetchPrices(parts, country);
    countries.set(country, { atMs: nowMs, prices });
    return prices;
  } catch (error) {
    if (error instanceof RelaisError) return new Map();
    throw error;
  }
}

interface NumberPrice {
  numberType?: string;
  number_type?: string;
  currentPrice?: unknown;
  current_price?: unknown;
  basePrice?: unknown;
  base_price?: unknown;
}

async function fetchPrices({ client, request }: TwilioParts, country: string): Promise<Prices> {
  const answer = await request('repeatable', () => client.pricing.v1.phoneNumbers.countries(country).fetch());
  const prices = new Map<NumberType, Price>();
  for (const item of (answer.phoneNumberPrices ?? []) as NumberPrice[]) {
    const type = numberType(item.numberType ?? item.number_type);
    const amount = item.currentPrice ?? item.current_price ?? item.basePrice ?? item.base_price;
    const found = price(amount, answer.priceUnit);
    if (type && found) prices.set(type, found);
  }
  return prices;
}

/** Twilio writes "toll free" here, with a space. */
function numberType(word: string | undefined): NumberType | null {
  const type = (word ?? '').toLowerCase().replace(/[\s-]+/g, '_');
  return type === 'local' || type === 'mobile' || type === 'national' || type === 'toll_free' ? type : null;
}
