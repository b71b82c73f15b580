import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { settingsOf } from './config.ts';
import { readyLanes } from './dispatch-store.ts';
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
      lanes: counted.map((lane) => ({ ...lane, reason: reasonOf(lane, boxes, syncRunning) })),
      states,
      countedUpTo: COUNT_MAX,
    };
  });
}

/**
 * Why nobody takes what waits in a lane: the first condition that no box is left to meet. Null: boxes take it, one after the
 * other.
 */
export function reasonOf(
  lane: QueueLane,
  boxes: readonly QueueBox[],
  isRunning: boolean,
): QueueReason | null {
  if (!isRunning) return 'stopped';
  if (lane.oldestAt === null) return 'scheduled';
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
    if (left.length === 0) return reason;
  }
  return null;
}
