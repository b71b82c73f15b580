import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { afterCommit, type Tx } from '../../kernel/db/index.ts';
import type { RelaisError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { refusalOf } from './box-caller.ts';
import type { Settings } from './config.ts';
import { bookHolds, configOf, distribute, type Given, whatWaits } from './dispatch.ts';
import { isSurelyUntouched } from './judge.ts';
import type { Ask, Handed, PullAnswer, WaitingPull } from './pull-model.ts';
import {
  boxesByCode,
  boxesById,
  type EngineBox,
  type InHand,
  lockInHand,
  markHanded,
  notePulls,
} from './pull-store.ts';
import { claimWaiting, hasDispatcher, nudgeDispatcher, wakeBoxes } from './state.ts';
import { countWaiting } from './stats-store.ts';
import { insertEvents } from './transaction-attempts-store.ts';
import { announce } from './transaction-change.ts';

/** No box has more at once. */
const HANDED_MAX = 100;
const TOTAL_MAX = 1000;
/** A fetched transaction is its box's for so long at least, before it begins. */
const LEASE_MS_MIN = 60_000;
/** A request that waits is given what its box holds again after this long. */
export const AGAIN_AFTER_MS = 5_000;
/** Pulls are noted so often: each shows that the box is there. */
const NOTE_EVERY_MS = 5_000;

/** What became of a question. boxId: whose requests are woken. holds: it has fetched something that it did not begin. */
export type Found =
  | { kind: 'refused'; error: RelaisError }
  | { kind: 'found'; boxId: string; holds: boolean; answer: PullAnswer };

/** A question with whoever asks it. */
interface Asking {
  ask: Ask;
  box: EngineBox;
}

/**
 * Gives out what waits, and hands to boxes that ask what is theirs. Boxes whose requests wait in this process are handed theirs in the same
 * transaction and answered after its commit; the others are woken. @param asks of boxes that are here to ask; may be none.
 * @returns an answer for each, in order; and whether more may be given out at once.
 */
export async function handOut(ctx: CompanyCtx, asks: Ask[]): Promise<{ found: Found[]; more: boolean }> {
  const claimed = new Map<string, WaitingPull>();
  try {
    const { found, answers, given } = await transact(ctx, (tx) => giveAndHand(ctx, tx, asks, claimed));
    const answered = new Set(found.map((each) => each.kind === 'found' && each.boxId));
    // Somebody else may hold what it was given at this moment: then it asks anew.
    for (const [boxId, waiting] of claimed) waiting.end(unlessEmpty(answers.get(boxId)));
    // Also those whose request was answered: they may have another one, and that connection may be dead.
    wakeBoxes(
      ctx.kernel,
      given.assigned.map(({ boxId }) => boxId).filter((id) => !answered.has(id)),
    );
    return { found, more: given.more && given.assigned.length > 0 };
  } catch (error) {
    for (const waiting of claimed.values()) waiting.end(null);
    throw error;
  }
}

const unlessEmpty = (answer: PullAnswer | undefined): PullAnswer | null =>
  answer && answer.transactions.length > 0 ? answer : null;

async function giveAndHand(
  ctx: CompanyCtx,
  tx: Tx,
  asks: Ask[],
  claimed: Map<string, WaitingPull>,
): Promise<{ found: Found[]; answers: Map<string, PullAnswer>; given: Given }> {
  const [boxes, waiting] = await Promise.all([
    boxesByCode(tx, [...new Set(asks.map(({ code }) => code))]),
    whatWaits(ctx, tx),
  ]);
  const refusals = asks.map((ask) => refusalOf(ask, ask.code, boxes.get(ask.code) ?? null));
  const asking = asks.flatMap((ask, index): Asking[] =>
    refusals[index] ? [] : [{ ask, box: boxes.get(ask.code)! }],
  );
  const ids = new Set(asking.map(({ box }) => box.id));
  const isInVain = asks.length > 0 && asking.length === 0;
  // Who waits is answered by this process's dispatcher, and does not stand in its way.
  const isLeft =
    isInVain || (asks.length > 0 && asks.every(({ waits }) => waits) && hasDispatcher(ctx.kernel));
  if (isLeft && !isInVain && waiting.lanes.length > 0)
    afterCommit(tx, () => nudgeDispatcher(ctx.kernel, ctx.companyId));
  const given = isLeft ? NOTHING : await distribute(ctx, tx, waiting);
  for (const { boxId } of given.assigned) {
    const request = ids.has(boxId) || claimed.has(boxId) ? null : claimWaiting(ctx.kernel, boxId);
    if (request) claimed.set(boxId, request);
  }
  const hands = await handEach(ctx, tx, { asking, claimed, given, settings: waiting.settings });
  const found = asks.map((_ask, index): Found => {
    const error = refusals[index];
    return error ? { kind: 'refused', error } : hands.found.shift()!;
  });
  return { found, answers: hands.answers, given };
}

const NOTHING: Given = { assigned: [], more: false };

/** What is handed to whom, in one transaction. */
interface Round {
  asking: Asking[];
  claimed: ReadonlyMap<string, WaitingPull>;
  given: Given;
  settings: Settings;
}

/** @returns an answer for each that asked, in order, and by box for those that were waiting and may be answered. */
async function handEach(
  ctx: CompanyCtx,
  tx: Tx,
  { asking, claimed, given, settings }: Round,
): Promise<{ found: Found[]; answers: Map<string, PullAnswer> }> {
  const ids = [...new Set(asking.map(({ box }) => box.id))];
  if (ids.length + claimed.size === 0) {
    await bookHolds(ctx, tx, given.assigned);
    return { found: [], answers: new Map() };
  }
  const [boxes, inHand, totalPending] = await Promise.all([
    boxesById(tx, [...claimed.keys()]),
    lockInHand(tx, [...ids, ...claimed.keys()]),
    countWaiting(tx, TOTAL_MAX),
  ]);
  // Its token may have been taken from it since it began to wait: then it asks anew, and is told so.
  const woken = [...claimed].flatMap(([boxId, { ask }]): Asking[] => {
    const box = boxes.get(boxId);
    return box && !refusalOf(ask, ask.code, box) ? [{ ask, box }] : [];
  });
  const now = ctx.kernel.clock.now();
  const hands: Hands = { now, held: Map.groupBy(inHand, ({ boxId }) => boxId!), handed: [], repeated: [] };
  const answer = (each: Asking): PullAnswer => ({ transactions: take(hands, settings, each), totalPending });
  const found = asking.map((each): Found => {
    const { id } = each.box;
    return { kind: 'found', boxId: id, holds: hands.held.has(id), answer: answer(each) };
  });
  const answers = new Map(woken.map((each) => [each.box.id, answer(each)]));
  // In the order in which everybody locks: transactions, SIMs, presence.
  await Promise.all([
    writeHanded(ctx, tx, hands),
    bookHolds(ctx, tx, given.assigned),
    notePulls(tx, ids, now, new Date(now.getTime() - NOTE_EVERY_MS)),
  ]);
  return { found, answers };
}

/** What boxes hold and have not begun, and what of it is handed to them now: for the first time, or once more. */
interface Hands {
  now: Date;
  held: Map<string, InHand[]>;
  handed: InHand[];
  repeated: InHand[];
}

/** What a box is given of what it holds, the most urgent first. */
function take(hands: Hands, settings: Settings, { ask, box }: Asking): Handed[] {
  const { now, held, handed, repeated } = hands;
  const { batchSize, timeoutMs } = configOf(settings, box);
  const mine = held.get(box.id) ?? [];
  const limit = Math.min(ask.limit ?? batchSize, HANDED_MAX);
  const fresh = mine.filter(({ state }) => state === 'assigned').slice(0, limit);
  const before = new Date(ask.waits ? now.getTime() - AGAIN_AFTER_MS : now.getTime() + 1);
  const again = mine.filter((row) => isGivenAgain(row, box, before)).slice(0, limit - fresh.length);
  const lease = new Date(now.getTime() + Math.max(LEASE_MS_MIN, timeoutMs * (mine.length + 1)));
  for (const row of fresh) Object.assign(row, { state: 'handed', handedAt: now, leaseUntil: lease });
  for (const row of again) row.handedAt = now;
  handed.push(...fresh);
  repeated.push(...again);
  return [...fresh, ...again].map((row) => ({ row, boxCode: box.code }));
}

/**
 * What was fetched and not begun is given again: the answer may have been lost. Only to boxes that ask before they dial, or
 * always say that they begin; another one may be at work on it without a word.
 */
function isGivenAgain(row: InHand, box: EngineBox, before: Date): boolean {
  return row.state === 'handed' && isSurelyUntouched(box) && row.handedAt !== null && row.handedAt < before;
}

async function writeHanded(ctx: CompanyCtx, tx: Tx, { now, handed: rows, repeated }: Hands): Promise<void> {
  if (rows.length + repeated.length === 0) return;
  const { clock } = ctx.kernel;
  await Promise.all([
    markHanded(
      tx,
      [...rows, ...repeated].map(({ id, leaseId, leaseUntil }) => ({
        ...{ id, leaseId: leaseId!, leaseUntil: leaseUntil! },
      })),
      now,
    ),
    insertEvents(
      tx,
      rows.map((row) => ({
        ...{
          id: newId(clock),
          companyId: ctx.companyId,
          transactionId: row.id,
          at: now,
          kind: 'handed' as const,
        },
        ...{
          attempt: row.attempt,
          boxId: row.boxId,
          actorKind: 'system' as const,
          actorName: 'dispatch',
          detail: {},
        },
      })),
    ),
    announce(
      ctx,
      tx,
      rows.map(({ id }) => id),
    ),
  ]);
}
