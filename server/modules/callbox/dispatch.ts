import type { CompanyCtx } from '../../kernel/ctx.ts';
import { afterCommit, type Tx } from '../../kernel/db/index.ts';
import { configFor, type Settings, settingsOf } from './config.ts';
import {
  isAnyTakeable,
  match,
  mostOf,
  type RoomyBox,
  roomOf,
  servedLanes,
  withNamedLanes,
} from './dispatch-match.ts';
import {
  type Assigned,
  type Assignment,
  assign,
  type Candidate,
  candidates,
  candidatesBeyond,
  HEAD,
  HEAD_MAX,
  type Lane,
  lockDispatch,
  type Onward,
  type Place,
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

/** So many boxes, in the order of their turn, are looked at before everybody is. */
const FEW = 32;
const CROWDED_ROUNDS = 50;
const LANES_MAX = 1000;
/** What waits in so many lanes is read before it is known which of them a box with room serves: one question less to wait for. */
const LANES_BEFOREHAND = 12;
/** When nobody takes any of them, so many of those behind: each time the ones after those of the last time, until the lane's end. */
const STRETCH = 2000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What holds for a box: what it has of its own, else the company's, else the installation's. */
export const configOf = (settings: Settings, box: { config: object } | null): CallboxConfig =>
  configFor(settings, box && { config: box.config, configVersion: 0 }).config;

/**
 * Gives what waits to boxes with room, in the caller's transaction. It waits for no row, so it stands in nobody's way.
 * @returns what was given: the caller books it (bookHolds) when it has locked all it needs, and wakes the boxes after the commit.
 */
export async function distribute(ctx: CompanyCtx, tx: Tx, { lanes, settings }: Waiting): Promise<Given> {
  if (lanes.length === 0 || !settings.syncRunning) return { assigned: [], more: false };
  return giveOut(ctx, tx, lanes, settings);
}

/** What was given out. */
export interface Given {
  assigned: Assigned[];
  /** Not all that waits was looked at, or somebody else held some of it. */
  more: boolean;
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
async function giveOut(ctx: CompanyCtx, tx: Tx, lanes: Lane[], settings: Settings): Promise<Given> {
  const now = ctx.kernel.clock.now();
  const few = hasFew(ctx, lanes) ? { boxesMax: FEW, lanes } : null;
  const [, boxes, beforehand] = await Promise.all([
    lockDispatch(tx, ctx.companyId),
    readyBoxes(tx, momentsOf(now), few),
    lanes.length <= LANES_BEFOREHAND ? candidates(tx, lanes, now, HEAD) : null,
  ]);
  if (few) {
    const given = await giveToFew(ctx, tx, { waiting: beforehand, few: withRoom(boxes, settings) }, now);
    if (given) return given;
    stateOf(ctx.kernel).crowded.set(ctx.companyId, CROWDED_ROUNDS);
  }
  const all = few ? await readyBoxes(tx, momentsOf(now), null) : boxes;
  return giveToAll(ctx, tx, { lanes, settings, beforehand, all }, now);
}

/** Whether a few boxes may be enough: not for a while after they were not, so that it costs little where they never are. */
function hasFew({ kernel, companyId }: CompanyCtx, lanes: Lane[]): boolean {
  const { crowded } = stateOf(kernel);
  const left = crowded.get(companyId) ?? 0;
  if (left > 1) crowded.set(companyId, left - 1);
  else crowded.delete(companyId);
  return left === 0 && lanes.length <= LANES_BEFOREHAND;
}

const withRoom = (all: ReadyBox[], settings: Settings): RoomyBox[] =>
  all.flatMap((box): RoomyBox[] => {
    const room = roomOf(box, configOf(settings, box).batchSize);
    return room > 0 ? [{ ...box, room }] : [];
  });

/**
 * Of a large fleet the boxes whose turn it is are mostly enough for the little that waits. Who else is there matters to what names no operator, and
 * to what somebody had before. @returns null when not all of it can be given so: everybody is looked at then.
 */
async function giveToFew(
  ctx: CompanyCtx,
  tx: Tx,
  { waiting, few }: { waiting: Candidate[] | null; few: RoomyBox[] },
  now: Date,
): Promise<Given | null> {
  if (!waiting || waiting.length >= HEAD) return null;
  if (waiting.some(({ operator, attempt }) => operator === null || attempt > 0)) return null;
  const wanted = match(waiting, few, few, new Set());
  // Nobody has a second turn before everybody else had one.
  const isInTurn = new Set(wanted.map(({ boxId }) => boxId)).size === waiting.length;
  return isInTurn ? give(ctx, tx, waiting, wanted, now) : null;
}

/** What is known before everybody is looked at. */
interface Known {
  lanes: Lane[];
  settings: Settings;
  /** The first of each lane, where that was asked for. */
  beforehand: Candidate[] | null;
  all: ReadyBox[];
}

async function giveToAll(
  ctx: CompanyCtx,
  tx: Tx,
  { lanes, settings, beforehand, all }: Known,
  now: Date,
): Promise<Given> {
  const boxes = withRoom(all, settings);
  // More lanes than are looked at must not hide those that somebody serves.
  const asked = lanes.length < LANES_MAX ? lanes : withNamedLanes(lanes, boxes);
  const served = servedLanes(asked, boxes);
  if (served.length === 0) return { assigned: [], more: false };
  const isServed = (candidate: Candidate) => served.some((lane) => isOf(lane, candidate));
  const roomOfAll = boxes.reduce((total, { room }) => total + room, 0);
  const depth = roomOfAll > HEAD ? HEAD_MAX : HEAD;
  const known = beforehand?.filter(isServed);
  // Nothing is passed over that is more urgent than what another lane has: where there is room for more, more is read.
  const isEnough = known && (depth === HEAD || known.length < HEAD);
  const heads = isEnough ? known : await candidates(tx, served, now, depth);
  const fleet: Fleet = { boxes, all, barred: await barredOf(tx, heads) };
  const onward = stuckLanes(ctx, served, { heads, depth: isEnough ? HEAD : depth }, fleet);
  const moving = heads.filter((candidate) => !onward.some(({ lane }) => isOf(lane, candidate)));
  const behind = onward.length > 0 ? await readOn(ctx, tx, { onward, now }, fleet) : [];
  const waiting = onward.length > 0 ? [...moving, ...behind].toSorted(byTurn) : heads;
  const given = await give(ctx, tx, waiting, match(waiting, boxes, all, fleet.barred), now);
  // A lane of which as many were read as were asked for has more.
  return {
    ...given,
    more: given.more || onward.length > 0 || heads.length >= HEAD || asked.length >= LANES_MAX,
  };
}

/** Who may be given something. */
interface Fleet {
  boxes: RoomyBox[];
  /** Every connected box, whether it has room or not. */
  all: ReadyBox[];
  barred: Set<string>;
}

const isOf = (lane: Lane, { operator, type }: Candidate) =>
  lane.operator === (operator ?? '') && lane.type === type;

/** The order in which candidates are served, as the database has it. */
const byTurn = (left: Place, right: Place) =>
  right.priority - left.priority || +left.dueAt - +right.dueAt || (left.id < right.id ? -1 : 1);

const barredOf = (tx: Tx, waiting: Candidate[]) =>
  stillHeld(
    tx,
    waiting.filter(({ attempt }) => attempt > 0).map(({ id }) => id),
  );

const keyOf = ({ companyId }: CompanyCtx, { operator, type }: Lane) => `${companyId} ${operator} ${type}`;

/** Lanes whose first ones nobody takes (too much for every box, or for boxes that must not have them again), and where to read on. */
function stuckLanes(
  ctx: CompanyCtx,
  served: Lane[],
  { heads, depth }: { heads: Candidate[]; depth: number },
  fleet: Fleet,
): Onward[] {
  const { reading } = stateOf(ctx.kernel);
  return served.flatMap((lane): Onward[] => {
    const head = heads.filter((candidate) => isOf(lane, candidate));
    const most = mostOf(lane, fleet.boxes);
    if (head.length < depth || hasTakeable(head, most, fleet)) {
      reading.delete(keyOf(ctx, lane));
      return [];
    }
    const last = head.at(-1)!;
    const known = reading.get(keyOf(ctx, lane));
    return [{ lane, most, after: known && byTurn(known, last) > 0 ? known : last }];
  });
}

/** @param most what is more nobody takes, and is not tried box by box. */
const hasTakeable = (waiting: Candidate[], most: number | null, { boxes, all, barred }: Fleet) =>
  isAnyTakeable(
    waiting.filter(({ amount }) => amount === null || most === null || amount <= most),
    ...([boxes, all, barred] as const),
  );

/** What waits in lanes behind what nobody takes: a stretch of it, and the next one the next time, so that each is come to. */
async function readOn(
  ctx: CompanyCtx,
  tx: Tx,
  { onward, now }: { onward: Onward[]; now: Date },
  fleet: Fleet,
): Promise<Candidate[]> {
  const { reading } = stateOf(ctx.kernel);
  const stretches = await candidatesBeyond(tx, onward, now, STRETCH);
  const all = stretches.flatMap(({ found }) => found);
  for (const pair of await barredOf(tx, all)) fleet.barred.add(pair);
  return stretches.flatMap(({ lane, found, end }) => {
    // What only waits for its turn is read again.
    if (hasTakeable(found, null, fleet)) return found;
    if (end) reading.set(keyOf(ctx, lane), end);
    else reading.delete(keyOf(ctx, lane));
    return [];
  });
}

function momentsOf(now: Date) {
  const ago = (ms: number) => new Date(now.getTime() - ms);
  return { now, since: ago(CONNECTED_MS), minuteAgo: ago(MINUTE_MS), dayAgo: ago(DAY_MS) };
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
  wanted: Assignment[],
  now: Date,
): Promise<Given> {
  if (wanted.length === 0) return { assigned: [], more: false };
  const { processId } = stateOf(ctx.kernel);
  // Somebody may have canceled one of them at this moment: a box that is woken for nothing waits on.
  const [assigned] = await Promise.all([
    assign(ctx, tx, wanted, { now, leaseUntil: new Date(now.getTime() + FETCH_MS) }),
    announce(
      ctx,
      tx,
      wanted.map(({ transactionId }) => transactionId),
    ),
    signal(tx, processId, 'given', [...new Set(wanted.map(({ boxId }) => boxId))]),
  ]);
  afterCommit(tx, () => measure(ctx, now, waiting, assigned));
  return { assigned, more: assigned.length < wanted.length };
}
