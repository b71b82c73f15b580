import type { Ctx } from '../../kernel/ctx.ts';
import { type AuditEntry, audit } from './audit.ts';
import { companyIdsOf } from './store.ts';

/** Adds an entry about a person to the audit log of each company that the person belongs to. */
export function auditPerson(ctx: Ctx, userId: string, entry: AuditEntry): Promise<void> {
  return ctx.kernel.db.auth.transaction().execute(async (tx) => {
    for (const companyId of await companyIdsOf(tx, userId)) await audit(tx, { ...ctx, companyId }, entry);
  });
}
