import type { Ctx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { type AuditEntry, audit } from './audit.ts';
import { companyIdsOf } from './store.ts';

/** Adds an entry about a person to the audit log of each company that the person belongs to. */
export async function auditPerson(
  tx: Tx,
  ctx: Ctx,
  userId: string,
  entry: Omit<AuditEntry, 'entityType' | 'entityId'>,
): Promise<void> {
  for (const companyId of await companyIdsOf(tx, userId)) {
    await audit(tx, { ...ctx, companyId }, { ...entry, entityType: 'user', entityId: userId });
  }
}
