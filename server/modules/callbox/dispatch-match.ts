import type { Assignment, Candidate, Lane, ReadyBox, ReadySim } from './dispatch-store.ts';
import { spendsFloat } from './model.ts';

// Who gets what. Pure.

/** A box with how many transactions it may have at once. */
export interface RoomyBox extends ReadyBox {
  room: number;
}

/** How many more transactions a box may be given now. @param batchSize of the box's configuration. */
export function roomOf(box: ReadyBox, batchSize: number): number {
  // Until somebody has said what became of it, its money is not known.
  if (box.hasUnknown) return 0;
  // One at a time is enough to see whether it works again.
  if (box.onTrial) return box.inHand > 0 ? 0 : 1;
  return Math.max(
    0,
    Math.min(
      Math.min(box.maxConcurrent, batchSize) - box.inHand,
      (box.maxPerMinute ?? Number.POSITIVE_INFINITY) - box.lastMinute,
      (box.maxPerDay ?? Number.POSITIVE_INFINITY) - box.lastDay,
    ),
  );
}

const servesLane = (box: ReadyBox, { operator, type }: Lane) =>
  box.supportedTypes.includes(type) &&
  box.sims.some((sim) => operator === '' || sim.operator === null || sim.operator === operator);

/** The lanes in which somebody with room can take something. */
export const servedLanes = (lanes: Lane[], boxes: RoomyBox[]): Lane[] =>
  lanes.filter((lane) => boxes.some((box) => servesLane(box, lane)));

/** Lanes, and those that SIMs of these boxes serve by name: in some of these nothing may wait. */
export function withNamedLanes(lanes: Lane[], boxes: readonly RoomyBox[]): Lane[] {
  const known = new Map(lanes.map((lane) => [`${lane.operator} ${lane.type}`, lane]));
  for (const { sims, supportedTypes } of boxes)
    for (const { operator } of sims)
      if (operator !== null)
        for (const type of supportedTypes as Lane['type'][])
          if (!known.has(`${operator} ${type}`)) known.set(`${operator} ${type}`, { operator, type });
  return [...known.values()];
}

/**
 * The most that anybody with room takes of a lane, in XAF; null: any amount. What is more need not be read: nobody's limit, and the
 * money on nobody's SIM, allows it.
 */
export function mostOf(lane: Lane, boxes: readonly RoomyBox[]): number | null {
  const amounts = boxes
    .filter((box) => servesLane(box, lane))
    .flatMap((box) =>
      box.sims
        .filter((sim) => lane.operator === '' || sim.operator === null || sim.operator === lane.operator)
        .map((sim) =>
          Math.min(
            box.maxAmount ?? Number.POSITIVE_INFINITY,
            (spendsFloat(lane.type) ? sim.float : null) ?? Number.POSITIVE_INFINITY,
          ),
        ),
    );
  const most = Math.max(0, ...amounts);
  return Number.isFinite(most) ? most : null;
}

/**
 * Whether there is one that some box with room takes when it is its turn.
 * @param all every connected box, whether it has room or not. @param barred pairs that must not be, as "transaction box".
 */
export function isAnyTakeable(
  waiting: readonly Candidate[],
  boxes: readonly RoomyBox[],
  all: readonly ReadyBox[],
  barred: ReadonlySet<string>,
): boolean {
  const anySim = anySimOf(all);
  return waiting.some((candidate) =>
    boxes.some(
      (box) => !barred.has(`${candidate.id} ${box.id}`) && simFor(box, candidate, anySim(candidate)),
    ),
  );
}

/** What names no operator goes to SIMs that serve any, where there are some. */
function anySimOf(all: readonly ReadyBox[]): (candidate: Candidate) => boolean {
  const known = new Map<string, boolean>();
  const isThere = (type: string) =>
    all.some(
      (box) => box.supportedTypes.includes(type) && box.sims.some(({ operator }) => operator === null),
    );
  return ({ type }) => {
    if (!known.has(type)) known.set(type, isThere(type));
    return known.get(type)!;
  };
}

/**
 * Hands candidates to boxes in turn: whoever was served longest ago takes the first that it can, and goes to the end of the row.
 * @param boxes in the order of their turn. @param all every connected box, whether it has room or not.
 * @param barred pairs that must not be, as "transaction box".
 */
export function match(
  waiting: readonly Candidate[],
  boxes: readonly RoomyBox[],
  all: readonly ReadyBox[],
  barred: ReadonlySet<string>,
): Assignment[] {
  const row = boxes.map((box) => ({ ...box, sims: box.sims.map((sim) => ({ ...sim })) }));
  const anySim = anySimOf(all);
  const assignments: Assignment[] = [];
  for (const candidate of waiting) {
    if (row.length === 0) break;
    const place = row.findIndex(
      (box) => !barred.has(`${candidate.id} ${box.id}`) && simFor(box, candidate, anySim(candidate)),
    );
    if (place < 0) continue;
    const [box] = row.splice(place, 1);
    const sim = simFor(box!, candidate, anySim(candidate))!;
    if (sim.float !== null && candidate.amount !== null && spendsFloat(candidate.type))
      sim.float -= candidate.amount;
    assignments.push({ transactionId: candidate.id, boxId: box!.id, simId: sim.id });
    box!.room -= 1;
    if (box!.room > 0) row.push(box!);
  }
  return assignments;
}

/** The SIM of a box that takes a transaction: the operator's own before one that serves any, the fullest first. */
function simFor(box: ReadyBox, candidate: Candidate, anySimOnly: boolean): ReadySim | undefined {
  const { amount, operator, type } = candidate;
  if (!box.supportedTypes.includes(type)) return undefined;
  if (amount !== null && box.maxAmount !== null && amount > box.maxAmount) return undefined;
  const fits = box.sims.filter(
    (sim) =>
      (operator === null
        ? sim.operator === null || !anySimOnly
        : sim.operator === null || sim.operator === operator) && hasFloat(sim, candidate),
  );
  const rank = (sim: ReadySim) => (sim.operator === operator ? 0 : 1);
  return fits.sort(
    (left, right) =>
      rank(left) - rank(right) ||
      (right.float ?? Number.MAX_SAFE_INTEGER) - (left.float ?? Number.MAX_SAFE_INTEGER) ||
      (left.slot < right.slot ? -1 : 1),
  )[0];
}

function hasFloat(sim: ReadySim, { amount, type }: Candidate): boolean {
  return sim.float === null || amount === null || !spendsFloat(type) || sim.float >= amount;
}
