import { sql, type Tx } from '../../kernel/db/index.ts';
import { firstIdOf } from '../../kernel/ids.ts';
import type { ComparedAccount } from '../providers/index.ts';
import type { MessageStatus } from './model.ts';

/** What is compared of a text that we sent. */
export interface SentText {
  /** Its place in the list that was asked for, from 0. */
  item: number;
  id: string;
  status: MessageStatus;
  errorCode: string | null;
  priceAmount: string | null;
  priceEstimated: boolean;
}

/** Our texts that a provider speaks of: by its own id, or by ours where its words carry it. */
export async function sentTexts(
  tx: Tx,
  { provider, accountId }: ComparedAccount,
  keys: readonly { externalId: string; messageId: string | null }[],
): Promise<SentText[]> {
  const { rows } = await sql<SentText>`
    select item.place - 1 as item, m.id, m.status, m.error_code, m.price_amount, m.price_estimated
    from unnest(${keys.map(({ externalId }) => externalId)}::text[], ${keys.map(({ messageId }) => messageId)}::uuid[])
      with ordinality as item (external_id, message_id, place)
    cross join lateral (
      (select * from messages where messages.id = item.message_id and direction = 'outbound' and company_id = current_company()
        and (external_id is null or external_id = item.external_id) and item.external_id <> all (former_external_ids))
      union all
      (select * from messages where messages.provider = ${provider} and messages.external_id = item.external_id
        and direction = 'outbound' and company_id = current_company())
      limit 1
    ) as m
    where m.provider_account_id is not distinct from ${accountId}::uuid`.execute(tx);
  return rows;
}

/** Ids of the provider that our texts had before they were sent again: those are ours too. */
export async function formerIds(
  tx: Tx,
  { provider }: ComparedAccount,
  externalIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select distinct unnest(former_external_ids) as id from messages
    where company_id = current_company() and former_external_ids <> '{}' and provider = ${provider}
      and former_external_ids && ${externalIds}::text[]`.execute(tx);
  return new Set(rows.map(({ id }) => id));
}

/** Whether a text of ours that no id of the provider's is known of went the same way at about the same time: it may be the one. */
export async function hasNameless(
  tx: Tx,
  { from, to, at }: { from: string; to: string; at: Date },
): Promise<boolean> {
  const { rows } = await sql`
    select from messages where company_id = current_company() and direction = 'outbound' and kind = 'text' and external_id is null
      and from_number = ${from} and to_number = ${to}
      and created_at between ${at}::timestamptz - interval '3 hours' and ${at}::timestamptz + interval '1 hour'
      and (status in ('queued', 'sending', 'unknown') or error_code = 'no_answer') limit 1`.execute(tx);
  return rows.length > 0;
}

const LATELY_MS = 3_600_000;

/** How texts of a company stand: what waits to leave, and what was to be asked about and was not. */
export async function textHealth(
  tx: Tx,
  now: Date,
): Promise<{
  waiting: number;
  oldestDueAt: Date | null;
  oldestCheckAt: Date | null;
  failing: number;
  ended: number;
}> {
  const { rows } = await sql<{
    waiting: number;
    oldestDueAt: Date | null;
    oldestCheckAt: Date | null;
    failing: number;
    ended: number;
  }>`
    select
      (select count(*)::int from messages where company_id = current_company() and kind = 'text' and status in ('queued', 'unknown')) as waiting,
      (select min(coalesce(send_at, created_at)) from messages where company_id = current_company() and kind = 'text' and status = 'queued') as oldest_due_at,
      (select min(next_check_at) from messages where company_id = current_company() and next_check_at < ${now}) as oldest_check_at,
      count(*) filter (where status in ('failed', 'undelivered'))::int as failing, count(*)::int as ended
    from (
      select status from messages where company_id = current_company() and kind = 'text' and direction = 'outbound'
        and status in ('failed', 'undelivered', 'delivered') and id >= ${firstIdOf(now.getTime() - LATELY_MS)}::uuid
      order by id desc limit 500
    ) as lately`.execute(tx);
  return rows[0]!;
}
