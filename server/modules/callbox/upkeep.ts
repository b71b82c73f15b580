import { type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { reviewBooks } from './ledger-store.ts';
import { type FleetReview, reviewAll } from './stats-store.ts';

export { TRANSACTION_STATUSES, TRANSACTION_TYPES } from './model.ts';

/** How a company's books stand: entries that do not come to nothing, and SIMs on which there is not what was booked. */
export interface BooksReview {
  entries: number;
  unbalanced: number;
  sims: number;
  simsOff: number;
}

/** Adds a company's whole ledger up anew, and compares. */
export function reviewLedger(kernel: Kernel, companyId: string): Promise<BooksReview> {
  return transact(systemCtx(kernel, companyId, 'callbox.review_ledger'), reviewBooks);
}

/** How boxes and open transactions stand over all companies. */
export function reviewFleet(kernel: Kernel): Promise<FleetReview> {
  return inSystem(kernel.db, reviewAll);
}
