import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { settingsOf } from './config.ts';
import { candidates, HEAD, readyLanes, stillHeld } from './dispatch-store.ts';
import { CONNECTED_MS } from './model.ts';
import {
  countLanes,
  countOpen,
  type QueueBox,
  type QueueLane,
  queueBoxes,
} from './transaction-list-store.ts';

/** Why nothing of a lane is handed out now. */
export const QUEUE_REASONS = [
  'stopped',
  'no_box',
  'quarantined',
  'disconnected',
  'no_type',
  'no_operator',
  'no_sim',
  'unknown_open',
  'no_float',
  'full',
  'not_started',
  'scheduled',
] as const;
export type QueueReason = (typeof QUEUE_REASONS)[number];

const LANES_MAX = 200;
const COUNT_MAX = 1000;

/** What waits, lane by lane, and why. Counts stop at a limit. */
export async function queueOf(ctx: CompanyCtx) {
  const now = ctx.kernel.clock.now();
  return transact(ctx, async (tx) => {
    const [{ syncRunning }, lanes] = [await settingsOf(ctx, tx), await readyLanes(tx, LANES_MAX)];
    const counted = await countLanes(tx, lanes, now, COUNT_MAX);
    const boxes = await queueBoxes(tx, new Date(now.getTime() - CONNECTED_MS));
    const states = await countOpen(tx, COUNT_MAX);
    return {
      lanes: await withReasons(tx, counted, boxes, { isRunning: syncRunning, now }),
      states,
      countedUpTo: COUNT_MAX,
    };
  });
}

/** Each lane with why it does not move. */
async function withReasons(
  tx: Tx,
  lanes: QueueLane[],
  boxes: QueueBox[],
  { isRunning, now }: { isRunning: boolean; now: Date },
): Promise<(QueueLane & { reason: QueueReason | null })[]> {
  const named = lanes.map((lane) => ({ ...lane, ...takersOf(lane, boxes, isRunning) }));
  const moving = named.filter(({ reason }) => reason === null);
  const asked = moving.map(({ operator, type }) => ({ operator: operator ?? '', type }));
  // Enough to say that a lane waits for boxes to start anew; what is behind them waits in any case.
  const waiting = await candidates(tx, asked, now, HEAD);
  const tried = waiting.filter(({ attempt }) => attempt > 0).map(({ id }) => id);
  const barred = await stillHeld(tx, tried);
  return named.map(({ takers, ...lane }) => {
    const own = waiting.filter(({ operator, type }) => operator === lane.operator && type === lane.type);
    const isBarred =
      own.length > 0 && own.every(({ id }) => takers.every((box) => barred.has(`${id} ${box.id}`)));
    return { ...lane, reason: lane.reason ?? (isBarred ? 'not_started' : null) };
  });
}

/**
 * Why nobody takes what waits in a lane: the first condition that no box is left to meet. Null: boxes take it, one after the
 * other; then with which ones.
 */
function takersOf(
  lane: QueueLane,
  boxes: readonly QueueBox[],
  isRunning: boolean,
): { reason: QueueReason | null; takers: readonly QueueBox[] } {
  if (!isRunning) return { reason: 'stopped', takers: [] };
  if (lane.oldestAt === null) return { reason: 'scheduled', takers: [] };
  const serves = (box: QueueBox, ready: boolean, withFloat = false) =>
    box.sims.some(
      ({ operator, state, float }) =>
        (operator === null || lane.operator === null || operator === lane.operator) &&
        (!ready || state === 'ready') &&
        (!withFloat || lane.type === 'withdraw' || float === null || float > 0),
    );
  const conditions: [QueueReason, (box: QueueBox) => boolean][] = [
    ['no_box', () => true],
    ['no_type', ({ supportedTypes }) => supportedTypes.includes(lane.type)],
    ['no_operator', (box) => serves(box, false)],
    ['disconnected', ({ isConnected }) => isConnected],
    ['quarantined', ({ quarantined }) => !quarantined],
    ['no_sim', (box) => serves(box, true)],
    ['unknown_open', ({ hasUnknown }) => !hasUnknown],
    ['no_float', (box) => serves(box, true, true)],
    ['full', ({ isFull }) => !isFull],
  ];
  let left = boxes;
  for (const [reason, meets] of conditions) {
    left = left.filter(meets);
    if (left.length === 0) return { reason, takers: [] };
  }
  return { reason: null, takers: left };
}
