import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { RelaisError } from '../../kernel/errors.ts';
import { fromMillionths, type Price, toMillionths, trimZeros } from '../../kernel/money.ts';
import * as store from './budgets-store.ts';
import { isAbout, letsThrough, type Spending } from './model.ts';

/** Something that somebody wants to spend money on. */
export interface Wanted extends Omit<Spending, 'gigId'> {
  /** Left out: the gig that the number is for. */
  gigId?: string | null;
  /** By the list; null where nobody knows what it will cost. */
  cost: Price | null;
  /** Of those with the same word one alone is spent: the dearest of them is what is taken. */
  oneOf?: string;
}

/** A budget that stops something, with what would be left of it. */
interface Purse {
  state: store.BudgetState;
  amount: bigint;
  taken: bigint;
  /** What was taken for those of which one alone is spent. */
  oneOf: Map<string, bigint>;
}

/**
 * Which of these a budget refuses, each judged as if those before it were spent. Until the transaction ends nobody else of the
 * company spends, so what was let through is in the figures before the next one is judged. Ask last, when nothing that others
 * may hold is to be locked any more. @returns the refusal of each, or null.
 */
export async function budgetRefusals(
  ctx: CompanyCtx,
  tx: Tx,
  wanted: readonly Wanted[],
): Promise<(RelaisError | null)[]> {
  if (wanted.length === 0 || !(await store.holdBudgets(tx, ctx.companyId))) return wanted.map(() => null);
  const now = ctx.kernel.clock.now();
  const states = await store.budgetStates(tx, now, 'stopping');
  const purses = states.map((state): Purse => {
    const taken = toMillionths(state.spent) + toMillionths(state.held);
    return { state, amount: toMillionths(state.amount), taken, oneOf: new Map() };
  });
  const gigs = states.some(({ gigId }) => gigId !== null)
    ? await store.gigsOf(tx, now, [...new Set(wanted.map(({ ourNumber }) => ourNumber))])
    : new Map<string, string | null>();
  return wanted.map((each) => judge(purses, each, each.gigId ?? gigs.get(each.ourNumber) ?? null));
}

/** @throws budget_reached. */
export async function requireBudget(ctx: CompanyCtx, tx: Tx, wanted: Wanted): Promise<void> {
  const [refusal] = await budgetRefusals(ctx, tx, [wanted]);
  if (refusal) throw refusal;
}

function judge(purses: readonly Purse[], { cost, oneOf, ...spending }: Wanted, gigId: string | null) {
  // What costs another currency is no part of a budget; what nobody knows the price of may be.
  const mine = purses.filter(
    ({ state }) =>
      isAbout(state, { ...spending, gigId }) && (cost === null || cost.currency === state.currency),
  );
  const units = cost && toMillionths(cost.amount);
  const more = (purse: Purse) => units && moreThan(units, purse.oneOf.get(oneOf ?? '') ?? 0n);
  const stopped = mine.find((purse) => !letsThrough(purse.amount, purse.taken, more(purse)));
  if (stopped) return refusalOf(stopped, cost);
  for (const purse of mine) {
    purse.taken += more(purse) ?? 0n;
    if (oneOf && units) purse.oneOf.set(oneOf, max(units, purse.oneOf.get(oneOf) ?? 0n));
  }
  return null;
}

const max = (one: bigint, other: bigint) => (one > other ? one : other);
const moreThan = (units: bigint, taken: bigint) => max(units - taken, 0n);

function refusalOf({ state, amount, taken }: Purse, cost: Price | null): RelaisError {
  const { id, name, currency, period, periodEnd } = state;
  const written = (units: bigint) => trimZeros(fromMillionths(units));
  const left = written(amount > taken ? amount - taken : 0n);
  return new RelaisError('budget_reached', {
    params: { budget: name, amount: written(amount), currency, day: periodEnd },
    details: {
      ...{ budgetId: id, amount: written(amount), left, currency, period, periodEnd },
      needed: cost && written(toMillionths(cost.amount)),
    },
  });
}
