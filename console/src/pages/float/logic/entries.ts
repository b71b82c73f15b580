import type { LedgerEntry } from '../../../api/floatTypes.ts';

/**
 * What an entry does to the money: of a promise and its end, what becomes of what is free; of everything else, what comes onto
 * the SIM or leaves it.
 */
export const amountOf = ({
  kind,
  amount,
  available,
}: Pick<LedgerEntry, 'kind' | 'amount' | 'available'>): number =>
  kind === 'hold' || kind === 'release' ? available : amount;
