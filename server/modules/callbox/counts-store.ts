import type { Kernel } from '../../kernel/ctx.ts';
import { type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';
import type { FinalStatus, TransactionType } from './model.ts';

/** What transactions that ended can be counted by. */
export const ENDED_GROUPS = ['day', 'month', 'type', 'operator', 'box'] as const;
export type EndedGroup = (typeof ENDED_GROUPS)[number];

/** Transactions of a group that ended in one way. */
export interface EndedCount {
  /** The day, month, type, operator or box (its id); null: none was named, no box had it. */
  key: string | null;
  /** Of the box. */
  name: string | null;
  status: FinalStatus;
  count: number;
  /** XAF. */
  amount: number;
  /** How long boxes took, and for how many of them that is known. */
  seconds: number;
  timed: number;
}

const KEYS: Record<EndedGroup, RawBuilder<unknown>> = {
  day: sql`day::text`,
  month: sql`date_trunc('month', day)::date::text`,
  type: sql`type`,
  operator: sql`nullif(operator, '')`,
  box: sql`box_id::text`,
};

/** What ended from one day to another, both of them in it, from the counters: as many rows as there are groups and ways to end. */
export async function endedBy(
  tx: Tx,
  { from, to }: { from: string; to: string },
  group: EndedGroup,
  only: { type?: TransactionType } = {},
): Promise<EndedCount[]> {
  const { rows } = await sql<EndedCount>`
    with ended as (
      select ${KEYS[group]} as key, status, sum(count)::bigint as count, sum(amount)::bigint as amount, sum(seconds) as seconds,
        sum(timed)::bigint as timed
      from transaction_days where company_id = current_company() and day between ${from}::date and ${to}::date
        ${only.type ? sql`and type = ${only.type}` : sql``}
      group by 1, 2 having sum(count) <> 0
    )
    select ended.*, ${group === 'box' ? sql`coalesce(nullif(boxes.label, ''), boxes.code)` : sql`null`} as name
    from ended ${group === 'box' ? sql`left join boxes on boxes.id::text = ended.key` : sql``} order by ended.key, status`.execute(
    tx,
  );
  return rows;
}

/** PostgreSQL's words for "somebody else changed what I had read": another try is all it takes (SQLSTATE 40001, 23505). */
const CHANGED_MEANWHILE = new Set(['40001', '23505']);

/**
 * Counts a company's transactions anew, on the days of a time zone: the company's, which may have moved. The rows that every end adds to are
 * locked first, so that nothing ends between the look at what is stored and its sums: whatever ends meanwhile waits, and
 * is then added to the new figures.
 */
export async function countEndedAnew(kernel: Kernel, companyId: string, timeZone: string): Promise<void> {
  for (;;) {
    try {
      return await kernel.db.system
        .transaction()
        .setIsolationLevel('repeatable read')
        .execute((tx) => countAnew(tx, companyId, timeZone));
    } catch (error) {
      if (!CHANGED_MEANWHILE.has((error as { code?: string }).code ?? '')) throw error;
    }
  }
}

async function countAnew(tx: Tx, companyId: string, timeZone: string): Promise<void> {
  await sql`select from transaction_days where company_id = ${companyId} and day = '-infinity'
    order by type, operator, box_id, status for update`.execute(tx);
  await sql`delete from transaction_days where company_id = ${companyId}`.execute(tx);
  await sql`
    with ended as (
      select (ended_at at time zone ${timeZone})::date as day, type, coalesce(operator, '') as operator, box_id, status, amount,
        extract(epoch from ended_at - processing_at)::double precision as seconds
      from transactions where company_id = ${companyId} and ended_at is not null
        and status in ('completed', 'failed', 'canceled', 'expired')
    ), counted as (
      select * from ended union all select '-infinity', type, '', box_id, status, amount, seconds from ended
    )
    insert into transaction_days (company_id, day, type, operator, box_id, status, count, amount, seconds, timed)
    select ${companyId}::uuid, day, type, operator, box_id, status, count(*), coalesce(sum(amount), 0), coalesce(sum(seconds), 0), count(seconds)
    from counted group by 2, 3, 4, 5, 6 order by 2, 3, 4, 5, 6`.execute(tx);
}
