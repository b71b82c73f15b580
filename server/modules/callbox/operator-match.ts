import type { AttemptState, TransactionStatus } from './model.ts';
import { isFinal } from './model.ts';

// Which transaction an operator's text is about. Pure: every rule about money that a text may settle stands here.

/** A hand-over that a text may be about: the same SIM, type, amount and number, begun before the text and not long before. */
export interface Candidate {
  transactionId: string;
  status: TransactionStatus;
  transactionRef: string | null;
  attempt: number;
  state: AttemptState;
  /** Another text has said what became of it. */
  explained: boolean;
}

/** What is asked about. */
export interface Said {
  outcome: 'completed' | 'failed';
  reference: string | null;
}

export type Decision =
  /** The engine is told, which has the last word. */
  | {
      kind: 'tell';
      transactionId: string;
      attempt: number;
      as: 'settle' | 'confirm' | 'conflict';
      why: string;
    }
  /** It says what is known of a hand-over that others followed. */
  | { kind: 'noted'; transactionId: string; attempt: number; why: string }
  | { kind: 'ambiguous' | 'conflicting' | 'unmatched'; transactionId: string | null; why: string };

const tell = (
  as: 'settle' | 'confirm' | 'conflict',
  { transactionId, attempt }: Candidate,
  why: string,
): Decision => ({ kind: 'tell', as, transactionId, attempt, why });
const leave = (
  kind: 'ambiguous' | 'conflicting' | 'unmatched',
  why: string,
  transactionId: string | null = null,
): Decision => ({ kind, transactionId, why });

const isSameRef = (left: string | null, right: string | null) =>
  left !== null && right !== null && left.trim().toLowerCase() === right.trim().toLowerCase();
const isOtherRef = (left: string | null, right: string | null) =>
  left !== null && right !== null && !isSameRef(left, right);

/** Hand-overs that somebody has in hand, or that nobody knows about. */
const isDirect = ({ state, status }: Candidate) =>
  !isFinal(status) && ['handed', 'processing', 'unknown'].includes(state);

/**
 * Judges a text. @param candidates hand-overs that it fits. @param holders transactions of the company that have the text's
 * reference already: no reference is ever used for a second one.
 */
export function decide(said: Said, candidates: Candidate[], holders: string[]): Decision {
  if (holders.length > 0) return byReference(said, candidates, holders);
  const open = candidates.filter(({ explained }) => !explained);
  return said.outcome === 'completed' ? decideDone(said, open) : decideFailed(open);
}

function byReference(said: Said, candidates: Candidate[], holders: string[]): Decision {
  const [holder] = holders;
  const own = candidates.filter(({ transactionId }) => transactionId === holder);
  if (holders.length > 1 || own.length === 0)
    return leave('conflicting', 'reference_used', holders.length > 1 ? null : holder!);
  const last = own.reduce((left, right) => (right.attempt > left.attempt ? right : left));
  if (last.status === said.outcome) return tell('confirm', last, 'same_reference');
  if (isFinal(last.status)) return tell('conflict', last, 'other_outcome');
  return said.outcome === 'completed' ? decideDone(said, own) : decideFailed(own);
}

/** How likely a hand-over is the one that was done: one in hand before one that is known to be done, before all others. */
const rankOf = (candidate: Candidate) => (isDirect(candidate) ? 2 : candidate.state === 'completed' ? 1 : 0);

/** One hand-over of each transaction: the likeliest, then the newest. */
function oneEach(candidates: Candidate[]): Candidate[] {
  const byId = Map.groupBy(candidates, ({ transactionId }) => transactionId);
  return [...byId.values()].map((each) =>
    each.reduce((left, right) => {
      const [one, other] = [rankOf(left), rankOf(right)];
      if (one !== other) return one > other ? left : right;
      return right.attempt > left.attempt ? right : left;
    }),
  );
}

function decideDone({ reference }: Said, open: Candidate[]): Decision {
  const each = oneEach(open);
  const unsettled = each.filter(({ status }) => !isFinal(status));
  const done = each.filter(({ status, state }) => status === 'completed' && state === 'completed');
  const fitting = done.filter(({ transactionRef }) => !isOtherRef(transactionRef, reference));
  const [live, ...more] = [...unsettled, ...fitting];
  if (live && more.length > 0) return leave('ambiguous', 'several');
  if (live) return tell(isFinal(live.status) ? 'confirm' : 'settle', live, 'one');
  const ended = done.length > 0 ? done : each;
  const [one, ...others] = ended;
  if (!one) return leave('unmatched', 'nothing_fits');
  if (others.length > 0) return leave('ambiguous', 'several_ended');
  // Done under another name, done by somebody else, or never done: somebody has to look.
  return tell('conflict', one, done.length > 0 ? 'other_reference' : 'other_outcome');
}

/**
 * What failed is believed of what nobody knows, and only when no other hand-over could be meant: an attempt that failed before is
 * explained by such a text as well as one that is unknown.
 */
function decideFailed(open: Candidate[]): Decision {
  const unknown = open.filter(({ state, status }) => state === 'unknown' && status === 'unknown');
  const [one, ...more] = open;
  if (!one) return leave('unmatched', 'nothing_fits');
  if (unknown.length === 0 && open.some(isDirect)) return leave('unmatched', 'in_hand');
  if (more.length > 0) return leave('ambiguous', 'several');
  if (unknown.length === 1) return tell('settle', one, 'one');
  if (one.state === 'completed') return tell('conflict', one, 'other_outcome');
  if (one.state !== 'failed') return leave('unmatched', 'not_unknown');
  if (one.status === 'failed') return tell('confirm', one, 'one');
  return { kind: 'noted', transactionId: one.transactionId, attempt: one.attempt, why: 'one' };
}
