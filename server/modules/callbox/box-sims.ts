// What a box says of its SIM cards, against what is known of them. Pure.

export const SIM_STATES = ['ready', 'no_sim', 'locked', 'no_network', 'removed'] as const;
export type SimState = (typeof SIM_STATES)[number];

/** A SIM that sits in a box, or sat there. */
export interface SimRow {
  id: string;
  boxId: string;
  slot: string;
  /** A key of operatorKey; null: serves any. */
  operator: string | null;
  iccid: string | null;
  phoneNumber: string | null;
  signalPercent: number | null;
  network: string | null;
  state: SimState;
  reportedBalance: number | null;
  reportedBalanceAt: Date | null;
  floatKnownSince: Date | null;
  floatAvailable: number;
  floatHeld: number;
  lowFloatBelow: number | null;
}

/** What a box says of one slot; what is null it does not say. */
export interface SimTold {
  slot: string;
  operator: string | null;
  iccid: string | null;
  phoneNumber: string | null;
  signalPercent: number | null;
  network: string | null;
  state: Exclude<SimState, 'removed'> | null;
  balance: number | null;
}

/** What follows for the rows. */
export interface SimPlan {
  add: SimRow[];
  change: SimRow[];
  /** Cards that change places. */
  moved: string[];
  /** Slots that hold another card than before. */
  swapped: string[];
}

/** The slot of a box that names none. */
export const DEFAULT_SLOT = 'default';

/** A weaker change of the signal is noise, and not worth a write. */
const SIGNAL_STEP = 5;
/** The same balance again is noted as newer after so long. */
const BALANCE_RENEWED_MS = 10 * 60_000;

/** The SIM of a box that names none. */
export const defaultSim = (): SimTold => ({
  ...{ slot: DEFAULT_SLOT, operator: null, iccid: null, phoneNumber: null },
  ...{ signalPercent: null, network: null, state: null, balance: null },
});

/**
 * What a box's list of its SIMs changes. A card is known again by its ICCID, wherever it sits: the money is on the card, not in
 * the slot. One that another card took the place of keeps its row, with its float, as removed; a slot that is no longer named
 * does too. Nothing is ever deleted, and a list that says nothing new changes nothing.
 * @param known every row of the box. @param told every slot once. @param newRowId an id for each card that is new.
 */
export function planSims(
  boxId: string,
  known: readonly SimRow[],
  told: readonly SimTold[],
  { at, newRowId }: { at: Date; newRowId: () => string },
): SimPlan {
  const plan: SimPlan = { add: [], change: [], moved: [], swapped: [] };
  const rowOf = matchCards(known, told);
  const claimed = new Set(rowOf.values());
  const slots = new Set(told.map(({ slot }) => slot));
  const keep = (row: SimRow, next: SimRow) => {
    if (isSame(row, next)) return;
    plan.change.push(next);
    if (row.slot !== next.slot) plan.moved.push(row.id);
  };
  for (const row of known) {
    if (claimed.has(row)) continue;
    const isTaken = slots.has(row.slot);
    const slot = isTaken ? `${row.slot} (${row.iccid ?? row.id})` : row.slot;
    keep(row, { ...row, slot, state: 'removed' });
  }
  for (const sim of told) {
    const row = rowOf.get(sim);
    if (row) keep(row, merge(row, sim, at));
    else plan.add.push(merge(emptyRow(newRowId(), boxId, sim.slot), sim, at));
    const before = known.find(({ slot }) => slot === sim.slot);
    if (before && before !== row) plan.swapped.push(sim.slot);
  }
  return plan;
}

/** Which row each of the named cards is: by its own number first, then by its place where one of the two has no number. */
function matchCards(known: readonly SimRow[], told: readonly SimTold[]): Map<SimTold, SimRow> {
  const rowOf = new Map<SimTold, SimRow>();
  const free = new Set(known);
  const take = (sim: SimTold, row: SimRow | undefined) => {
    if (!row) return;
    rowOf.set(sim, row);
    free.delete(row);
  };
  for (const sim of told.filter(({ iccid }) => iccid !== null))
    take(
      sim,
      [...free].find((row) => row.iccid === sim.iccid),
    );
  for (const sim of told.filter((each) => !rowOf.has(each)))
    take(
      sim,
      [...free].find((row) => row.slot === sim.slot && (row.iccid === null || sim.iccid === null)),
    );
  return rowOf;
}

const emptyRow = (id: string, boxId: string, slot: string): SimRow => ({
  ...{ id, boxId, slot, operator: null, iccid: null, phoneNumber: null, signalPercent: null, network: null },
  ...{ state: 'ready', reportedBalance: null, reportedBalanceAt: null },
  ...{ floatKnownSince: null, floatAvailable: 0, floatHeld: 0, lowFloatBelow: null },
});

function merge(row: SimRow, sim: SimTold, at: Date): SimRow {
  return {
    ...row,
    slot: sim.slot,
    operator: sim.operator ?? row.operator,
    iccid: sim.iccid ?? row.iccid,
    phoneNumber: sim.phoneNumber ?? row.phoneNumber,
    signalPercent: signalAfter(row.signalPercent, sim.signalPercent),
    network: sim.network ?? row.network,
    state: sim.state ?? (row.state === 'removed' ? 'ready' : row.state),
    ...balanceAfter(row, sim.balance, at),
  };
}

function signalAfter(before: number | null, told: number | null): number | null {
  if (told === null || before === null) return told ?? before;
  return Math.abs(told - before) < SIGNAL_STEP ? before : told;
}

function balanceAfter(row: SimRow, balance: number | null, at: Date) {
  const { reportedBalance, reportedBalanceAt } = row;
  const isFresh = reportedBalanceAt && at.getTime() - reportedBalanceAt.getTime() < BALANCE_RENEWED_MS;
  if (balance === null || (balance === reportedBalance && isFresh))
    return { reportedBalance, reportedBalanceAt };
  return { reportedBalance: balance, reportedBalanceAt: at };
}

const COMPARED = [
  ...['slot', 'operator', 'iccid', 'phoneNumber', 'signalPercent', 'network', 'state'],
  ...['reportedBalance', 'reportedBalanceAt'],
] as (keyof SimRow)[];

const isSame = (left: SimRow, right: SimRow) => COMPARED.every((name) => left[name] === right[name]);
