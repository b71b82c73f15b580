import type { CompanyCtx } from '../../kernel/ctx.ts';
import { sql, type Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A line of a box's log, or of ours about it. */
export interface LogLine {
  boxId: string;
  /** By the box's own clock. */
  at: Date;
  level: LogLevel;
  text: string;
}

/** Stores lines, in one statement however many. They are ordered by when they came: a box's clock is not trusted for it. */
export async function noteLines(ctx: CompanyCtx, tx: Tx, lines: readonly LogLine[]): Promise<void> {
  if (lines.length === 0) return;
  const rows = lines.map((line) => ({ ...line, id: newId(ctx.kernel.clock) }));
  await sql`
    insert into box_logs (id, company_id, box_id, at, level, text, stored_at)
    select id, ${ctx.companyId}, "boxId", at, level, text, ${ctx.kernel.clock.now()}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t (id uuid, "boxId" uuid, at timestamptz, level text, text text)`.execute(
    tx,
  );
}

export interface LogRow extends LogLine {
  id: string;
  storedAt: Date;
}

/** A page of a box's log, what came last first. @param levels which lines are wanted. */
export async function listLines(
  tx: Tx,
  boxId: string,
  levels: readonly LogLevel[],
  beforeId: string | null,
  limit: number,
): Promise<LogRow[]> {
  const { rows } = await sql<LogRow>`
    select id, box_id, at, level, text, stored_at from box_logs
    where company_id = current_company() and box_id = ${boxId} and level = any (${levels}::text[])
      and (${beforeId}::uuid is null or id < ${beforeId}::uuid)
    order by id desc limit ${limit}`.execute(tx);
  return rows;
}

/** Forgets a company's lines that came before a moment, some at a time. For the system role. @returns how many. */
export async function pruneOld(tx: Tx, companyId: string, before: Date, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from box_logs where id in (
      select id from box_logs where company_id = ${companyId} and stored_at < ${before} limit ${limit}) returning 1`.execute(
    tx,
  );
  return rows.length;
}

/** The company's lines that came before a moment. */
export async function countOld(tx: Tx, before: Date): Promise<{ count: number; oldest: Date | null }> {
  const { rows } = await sql<{ count: number; oldest: Date | null }>`
    select count(*) as count, min(stored_at) as oldest from box_logs
    where company_id = current_company() and stored_at < ${before}`.execute(tx);
  return rows[0]!;
}

/** Forgets all but the newest lines of boxes that wrote more. For the system role. */
export async function pruneMany(tx: Tx, keptPerBox: number): Promise<void> {
  await sql`
    delete from box_logs l using (
      select b.id as box_id, (
        select id from box_logs where box_id = b.id order by id desc offset ${keptPerBox} limit 1
      ) as last_id from boxes b
    ) long where l.box_id = long.box_id and l.id <= long.last_id`.execute(tx);
}
