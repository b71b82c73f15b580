import type { CompanyCtx } from '../../kernel/ctx.ts';
import { afterCommit, type Tx } from '../../kernel/db/index.ts';
import { configFor, type Settings, settingsOf } from './config.ts';
import { match, type RoomyBox, roomOf, servedLanes } from './dispatch-match.ts';
import {
  type Assigned,
  assign,
  type Candidate,
  candidates,
  type Lane,
  lockDispatch,
  type ReadyBox,
  readyBoxes,
  readyLanes,
  signal,
  stillHeld,
} from './dispatch-store.ts';
import { bookFirstMoves } from './ledger.ts';
import { type CallboxConfig, CONNECTED_MS } from './model.ts';
import { stateOf } from './state.ts';
import { announce } from './transaction-change.ts';

/** A box fetches what it was given within this time, or another one gets it. */
export const FETCH_MS = 30_000;

const LANES_MAX = 1000;
/** What waits in so many lanes is read before it is known which of them a box with room serves: one question less to wait for. */
const LANES_BEFOREHAND = 12;
/** So many of each lane are looked at first; when none of them fits, so many. */
const DEPTHS = [200, 2000] as const;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What holds for a box: what it has of its own, else the company's, else the installation's. */
export const configOf = (settings: Settings, box: { config: object } | null): CallboxConfig =>
  configFor(settings, box && { config: box.config, configVersion: 0 }).config;

/**
 * Gives what waits to boxes with room, in the caller's transaction. It waits for no row, so it stands in nobody's way.
 * @returns what was given: the caller books it (bookHolds) when it has locked all it needs, and wakes the boxes after the commit.
 */
export async function distribute(ctx: CompanyCtx, tx: Tx, { lanes, settings }: Waiting): Promise<Assigned[]> {
  if (lanes.length === 0 || !settings.syncRunning) return [];
  return giveOut(ctx, tx, lanes, settings);
}

/** In which lanes something waits, and how it is given out. */
export interface Waiting {
  lanes: Lane[];
  settings: Settings;
}

/** What `distribute` begins with. */
export async function whatWaits(ctx: CompanyCtx, tx: Tx): Promise<Waiting> {
  const [lanes, settings] = await Promise.all([readyLanes(tx, LANES_MAX), settingsOf(ctx, tx)]);
  return { lanes, settings };
}

/** Promises the money of what was given. SIMs are locked after transactions, by everybody, so that nobody waits in a circle. */
export async function bookHolds(ctx: CompanyCtx, tx: Tx, given: Assigned[]): Promise<void> {
  await bookFirstMoves(
    ctx,
    tx,
    given.map(({ transactionId, attempt, simId, type, amount }) => ({
      ...{ kind: 'hold' as const, transactionId, attempt, simId, type, amount },
    })),
  );
}

/** One process at a time: the lock comes first, and all that is read for it after it. */
async function giveOut(ctx: CompanyCtx, tx: Tx, lanes: Lane[], settings: Settings): Promise<Assigned[]> {
  const now = ctx.kernel.clock.now();
  const [shallow, deep] = DEPTHS;
  const [, all, beforehand] = await Promise.all([
    lockDispatch(tx, ctx.companyId),
    readyBoxes(tx, momentsOf(now)),
    lanes.length <= LANES_BEFOREHAND ? candidates(tx, lanes, now, shallow) : null,
  ]);
  const boxes = all.flatMap((box): RoomyBox[] => {
    const room = roomOf(box, configOf(settings, box).batchSize);
    return room > 0 ? [{ ...box, room }] : [];
  });
  const served = servedLanes(lanes, boxes);
  if (served.length === 0) return [];
  const isServed = ({ operator, type }: Candidate) =>
    served.some((lane) => lane.operator === (operator ?? '') && lane.type === type);
  const first = beforehand?.filter(isServed) ?? (await candidates(tx, served, now, shallow));
  const given = await give(ctx, tx, first, { boxes, all, now });
  if (given.length > 0 || first.length < shallow) return given;
  return give(ctx, tx, await candidates(tx, served, now, deep), { boxes, all, now });
}

function momentsOf(now: Date) {
  const ago = (ms: number) => new Date(now.getTime() - ms);
  return { since: ago(CONNECTED_MS), minuteAgo: ago(MINUTE_MS), dayAgo: ago(DAY_MS) };
}

/** How long what was given had waited, for whoever watches over the installation: never whose it is. */
function measure({ kernel: { metrics } }: CompanyCtx, now: Date, waiting: Candidate[], given: Assigned[]) {
  const dueAt = new Map(waiting.map((each) => [each.id, each.dueAt]));
  for (const { transactionId, type } of given) {
    metrics.transactionChanges.inc({ type, status: 'assigned' });
    metrics.dispatchSeconds.observe((now.getTime() - dueAt.get(transactionId)!.getTime()) / 1000);
  }
}

async function give(
  ctx: CompanyCtx,
  tx: Tx,
  waiting: Candidate[],
  { boxes, all, now }: { boxes: RoomyBox[]; all: ReadyBox[]; now: Date },
): Promise<Assigned[]> {
  if (waiting.length === 0) return [];
  const barred = await stillHeld(
    tx,
    waiting.filter(({ attempt }) => attempt > 0).map(({ id }) => id),
  );
  const wanted = match(waiting, boxes, all, barred);
  if (wanted.length === 0) return [];
  const { processId } = stateOf(ctx.kernel);
  // Somebody may have canceled one of them at this moment: a box that is woken for nothing waits on.
  const [given] = await Promise.all([
    assign(ctx, tx, wanted, { now, leaseUntil: new Date(now.getTime() + FETCH_MS) }),
    announce(
      ctx,
      tx,
      wanted.map(({ transactionId }) => transactionId),
    ),
    signal(tx, processId, 'given', [...new Set(wanted.map(({ boxId }) => boxId))]),
  ]);
  afterCommit(tx, () => measure(ctx, now, waiting, given));
  return given;
}
