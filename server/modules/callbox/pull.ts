import { createBatcher } from '../../kernel/batch.ts';
import type { Actor } from '../../kernel/ctx.ts';
import { type CompanyCtx, systemCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import type { RelaisError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { refusalOf } from './box-caller.ts';
import { bookHolds, configOf, distribute, whatWaits } from './dispatch.ts';
import { isSurelyUntouched } from './judge.ts';
import {
  boxesByCode,
  countWaiting,
  type EngineBox,
  type InHand,
  lockInHand,
  markHanded,
  notePulls,
} from './pull-store.ts';
import { batcherOf, stateOf, wakeBoxes, wasWoken } from './state.ts';
import { insertEvents } from './transaction-attempts-store.ts';
import { announce } from './transaction-change.ts';

/** A box's question for work. */
export interface PullRequest {
  code: string;
  /** At most; null: as many as its configuration says. */
  limit: number | null;
  /** How long the box waits when there is nothing. */
  waitMs: number;
}

/** A transaction as it is handed to a box. */
export interface Handed {
  row: InHand;
  boxCode: string;
}

export interface PullAnswer {
  transactions: Handed[];
  totalPending: number;
}

const BATCH_MAX = 200;
/** No box has more at once. */
const HANDED_MAX = 100;
const TOTAL_MAX = 1000;
/** A fetched transaction is its box's for so long at least, before it begins. */
const LEASE_MS_MIN = 60_000;
/** A request that waits is given what its box holds again after this long: before, the answer is probably under way. */
const AGAIN_AFTER_MS = 5_000;
/** A request that waits looks by itself so often, should a signal be lost. */
const LOOK_MS = 10_000;
/** Pulls are noted so often: each shows that the box is there. */
const NOTE_EVERY_MS = 5_000;

interface Ask {
  actor: Actor;
  code: string;
  limit: number | null;
  /** What the box holds is given again if it was handed before this moment. */
  againBefore: Date;
}

/** What became of a question. boxId: whose requests are woken. holds: it has fetched something that it did not begin. */
type Found =
  | { kind: 'refused'; error: RelaisError }
  | { kind: 'found'; boxId: string; holds: boolean; answer: PullAnswer };

/**
 * Answers a box with what it is to do. Waits for it when there is nothing, up to the time that the box named.
 * @param gone resolves when the box is no longer there to be answered. @throws box_unknown
 */
export async function pull(ctx: CompanyCtx, request: PullRequest, gone: AbortSignal): Promise<PullAnswer> {
  const { clock } = ctx.kernel;
  const endMs = performance.now() + request.waitMs;
  for (;;) {
    const since = stateOf(ctx.kernel).wakes.count;
    const now = clock.nowMs();
    const againBefore = new Date(request.waitMs > 0 ? now - AGAIN_AFTER_MS : now + 1);
    const { code, limit } = request;
    const found = await askOnce(ctx, { actor: ctx.actor, code, limit, againBefore });
    if (found.kind === 'refused') throw found.error;
    const leftMs = endMs - performance.now();
    if (found.answer.transactions.length > 0 || leftMs <= 0 || gone.aborted) return found.answer;
    if (stateOf(ctx.kernel).closing) return found.answer;
    if (wasWoken(ctx.kernel, found.boxId, since)) continue;
    await news(ctx, found.boxId, Math.min(leftMs, found.holds ? AGAIN_AFTER_MS : LOOK_MS), gone);
    if (gone.aborted) return found.answer;
  }
}

/** Resolves when the box got something, when the time is over, or when nobody waits any longer. */
function news({ kernel }: CompanyCtx, boxId: string, ms: number, gone: AbortSignal): Promise<void> {
  const { waiting } = stateOf(kernel);
  const wakes = waiting.get(boxId) ?? new Set();
  waiting.set(boxId, wakes);
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      gone.removeEventListener('abort', end);
      wakes.delete(end);
      if (wakes.size === 0 && waiting.get(boxId) === wakes) waiting.delete(boxId);
      resolve();
    };
    const timer = setTimeout(end, ms);
    gone.addEventListener('abort', end);
    wakes.add(end);
  });
}

/** Questions of one company that arrive together share a transaction, which also gives out what waits. */
function askOnce({ kernel, companyId }: CompanyCtx, ask: Ask): Promise<Found> {
  return batcherOf<Ask, Found>(kernel, `pull ${companyId}`, () =>
    createBatcher(
      async (asks) => {
        const ctx = systemCtx(kernel, companyId, 'callbox.pull');
        const { found, woken } = await transact(ctx, (tx) => answerAll(ctx, tx, asks));
        wakeBoxes(kernel, woken);
        return found;
      },
      { itemsMax: BATCH_MAX },
    ),
  ).add(ask);
}

async function answerAll(ctx: CompanyCtx, tx: Tx, asks: Ask[]): Promise<{ found: Found[]; woken: string[] }> {
  const now = ctx.kernel.clock.now();
  const [boxes, waiting] = await Promise.all([
    boxesByCode(tx, [...new Set(asks.map(({ code }) => code))]),
    whatWaits(ctx, tx),
  ]);
  const refusals = asks.map((ask) => refusalOf(ask, ask.code, boxes.get(ask.code) ?? null));
  const ids = [...new Set(asks.flatMap(({ code }, index) => (refusals[index] ? [] : [boxes.get(code)!.id])))];
  if (ids.length === 0)
    return { found: refusals.map((error) => ({ kind: 'refused', error: error! })), woken: [] };
  const given = await distribute(ctx, tx, waiting);
  const [inHand, totalPending] = await Promise.all([lockInHand(tx, ids), countWaiting(tx, TOTAL_MAX)]);
  const held = Map.groupBy(inHand, ({ boxId }) => boxId!);
  const handed: InHand[] = [];
  const repeated: InHand[] = [];
  const found = asks.map((ask, index): Found => {
    const error = refusals[index];
    if (error) return { kind: 'refused', error };
    const box = boxes.get(ask.code)!;
    const { batchSize, timeoutMs } = configOf(waiting.settings, box);
    const mine = held.get(box.id) ?? [];
    const limit = Math.min(ask.limit ?? batchSize, HANDED_MAX);
    const fresh = mine.filter(({ state }) => state === 'assigned').slice(0, limit);
    const again = mine
      .filter((row) => isGivenAgain(row, box, ask.againBefore))
      .slice(0, limit - fresh.length);
    const lease = new Date(now.getTime() + Math.max(LEASE_MS_MIN, timeoutMs * (mine.length + 1)));
    for (const row of fresh) Object.assign(row, { state: 'handed', handedAt: now, leaseUntil: lease });
    for (const row of again) row.handedAt = now;
    handed.push(...fresh);
    repeated.push(...again);
    const transactions = [...fresh, ...again].map((row) => ({ row, boxCode: box.code }));
    return { kind: 'found', boxId: box.id, holds: mine.length > 0, answer: { transactions, totalPending } };
  });
  // In the order in which everybody locks: transactions, SIMs, presence.
  await Promise.all([
    writeHanded(ctx, tx, { handed, repeated }, now),
    bookHolds(ctx, tx, given),
    notePulls(tx, ids, now, new Date(now.getTime() - NOTE_EVERY_MS)),
  ]);
  return { found, woken: given.map(({ boxId }) => boxId).filter((id) => !ids.includes(id)) };
}

/**
 * What was fetched and not begun is given again: the answer may have been lost. Only to boxes that ask before they dial, or
 * always say that they begin; another one may be at work on it without a word.
 */
function isGivenAgain(row: InHand, box: EngineBox, before: Date): boolean {
  return row.state === 'handed' && isSurelyUntouched(box) && row.handedAt !== null && row.handedAt < before;
}

async function writeHanded(
  ctx: CompanyCtx,
  tx: Tx,
  { handed: rows, repeated }: { handed: InHand[]; repeated: InHand[] },
  now: Date,
): Promise<void> {
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
