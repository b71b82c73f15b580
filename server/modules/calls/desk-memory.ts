import type { CompanyCtx, Kernel } from '../../kernel/ctx.ts';
import { afterCommit, type Tx } from '../../kernel/db/index.ts';
import type { NumberFacts } from '../numbers/index.ts';
import { type Desk, openDesk } from './desk.ts';
import { stateOf } from './state.ts';

/**
 * Callers who come within a second of each other are answered by the same desk: so much later than by anybody's change may they
 * be answered as before it. What is changed in this process itself counts at once.
 */
const REMEMBERED_MS = 1000;
/** What is idle is dropped. */
const COMPANIES_MAX = 1000;
const NUMBERS_MAX = 100;

/** A desk that can be asked for what calls to these numbers need when its transaction is over. */
export interface RememberedDesk {
  desk: Desk;
  /** By id. */
  numbers: ReadonlyMap<string, NumberFacts>;
  untilMs: number;
}

/** The desk of a company, where it was read a moment ago and is remembered for all these numbers. */
export function rememberedDesk(
  kernel: Kernel,
  companyId: string,
  numbers: readonly NumberFacts[],
): Desk | null {
  const remembered = stateOf(kernel).desks.get(companyId);
  if (!remembered || remembered.untilMs < performance.now()) return null;
  const isCovered = ({ id, providerAccountId }: NumberFacts) =>
    remembered.numbers.get(id)?.providerAccountId === providerAccountId;
  return numbers.every(isCovered) ? remembered.desk : null;
}

/** Reads the desk for calls to these numbers, and remembers it, unless somebody changes it meanwhile. */
export async function readDesk(ctx: CompanyCtx, tx: Tx, numbers: readonly NumberFacts[]): Promise<Desk> {
  const state = stateOf(ctx.kernel);
  const { deskChanges } = state;
  const untilMs = performance.now() + REMEMBERED_MS;
  // What was called lately is called again.
  const before = [...(state.desks.get(ctx.companyId)?.numbers.values() ?? [])].slice(-NUMBERS_MAX);
  const covered = new Map([...before, ...numbers].map((number) => [number.id, number]));
  const desk = await openDesk(ctx, tx, [...covered.keys()]);
  const kept = await keptDesk(desk, [...covered.values()]);
  if (state.deskChanges !== deskChanges) return desk;
  if (state.desks.size >= COMPANIES_MAX) state.desks.clear();
  state.desks.set(ctx.companyId, { desk: kept, numbers: covered, untilMs });
  return desk;
}

/** The same desk without its transaction, whose connection will be somebody else's: what was not asked for by then is an error. */
async function keptDesk(desk: Desk, numbers: readonly NumberFacts[]): Promise<Desk> {
  const keyOf = (provider: string, accountId: string | null) => `${provider} ${accountId}`;
  const asked = await Promise.all(
    numbers.map(async ({ provider, providerAccountId: accountId }) => {
      const people = await desk.reachable(provider, accountId);
      const isRung = people.some(({ browser }) => browser);
      const browsers = isRung ? await desk.browsers(provider, accountId) : new Map<string, string>();
      return [keyOf(provider, accountId), { people, browsers }] as const;
    }),
  );
  const accounts = new Map(asked);
  const accountOf = async (provider: string, accountId: string | null) => {
    const account = accounts.get(keyOf(provider, accountId));
    if (!account) throw new Error('This desk was read for other accounts');
    return account;
  };
  return {
    ...desk,
    reachable: async (...account) => (await accountOf(...account)).people,
    browsers: async (...account) => (await accountOf(...account)).browsers,
  };
}

/** The company's desk is read anew once this transaction is committed. */
export function deskChanged(ctx: CompanyCtx, tx: Tx): void {
  afterCommit(tx, () => forgetDesk(ctx));
}

export function forgetDesk({ kernel, companyId }: CompanyCtx): void {
  const state = stateOf(kernel);
  state.deskChanges += 1;
  state.desks.delete(companyId);
}
