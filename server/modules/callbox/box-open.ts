import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';

/** What a box says it has in hand. */
export interface OpenWork {
  boxId: string;
  /** The public name of the transaction. */
  id: string;
  attempt: number;
  state: 'queued' | 'processing';
}

/** A hand-over that is no longer the box's own: it must not begin it. */
export interface Revoked {
  boxId: string;
  id: string;
  attempt: number;
}

/** Renews the leases of what boxes have in hand. @returns what is no longer theirs. */
export async function renewOpen(_ctx: CompanyCtx, _tx: Tx, _open: readonly OpenWork[]): Promise<Revoked[]> {
  return [];
}
