import { sql, type Tx } from '../../kernel/db/index.ts';
import type { EntryKind } from './ledger-plan.ts';

/** The days that are asked for, as moments. */
export interface Span {
  /** The first day and the last one, YYYY-MM-DD, in the company's time zone. */
  first: string;
  last: string;
  today: string;
  fromAt: Date;
  untilAt: Date;
}

/** Days up to `last` (today when null), as many as `count`, and when they begin and end where the company is. */
export async function spanOf(
  tx: Tx,
  { last, count, timeZone, now }: { last: string | null; count: number; timeZone: string; now: Date },
): Promise<Span> {
  const { rows } = await sql<Span>`
    with days as (
      select (${now}::timestamptz at time zone ${timeZone})::date as today,
        coalesce(${last}::date, (${now}::timestamptz at time zone ${timeZone})::date) as last
    )
    select to_char(today, 'YYYY-MM-DD') as today, to_char(last, 'YYYY-MM-DD') as last,
      to_char(last - ${count - 1}::int, 'YYYY-MM-DD') as first,
      (last - ${count - 1}::int)::timestamp at time zone ${timeZone} as from_at,
      (last + 1)::timestamp at time zone ${timeZone} as until_at
    from days`.execute(tx);
  return rows[0]!;
}

/** What SIMs had at a moment: what they have now, less what was booked since. */
export async function balanceBefore(
  tx: Tx,
  simIds: string[],
  at: Date,
): Promise<{ total: number; held: number }> {
  const { rows } = await sql<{ total: number; held: number }>`
    select (coalesce(sum(float_available + float_held), 0) - coalesce(sum(since.total), 0))::bigint as total,
      (coalesce(sum(float_held), 0) - coalesce(sum(since.held), 0))::bigint as held
    from box_sims sim left join lateral (
      select sum(amount) as total, sum(amount) filter (where account = 'held') as held
      from ledger_entries entry join ledger_lines on entry_id = entry.id
      where entry.sim_id = sim.id and entry.at >= ${at}::timestamptz and account in ('float', 'held')
    ) since on true
    where sim.company_id = current_company() and sim.id = any(${simIds}::uuid[])`.execute(tx);
  return rows[0]!;
}

/** What moved on a day. */
export interface Movement {
  day: string;
  kind: EntryKind;
  /** How many entries, and by how much what is on the SIM changed. */
  count: number;
  total: number;
  held: number;
  late: boolean;
}

/** What moved in a span, by day and kind. */
export async function movements(
  tx: Tx,
  simIds: string[],
  { fromAt, untilAt }: Span,
  timeZone: string,
): Promise<Movement[]> {
  const { rows } = await sql<Movement>`
    select to_char(at at time zone ${timeZone}, 'YYYY-MM-DD') as day, kind, late, count(distinct entry.id)::int as count,
      coalesce(sum(amount) filter (where account in ('float', 'held')), 0)::bigint as total,
      coalesce(sum(amount) filter (where account = 'held'), 0)::bigint as held
    from ledger_entries entry join ledger_lines on entry_id = entry.id
    where entry.company_id = current_company() and entry.sim_id = any(${simIds}::uuid[])
      and at >= ${fromAt} and at < ${untilAt}
    group by 1, 2, 3`.execute(tx);
  return rows;
}

/** By how much each kind changed what is on a SIM, and how often. */
export type Movements = Partial<Record<EntryKind, { count: number; amount: number }>>;

/** A closed day of a SIM. */
export interface CloseRow {
  id: string;
  companyId: string;
  simId: string;
  day: string;
  fromAt: Date;
  untilAt: Date;
  opening: number;
  movements: Movements;
  closing: number;
  held: number;
  reportedBalance: number | null;
  statementBalance: number | null;
  difference: number | null;
  note: string;
  closedBy: string;
  closedByName: string;
  closedAt: Date;
}

export async function closesOf(
  tx: Tx,
  simIds: string[],
  { first, last }: Pick<Span, 'first' | 'last'>,
): Promise<CloseRow[]> {
  const { rows } = await sql<CloseRow>`
    select id, company_id, sim_id, to_char(day, 'YYYY-MM-DD') as day, from_at, until_at, opening, movements, closing, held,
      reported_balance, statement_balance, difference, note, closed_by, closed_by_name, closed_at
    from float_closes where company_id = current_company() and sim_id = any(${simIds}::uuid[])
      and day between ${first}::date and ${last}::date order by day desc, sim_id`.execute(tx);
  return rows;
}

/** The caller holds the SIM's lock. */
export async function insertClose(tx: Tx, row: CloseRow): Promise<void> {
  await sql`
    insert into float_closes (id, company_id, sim_id, day, from_at, until_at, opening, movements, closing, held, reported_balance,
      statement_balance, difference, note, closed_by, closed_by_name, closed_at)
    values (${row.id}, ${row.companyId}, ${row.simId}, ${row.day}::date, ${row.fromAt}, ${row.untilAt}, ${row.opening},
      ${JSON.stringify(row.movements)}::jsonb, ${row.closing}, ${row.held}, ${row.reportedBalance}, ${row.statementBalance},
      ${row.difference}, ${row.note}, ${row.closedBy}, ${row.closedByName}, ${row.closedAt})`.execute(tx);
}
