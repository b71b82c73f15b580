import { planKept, planShared, sql, type Tx } from '../../kernel/db/index.ts';
import type { FinalStatus, TransactionType } from './model.ts';

/** What ended, for the counters. */
export interface Outcome {
  type: TransactionType;
  operator: string | null;
  /** Who had it last; null: no box did. */
  boxId: string | null;
  status: FinalStatus;
  /** XAF; null: not known. */
  amount: number | null;
  /** From the moment the box began until it reported; null: not known. */
  seconds: number | null;
  /** When it ended, which says on which day it counts. */
  endedAt: Date;
  /** -1 takes back what was counted, when an outcome is corrected afterwards: the same facts as then. 1 unless told otherwise. */
  times?: 1 | -1;
}

/** The day of the rows that hold what there ever was, so that years of days are not added up at each look. */
const EVER = '-infinity';

/**
 * Counts transactions that ended: to be called in the transaction that ends them, once per database transaction and with all of
 * them, as late as possible in it (rows of a day are locked until the commit, in one order). A correction takes the former
 * outcome back (`times: -1`) and counts the new one. Pages and statistics read these counters and never count transactions.
 * One statement, however many ended; none for an empty list.
 */
export async function countOutcomes(tx: Tx, outcomes: readonly Outcome[]): Promise<void> {
  if (outcomes.length === 0) return;
  await sql`
    ${planShared} with ended as (
      select company_day(current_company(), t."endedAt") as day, t.type, coalesce(t.operator, '') as operator, t."boxId" as box_id,
        t.status, t.times, t.amount, t.seconds
      from jsonb_to_recordset(${JSON.stringify(outcomes.map((each) => ({ times: 1, ...each })))}::jsonb) as t (
        type text, operator text, "boxId" uuid, status text, amount bigint, seconds double precision, "endedAt" timestamptz, times integer)
    ), counted as (
      select * from ended union all
      select ${EVER}::date, type, '', box_id, status, times, amount, seconds from ended
    )
    insert into transaction_days as known (company_id, day, type, operator, box_id, status, count, amount, seconds, timed)
    select current_company(), day, type, operator, box_id, status, sum(times), coalesce(sum(amount * times), 0),
      coalesce(sum(seconds * times), 0), coalesce(sum(times) filter (where seconds is not null), 0)
    from counted group by 2, 3, 4, 5, 6 order by 2, 3, 4, 5, 6
    on conflict (company_id, day, type, operator, box_id, status) do update set count = known.count + excluded.count,
      amount = known.amount + excluded.amount, seconds = known.seconds + excluded.seconds, timed = known.timed + excluded.timed`.execute(
    tx,
  );
}

/** More are not counted one by one: "at least so many" is all that anybody does with such a number. */
export const WAITING_COUNTED_MAX = 10_000;

/**
 * How many wait to be handed out, counted up to a limit. The limit is the point: the partial index transactions_ready holds
 * exactly what waits and begins with the company, so this reads that many of its entries at most, whether ten wait or ten
 * million, and no row of what has ended. A figure from the planner's statistics would cost less still, but is wrong by whole
 * companies, because one index holds them all.
 */
export async function countWaiting(tx: Tx, limit = WAITING_COUNTED_MAX): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    ${planKept} select count(*) as count from (
      select from transactions where company_id = current_company() and status in ('pending', 'retry') limit ${limit}
    ) as waiting`.execute(tx);
  return rows[0]!.count;
}

export interface InHand {
  assigned: number;
  processing: number;
  unknown: number;
}

/** What boxes have in hand: read off the index of that, whose size is the fleet's, not the history's. */
export async function countInHand(tx: Tx): Promise<InHand> {
  const { rows } = await sql<InHand>`
    ${planKept} select count(*) filter (where status = 'assigned') as assigned, count(*) filter (where status = 'processing') as processing,
      count(*) filter (where status = 'unknown') as unknown
    from transactions where box_id in (select id from boxes where company_id = current_company())
      and company_id = current_company() and status in ('assigned', 'processing', 'unknown')`.execute(tx);
  return rows[0]!;
}

/** What these boxes have in hand, box by box. */
export async function inHandOf(tx: Tx, boxIds: readonly string[]): Promise<Map<string, InHand>> {
  const { rows } = await sql<InHand & { boxId: string }>`
    select box_id, count(*) filter (where status = 'assigned') as assigned, count(*) filter (where status = 'processing') as processing,
      count(*) filter (where status = 'unknown') as unknown
    from transactions where company_id = current_company() and box_id = any (${boxIds}::uuid[])
      and status in ('assigned', 'processing', 'unknown') group by box_id`.execute(tx);
  return new Map(rows.map(({ boxId, ...counts }) => [boxId, counts]));
}

/** What ended, added up. */
export interface Ended {
  type: TransactionType;
  status: FinalStatus;
  count: number;
  amount: number;
  seconds: number;
  timed: number;
}

/** What ever ended, by type and outcome, from the counters. */
export async function endedByType(tx: Tx): Promise<Ended[]> {
  const { rows } = await sql<Ended>`
    select type, status, sum(count)::bigint as count, sum(amount)::bigint as amount, sum(seconds) as seconds, sum(timed)::bigint as timed
    from transaction_days where company_id = current_company() and day = ${EVER}::date
    group by type, status`.execute(tx);
  return rows;
}

/** What ended on some days, by outcome, from the counters. */
export async function endedOn(
  tx: Tx,
  days: readonly string[],
): Promise<{ day: string; status: FinalStatus; count: number; amount: number }[]> {
  const { rows } = await sql<{ day: string; status: FinalStatus; count: number; amount: number }>`
    ${planKept} select day::text, status, sum(count)::bigint as count, sum(amount)::bigint as amount from transaction_days
    where company_id = current_company() and day = any (${days}::date[]) group by 1, 2`.execute(tx);
  return rows;
}

/** What boxes ever carried out, box by box. */
export async function endedOf(tx: Tx, boxIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ boxId: string; count: number }>`
    select box_id, sum(count)::bigint as count from transaction_days
    where company_id = current_company() and day = ${EVER}::date and box_id = any (${boxIds}::uuid[])
      and status in ('completed', 'failed')
    group by box_id`.execute(tx);
  return new Map(rows.map(({ boxId, count }) => [boxId, count]));
}

/** Boxes by whether they are connected, and what has not ended, by status. */
export interface FleetReview {
  connected: number;
  away: number;
  /** Of both. */
  quarantined: number;
  open: Record<string, number>;
}

/** Of all companies, for the system role. More than this many of a status are not counted on: such a figure is an alarm already. */
const COUNTED_MAX = 100_000;

export async function reviewAll(tx: Tx): Promise<FleetReview> {
  const { rows: boxes } = await sql<Omit<FleetReview, 'open'>>`
    select count(*) filter (where boxes.quarantined_at is not null)::int as quarantined,
      count(*) filter (where presence.connected)::int as connected, count(*) filter (where not presence.connected)::int as away
    from boxes join box_presence presence on presence.box_id = boxes.id where boxes.retired_at is null`.execute(
    tx,
  );
  const open: Record<string, number> = { pending: 0, retry: 0, assigned: 0, processing: 0, unknown: 0 };
  for (const [status, of] of [
    ['pending', sql`status in ('pending', 'retry') and status = 'pending'`],
    ['retry', sql`status in ('pending', 'retry') and status = 'retry'`],
    ['assigned', sql`status in ('assigned', 'processing', 'unknown') and status = 'assigned'`],
    ['processing', sql`status in ('assigned', 'processing', 'unknown') and status = 'processing'`],
    ['unknown', sql`status in ('assigned', 'processing', 'unknown') and status = 'unknown'`],
  ] as const) {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from (select from transactions where ${of} limit ${COUNTED_MAX}) counted`.execute(
      tx,
    );
    open[status] = rows[0]!.count;
  }
  return { ...boxes[0]!, open };
}
