import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import type { Price } from '../../kernel/money.ts';
import { type PhoneNumber, parseE164 } from '../../kernel/phone.ts';
import { budgetsStop, CALL_MINUTES_HELD, openPriceList, requireBudget } from '../billing/index.ts';
import { activeNumbers, type NumberFacts } from '../numbers/index.ts';
import { countForGuard, spentSince } from './attempts-store.ts';
import type { CallRow } from './calls-store.ts';
import type { Desk } from './desk.ts';
import { type GuardVerdict, judgeBudget, judgeDestination, judgeSpend } from './guard.ts';
import type { CallSettings } from './model.ts';
import { isTelephone } from './plan.ts';
import { sumMinutes, timesMinutes } from './prices.ts';
import { type SpentToday, spendLimitsOf } from './rule-model.ts';

const MINUTE_MS = 60_000;

/**
 * Lets a call through, or says why not. The telephone that is rung first costs as much as the one that is called, so both
 * are judged. @throws the verdict, in words.
 */
export async function requireAllowed(
  ctx: CompanyCtx,
  tx: Tx,
  call: { desk: Desk; number: NumberFacts; to: string; ownPhone: string | null },
): Promise<void> {
  const now = ctx.kernel.clock.now();
  const counts = await countForGuard(tx, {
    ...{ authorId: ctx.actor.id, fromNumber: call.number.phoneNumber, midnight: midnightBefore(now) },
    minuteAgo: new Date(now.getTime() - MINUTE_MS),
  });
  const { ownCountries } = await ownLines(tx, call.desk);
  for (const to of [call.to, ...(call.ownPhone ? [call.ownPhone] : [])]) {
    const { country, lineType } = parseE164(to);
    refuse(judgeSpend(call.desk.settings, { ...counts, to, country, lineType, ownCountries }));
  }
}

/** What a minute costs by the list, of all telephones that are rung for a call. Null where the list does not say. */
export async function minutePriceOf(
  ctx: CompanyCtx,
  tx: Tx,
  { provider, telephones }: { provider: CallRow['provider']; telephones: readonly string[] },
): Promise<{ price: Price | null; isOwn: boolean }> {
  const list = await openPriceList(ctx, tx, 'call');
  const found = telephones.map((phoneNumber) => {
    const { country } = parseE164(phoneNumber);
    return list.priceOf({ direction: 'outbound', provider, phoneNumber, country });
  });
  return { price: sumMinutes(found), isOwn: found.every((each) => each?.isOwn) };
}

/**
 * Stops a call for which the company's budgets have not enough left. Some minutes of it have to fit in, and are held while it
 * lasts. Asked last: from here on nobody else of the company spends until the call is written. @throws budget_reached.
 */
export async function requireCallBudget(
  ctx: CompanyCtx,
  tx: Tx,
  call: Pick<CallRow, 'ourNumber' | 'userId' | 'minutePrice' | 'minuteCurrency'>,
): Promise<void> {
  const { ourNumber, userId, minutePrice, minuteCurrency: currency } = call;
  const cost = heldFor(minutePrice && currency ? { amount: minutePrice, currency } : null);
  await requireBudget(ctx, tx, { kind: 'call', ourNumber, userId, cost });
}

/** What is held for a telephone while it is rung and talked with, by the price of a minute; null where nobody knows it. */
export const heldFor = (minute: Price | null): Price | null =>
  minute && { ...minute, amount: timesMinutes(minute.amount, CALL_MINUTES_HELD * 60) };

/**
 * The same for a telephone that is rung into a talk: it costs beside those that talk already. Whoever asked for it pays, or the
 * colleague who is rung. Browsers cost nothing. @returns what a minute costs by the list. @throws budget_reached.
 */
export async function requireLegBudget(
  ctx: CompanyCtx,
  tx: Tx,
  { provider, ourNumber, userId }: Pick<CallRow, 'provider' | 'ourNumber' | 'userId'>,
  leg: { address: string; userId: string | null },
): Promise<Price | null> {
  if (!isTelephone(leg.address)) return null;
  const { price } = await minutePriceOf(ctx, tx, { provider, telephones: [leg.address] });
  await requireBudget(ctx, tx, {
    ...{ kind: 'call', ourNumber, userId: leg.userId ?? userId },
    cost: heldFor(price),
  });
  return price;
}

function midnightBefore(now: Date): Date {
  const midnight = new Date(now);
  midnight.setUTCHours(0, 0, 0, 0);
  return midnight;
}

/** Where the company is at home, and the numbers that ring there. */
async function ownLines(tx: Tx, { country }: Desk) {
  const numbers = await activeNumbers(tx, 'all_of_company');
  return {
    ownCountries: [country, ...numbers.map((number) => number.country)],
    ownNumbers: new Set(numbers.map(({ phoneNumber }) => phoneNumber)),
  };
}

/** The same for whoever a call is passed on to: only where it goes, because the call is counted already. */
export async function requireDestination(tx: Tx, desk: Desk, to: string): Promise<void> {
  const { ownCountries } = await ownLines(tx, desk);
  const { country, lineType } = parseE164(to);
  refuse(judgeDestination(desk.settings, { to, country, lineType, ownCountries }));
}

/** The same for a telephone that is rung into a talk: it costs what a call does, so nothing may be left of the day's limit either. */
export async function requireTransfer(ctx: CompanyCtx, tx: Tx, desk: Desk, to: string): Promise<void> {
  await requireDestination(tx, desk, to);
  refuse(await dayOf(ctx, tx, desk));
}

/** What calls from outside may be passed on to now. */
export interface Outside {
  telephones: Set<string>;
  /** Budgets stop something: they are to be asked too. */
  stops: boolean;
  /** What a minute of a telephone costs by the list. */
  minuteOf(provider: CallRow['provider'], phoneNumber: string): Price | null;
}

const NOBODY: Outside = { telephones: new Set(), stops: false, minuteOf: () => null };

/**
 * Which of these telephones a call from outside may ring now. What was allowed when a rule or a telephone was saved may not
 * be any more, our own numbers would ring themselves for ever, and when the day's budget is spent no telephone rings: a leg
 * to it costs what a call does.
 */
export async function telephonesAllowed(
  ctx: CompanyCtx,
  tx: Tx,
  desk: Desk,
  phoneNumbers: readonly string[],
): Promise<Outside> {
  if (phoneNumbers.length === 0) return NOBODY;
  // Together: callers wait for the answers.
  const [telephones, day, stops, list] = await Promise.all([
    destinationsAllowed(tx, desk, phoneNumbers),
    dayOf(ctx, tx, desk),
    budgetsStop(tx),
    openPriceList(ctx, tx, 'call'),
  ]);
  if (day.kind !== 'allowed' || telephones.size === 0) return NOBODY;
  return {
    ...{ telephones, stops },
    minuteOf: (provider, phoneNumber) => {
      const { country } = parseE164(phoneNumber);
      const found = list.priceOf({ direction: 'outbound', provider, phoneNumber, country });
      return found && { amount: found.amount, currency: found.currency };
    },
  };
}

/** Which of these numbers may be reached, whatever was spent. What is no number, or our own, may not. */
export async function destinationsAllowed(
  tx: Tx,
  desk: Desk,
  phoneNumbers: readonly string[],
): Promise<Set<string>> {
  const { ownCountries, ownNumbers } = await ownLines(tx, desk);
  const isAllowed = (to: string) => {
    if (ownNumbers.has(to)) return false;
    const line = tryParse(to);
    return line !== null && judgeDestination(desk.settings, { ...line, to, ownCountries }).kind === 'allowed';
  };
  return new Set(phoneNumbers.filter(isAllowed));
}

/** Whether something may be spent today. */
async function dayOf(ctx: CompanyCtx, tx: Tx, { settings }: Desk): Promise<GuardVerdict> {
  if (spendLimitsOf(settings).length === 0) return { kind: 'allowed' };
  return judgeBudget(settings, await spentSince(tx, midnightBefore(ctx.kernel.clock.now())));
}

/** What has been spent today, currency by currency, beside its limit. */
export async function spentToday(ctx: CompanyCtx, tx: Tx, settings: CallSettings): Promise<SpentToday[]> {
  const limits = spendLimitsOf(settings);
  const spent = await spentSince(tx, midnightBefore(ctx.kernel.clock.now()));
  return Object.entries(spent)
    .filter(([, amount]) => Number(amount) > 0)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([currency, amount]) => ({
      ...{ currency, amount: String(amount) },
      limit: limits.find((limit) => limit.currency === currency)?.amount ?? null,
    }));
}

function tryParse(phoneNumber: string): PhoneNumber | null {
  try {
    return parseE164(phoneNumber);
  } catch {
    return null;
  }
}

function refuse(verdict: GuardVerdict) {
  switch (verdict.kind) {
    case 'allowed':
      return;
    case 'too_fast':
      return fail('rate_limited', { seconds: MINUTE_MS / 1000 });
    case 'country_blocked':
      return fail('call_country_blocked', { country: verdict.country });
    case 'prefix_blocked':
      return fail('call_prefix_blocked', { prefix: verdict.prefix });
    case 'premium_blocked':
      return fail('call_premium_blocked');
    case 'unknown_kind':
      return fail('call_range_unknown');
    case 'too_many_live':
      return fail('call_limit_reached', { limit: verdict.limit, scope: 'live' });
    case 'user_limit':
      return fail('call_limit_reached', { limit: verdict.limit, scope: 'person/day' });
    case 'number_limit':
      return fail('call_limit_reached', { limit: verdict.limit, scope: 'number/day' });
    case 'spend_limit':
      return fail('call_spend_reached', { amount: verdict.amount, currency: verdict.currency });
    case 'spend_currency':
      return fail('call_budget_currency', { currency: verdict.currency, spent: verdict.spent });
  }
}
