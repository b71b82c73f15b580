import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { tellFloat } from './float-alerts.ts';
import { type FloatMove, type Lines, planSteps, type Step } from './ledger-plan.ts';
import {
  insertEntries,
  lockSims,
  type NewEntry,
  noteLowFloat,
  type SimFloat,
  stepsOf,
} from './ledger-store.ts';

export type { FloatMove } from './ledger-plan.ts';

/** A low float was told; it is told again only after it has been so much above the threshold. */
const RISEN = 1.2;

/**
 * Books steps of hand-overs, each once however often it is told, in the transaction that makes them. Call it once in a
 * transaction, after the locks of transactions: SIMs are locked in the order of their ids.
 */
export async function bookMoves(ctx: CompanyCtx, tx: Tx, moves: FloatMove[]): Promise<void> {
  const known = moves.filter(isKnown);
  if (known.length === 0) return;
  // Together, and in this order: what is booked is read once the SIMs are held.
  const [sims, booked] = await Promise.all([lockOwnSims(tx, simsOf(known)), stepsOf(tx, handoversOf(known))]);
  await writeEntries(ctx, tx, sims, entriesOf(ctx, planSteps(booked, known)));
}

/** The same for hand-overs that the transaction itself has begun: nothing can be booked of them, so nobody looks. */
export async function bookFirstMoves(ctx: CompanyCtx, tx: Tx, moves: FloatMove[]): Promise<void> {
  const known = moves.filter(isKnown);
  if (known.length === 0) return;
  await writeEntries(ctx, tx, lockOwnSims(tx, simsOf(known)), entriesOf(ctx, planSteps([], known)));
}

/** What nobody knows the price of was neither promised nor paid here. */
const isKnown = ({ amount }: FloatMove): boolean => amount !== null;
const simsOf = (moves: FloatMove[]): string[] => [...new Set(moves.map(({ simId }) => simId))];

function entriesOf({ kernel: { clock } }: CompanyCtx, steps: Step[]): NewEntry[] {
  const at = clock.now();
  return steps.map((step) => ({
    ...{ ...step, id: newId(clock), at },
    ...{ reason: null, requestKey: null, requestHash: null },
  }));
}

function handoversOf(moves: FloatMove[]): { transactionId: string; attempt: number }[] {
  const byKey = new Map(moves.map((move) => [`${move.transactionId} ${move.attempt}`, move]));
  return [...byKey.values()];
}

/** Locks the SIMs that are booked on. @throws Error when one is not the company's: its money is nobody else's to book. */
export async function lockOwnSims(tx: Tx, ids: string[]): Promise<Map<string, SimFloat>> {
  const sims = await lockSims(tx, ids);
  const missing = ids.find((id) => !sims.has(id));
  if (missing) throw new Error(`The company has no SIM ${missing}`);
  return sims;
}

/** Writes entries on SIMs that are locked, or are being so, and tells of what became low by them. */
export async function writeEntries(
  ctx: CompanyCtx,
  tx: Tx,
  locked: Map<string, SimFloat> | Promise<Map<string, SimFloat>>,
  entries: NewEntry[],
): Promise<void> {
  const [sims] = await Promise.all([locked, insertEntries(tx, ctx.companyId, ctx.actor, entries)]);
  const after = new Map([...sims].map(([id, sim]) => [id, { ...sim }]));
  for (const { simId, lines } of entries) addLines(after.get(simId)!, lines);
  await judgeLowFloat(ctx, tx, [...after.values()]);
}

function addLines(sim: SimFloat, lines: Lines): void {
  sim.available += lines.float ?? 0;
  sim.held += lines.held ?? 0;
}

/** Tells of a float that is low, once until it has risen well above its threshold. @param sims as they are now, locked. */
export async function judgeLowFloat(ctx: CompanyCtx, tx: Tx, sims: SimFloat[]): Promise<void> {
  const [low, rose] = [sims.filter(becameLow), sims.filter(hasRisen)];
  if (low.length + rose.length === 0) return;
  const ids = (of: SimFloat[]) => of.map(({ id }) => id);
  await noteLowFloat(tx, ids(low), ids(rose), ctx.kernel.clock.now());
  await tellFloat(ctx, tx, [
    ...low.map(({ id }) => ({ simId: id, type: 'float.low' as const })),
    ...rose.map(({ id }) => ({ simId: id, type: 'float.risen' as const })),
  ]);
}

function becameLow({ knownSince, lowFloatBelow, lowFloatToldAt, available }: SimFloat): boolean {
  return (
    knownSince !== null && lowFloatBelow !== null && lowFloatToldAt === null && available < lowFloatBelow
  );
}

function hasRisen({ lowFloatBelow, lowFloatToldAt, available }: SimFloat): boolean {
  return lowFloatToldAt !== null && (lowFloatBelow === null || available > lowFloatBelow * RISEN);
}
