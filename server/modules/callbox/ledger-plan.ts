import type { TransactionType } from './model.ts';
import { spendsFloat } from './model.ts';

// What each step of a hand-over books. Pure: the rules of the ledger stand here.

/** A step of a hand-over that moves money on a SIM, or promises it. */
export interface FloatMove {
  kind: 'hold' | 'post' | 'release' | 'reversal';
  transactionId: string;
  attempt: number;
  simId: string;
  type: TransactionType;
  /** XAF; null: not known, so nothing is booked. */
  amount: number | null;
  /** A person says so, against what was said before: a post after a reversal is booked again. */
  correction?: boolean;
}

/** float: on the SIM and free. held: on the SIM, promised. customers: paid to or by them. owner: put in or taken out. */
export const ACCOUNTS = ['float', 'held', 'customers', 'owner'] as const;
export type Account = (typeof ACCOUNTS)[number];

export const ENTRY_KINDS = [
  'opening',
  'adjustment',
  'supply',
  'hold',
  'post',
  'release',
  'receive',
  'reversal',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** What an entry says, account by account; the parts come to nothing. */
export type Lines = Partial<Record<Account, number>>;

/** An entry of a hand-over, booked or to be booked. */
export interface Step {
  transactionId: string;
  attempt: number;
  simId: string;
  kind: EntryKind;
  round: number;
  lines: Lines;
}

/** How one hand-over stands in the ledger. */
interface Standing {
  simId: string | null;
  held: number;
  paid: number;
  round: number;
  /** What the newest round has. */
  kinds: Set<EntryKind>;
  isNew: boolean;
}

/** In one call, the order in which steps can have happened. */
const RANK: Record<FloatMove['kind'], number> = { hold: 0, post: 1, release: 2, reversal: 3 };

const keyOf = ({ transactionId, attempt }: { transactionId: string; attempt: number }) =>
  `${transactionId} ${attempt}`;

/** Parts of nothing are not written down. */
const without0 = (lines: Lines): Lines =>
  Object.fromEntries(Object.entries(lines).filter(([, amount]) => amount !== 0));

function note(standing: Standing, step: Step): void {
  standing.simId = step.simId;
  standing.isNew = false;
  standing.held += step.lines.held ?? 0;
  standing.paid += step.lines.customers ?? 0;
  if (step.round > standing.round) standing.kinds.clear();
  standing.round = Math.max(standing.round, step.round);
  standing.kinds.add(step.kind);
}

/** A hold comes first or not at all: what has been paid or given back already needs none. */
function hold(standing: Standing, { type, amount }: FloatMove): [EntryKind, Lines] | null {
  if (!spendsFloat(type) || amount === null || !standing.isNew) return null;
  return ['hold', { float: -amount, held: amount }];
}

/** Pays from what is held, else from what is free. A withdrawal fills the SIM. */
function post(standing: Standing, { type, amount, correction }: FloatMove): [EntryKind, Lines] | null {
  if (amount === null) return null;
  if (standing.kinds.has('reversal')) {
    if (!correction) return null;
    standing.round += 1;
    standing.kinds.clear();
  }
  if (standing.kinds.has('post') || standing.kinds.has('receive')) return null;
  if (!spendsFloat(type)) return ['receive', { float: amount, customers: -amount }];
  return ['post', { held: -standing.held, float: standing.held - amount, customers: amount }];
}

function release(standing: Standing): [EntryKind, Lines] | null {
  return standing.held > 0 ? ['release', { held: -standing.held, float: standing.held }] : null;
}

function reverse(standing: Standing): [EntryKind, Lines] | null {
  return standing.paid === 0 ? null : ['reversal', { customers: -standing.paid, float: standing.paid }];
}

function entryOf(standing: Standing, move: FloatMove): [EntryKind, Lines] | null {
  switch (move.kind) {
    case 'hold':
      return hold(standing, move);
    case 'post':
      return post(standing, move);
    case 'release':
      return release(standing);
    case 'reversal':
      return reverse(standing);
  }
}

/**
 * What has to be booked for moves that are told now, given what is booked already: nothing that was booked before.
 * @throws Error when a hand-over is said to be of another SIM than before: it never changes its SIM.
 */
export function planSteps(past: Step[], moves: FloatMove[]): Step[] {
  const standings = new Map<string, Standing>();
  const standingOf = (of: { transactionId: string; attempt: number }): Standing => {
    const key = keyOf(of);
    const known = standings.get(key);
    if (known) return known;
    const fresh: Standing = { simId: null, held: 0, paid: 0, round: 0, kinds: new Set(), isNew: true };
    standings.set(key, fresh);
    return fresh;
  };
  for (const step of [...past].sort((left, right) => left.round - right.round)) note(standingOf(step), step);
  const planned: Step[] = [];
  for (const move of [...moves].sort((left, right) => RANK[left.kind] - RANK[right.kind])) {
    const { transactionId, attempt, simId } = move;
    const standing = standingOf(move);
    const entry = entryOf(standing, move);
    if (!entry) continue;
    if (standing.simId !== null && standing.simId !== simId)
      throw new Error(`Attempt ${attempt} of ${transactionId} is booked on another SIM`);
    const [kind, lines] = entry;
    const step = { transactionId, attempt, simId, kind, round: standing.round, lines: without0(lines) };
    note(standing, step);
    planned.push(step);
  }
  return planned;
}
