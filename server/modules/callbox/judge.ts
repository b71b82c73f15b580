import type { AttemptState, ReportStatus, TransactionStatus } from './model.ts';
import { isFinal } from './model.ts';

// What a box's word does to a transaction. Pure: every rule about money that may have moved stands here.

/** How a transaction stands. */
export interface Standing {
  status: TransactionStatus;
  retryCount: number;
  maxRetries: number;
}

/** One hand-over of the transaction. */
export interface Handover {
  number: number;
  state: AttemptState;
  /** The box said that it begins. */
  begun: boolean;
}

export interface Report {
  status: ReportStatus;
  /** Of a failure: whether trying again makes sense. Boxes that do not say so mean yes. */
  repeatable: boolean;
}

type NewStatus = Extract<
  TransactionStatus,
  'completed' | 'failed' | 'retry' | 'unknown' | 'processing' | 'pending'
>;

/** What follows from a report. */
export type Verdict =
  | {
      kind: 'accepted';
      to: NewStatus;
      /** What becomes of the reporter's hand-over. */
      own: AttemptState;
      /** Another box holds it and must not begin: that hand-over is taken back. */
      revokes: number | null;
      /** The box had not said that it begins: what it holds silently may have been done. */
      skipped: boolean;
      /** Somebody has to look at it. */
      disputed: boolean;
    }
  /** It was told before, or changes nothing. */
  | { kind: 'same' }
  /** The box may not go on: the transaction is no longer its own. */
  | { kind: 'lease_lost' }
  | { kind: 'already_final' }
  /** A step that comes before the one that was taken. */
  | { kind: 'backwards' }
  /** The report contradicts what is known: kept for people, nothing is moved. */
  | { kind: 'disputed' };

type Accepted = Extract<Verdict, { kind: 'accepted' }>;

const OWN_STATE: Record<NewStatus, AttemptState> = {
  completed: 'completed',
  failed: 'failed',
  retry: 'failed',
  unknown: 'unknown',
  processing: 'processing',
  pending: 'returned',
};

const accepted = (
  to: NewStatus,
  rest: Partial<Pick<Accepted, 'revokes' | 'skipped' | 'disputed'>> = {},
): Verdict => ({
  ...{ kind: 'accepted', to, own: OWN_STATE[to] },
  ...{ revokes: null, skipped: false, disputed: false, ...rest },
});

/** Whether a hand-over has not ended: its box has the transaction, or nobody knows what it did with it. */
export const isOpen = (state: AttemptState): boolean => isWaiting(state) || isBegun(state);
const isWaiting = (state: AttemptState) => state === 'assigned' || state === 'handed';
const isBegun = (state: AttemptState) => state === 'processing' || state === 'unknown';

/**
 * Judges a box's report.
 * @param own the hand-over that the report is about. @param others all other hand-overs of the transaction.
 */
export function judgeReport(
  standing: Standing,
  own: Handover,
  others: readonly Handover[],
  report: Report,
): Verdict {
  if (isFinal(standing.status)) return judgeFinal(own, report);
  return isOpen(own.state) ? judgeHolder(standing, own, others, report) : judgeFormer(own, others, report);
}

/** The box has it in hand, or left its outcome unknown. */
function judgeHolder(
  standing: Standing,
  own: Handover,
  others: readonly Handover[],
  report: Report,
): Verdict {
  const began = isBegun(own.state);
  const skipped = !own.begun;
  switch (report.status) {
    case 'assigned':
      return began ? { kind: 'backwards' } : { kind: 'same' };
    case 'pending':
      return began ? { kind: 'backwards' } : accepted('pending');
    case 'processing':
      // What is unknown is not begun (again): the box is told to leave it alone.
      if (own.state === 'unknown') return { kind: 'lease_lost' };
      return began ? { kind: 'same' } : accepted('processing');
    case 'completed':
      return accepted('completed', { skipped, revokes: waitingAt(others) });
    case 'unknown':
      return own.state === 'unknown' ? { kind: 'same' } : accepted('unknown', { skipped });
    case 'failed':
    case 'retry':
      return accepted(mayRepeat(standing, own, report) ? 'retry' : 'failed', {
        skipped: skipped && report.status === 'failed',
      });
  }
}

/** A machine repeats what surely failed. What was unknown in between is not repeated: a person may have acted on it. */
function mayRepeat(standing: Standing, own: Handover, report: Report): boolean {
  return report.repeatable && own.state !== 'unknown' && standing.retryCount < standing.maxRetries;
}

const waitingAt = (others: readonly Handover[]): number | null =>
  others.find(({ state }) => isWaiting(state))?.number ?? null;

/** It was taken from the box: it waits for another one, or another one has it. */
function judgeFormer(own: Handover, others: readonly Handover[], report: Report): Verdict {
  const begunElsewhere = others.some(({ state }) => isBegun(state));
  const revokes = waitingAt(others);
  switch (report.status) {
    case 'completed':
      // Done is done: it must not be done once more. Whoever has begun already cannot be called back.
      if (begunElsewhere) return { kind: 'disputed' };
      return accepted('completed', {
        revokes,
        skipped: own.state === 'lost',
        // It contradicts itself, or another box may have begun without a word.
        disputed: own.state !== 'lost' || others.some(({ state }) => state === 'handed'),
      });
    case 'unknown':
      // The box cannot say that it did nothing.
      if (begunElsewhere) return { kind: 'disputed' };
      return accepted('unknown', { revokes, skipped: own.state === 'lost' });
    case 'failed':
    case 'retry':
      return own.state === 'failed' ? { kind: 'same' } : { kind: 'lease_lost' };
    case 'pending':
      return own.state === 'returned' ? { kind: 'same' } : { kind: 'lease_lost' };
    default:
      return { kind: 'lease_lost' };
  }
}

/** It has ended. */
function judgeFinal(own: Handover, report: Report): Verdict {
  // Money moved, says the box. Either that is what is known, or somebody has to look.
  if (report.status === 'completed')
    return own.state === 'completed' ? { kind: 'same' } : { kind: 'disputed' };
  const isFailure = report.status === 'failed' || report.status === 'retry';
  return isFailure && own.state === 'failed' ? { kind: 'same' } : { kind: 'already_final' };
}

/** What a box is known to do. */
export interface BoxManners {
  /** It knows leases and attempts, and asks before it dials. */
  fenced: boolean;
  /** It has said before outcomes that it begins. */
  announces: boolean;
  /** It has told an outcome without having said so. */
  skipsProcessing: boolean;
}

/**
 * Whether what a box fetched and did not begin surely was not done once its lease has run out. A box that knows leases asks
 * before it dials and is refused. Another one is believed when it has always said that it begins; of one that never did,
 * or that nobody has seen at work yet, money may have moved.
 */
export const isSurelyUntouched = (box: BoxManners): boolean =>
  box.fenced || (box.announces && !box.skipsProcessing);

/** What a lease that ran out leaves behind. @param state of the newest hand-over. */
export function judgeLeaseEnd(state: AttemptState, box: BoxManners): 'lost' | 'unknown' | null {
  if (state === 'assigned') return 'lost';
  if (state === 'handed') return isSurelyUntouched(box) ? 'lost' : 'unknown';
  return state === 'processing' ? 'unknown' : null;
}

/** A hand-over of the reporting box, with what it reported. */
export interface OwnHandover extends Handover {
  id: string;
  /** What it told at its end, to know a repeat again. */
  told: string | null;
}

/** Which of its hand-overs a box means. ambiguous: of two, so that the newest one's outcome is not known. */
export type Meant<Own> = { own: Own; ambiguous: boolean } | 'not_its_own';

/**
 * Finds which hand-over a report is about. Boxes that know leases name it. Of others it is the newest that they fetched; but a
 * failure may be that of the one before, told once more or late, and must not have the newest one repeated.
 * @param mine hand-overs to this box, the oldest first; at least one.
 */
export function whichIsMeant<Own extends OwnHandover>(
  mine: readonly Own[],
  named: { leaseId: string | null; attempt: number | null },
  report: Report,
  told: string,
): Meant<Own> {
  if (named.leaseId !== null || named.attempt !== null) {
    const own = mine.find(
      ({ id, number }) =>
        (named.leaseId === null || id === named.leaseId) &&
        (named.attempt === null || number === named.attempt),
    );
    return own ? { own, ambiguous: false } : 'not_its_own';
  }
  const newest = mine.at(-1)!;
  const before = mine.at(-2);
  if (!before || !isWaiting(newest.state)) return { own: newest, ambiguous: false };
  if (newest.state === 'assigned') return { own: before, ambiguous: false };
  const isFailure = report.status === 'failed' || report.status === 'retry' || report.status === 'pending';
  if (!isFailure) return { own: newest, ambiguous: false };
  if (before.state === 'failed' && before.told === told) return { own: before, ambiguous: false };
  return { own: newest, ambiguous: before.state === 'lost' };
}
