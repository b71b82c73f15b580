import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { sql } from '../../kernel/db/index.ts';
import { CSV_ROWS_MAX } from '../../kernel/http/csv.ts';
import { fromCursor, toPage } from '../../kernel/http/paging.ts';
import type { Changes } from './audit.ts';

export interface AuditRow {
  id: string;
  at: Date;
  actorKind: 'user' | 'api_key' | 'system' | 'box';
  actorId: string;
  actorName: string;
  address: string | null;
  action: string;
  entityType: string;
  entityId: string;
  changes: Changes;
}

export interface AuditFilters {
  /** An actor's id, or part of a name. */
  actor?: string;
  /** A whole action, or its noun alone. */
  action?: string;
  entityType?: string;
  entityId?: string;
  from?: string;
  to?: string;
}

/** A page of the audit log, newest first. */
export async function listAudit(
  ctx: CompanyCtx,
  filters: AuditFilters,
  page: { limit: number; cursor?: string },
): Promise<{ entries: AuditRow[]; nextCursor: string | null }> {
  const { rows, nextCursor } = toPage(
    await readAudit(ctx, filters, fromCursor(page.cursor), page.limit + 1),
    page.limit,
  );
  return { entries: rows, nextCursor };
}

export const AUDIT_COLUMNS = [
  'at',
  'actorKind',
  'actorId',
  'actorName',
  'address',
  'action',
  'entityType',
  'entityId',
  'changes',
];

/** The newest entries that match, a row of cells under AUDIT_COLUMNS each. */
export async function exportAudit(ctx: CompanyCtx, filters: AuditFilters): Promise<(string | null)[][]> {
  const rows = await readAudit(ctx, filters, null, CSV_ROWS_MAX);
  return rows.map((row) => [
    row.at.toISOString(),
    row.actorKind,
    row.actorId,
    row.actorName,
    row.address,
    row.action,
    row.entityType,
    row.entityId,
    JSON.stringify(row.changes),
  ]);
}

async function readAudit(
  ctx: CompanyCtx,
  filters: AuditFilters,
  before: string | null,
  limit: number,
): Promise<AuditRow[]> {
  const { actor, action, entityType, entityId, from, to } = filters;
  const conditions = [
    sql`true`,
    ...(before ? [sql`id < ${before}`] : []),
    ...(actor ? [sql`(actor_id = ${actor} or position(lower(${actor}) in lower(actor_name)) > 0)`] : []),
    ...(action ? [sql`(action = ${action} or split_part(action, '.', 1) = ${action})`] : []),
    ...(entityType ? [sql`entity_type = ${entityType}`] : []),
    ...(entityId ? [sql`entity_id = ${entityId}`] : []),
    ...(from ? [sql`at >= ${from}::timestamptz`] : []),
    ...(to ? [sql`at < ${to}::timestamptz`] : []),
  ];
  return transact(ctx, async (tx) => {
    const { rows } = await sql<AuditRow>`
      select id, at, actor_kind, actor_id, actor_name, address, action, entity_type, entity_id, changes
      from audit_log where ${sql.join(conditions, sql` and `)}
      order by id desc limit ${limit}`.execute(tx);
    return rows;
  });
}
