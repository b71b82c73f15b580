import { planKept, type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';
import type { ActivityKind, DayFigures, ReportGroup, Span } from './model.ts';

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

/** What figures are kept about, each apart from the others. */
export type Subject = 'company' | 'number' | 'user' | 'outcome' | 'provider';

const NOBODY = sql.lit('00000000-0000-0000-0000-000000000000');
const DAYS = { day: sql`day::text`, month: sql`date_trunc('month', day)::date::text` };
const GIG = sql`purpose.gig_id::text`;

/** What stands for a group in the sums of a subject. */
const SUM_KEYS: Record<Column, RawBuilder<unknown>> = {
  ...{ none: sql`null`, ...DAYS, kind: sql`kind`, direction: sql`direction`, gig: GIG },
  ...{ outcome: sql`key`, number: sql`key`, provider: sql`key` },
  user: sql`nullif(key, ${NOBODY})`,
};

/** The same in figures of numbers and people at once. */
const KEYS: Record<Column, RawBuilder<unknown>> = {
  ...SUM_KEYS,
  ...{ outcome: sql`outcome`, number: sql`our_number`, provider: sql`provider` },
  user: sql`nullif(user_id, ${NOBODY})::text`,
};

/** Whose sums answer a question; null: those of no single thing. */
function subjectOf(group: Column, { ourNumber, userId }: FigureFilter): Subject | null {
  const subjects = new Set<Subject>();
  if (ourNumber || group === 'number' || group === 'gig') subjects.add('number');
  if (userId || group === 'user') subjects.add('user');
  if (group === 'outcome' || group === 'provider') subjects.add(group);
  const [subject = 'company', ...others] = subjects;
  return others.length === 0 ? subject : null;
}

/** The fewest rows that an answer can be made of: days where it tells of days, else months, fives and days. */
function rowsOf(subject: Subject | null, group: Column, { from, to }: Span): RawBuilder<unknown> {
  const [span, isByGig] = [sql`${from}::date, ${to}::date`, sql.lit(group === 'gig')];
  if (subject && group === 'day') return sql`activity_sums_of_days(${sql.lit(subject)}, ${span})`;
  if (subject) return sql`activity_sums_within(${sql.lit(subject)}, ${span}, ${isByGig})`;
  return sql`(
    select *, case when activity_succeeded(kind, outcome) then count else 0 end as successes,
      case when activity_judged(kind, outcome) then count else 0 end as judged
    from ${group === 'day' ? sql`activity_figures` : sql`activity_within(${span}, ${isByGig})`}
    where day between ${from}::date and ${to}::date) as figures`;
}

/** The rows that a question is about, what stands for a group in them, and what they are grouped by. */
function figuresFor(
  group: Column,
  filter: FigureFilter,
  among: RawBuilder<unknown>,
): Record<'key' | 'grouped' | 'figures', RawBuilder<unknown>> {
  const { kind, direction, ourNumber, userId } = filter;
  const subject = subjectOf(group, filter);
  const [number, user] = subject ? [sql`key`, sql`key`] : [sql`our_number`, sql`user_id::text`];
  // What a number cost is its gig's of that day, whatever it is for now.
  const purposes = sql`left join gig_spans() as purpose
    on purpose.phone_number = ${number} and day >= purpose.since_day and day < purpose.until_day`;
  const conditions = [
    among,
    ...(kind ? [sql`kind = ${kind}`] : []),
    ...(direction ? [sql`direction = ${direction}`] : []),
    ...(ourNumber ? [sql`${number} = ${ourNumber}`] : []),
    ...(userId ? [sql`${user} = ${userId}::uuid::text`] : []),
  ];
  return {
    key: (subject ? SUM_KEYS : KEYS)[group],
    // A text for each day, not for each row.
    grouped: group === 'day' ? sql`day` : sql`1`,
    figures: sql`${rowsOf(subject, group, filter)} ${group === 'gig' ? purposes : sql``}
      where ${sql.join(conditions, sql` and `)}`,
  };
}

/** What happened, by something. At most `rowsMax` groups; days and months in order, others by how much there is of them. */
export async function figuresBy(
  tx: Tx,
  filter: FigureFilter,
  group: Column,
  rowsMax: number,
): Promise<FiguresRow[]> {
  const inOrder = group === 'day' || group === 'month';
  const { key, grouped, figures } = figuresFor(group, filter, sql`kind <> 'number'`);
  const { rows } = await sql<FiguresRow>`
    ${planKept} select ${key} as key, sum(count)::bigint as count, sum(successes)::bigint as successes, sum(judged)::bigint as judged,
      sum(seconds)::bigint as seconds, sum(parts)::bigint as parts
    from ${figures} group by ${grouped} having sum(count) <> 0 order by ${inOrder ? sql`1` : sql`sum(count) desc, 1`} limit ${rowsMax}`.execute(
    tx,
  );
  return rows;
}

/** What happened on each day, in each direction: what a dashboard is made of. */
export async function dayFigures(tx: Tx, { from, to }: Span): Promise<DayFigures[]> {
  const { rows } = await sql<DayFigures>`
    ${planKept} select day::text, kind, direction, sum(count)::bigint as count, sum(successes)::bigint as successes, sum(judged)::bigint as judged,
      sum(seconds)::bigint as seconds
    from activity_sums_of_days('company', ${from}::date, ${to}::date) where kind <> 'number' group by 1, 2, 3`.execute(
    tx,
  );
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
  const { key, grouped, figures } = figuresFor(group, filter, sql`currency <> ''`);
  const { rows } = await sql<CostRow>`
    ${planKept} select ${key} as key, currency, sum(amount)::text as amount, sum(estimated_amount)::text as estimated_amount, sum(count)::bigint as count
    from ${figures} group by ${grouped}, 2 having sum(count) <> 0 order by ${inOrder ? sql`1` : sql`sum(amount) desc, 1`}, currency limit ${rowsMax}`.execute(
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
    ${planKept} select day::text, kind, currency, sum(amount)::text as amount from activity_sums_of_days('company', ${from}::date, ${to}::date)
    where currency <> ''
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
      select key as our_number, day from activity_sums_of_days('number', '-infinity', 'infinity')
      where kind <> 'number' and key = any (${ourNumbers}::text[])
      group by 1, 2 having sum(count) > 0
    ) as used group by 1`.execute(tx);
  return new Map(rows.map(({ ourNumber, day }) => [ourNumber, day]));
}

/** Whether the company ever sent a text, and whether it ever had a call. */
export async function firstDeeds(tx: Tx): Promise<{ text: boolean; call: boolean }> {
  const { rows } = await sql<{ text: boolean; call: boolean }>`
    select
      exists (select from activity_sums_of_days('company', '-infinity', 'infinity') where kind = 'text' and direction = 'outbound' and count > 0) as text,
      exists (select from activity_sums_of_days('company', '-infinity', 'infinity') where kind = 'call' and count > 0) as call`.execute(
    tx,
  );
  return rows[0]!;
}
