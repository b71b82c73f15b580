import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { configFor, type Settings, settingsOf } from './config.ts';
import { match, type RoomyBox, roomOf, servedLanes } from './dispatch-match.ts';
import {
  type Assigned,
  assign,
  candidates,
  type Lane,
  lockDispatch,
  readyBoxes,
  readyLanes,
  signal,
  stillHeld,
} from './dispatch-store.ts';
import { bookMoves } from './ledger.ts';
import { type CallboxConfig, CONNECTED_MS } from './model.ts';
import { stateOf } from './state.ts';
import { announce } from './transaction-change.ts';

/** A box fetches what it was given within this time, or another one gets it. */
export const FETCH_MS = 30_000;

const LANES_MAX = 1000;
/** So many of each lane are looked at first; when none of them fits, so many. */
const DEPTHS = [200, 2000];
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What holds for a box: what it has of its own, else the company's, else the installation's. */
export const configOf = (settings: Settings, box: { config: object } | null): CallboxConfig =>
  configFor(settings, box && { config: box.config, configVersion: 0 }).config;

/**
 * Gives what waits to boxes with room, in the caller's transaction. It waits for no row, so it stands in nobody's way.
 * @returns what was given: the caller books it (bookHolds) when it has locked all it needs, and wakes the boxes after the commit.
 */
export async function distribute(ctx: CompanyCtx, tx: Tx): Promise<Assigned[]> {
  const lanes = await readyLanes(tx, LANES_MAX);
  if (lanes.length === 0) return [];
  const settings = await settingsOf(ctx, tx);
  if (!settings.syncRunning) return [];
  await lockDispatch(tx, ctx.companyId);
  const given = await giveOut(ctx, tx, lanes, settings);
  if (given.length === 0) return [];
  const { processId } = stateOf(ctx.kernel);
  await Promise.all([
    announce(
      ctx,
      tx,
      given.map(({ transactionId }) => transactionId),
    ),
    signal(tx, processId, 'given', [...new Set(given.map(({ boxId }) => boxId))]),
  ]);
  return given;
}

/** Promises the money of what was given. SIMs are locked after transactions, by everybody, so that nobody waits in a circle. */
export async function bookHolds(ctx: CompanyCtx, tx: Tx, given: Assigned[]): Promise<void> {
  if (given.length === 0) return;
  await bookMoves(
    ctx,
    tx,
    given.map(({ transactionId, attempt, simId, type, amount }) => ({
      ...{ kind: 'hold' as const, transactionId, attempt, simId, type, amount },
    })),
  );
}

async function giveOut(ctx: CompanyCtx, tx: Tx, lanes: Lane[], settings: Settings): Promise<Assigned[]> {
  const { kernel } = ctx;
  const now = kernel.clock.now();
  const ago = (ms: number) => new Date(now.getTime() - ms);
  const all = await readyBoxes(tx, {
    since: ago(CONNECTED_MS),
    minuteAgo: ago(MINUTE_MS),
    dayAgo: ago(DAY_MS),
  });
  const boxes = all.flatMap((box): RoomyBox[] => {
    const room = roomOf(box, configOf(settings, box).batchSize);
    return room > 0 ? [{ ...box, room }] : [];
  });
  const served = servedLanes(lanes, boxes);
  for (const depth of DEPTHS) {
    const waiting = await candidates(tx, served, now, depth);
    if (waiting.length === 0) return [];
    const barred = await stillHeld(
      tx,
      waiting.filter(({ attempt }) => attempt > 0).map(({ id }) => id),
    );
    const wanted = match(waiting, boxes, all, barred);
    const given = await assign(ctx, tx, wanted, { now, leaseUntil: new Date(now.getTime() + FETCH_MS) });
    if (given.length > 0 || waiting.length < depth) return given;
  }
  return [];
}
