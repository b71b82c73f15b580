import { type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';

/** How the calls of a group sounded. */
export interface GroupFigures {
  /** The day, number, person, country or provider; null: not known (a person who left, a hidden number). */
  key: string | null;
  calls: number;
  good: number;
  fair: number;
  bad: number;
  mos: number;
  jitterMs: number | null;
  latencyMs: number | null;
  packetLossPercent: number | null;
}

export const GROUPS = ['day', 'number', 'user', 'country', 'provider'] as const;
export type GroupBy = (typeof GROUPS)[number];

export interface Span {
  since: Date;
  until: Date;
}

const KEYS: Record<Exclude<GroupBy, 'day'>, RawBuilder<string>> = {
  number: sql`our_number`,
  user: sql`user_id::text`,
  country: sql`country`,
  provider: sql`provider`,
};

const FIGURES = sql`
  count(*)::int as calls, count(*) filter (where level = 'good')::int as good, count(*) filter (where level = 'fair')::int as fair,
  count(*) filter (where level = 'bad')::int as bad, avg(mos) as mos, avg(jitter_ms) as jitter_ms, avg(latency_ms) as latency_ms,
  avg(packet_loss_percent) as packet_loss_percent`;

// The index call_quality_by_time holds every column that is read here.
const measured = ({ since, until }: Span) => sql`
  from call_quality where company_id = current_company() and level is not null and ended
  and started_at >= ${since} and started_at < ${until}`;

/** All together first, then every group: one statement, whatever their count. Days come in order, others by their calls. */
export async function figuresBy(
  tx: Tx,
  span: Span,
  { groupBy, timeZone, groupsMax }: { groupBy: GroupBy; timeZone: string; groupsMax: number },
): Promise<{ total: GroupFigures | null; groups: GroupFigures[] }> {
  const key =
    groupBy === 'day' ? sql`to_char(started_at at time zone ${timeZone}, 'YYYY-MM-DD')` : KEYS[groupBy];
  const { rows } = await sql<GroupFigures & { isTotal: boolean }>`
    with rows as materialized (select ${key} as key, level, mos, jitter_ms, latency_ms, packet_loss_percent ${measured(span)})
    select key, grouping(key) = 1 as is_total, ${FIGURES} from rows group by grouping sets ((key), ())
    order by is_total desc, ${groupBy === 'day' ? sql`key` : sql`calls desc, key`} limit ${groupsMax + 1}`.execute(
    tx,
  );
  const total = rows.find(({ isTotal, calls }) => isTotal && calls > 0) ?? null;
  return { total, groups: rows.filter(({ isTotal }) => !isTotal) };
}

/** Numbers, and the routes to countries, of which most calls were bad; of few calls nothing can be said. */
export async function worstOf(
  tx: Tx,
  span: Span,
  { of, callsMin, rowsMax }: { of: 'number' | 'country'; callsMin: number; rowsMax: number },
): Promise<GroupFigures[]> {
  const { rows } = await sql<GroupFigures>`
    select ${KEYS[of]} as key, ${FIGURES} ${measured(span)} and ${KEYS[of]} is not null
    group by 1 having count(*) >= ${callsMin} and count(*) filter (where level = 'bad') > 0
    order by count(*) filter (where level = 'bad')::float / count(*) desc, calls desc, key limit ${rowsMax}`.execute(
    tx,
  );
  return rows;
}
