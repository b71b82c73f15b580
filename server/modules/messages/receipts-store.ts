import { sql, type Tx } from '../../kernel/db/index.ts';
import type { ProviderName } from '../providers/index.ts';
import type { MessageStatus } from './model.ts';

/** What a receipt says of which text it is about. */
export interface ReceiptKey {
  provider: ProviderName;
  /** Of the account that signed it; null for the installation's. */
  accountId: string | null;
  /** Of the account; null for the installation's, whose receipts may be anybody's. */
  companyId: string | null;
  externalId: string;
  /** Our id, when the receipt carries it. */
  messageId: string | null;
}

export interface ReceiptOwner {
  /** Its place in the list of keys, from 0. */
  item: number;
  messageId: string;
  companyId: string;
}

/**
 * Which texts receipts are about, in one statement: by our id first, then by the provider's. A receipt signed by one account
 * is never about a text that left through another. For the system role.
 */
export async function ownersOf(tx: Tx, keys: ReceiptKey[]): Promise<ReceiptOwner[]> {
  const column = <Name extends keyof ReceiptKey>(name: Name) => keys.map((key) => key[name]);
  const { rows } = await sql<ReceiptOwner>`
    select item.place - 1 as item, m.id as message_id, m.company_id
    from unnest(${column('provider')}::text[], ${column('accountId')}::uuid[], ${column('companyId')}::uuid[], ${column('externalId')}::text[],
      ${column('messageId')}::uuid[]) with ordinality as item (provider, account_id, company_id, external_id, message_id, place)
    cross join lateral (
      (select id, company_id, integration_id, external_id from messages
        where messages.id = item.message_id and direction = 'outbound' and (external_id is null or external_id = item.external_id)
          and item.external_id <> all (former_external_ids))
      union all
      (select id, company_id, integration_id, external_id from messages
        where messages.provider = item.provider and messages.external_id = item.external_id and direction = 'outbound')
      limit 1
    ) as m
    join inbox_integrations i on i.id = m.integration_id
    where (item.company_id is null or m.company_id = item.company_id) and i.provider_account_id is not distinct from item.account_id`.execute(
    tx,
  );
  return rows;
}

/** What receipts came to for one text. */
export interface ReceiptChange {
  id: string;
  externalId: string;
  status: MessageStatus;
  /** Statuses that `status` may take the place of. */
  replaces: string;
  errorCode: string | null;
  providerCode: string | null;
  providerMessage: string | null;
  segments: number | null;
  priceAmount: string | null;
  priceCurrency: string | null;
  at: Date;
  /** When the provider is asked if it does not tell the end, for a text that nobody was to ask about yet. */
  nextCheckAt: Date;
}

/**
 * Writes receipts in one statement. A status only takes the place of an earlier one, or of our giving up on an answer; a price
 * and the provider's id are kept whenever they become known. @returns the texts whose status moved, with their conversations.
 */
export async function applyReceipts(
  tx: Tx,
  changes: ReceiptChange[],
): Promise<{ id: string; conversationId: string; toNumber: string; moved: boolean }[]> {
  const ordered = [...changes].sort((left, right) => (left.id < right.id ? -1 : 1));
  const column = <Name extends keyof ReceiptChange>(name: Name) => ordered.map((change) => change[name]);
  const ids = column('id');
  await sql`select 1 from messages where id = any (${ids}::uuid[]) order by id for no key update`.execute(tx);
  const { rows } = await sql<{ id: string; conversationId: string; toNumber: string; moved: boolean }>`
    with item as (
      select * from unnest(${ids}::uuid[], ${column('externalId')}::text[], ${column('status')}::text[], ${column('replaces')}::text[],
        ${column('errorCode')}::text[], ${column('providerCode')}::text[], ${column('providerMessage')}::text[], ${column('segments')}::int[],
        ${column('priceAmount')}::numeric[], ${column('priceCurrency')}::text[], ${column('at')}::timestamptz[], ${column('nextCheckAt')}::timestamptz[])
        as item (id, external_id, status, replaces, error_code, provider_code, provider_message, segments, price_amount, price_currency, at,
          next_check_at)
    ), judged as (
      select item.*, messages.status = any (item.replaces::text[]) or messages.error_code = 'no_answer' as moves from item join messages on messages.id = item.id
    )
    update messages m set
      status = case when j.moves then j.status else m.status end,
      error_code = case when j.moves then j.error_code else m.error_code end,
      provider_code = case when j.moves then j.provider_code else m.provider_code end,
      provider_message = case when j.moves then j.provider_message else m.provider_message end,
      sent_at = case when m.sent_at is null and j.moves and j.status in ('sent', 'delivered', 'undelivered') then j.at else m.sent_at end,
      delivered_at = case when j.moves and j.status = 'delivered' then j.at else m.delivered_at end,
      external_id = coalesce(m.external_id, j.external_id),
      outcome_unknown = false,
      segments = coalesce(j.segments, m.segments),
      price_amount = coalesce(j.price_amount, m.price_amount), price_currency = coalesce(j.price_currency, m.price_currency),
      price_estimated = m.price_estimated and j.price_amount is null,
      -- Nothing is left to ask about once the text has ended and its price is known.
      next_check_at = case when (case when j.moves then j.status else m.status end) in ('delivered', 'undelivered', 'failed')
        and not (m.price_estimated and j.price_amount is null) then null
        when j.moves then coalesce(m.next_check_at, j.next_check_at) else m.next_check_at end
    from judged j where m.id = j.id
    returning m.id, m.conversation_id, m.to_number, j.moves as moved`.execute(tx);
  return rows;
}
