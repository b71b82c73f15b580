import { planKept, type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';
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
  kind?: ActivityKind | 'number';
  direction?: 'inbound' | 'outbound';
  ourNumber?: string;
  userId?: string;
}

export type Column = ReportGroup | 'none';

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
  gig: sql`purpose.gig_id::text`,
};

/** What totals, which know no numbers and people, can be grouped by. */
const TOTALS: ReadonlySet<Column> = new Set([
  ...(['none', 'day', 'month', 'kind', 'direction', 'outcome', 'provider'] as const),
]);

/**
 * The coarsest figures that an answer can be made of. Those of a gig are of the days on which a number was for it, whatever it is
 * for now.
 */
function figuresFor(group: Column, { from, to, ourNumber, userId }: FigureFilter): RawBuilder<unknown> {
  const isOfAll = TOTALS.has(group) && !ourNumber && !userId;
  if (group === 'day') return isOfAll ? sql`activity_total_figures` : sql`activity_figures`;
  if (isOfAll) return sql`activity_totals_within(${from}::date, ${to}::date)`;
  if (group !== 'gig') return sql`activity_within(${from}::date, ${to}::date)`;
  return sql`activity_for_gigs(${from}::date, ${to}::date) left join gig_spans() as purpose
    on purpose.phone_number = our_number and day >= purpose.since_day and day < purpose.until_day`;
}

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
    ${planKept} select ${KEYS[group]} as key, sum(count)::bigint as count, ${among(SUCCESSES)} as successes, ${among(JUDGED)} as judged,
      sum(seconds)::bigint as seconds, sum(parts)::bigint as parts
    from ${figuresFor(group, filter)} where ${matching(filter)} and kind <> 'number'
    group by 1 having sum(count) <> 0 order by ${inOrder ? sql`1` : sql`sum(count) desc, 1`} limit ${rowsMax}`.execute(
    tx,
  );
  return rows;
}

/** What happened on each day, in each direction: what a dashboard is made of. */
export async function dayFigures(tx: Tx, span: Span): Promise<DayFigures[]> {
  const { rows } = await sql<DayFigures>`
    ${planKept} select day::text, kind, direction, sum(count)::bigint as count, ${among(SUCCESSES)} as successes, ${among(JUDGED)} as judged,
      sum(seconds)::bigint as seconds
    from activity_total_figures where ${matching(span)} and kind <> 'number' group by 1, 2, 3`.execute(tx);
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
    ${planKept} select ${KEYS[group]} as key, currency, sum(amount)::text as amount, sum(estimated_amount)::text as estimated_amount, sum(count)::bigint as count
    from ${figuresFor(group, filter)} where ${matching(filter)} and currency <> ''
    group by 1, 2 having sum(count) <> 0 order by ${inOrder ? sql`1` : sql`sum(amount) desc, 1`}, currency limit ${rowsMax}`.execute(
    tx,
  );
  return rows;
}

/** What each kind of thing cost on each day, in each currency: what charts of costs are drawn from. */
export async function costDays(
  tx: Tx,
  { from, to }: Span,
): Promise<{ day: string; kind: string; currency: string; amount: string }[]> {
  const { rows } = await sql<{ day: string; kind: string; currency: string; amount: string }>`
    ${planKept} select day::text, kind, currency, sum(amount)::text as amount from activity_total_figures
    where company_id = current_company() and day between ${from}::date and ${to}::date and currency <> ''
    group by 1, 2, 3 having sum(amount) <> 0 order by 1, 2, 3`.execute(tx);
  return rows;
}

/** Adds up to `changesMax` changes to the figures. @returns how many it took. For the system role. */
export async function addUp(tx: Tx, changesMax: number): Promise<number> {
  const { rows } = await sql<{ taken: number }>`select add_up_activity(${changesMax}::int) as taken`.execute(
    tx,
  );
  return rows[0]!.taken;
}

/** The same for how calls sounded. */
export async function addUpQuality(tx: Tx, changesMax: number): Promise<number> {
  const { rows } = await sql<{ taken: number }>`select add_up_quality(${changesMax}::int) as taken`.execute(
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
  await sql`select count_activity_anew(${companyId}::uuid, ${at}), count_quality_anew(${companyId}::uuid)`.execute(
    tx,
  );
}

/** The last day on which each of these numbers was called, texted or used. */
export async function lastUses(tx: Tx, ourNumbers: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ ourNumber: string; day: string }>`
    select our_number, max(day)::text as day from (
      select our_number, day from activity_figures
      where company_id = current_company() and kind <> 'number' and our_number = any (${ourNumbers}::text[])
      group by 1, 2 having sum(count) > 0
    ) as used group by 1`.execute(tx);
  return new Map(rows.map(({ ourNumber, day }) => [ourNumber, day]));
}

/** Whether the company ever sent a text, and whether it ever had a call. */
export async function firstDeeds(tx: Tx): Promise<{ text: boolean; call: boolean }> {
  const { rows } = await sql<{ text: boolean; call: boolean }>`
    select
      exists (select from activity_total_figures where company_id = current_company() and kind = 'text' and direction = 'outbound' and count > 0) as text,
      exists (select from activity_total_figures where company_id = current_company() and kind = 'call' and count > 0) as call`.execute(
    tx,
  );
  return rows[0]!;
}
