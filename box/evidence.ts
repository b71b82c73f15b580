import type { Outcome } from './drivers/port.ts';
import {
  inTransaction,
  type KeptText,
  listAlike,
  listTextsAfter,
  listTextsProving,
  listUnknown,
  type Store,
  setOutcome,
  setProves,
  type Work,
} from './queue-store.ts';
import type { Book } from './ussd/book.ts';
import { evidenceIn } from './ussd/classify.ts';

// What the operator's own texts prove about transactions of which nobody knows the end.

/** What a text says of a transaction; null: nothing that proves anything. */
export type Evidence = (text: KeptText, work: Work) => Outcome | null;

/** Reads texts with the book of this box. @param operatorOf the operator of a SIM, when it is known. */
export function readEvidence(book: Book, operatorOf: (slot: string) => string | null): Evidence {
  return (text, work) => {
    const operator = operatorOf(work.slot) ?? work.job.operator;
    const entry =
      operator !== null && Object.hasOwn(book.operators, operator) ? book.operators[operator] : undefined;
    return entry ? evidenceIn(text, entry.texts, work.job) : null;
  };
}

/**
 * Settles what texts prove. A text counts when it came after the transaction was begun, names its number and amount, and can be about
 * no other transaction of this SIM. @returns the transactions whose outcome is known now.
 */
export function settleByTexts(store: Store, evidence: Evidence): string[] {
  const settled: string[] = [];
  for (const work of listUnknown(store)) {
    const found = listTextsAfter(store, work.slot, work.textsBefore ?? 0)
      .filter(({ proves }) => proves === null)
      .map((text) => ({ text, outcome: evidence(text, work) }))
      .filter((each): each is { text: KeptText; outcome: Outcome } => each.outcome !== null);
    const own = found.filter(
      ({ text, outcome }) => ownerOf(store, evidence, work, text, outcome) === work.id,
    );
    if (own.length === 0 || new Set(own.map(({ outcome }) => outcome.kind)).size > 1) continue;
    const { text, outcome } = own[0]!;
    inTransaction(store, () => {
      if (setProves(store, text.seq, work.id) === 0) return;
      const proof = `${text.sender}: ${text.body}`;
      if (setOutcome(store, work.id, { ...outcome, proof }, ['processing', 'done', 'acknowledged']) > 0)
        settled.push(work.id);
    });
  }
  return settled;
}

/** Whose text it is, among all transactions that it could be about. Null: nobody can tell. */
function ownerOf(
  store: Store,
  evidence: Evidence,
  work: Work,
  text: KeptText,
  outcome: Outcome,
): string | null {
  const { phoneNumber, amount } = work.job;
  if (amount === null) return null;
  const alike = listAlike(store, work.slot, phoneNumber, amount).filter(
    (each) => (each.textsBefore ?? 0) < text.seq && each.outcome?.kind !== 'failed',
  );
  const reference = outcome.transactionRef ?? null;
  const named = alike.find((each) => reference !== null && each.outcome?.transactionRef === reference);
  if (named) return named.id;
  const open = alike.filter((each) => !hasText(store, evidence, each));
  return open.length === 1 ? open[0]!.id : null;
}

/** Whether a text of its own came for it, so that another one is not about it. Another reference is no sign: texts may have their own. */
function hasText(store: Store, evidence: Evidence, work: Work): boolean {
  if (listTextsProving(store, work.id).length > 0) return true;
  const reference = work.outcome?.transactionRef ?? null;
  if (reference === null) return false;
  return listTextsAfter(store, work.slot, work.textsBefore ?? 0).some(
    (text) => evidence(text, work)?.transactionRef === reference,
  );
}
