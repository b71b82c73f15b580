import type { Outcome } from './drivers/port.ts';
import type { Handed } from './protocol.ts';
import {
  findWork,
  insertReceived,
  inTransaction,
  listWork,
  type Store,
  setHandover,
  setOutcome,
  type Work,
} from './queue-store.ts';

// What the box remembers. The rule of all rules: what was begun is never begun again, by whatever name it comes back.

const PRIORITIES = ['low', 'normal', 'high', 'urgent'];

/** What follows from being handed something. */
export type Reception =
  /** It is new, or it certainly moved nothing when it was tried before. */
  | 'take'
  /** It waits here already; the newest hand-over counts. */
  | 'renew'
  /** It was begun under an earlier hand-over: what becomes of it is told under this one too. */
  | 'answer_for'
  /** It has ended here: the outcome is told again. */
  | 'tell_again'
  /** Nothing: it is known, or the word is older than what is known. */
  | 'ignore';

/** Decides it. Pure. @param known what this box knows of the transaction; null: nothing. */
export function receptionOf(
  known: Pick<Work, 'state' | 'attempt' | 'outcome'> | null,
  handed: Pick<Handed, 'attempt'>,
): Reception {
  if (!known) return 'take';
  if (handed.attempt < known.attempt) return 'ignore';
  const newer = handed.attempt > known.attempt;
  switch (known.state) {
    case 'received':
      return 'renew';
    case 'dropped':
      return newer ? 'take' : 'ignore';
    case 'processing':
      return newer ? 'answer_for' : 'ignore';
    case 'done':
      return newer ? (movedNothing(known.outcome) ? 'take' : 'answer_for') : 'ignore';
    case 'acknowledged':
      return newer && movedNothing(known.outcome) ? 'take' : 'tell_again';
  }
}

/** Certainly, and not only perhaps. */
const movedNothing = (outcome: Outcome | null) => outcome?.kind === 'failed';

/** Keeps what was handed out, all of it in one commit. @returns how many are new work. */
export function receive(store: Store, handed: (Handed & { slot: string })[]): number {
  return inTransaction(store, () => handed.filter((each) => receiveOne(store, each)).length);
}

function receiveOne(store: Store, handed: Handed & { slot: string }): boolean {
  const known = findWork(store, handed.id);
  const { id, attempt, leaseId, slot } = handed;
  switch (receptionOf(known, handed)) {
    case 'take':
      insertReceived(store, {
        ...{ id, attempt, leaseId, slot },
        priority: PRIORITIES.indexOf(handed.priority),
        job: {
          ...{ id, slot, type: handed.type, phoneNumber: handed.phoneNumber },
          operator: handed.operator?.toLowerCase() ?? null,
          amount: handed.amount ?? null,
          payItemId: handed.payItemId ?? null,
        },
      });
      return true;
    case 'renew':
    case 'answer_for':
      setHandover(store, id, attempt, leaseId, known!.state);
      return false;
    case 'tell_again':
      setHandover(store, id, attempt, leaseId, 'done');
      return false;
    case 'ignore':
      return false;
  }
}

/** What is said of something that was begun when the program died. */
export const DIED: Outcome = {
  kind: 'unknown',
  code: 'box_died',
  message: 'The box stopped while it carried this out',
  awaitsText: true,
};

/** After a start: what was begun and not ended is `unknown`, for good unless there is evidence. @returns what that is. */
export function recover(store: Store): Work[] {
  const begun = listWork(store, 'processing');
  inTransaction(store, () => {
    for (const { id } of begun) setOutcome(store, id, DIED, ['processing']);
  });
  return begun;
}
