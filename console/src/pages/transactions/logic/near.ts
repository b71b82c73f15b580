import type { OperatorMessage } from '../../../api/floatTypes.ts';
import type { TransactionDetails } from '../../../api/transactionTypes.ts';

const BEFORE_MS = 5 * 60_000;
const AFTER_MS = 2 * 3_600_000;
const SHOWN = 6;

/** Texts that may be about a transaction: to its SIM, from shortly before it began until some time after, and about no other one. */
export function nearTexts(
  texts: readonly OperatorMessage[],
  transaction: Pick<TransactionDetails, 'id' | 'sim' | 'processingAt' | 'createdAt'>,
): OperatorMessage[] {
  const beganMs = Date.parse(transaction.processingAt ?? transaction.createdAt);
  return texts
    .filter(({ sim, transactionId, receivedAt }) => {
      const atMs = Date.parse(receivedAt);
      return (
        transactionId === null &&
        (!transaction.sim || sim?.id === transaction.sim.id) &&
        atMs >= beganMs - BEFORE_MS &&
        atMs <= beganMs + AFTER_MS
      );
    })
    .slice(0, SHOWN);
}
