import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { findArchived } from './archive-search.ts';
import { archiveOfCall } from './archive-store.ts';
import { archivedDetail } from './archive-views.ts';

/** A call that has left the tables, read from its archive. @throws not_found. */
export async function showArchived(ctx: CompanyCtx, id: string) {
  const found = await findArchived(ctx, id);
  if (!found) fail('not_found', { what: 'call' });
  return transact(ctx, (tx) => archivedDetail(ctx, tx, found));
}

/** @throws call_archived. */
export async function requireNotArchived(ctx: CompanyCtx, id: string): Promise<void> {
  if (await transact(ctx, (tx) => archiveOfCall(tx, id))) fail('call_archived');
}
