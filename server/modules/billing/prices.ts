import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { isUniqueViolation, type Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { fromMillionths, type Price, toMillionths, trimZeros } from '../../kernel/money.ts';
import { audit, type Changes, difference } from '../identity/index.ts';
import {
  type CostKind,
  matchPrice,
  PRICES_MAX,
  type PriceQuestion,
  type PriceRule,
  STARTING_LIST,
} from './model.ts';
import * as store from './prices-store.ts';

/** A price of a list. isOwn: of the company's own rows; else what everybody begins with. */
export type ListedPrice = Price & { isOwn: boolean };

/** What things of one kind cost by the list, until the provider says so. */
export interface PriceList {
  /** @param asked.day today when it is left out. */
  priceOf(asked: Omit<PriceQuestion, 'kind' | 'day'> & { day?: string }): ListedPrice | null;
}

/** Reads the price list of a company, once for everything that a transaction estimates. */
export async function openPriceList(ctx: CompanyCtx, tx: Tx, kind: CostKind): Promise<PriceList> {
  const own = await store.listPrices(tx, kind);
  const today = ctx.kernel.clock.now().toISOString().slice(0, 10);
  return {
    priceOf: (asked) => {
      const question = { ...asked, kind, day: asked.day ?? today };
      const mine = matchPrice(own, question);
      const found = mine ?? matchPrice(STARTING_LIST, question);
      return found && { amount: trimZeros(found.amount), currency: found.currency, isOwn: mine !== null };
    },
  };
}

/** What a person writes down about a price. */
export type PriceInput = PriceRule & { note: string };

export async function listPrices(ctx: CompanyCtx): Promise<store.PriceRow[]> {
  return transact(ctx, (tx) => store.listPrices(tx, null));
}

/** Adds a price to the company's list. @throws price_known, too_many_prices. */
export async function addPrice(ctx: CompanyCtx, input: PriceInput): Promise<store.PriceRow> {
  const { clock } = ctx.kernel;
  const at = clock.now();
  return transact(ctx, async (tx) => {
    if ((await store.listPrices(tx, null)).length >= PRICES_MAX)
      fail('too_many_prices', { limit: PRICES_MAX });
    const row = { ...input, id: newId(clock), companyId: ctx.companyId, createdAt: at, updatedAt: at };
    await onlyOne(store.insertPrice(tx, row));
    await note(ctx, tx, row.id, 'price.created', appeared(told(input)));
    return row;
  });
}

/** Changes a price. What was estimated before stays as it was, but for months of numbers. @throws not_found, price_known. */
export async function changePrice(ctx: CompanyCtx, id: string, input: PriceInput): Promise<store.PriceRow> {
  return transact(ctx, async (tx) => {
    const before = await findOrFail(tx, id);
    const row = { ...before, ...input, updatedAt: ctx.kernel.clock.now() };
    await onlyOne(store.savePrice(tx, row));
    await note(ctx, tx, id, 'price.changed', difference(told(before), told(row)));
    return row;
  });
}

/** Takes a price off the list: what stood behind it counts again. @throws not_found. */
export async function removePrice(ctx: CompanyCtx, id: string): Promise<void> {
  await transact(ctx, async (tx) => {
    const before = await findOrFail(tx, id);
    await store.deletePrice(tx, id);
    const gone = Object.entries(told(before)).map(([name, from]) => [name, { from, to: null }]);
    await note(ctx, tx, id, 'price.removed', Object.fromEntries(gone));
  });
}

async function findOrFail(tx: Tx, id: string): Promise<store.PriceRow> {
  return (isId(id) && (await store.findPrice(tx, id))) || fail('not_found', { what: 'price' });
}

/** What was written down of something new. */
const appeared = (row: object): Changes =>
  Object.fromEntries(Object.entries(row).map(([name, to]) => [name, { from: null, to }]));

/** Amounts that differ in zeros alone do not differ. */
const told = ({
  kind,
  direction,
  provider,
  country,
  prefix,
  numberType,
  currency,
  amount,
  validFrom,
  note,
}: PriceInput) => ({
  ...{ kind, direction, provider, country, prefix, numberType, currency, validFrom, note },
  amount: trimZeros(fromMillionths(toMillionths(amount))),
});

async function onlyOne(writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (isUniqueViolation(error, 'prices_once')) fail('price_known');
    throw error;
  }
}

/** Everybody who estimates something from the list hears of it. */
async function note(ctx: CompanyCtx, tx: Tx, id: string, action: string, changes: Changes): Promise<void> {
  await audit(tx, ctx, { action, entityType: 'price', entityId: id, changes });
  await ctx.kernel.news.tell(ctx, tx, 'prices.changed', id);
  await publish(tx, ctx.companyId, 'price', id);
}
