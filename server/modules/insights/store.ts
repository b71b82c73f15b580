import { type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';
import {
  type ActivityKind,
  type DayFigures,
  JUDGED,
  type ReportGroup,
  type Span,
  SUCCESSES,
} from './model.ts';

/** What things of a group come to. */
export interface FiguresRow {
  /** What the group is about; null: of nobody, of no number. */
  key: string | null;
  count: number;
  /** That ended well, and that ended at all. */
  successes: number;
  judged: number;
  seconds: number;
  parts: number;
}

export interface CostRow {
  key: string | null;
  currency: string;
  /** Exact decimals. */
  amount: string;
  estimatedAmount: string;
  count: number;
}

export interface FigureFilter extends Span {
  kind?: ActivityKind;
  direction?: 'inbound' | 'outbound';
  ourNumber?: string;
  userId?: string;
}

/** Gigs are what numbers are for: figures by gig are figures by number, joined by whoever asks. */
type Column = Exclude<ReportGroup, 'gig'> | 'none';

const KEYS: Record<Column, RawBuilder<unknown>> = {
  none: sql`null`,
  day: sql`day::text`,
  month: sql`date_trunc('month', day)::date::text`,
  kind: sql`kind`,
  direction: sql`direction`,
  outcome: sql`outcome`,
  number: sql`our_number`,
  user: sql`nullif(user_id, '00000000-0000-0000-0000-000000000000')::text`,
  provider: sql`provider`,
};

function matching({ from, to, kind, direction, ourNumber, userId }: FigureFilter): RawBuilder<unknown> {
  return sql`company_id = current_company() and day between ${from}::date and ${to}::date
    ${kind ? sql`and kind = ${kind}` : sql``} ${direction ? sql`and direction = ${direction}` : sql``}
    ${ourNumber ? sql`and our_number = ${ourNumber}` : sql``} ${userId ? sql`and user_id = ${userId}` : sql``}`;
}

const among = (outcomes: Record<ActivityKind, readonly string[]>) =>
  sql`coalesce(sum(count) filter (where (kind = 'call' and outcome = any (${outcomes.call}::text[]))
    or (kind = 'text' and outcome = any (${outcomes.text}::text[]))), 0)::bigint`;

/** What happened, by something. At most `rowsMax` groups; days and months in order, others by how much there is of them. */
export async function figuresBy(
  tx: Tx,
  filter: FigureFilter,
  group: Column,
  rowsMax: number,
): Promise<FiguresRow[]> {
  const inOrder = group === 'day' || group === 'month';
  const { rows } = await sql<FiguresRow>`
    select ${KEYS[group]} as key, sum(count)::bigint as count, ${among(SUCCESSES)} as successes, ${among(JUDGED)} as judged,
      sum(seconds)::bigint as seconds, sum(parts)::bigint as parts
    from activity_figures where ${matching(filter)}
    group by 1 having sum(count) <> 0 order by ${inOrder ? sql`1` : sql`sum(count) desc, 1`} limit ${rowsMax}`.execute(
    tx,
  );
  return rows;
}

/** What happened on each day, in each direction: what a dashboard is made of. */
export async function dayFigures(tx: Tx, span: Span): Promise<DayFigures[]> {
  const { rows } = await sql<DayFigures>`
    select day::text, kind, direction, sum(count)::bigint as count, ${among(SUCCESSES)} as successes, ${among(JUDGED)} as judged,
      sum(seconds)::bigint as seconds
    from activity_figures where ${matching(span)} group by 1, 2, 3`.execute(tx);
  return rows;
}

/** What it cost, by something and in each currency. What has no price yet is not in it. */
export async function costsBy(
  tx: Tx,
  filter: FigureFilter,
  group: Column,
  rowsMax: number,
): Promise<CostRow[]> {
  const inOrder = group === 'day' || group === 'month';
  const { rows } = await sql<CostRow>`
    select ${KEYS[group]} as key, currency, sum(amount)::text as amount, sum(estimated_amount)::text as estimated_amount, sum(count)::bigint as count
    from activity_figures where ${matching(filter)} and currency <> ''
    group by 1, 2 having sum(count) <> 0 order by ${inOrder ? sql`1` : sql`sum(amount) desc, 1`}, currency limit ${rowsMax}`.execute(
    tx,
  );
  return rows;
}

/** What contacts cost, by whole months. */
export async function costsByContact(tx: Tx, { from, to }: Span, rowsMax: number): Promise<CostRow[]> {
  const { rows } = await sql<CostRow>`
    select contact_id::text as key, currency, sum(amount)::text as amount, '0' as estimated_amount, sum(count)::bigint as count
    from activity_contact_figures where company_id = current_company() and month between ${from}::date and ${to}::date and currency <> ''
    group by 1, 2 having sum(count) <> 0 order by sum(amount) desc, 1 limit ${rowsMax}`.execute(tx);
  return rows;
}

/** Adds up to `changesMax` changes to the figures. @returns how many it took. For the system role. */
export async function addUp(tx: Tx, changesMax: number): Promise<number> {
  const { rows } = await sql<{ taken: number }>`select add_up_activity(${changesMax}::int) as taken`.execute(
    tx,
  );
  return rows[0]!.taken;
}

/** Companies that were never counted, or in another time zone than theirs is now. For the system role. */
export async function companiesToCount(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ companyId: string }>`select companies_to_count() as company_id`.execute(tx);
  return rows.map(({ companyId }) => companyId);
}

/** Counts a company anew from what is stored. @param tx of the system role, REPEATABLE READ. */
export async function countAnew(tx: Tx, companyId: string, at: Date): Promise<void> {
  await sql`select count_activity_anew(${companyId}::uuid, ${at})`.execute(tx);
}

/** Whether the company ever sent a text, and whether it ever had a call. */
export async function firstDeeds(tx: Tx): Promise<{ text: boolean; call: boolean }> {
  const { rows } = await sql<{ text: boolean; call: boolean }>`
    select
      exists (select from activity_figures where company_id = current_company() and kind = 'text' and direction = 'outbound' and count > 0) as text,
      exists (select from activity_figures where company_id = current_company() and kind = 'call' and count > 0) as call`.execute(
    tx,
  );
  return rows[0]!;
}
