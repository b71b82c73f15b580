import type { Transaction } from '../../../api/transactionTypes.ts';

type Standing = Pick<Transaction, 'status' | 'disputed' | 'settling' | 'author'>;

/** Whether it can still be called back: no box has begun it. The server knows whether one has it in hand already. */
export const mayCancel = ({ status }: Standing): boolean =>
  status === 'held' || status === 'pending' || status === 'retry' || status === 'assigned';

/** Whether a person has to say what became of it. */
export const needsSettling = ({ status, disputed }: Standing): boolean => status === 'unknown' || disputed;

/** What keeps this person from confirming what another one proposed. */
export function secondPersonBlocked({ settling }: Standing, userId: string): 'own' | null {
  return settling?.by.id === userId ? 'own' : null;
}

/** What keeps this person from letting go what was held: it is their own. */
export function confirmBlocked({ author }: Standing, userId: string): 'own' | null {
  return author.kind === 'user' && author.id === userId ? 'own' : null;
}
