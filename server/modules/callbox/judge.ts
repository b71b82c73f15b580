import type { AttemptState, ReportStatus, TransactionStatus } from './model.ts';
import { isFinal } from './model.ts';

// What a box's word does to a transaction. Pure: every rule about money that may have moved stands here.

/** How a transaction stands. */
export interface Standing {
  status: TransactionStatus;
  /** Number of the newest hand-over. */
  attempt: number;
  retryCount: number;
  maxRetries: number;
}

/** The hand-over that the report is about, and the newest one. */
export interface Handover {
  number: number;
  state: AttemptState;
}

export interface Report {
  status: ReportStatus;
  /** Of a failure: whether trying again makes sense. Boxes that do not say so mean yes. */
  repeatable: boolean;
}

/**
 * What follows. completed, failed, retry, unknown, processing, returned: the transaction's new state (returned: pending again).
 * Each names what becomes of the reporter's attempt, and whether somebody has to look at it.
 */
export type Verdict =
  | {
      kind: 'accepted';
      to: 'completed' | 'failed' | 'retry' | 'unknown' | 'processing' | 'pending';
      /** Another box holds it and must not begin: its lease is taken back. */
      revokesCurrent: boolean;
      /** The box had not said that it begins: what it holds silently may have been done. */
      skipped: boolean;
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

const accepted = (
  to: Extract<Verdict, { kind: 'accepted' }>['to'],
  rest: Partial<Omit<Extract<Verdict, { kind: 'accepted' }>, 'kind' | 'to'>> = {},
): Verdict => ({ kind: 'accepted', to, revokesCurrent: false, skipped: false, disputed: false, ...rest });

/**
 * Judges a box's report on a hand-over that it had.
 * @param own the hand-over that the report is about. @param current the newest hand-over of the transaction.
 */
export function judgeReport(standing: Standing, own: Handover, current: Handover, report: Report): Verdict {
  if (isFinal(standing.status)) return judgeFinal(own, report);
  const holds =
    own.number === standing.attempt && ['assigned', 'processing', 'unknown'].includes(standing.status);
  return holds ? judgeHolder(standing, own, report) : judgeFormer(standing, own, current, report);
}

/** The box has it in hand. */
function judgeHolder(standing: Standing, own: Handover, report: Report): Verdict {
  const began = standing.status !== 'assigned';
  switch (report.status) {
    case 'assigned':
      return began ? { kind: 'backwards' } : { kind: 'same' };
    case 'pending':
      return began ? { kind: 'backwards' } : accepted('pending');
    case 'processing':
      return began ? { kind: 'same' } : accepted('processing');
    case 'completed':
      return accepted('completed', { skipped: !began });
    case 'unknown':
      return own.state === 'unknown' ? { kind: 'same' } : accepted('unknown');
    case 'failed':
    case 'retry':
      return accepted(mayRepeat(standing, report) ? 'retry' : 'failed', {
        skipped: !began && report.status === 'failed',
      });
  }
}

function mayRepeat(standing: Standing, report: Report): boolean {
  return report.repeatable && standing.retryCount < standing.maxRetries;
}

/** It was taken from the box: it waits for another one, or another one has it. */
function judgeFormer(standing: Standing, own: Handover, current: Handover, report: Report): Verdict {
  const begunElsewhere =
    own.number !== standing.attempt && (standing.status === 'processing' || standing.status === 'unknown');
  const heldElsewhere = own.number !== standing.attempt && standing.status === 'assigned';
  switch (report.status) {
    case 'completed':
      // Done is done: it must not be done once more. Whoever has begun already cannot be called back.
      if (begunElsewhere) return { kind: 'disputed' };
      return accepted('completed', {
        revokesCurrent: heldElsewhere,
        skipped: own.state === 'lost',
        disputed: own.state === 'failed' || (heldElsewhere && current.state === 'handed'),
      });
    case 'unknown':
      // The box cannot say that it did nothing.
      if (begunElsewhere) return { kind: 'disputed' };
      return accepted('unknown', { revokesCurrent: heldElsewhere });
    case 'failed':
    case 'retry':
      return own.state === 'failed' ? { kind: 'same' } : { kind: 'lease_lost' };
    default:
      return { kind: 'lease_lost' };
  }
}

/** It has ended. */
function judgeFinal(own: Handover, report: Report): Verdict {
  if (report.status !== 'completed')
    return report.status === 'failed' && own.state === 'failed'
      ? { kind: 'same' }
      : { kind: 'already_final' };
  // Money moved, says the box. Either that is what is known, or somebody has to look.
  return own.state === 'completed' ? { kind: 'same' } : { kind: 'disputed' };
}
