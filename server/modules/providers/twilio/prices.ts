import { RelaisError } from '../../../kernel/errors.ts';
import type { Price } from '../../../kernel/money.ts';
import { price } from '../parse.ts';
import type { NumberType } from '../port.ts';
import type { TwilioParts } from './client.ts';

export type Prices = ReadonlyMap<NumberType, Price>;

/** What an account was told of prices, by question; null when Twilio did not say. */
type Told = Map<string, { untilMs: number; answer: unknown }>;

const KEPT_MS = 3_600_000;
/** Without an answer, the next question is asked this much later: nobody should wait for a Twilio that is down again. */
const SILENCE_KEPT_MS = 60_000;
/** Prices of minutes are asked number by number. */
const REMEMBERED_MAX = 5000;
const remembered = new WeakMap<TwilioParts, Told>();

/** Asks once in a while; null when Twilio does not say. Neither a search nor a text nor a call must fail for a price. */
export async function remember<T>(
  parts: TwilioParts,
  question: string,
  fetchAnswer: () => Promise<T>,
): Promise<T | null> {
  const nowMs = parts.deps.clock.nowMs();
  const told: Told = remembered.get(parts) ?? new Map();
  remembered.set(parts, told);
  const known = told.get(question);
  if (known && nowMs < known.untilMs) return known.answer as T | null;
  if (told.size >= REMEMBERED_MAX) told.clear();
  try {
    const answer = await fetchAnswer();
    told.set(question, { untilMs: nowMs + KEPT_MS, answer });
    return answer;
  } catch (error) {
    if (!(error instanceof RelaisError)) throw error;
    told.set(question, { untilMs: nowMs + SILENCE_KEPT_MS, answer: null });
    return null;
  }
}

/** Monthly prices of a country's numbers by type. */
export async function pricesOf(parts: TwilioParts, country: string): Promise<Prices> {
  return (await remember(parts, `numbers ${country}`, () => fetchPrices(parts, country))) ?? new Map();
}

/** The usual price of one segment to a country's mobiles. */
export function textPriceOf(parts: TwilioParts, country: string): Promise<Price | null> {
  return remember(parts, `texts ${country}`, () => fetchTextPrice(parts, country));
}

interface ListedPrice {
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
  for (const item of (answer.phoneNumberPrices ?? []) as ListedPrice[]) {
    const type = numberType(typeOf(item));
    const found = priceOf(item, answer.priceUnit);
    if (type && found) prices.set(type, found);
  }
  return prices;
}

const typeOf = (item: ListedPrice) => item.numberType ?? item.number_type;

function priceOf(item: ListedPrice, unit: unknown): Price | null {
  return price(item.currentPrice ?? item.current_price ?? item.basePrice ?? item.base_price, unit);
}

/** Twilio writes "toll free" here, with a space. */
function numberType(word: string | undefined): NumberType | null {
  const type = (word ?? '').toLowerCase().replace(/[\s-]+/g, '_');
  return type === 'local' || type === 'mobile' || type === 'national' || type === 'toll_free' ? type : null;
}

/** Each carrier of a country has its price: the one that most of them share, and of two such the higher. */
async function fetchTextPrice({ client, request }: TwilioParts, country: string): Promise<Price | null> {
  const answer = await request('repeatable', () => client.pricing.v1.messaging.countries(country).fetch());
  const carriers = (answer.outboundSmsPrices ?? []) as { prices?: ListedPrice[] }[];
  const listed = carriers.flatMap((carrier) => carrier.prices ?? []);
  const mobile = listed.filter((item) => numberType(typeOf(item)) === 'mobile');
  const counts = new Map<string, { price: Price; count: number }>();
  for (const item of mobile.length > 0 ? mobile : listed) {
    const found = priceOf(item, answer.priceUnit);
    if (!found) continue;
    const { count } = counts.get(found.amount) ?? { count: 0 };
    counts.set(found.amount, { price: found, count: count + 1 });
  }
  const [usual] = [...counts.values()].sort(
    (left, right) => right.count - left.count || Number(right.price.amount) - Number(left.price.amount),
  );
  return usual?.price ?? null;
}
