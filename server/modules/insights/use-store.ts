import { type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';
import type { Span } from './model.ts';
import type { Subject } from './store.ts';

/** What a number, or a person, did in a time. */
export interface UseRow {
  /** The number, or the person's id; null: nobody in particular. */
  key: string | null;
  calls: number;
  callsIn: number;
  answered: number;
  callsJudged: number;
  seconds: number;
  sent: number;
  delivered: number;
  sentJudged: number;
  received: number;
}

const USERS = {
  number: sql`our_number`,
  user: sql`nullif(user_id, '00000000-0000-0000-0000-000000000000')::text`,
  none: sql`null`,
} satisfies Record<string, RawBuilder<unknown>>;

/** Whose sums, and what stands for them. */
const SUMS: Record<keyof typeof USERS, { subject: Subject; key: RawBuilder<unknown> }> = {
  number: { subject: 'number', key: sql`key` },
  user: { subject: 'user', key: sql`nullif(key, '00000000-0000-0000-0000-000000000000')` },
  none: { subject: 'company', key: sql`null` },
};

const summed = (column: string, what: RawBuilder<unknown>) =>
  sql`coalesce(sum(${sql.ref(column)}) filter (where ${what}), 0)::bigint`;
const calls = sql`kind = 'call'`;
const sent = sql`kind = 'text' and direction = 'outbound'`;

/** Calls and texts side by side, the busiest first. */
export async function useBy(
  tx: Tx,
  span: Span,
  group: keyof typeof USERS,
  rowsMax: number,
): Promise<UseRow[]> {
  const { subject, key } = SUMS[group];
  const { rows } = await sql<UseRow>`
    select ${key} as key, ${summed('count', calls)} as calls, ${summed('count', sql`${calls} and direction = 'inbound'`)} as calls_in,
      ${summed('successes', calls)} as answered, ${summed('judged', calls)} as calls_judged, coalesce(sum(seconds), 0)::bigint as seconds,
      ${summed('count', sent)} as sent, ${summed('successes', sent)} as delivered, ${summed('judged', sent)} as sent_judged,
      ${summed('count', sql`kind = 'text' and direction = 'inbound'`)} as received
    from activity_sums_within(${sql.lit(subject)}, ${span.from}::date, ${span.to}::date, false) where kind in ('call', 'text')
    group by 1 having sum(count) <> 0 order by sum(count) desc, 1 limit ${rowsMax}`.execute(tx);
  return rows;
}

/** How the calls of a group sounded. */
export interface SoundRow {
  key: string | null;
  calls: number;
  good: number;
  fair: number;
  bad: number;
  mos: number;
  jitterMs: number | null;
  latencyMs: number | null;
  lossPercent: number | null;
}

export const SOUND_GROUPS = ['day', 'month', 'number', 'user', 'provider'] as const;
export type SoundGroup = (typeof SOUND_GROUPS)[number];

const SOUND_KEYS: Record<SoundGroup | 'none', RawBuilder<unknown>> = {
  ...USERS,
  day: sql`day::text`,
  month: sql`date_trunc('month', day)::date::text`,
  provider: sql`provider`,
};

const mean = (sum: string, count: string) =>
  sql`(round(sum(${sql.ref(sum)}) / nullif(sum(${sql.ref(count)}), 0), 2))::double precision`;

/** How calls sounded, by something: days and months in order, others by how many calls there were. */
export async function soundBy(
  tx: Tx,
  span: Span,
  group: SoundGroup | 'none',
  rowsMax: number,
): Promise<SoundRow[]> {
  const inOrder = group === 'day' || group === 'month';
  const { rows } = await sql<SoundRow>`
    select ${SOUND_KEYS[group]} as key, sum(calls)::bigint as calls, sum(good)::bigint as good, sum(fair)::bigint as fair, sum(bad)::bigint as bad,
      ${mean('mos', 'calls')} as mos, ${mean('jitter_ms', 'jitter_calls')} as jitter_ms, ${mean('latency_ms', 'latency_calls')} as latency_ms,
      ${mean('loss_percent', 'loss_calls')} as loss_percent
    from quality_figures where company_id = current_company() and day between ${span.from}::date and ${span.to}::date
    group by 1 having sum(calls) > 0 order by ${inOrder ? sql`1` : sql`sum(calls) desc, 1`} limit ${rowsMax}`.execute(
    tx,
  );
  return rows;
}
