import type { CompanyCtx } from '../../kernel/ctx.ts';
import { sql, type Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';

/** What changed, field by field; never a secret. */
export type Changes = Record<string, { from: unknown; to: unknown }>;

/** One thing that somebody did. */
export interface AuditEntry {
  /** `noun.what_happened`, e.g. `member.role_changed`. */
  action: string;
  entityType: string;
  entityId: string;
  changes?: Changes;
}

/** Adds an entry to the company's audit log, in the transaction that makes the change. */
export async function audit(tx: Tx, ctx: CompanyCtx, entry: AuditEntry): Promise<void> {
  const { actor, kernel } = ctx;
  await sql`
    insert into audit_log (id, company_id, at, actor_kind, actor_id, actor_name, address, request_id, action, entity_type, entity_id, changes)
    values (${newId(kernel.clock)}, ${ctx.companyId}, ${kernel.clock.now()}, ${actor.kind}, ${actor.id}, ${actor.name}, ${ctx.address},
      ${ctx.requestId}, ${entry.action}, ${entry.entityType}, ${entry.entityId}, ${JSON.stringify(entry.changes ?? {})}::jsonb)`.execute(
    tx,
  );
}

/** The fields that differ, for the audit log. */
export function difference<Row extends object>(from: Row, to: Row): Changes {
  const names = Object.keys(to) as (keyof Row & string)[];
  return Object.fromEntries(
    names.filter((name) => from[name] !== to[name]).map((name) => [name, { from: from[name], to: to[name] }]),
  );
}
