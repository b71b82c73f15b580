import { sql, type Tx } from '../../kernel/db/index.ts';
import { firstIdOf } from '../../kernel/ids.ts';
import type { ProviderName } from './port.ts';

/** Requests of one account, noted since they were last written down. */
export interface Pulse {
  provider: ProviderName;
  accountId: string | null;
  answered: number;
  failed: number;
  lastAnswerAt: Date | null;
  lastErrorAt: Date | null;
  lastError: string | null;
}

/** Adds to what is known of this minute. For the system role. */
export async function addPulses(tx: Tx, pulses: readonly Pulse[], at: Date): Promise<void> {
  for (const pulse of pulses)
    await sql`
      insert into provider_pulse (provider, account_id, minute, answered, failed, last_answer_at, last_error_at, last_error)
      values (${pulse.provider}, ${pulse.accountId}, date_trunc('minute', ${at}::timestamptz), ${pulse.answered}, ${pulse.failed},
        ${pulse.lastAnswerAt}, ${pulse.lastErrorAt}, ${pulse.lastError})
      on conflict (provider, account_id, minute) do update set
        answered = provider_pulse.answered + excluded.answered, failed = provider_pulse.failed + excluded.failed,
        last_answer_at = greatest(provider_pulse.last_answer_at, excluded.last_answer_at),
        last_error = case when excluded.last_error_at is null then provider_pulse.last_error else excluded.last_error end,
        last_error_at = greatest(provider_pulse.last_error_at, excluded.last_error_at)`.execute(tx);
}

/** How the requests of some accounts went: the last answer and error of a day, and the counts of the last quarter of an hour. For the system role. */
export async function pulsesOf(
  tx: Tx,
  accountIds: readonly string[],
  now: Date,
): Promise<Map<ProviderName, Omit<Pulse, 'accountId'>>> {
  const { rows } = await sql<Omit<Pulse, 'accountId'>>`
    select provider, coalesce(sum(answered) filter (where minute > ${now}::timestamptz - interval '15 minutes'), 0)::int as answered,
      coalesce(sum(failed) filter (where minute > ${now}::timestamptz - interval '15 minutes'), 0)::int as failed,
      max(last_answer_at) as last_answer_at, max(last_error_at) as last_error_at,
      (array_agg(last_error order by last_error_at desc nulls last))[1] as last_error
    from provider_pulse
    where minute > ${now}::timestamptz - interval '1 day' and (account_id is null or account_id = any (${accountIds}::uuid[]))
    group by provider`.execute(tx);
  return new Map(rows.map((row) => [row.provider, row]));
}

/** For the system role. */
export async function prunePulses(tx: Tx, before: Date): Promise<void> {
  await sql`delete from provider_pulse where minute < ${before}`.execute(tx);
}

const LATELY_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What providers delivered to a company. */
export interface DeliveryHealth {
  /** Of the last day. */
  lastAt: Date | null;
  /** Of the last hour. */
  accepted: number;
  failed: number;
  refused: number;
}

/** Looks at no more deliveries than this: it is the newest that count. */
const LOOKED_AT_MAX = 2000;

export async function deliveriesOf(tx: Tx, provider: ProviderName, now: Date): Promise<DeliveryHealth> {
  const lately = firstIdOf(now.getTime() - LATELY_MS);
  const { rows } = await sql<DeliveryHealth>`
    select
      (select max(received_at) from (
        select received_at from provider_events where company_id = current_company() and provider = ${provider}
          and id >= ${firstIdOf(now.getTime() - DAY_MS)}::uuid order by id desc limit 1
      ) as newest) as last_at,
      count(*)::int as accepted, count(*) filter (where status = 'failed')::int as failed,
      (select count(*)::int from webhook_refusals where company_id = current_company() and provider = ${provider} and verdict = 'refused'
        and id >= ${lately}::uuid) as refused
    from (
      select status from provider_events where company_id = current_company() and provider = ${provider}
        and id >= ${lately}::uuid order by id desc limit ${LOOKED_AT_MAX}
    ) as lately`.execute(tx);
  return rows[0]!;
}

/** What of all that was delivered waits to be acted on, over all companies: it is one queue. */
export interface EventQueue {
  waiting: number;
  /** Since when the delivery waits that should have been acted on first. */
  oldestAt: Date | null;
}

const WAITING_MAX = 10_000;

/** For the system role. */
export async function eventQueue(tx: Tx, now: Date): Promise<EventQueue> {
  const { rows } = await sql<EventQueue>`
    select count(*)::int as waiting, min(received_at) filter (where next_attempt_at <= ${now}) as oldest_at
    from (select received_at, next_attempt_at from provider_events where status = 'received' limit ${WAITING_MAX}) as waiting`.execute(
    tx,
  );
  return rows[0]!;
}
