import { sql, type Tx } from '../../kernel/db/index.ts';
import { firstIdOf } from '../../kernel/ids.ts';
import type { ComparedAccount } from '../providers/index.ts';

/** A leg that may be one of ours although no id of the provider's says so. */
export interface LegToPlace {
  recordId: string;
  sessionId: string | null;
  from: string;
  to: string;
  at: Date;
}

/**
 * Which of these belong to calls of ours: they share a session or a parent with a leg of ours, or one of ours that no id is known
 * of rang the same address at about the same time. By record id.
 */
export async function kinOfOurs(
  tx: Tx,
  { provider }: ComparedAccount,
  legs: readonly LegToPlace[],
): Promise<Set<string>> {
  const column = <Name extends keyof LegToPlace>(name: Name) => legs.map((leg) => leg[name]);
  const { rows } = await sql<{ recordId: string }>`
    select item.record_id from unnest(${column('recordId')}::text[], ${column('sessionId')}::text[], ${column('from')}::text[],
      ${column('to')}::text[], ${column('at')}::timestamptz[]) as item (record_id, session_id, from_number, to_number, at)
    where exists (
      select from call_legs leg where leg.company_id = current_company() and leg.provider = ${provider}
        and item.session_id is not null and (leg.session_id = item.session_id or leg.external_id = item.session_id)
        and leg.created_at between item.at - interval '1 day' and item.at + interval '1 day'
    ) or exists (
      select from call_legs leg join calls on calls.id = leg.call_id
      where leg.company_id = current_company() and leg.provider = ${provider} and leg.external_id is null
        and leg.address in (item.to_number, item.from_number)
        and leg.created_at between item.at - interval '4 hours' and item.at + interval '10 minutes'
    )`.execute(tx);
  return new Set(rows.map(({ recordId }) => recordId));
}

const LATELY_MS = 3_600_000;

/** How calls of a company stand: those under way, and those that were to be looked at and were not. */
export async function callHealth(
  tx: Tx,
  now: Date,
): Promise<{ live: number; oldestCheckAt: Date | null; failed: number; ended: number }> {
  const { rows } = await sql<{ live: number; oldestCheckAt: Date | null; failed: number; ended: number }>`
    select
      (select count(*)::int from calls where company_id = current_company() and ended_at is null) as live,
      (select min(next_check_at) from calls where company_id = current_company() and next_check_at < ${now}) as oldest_check_at,
      count(*) filter (where status = 'FAILED')::int as failed, count(*)::int as ended
    from (
      select status from calls where company_id = current_company() and ended_at is not null
        and id >= ${firstIdOf(now.getTime() - LATELY_MS)}::uuid order by id desc limit 500
    ) as lately`.execute(tx);
  return rows[0]!;
}
