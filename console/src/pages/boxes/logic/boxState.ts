import type { Box, BoxRef, BoxSim } from '../../../api/boxTypes.ts';

export const BOX_STATES = ['connected', 'busy', 'silent', 'quarantined', 'notEnrolled', 'retired'] as const;
export type BoxState = (typeof BOX_STATES)[number];

type Standing = Pick<Box, 'state' | 'inHand' | 'capabilities'>;

/** How a box stands, in one word. */
export function boxState({ state, inHand, capabilities }: Standing): BoxState {
  switch (state) {
    case 'retired':
    case 'quarantined':
      return state;
    case 'new':
      return 'notEnrolled';
    case 'disconnected':
      return 'silent';
    case 'connected':
      return heldBy(inHand) >= capabilities.maxConcurrentTransactions ? 'busy' : 'connected';
  }
}

/** What a box has in hand; what is unknown is in nobody's hand. */
export const heldBy = ({ assigned, processing }: Box['inHand']): number => assigned + processing;

export type Trouble = 'silent' | 'unknown' | 'sim' | 'signal' | 'battery' | 'clock' | 'float';

/** Why somebody has to look at a box; empty when all is well. */
export function troublesOf(box: Box): Trouble[] {
  const state = boxState(box);
  if (state === 'retired' || state === 'notEnrolled') return [];
  const sims = liveSims(box);
  const warns = (warning: Box['warnings'][number]) => box.connected && box.warnings.includes(warning);
  const found: Record<Trouble, boolean> = {
    silent: state === 'silent',
    unknown: box.inHand.unknown > 0,
    sim: warns('no_ready_sim') || sims.some((sim) => sim.state !== 'ready'),
    signal: box.connected && sims.some((sim) => signalBars(sim.signalPercent) === 1),
    battery: warns('battery_low'),
    clock: warns('clock_off'),
    float: sims.some((sim) => sim.isFloatLow),
  };
  return (Object.keys(found) as Trouble[]).filter((trouble) => found[trouble]);
}

/** The SIMs that are in it now. */
export const liveSims = (box: Pick<Box, 'sims'>): BoxSim[] =>
  box.sims.filter((sim) => sim.state !== 'removed');

/** One to four bars; null: it was not measured. */
export function signalBars(percent: number | null): 0 | 1 | 2 | 3 | 4 | null {
  if (percent === null) return null;
  if (percent <= 0) return 0;
  return Math.min(4, Math.ceil(percent / 25)) as 1 | 2 | 3 | 4;
}

export interface FleetFilters {
  search: string;
  state: string;
  operator: string;
}

/** The boxes that a person looks for; what needs a look comes first, then by name. */
export function pickBoxes(boxes: readonly Box[], { search, state, operator }: FleetFilters): Box[] {
  const words = plain(search);
  return boxes
    .filter(
      (box) =>
        (state ? boxState(box) === state : boxState(box) !== 'retired') &&
        (!operator || liveSims(box).some((sim) => sim.operator === operator)) &&
        (!words || plain(`${box.callboxId} ${box.label} ${box.location} ${simWords(box)}`).includes(words)),
    )
    .sort(
      (left, right) =>
        Number(troublesOf(right).length > 0) - Number(troublesOf(left).length > 0) ||
        boxName(left).localeCompare(boxName(right), undefined, { numeric: true }),
    );
}

/** What a person calls a box. */
export const boxName = (box: Pick<BoxRef, 'callboxId' | 'label'>): string => box.label || box.callboxId;

const simWords = (box: Box): string =>
  box.sims.map((sim) => `${sim.phoneNumber ?? ''} ${sim.iccid ?? ''}`).join(' ');

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
