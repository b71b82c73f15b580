import { type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';
import type { ProviderName, TextFailure } from '../providers/index.ts';
import type { MessageStatus } from './model.ts';
import { rowId } from './row-id.ts';

export interface MessageEvent {
  name:
    | 'assigned'
    | 'unassigned'
    | 'closed'
    | 'reopened'
    | 'category'
    | 'labels'
    | 'opted_out'
    | 'opted_in'
    | 'merged';
  from?: string | null;
  to?: string | null;
}

export interface MessageRow {
  id: string;
  companyId: string;
  conversationId: string;
  kind: 'text' | 'note' | 'event';
  direction: 'inbound' | 'outbound';
  status: MessageStatus;
  fromNumber: string;
  toNumber: string;
  body: string;
  event: MessageEvent | null;
  isMms: boolean;
  provider: ProviderName | null;
  integrationId: string | null;
  externalId: string | null;
  formerExternalIds: string[];
  segments: number | null;
  encoding: 'GSM-7' | 'UCS-2' | null;
  priceAmount: string | null;
  priceCurrency: string | null;
  priceEstimated: boolean;
  errorCode: string | null;
  providerCode: string | null;
  providerMessage: string | null;
  authorKind: 'user' | 'api_key' | 'system' | null;
  authorId: string | null;
  authorName: string | null;
  contactId: string | null;
  leadId: string | null;
  templateId: string | null;
  isConfirmation: boolean;
  idempotencyKey: string | null;
  requestHash: string | null;
  attempts: number;
  attemptedAt: Date | null;
  outcomeUnknown: boolean;
  lookUps: number;
  nextCheckAt: Date | null;
  checks: number;
  sendAt: Date | null;
  sentAt: Date | null;
  deliveredAt: Date | null;
  createdAt: Date;
}

/** What a new row must say; the rest has defaults. */
export type NewMessage = Pick<
  MessageRow,
  'id' | 'companyId' | 'conversationId' | 'kind' | 'direction' | 'status' | 'body' | 'createdAt'
> &
  Partial<Omit<MessageRow, 'event'>> & { event?: MessageEvent };

const ROWS_AT_ONCE = 500;

/** Adds rows; one that is there already, by the provider's id or the idempotency key, is left out. @returns the added ones. */
export async function insertMessages(tx: Tx, messages: NewMessage[]): Promise<MessageRow[]> {
  const added: MessageRow[] = [];
  for (let start = 0; start < messages.length; start += ROWS_AT_ONCE) {
    const rows = messages.slice(start, start + ROWS_AT_ONCE).map((message) => ({
      ...message,
      event: message.event ? JSON.stringify(message.event) : null,
    }));
    const inserted = await tx
      .insertInto('messages')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .execute();
    added.push(...(inserted as unknown as MessageRow[]));
  }
  return added;
}

export async function findMessage(tx: Tx, id: string): Promise<MessageRow | null> {
  const { rows } = await sql<MessageRow>`select * from messages where id = ${rowId(id)}::uuid`.execute(tx);
  return rows[0] ?? null;
}

export async function lockMessage(tx: Tx, id: string): Promise<MessageRow | null> {
  const { rows } = await sql<MessageRow>`select * from messages where id = ${id} for no key update`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** Earlier messages under these keys, by key. */
export async function findByKeys(tx: Tx, keys: string[]): Promise<Map<string, MessageRow>> {
  if (keys.length === 0) return new Map();
  const { rows } = await sql<MessageRow>`
    select * from messages where company_id = current_company() and idempotency_key = any (${keys}::text[])`.execute(
    tx,
  );
  return new Map(rows.map((row) => [row.idempotencyKey!, row]));
}

/** A conversation's messages, newest first, before an id. */
export async function listThread(
  tx: Tx,
  conversationId: string,
  beforeId: string | null,
  limit: number,
): Promise<MessageRow[]> {
  const before = beforeId ? sql`and id < ${beforeId}::uuid` : sql``;
  const { rows } = await sql<MessageRow>`
    select * from messages where conversation_id = ${conversationId} ${before} order by id desc limit ${limit}`.execute(
    tx,
  );
  return rows;
}

/** What came into a conversation since a message, oldest first. */
export async function listThreadSince(
  tx: Tx,
  conversationId: string,
  afterId: string,
  limit: number,
): Promise<MessageRow[]> {
  const { rows } = await sql<MessageRow>`
    select * from messages where conversation_id = ${conversationId} and id > ${afterId}::uuid order by id limit ${limit}`.execute(
    tx,
  );
  return rows;
}

export interface HistoryFilter {
  direction?: 'inbound' | 'outbound' | undefined;
  status?: MessageStatus | undefined;
  provider?: ProviderName | undefined;
  /** Digits of either party's number. */
  number?: string | undefined;
  contactId?: string | undefined;
  conversationId?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  search?: string | undefined;
}

/** The smallest id that a row of a moment can have: ids begin with their time in milliseconds (RFC 9562, section 5.7). */
function idAt(at: Date): string {
  const time = Math.max(0, at.getTime()).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/** A search in the form of the index (search_words): every word, each perhaps unfinished. */
export function searchQuery(text: string): string | null {
  const words = text
    .replace(/[œŒ]/g, 'oe')
    .replace(/[æÆ]/g, 'ae')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return words
    ? words
        .slice(0, 8)
        .map((word) => `${word}:*`)
        .join(' & ')
    : null;
}

/** Texts of the company, newest first, before an id. */
export async function listHistory(
  tx: Tx,
  filter: HistoryFilter,
  beforeId: string | null,
  limit: number,
): Promise<MessageRow[]> {
  const parts: RawBuilder<unknown>[] = [sql`company_id = current_company() and kind = 'text'`];
  if (beforeId) parts.push(sql`id < ${beforeId}::uuid`);
  if (filter.since) parts.push(sql`id >= ${idAt(filter.since)}::uuid`);
  if (filter.until) parts.push(sql`id < ${idAt(filter.until)}::uuid`);
  if (filter.direction) parts.push(sql`direction = ${filter.direction}`);
  if (filter.status) parts.push(sql`status = ${filter.status}`);
  if (filter.provider) parts.push(sql`provider = ${filter.provider}`);
  if (filter.contactId) parts.push(sql`contact_id = ${rowId(filter.contactId)}::uuid`);
  if (filter.conversationId) parts.push(sql`conversation_id = ${rowId(filter.conversationId)}::uuid`);
  if (filter.number)
    parts.push(
      sql`(position(${filter.number} in from_number) > 0 or position(${filter.number} in to_number) > 0)`,
    );
  const query = filter.search ? searchQuery(filter.search) : null;
  if (query) parts.push(sql`search_words(body) @@ to_tsquery('simple', ${query})`);
  const { rows } = await sql<MessageRow>`
    select * from messages where ${sql.join(parts, sql` and `)} order by id desc limit ${limit}`.execute(tx);
  return rows;
}

/** Conversations in which these words were said, the latest first. */
export async function conversationsWithWords(tx: Tx, text: string, limit: number): Promise<string[]> {
  const query = searchQuery(text);
  if (!query) return [];
  const { rows } = await sql<{ conversationId: string }>`
    select conversation_id from messages
    where company_id = current_company() and kind <> 'event' and search_words(body) @@ to_tsquery('simple', ${query})
    group by conversation_id order by max(id::text) desc limit ${limit}`.execute(tx);
  return rows.map(({ conversationId }) => conversationId);
}

export interface MessageChange {
  status?: MessageStatus;
  externalId?: string | null;
  formerExternalIds?: string[];
  outcomeUnknown?: boolean;
  attempts?: number;
  attemptedAt?: Date;
  lookUps?: number;
  checks?: number;
  nextCheckAt?: Date | null;
  sentAt?: Date;
  errorCode?: string | null;
  providerCode?: string | null;
  providerMessage?: string | null;
}

export async function updateMessage(tx: Tx, id: string, change: MessageChange): Promise<void> {
  await tx.updateTable('messages').set(change).where('id', '=', id).execute();
}

/** Those of the provider's ids that one of the company's messages has. */
export async function knownExternalIds(
  tx: Tx,
  provider: ProviderName,
  externalIds: string[],
): Promise<Set<string>> {
  if (externalIds.length === 0) return new Set();
  const { rows } = await sql<{ externalId: string }>`
    select external_id from messages
    where company_id = current_company() and provider = ${provider} and external_id = any (${externalIds}::text[])`.execute(
    tx,
  );
  return new Set(rows.map(({ externalId }) => externalId));
}

/** The columns of a failure. */
export function failureColumns(failure: TextFailure | null) {
  return {
    errorCode: failure?.reason ?? null,
    providerCode: failure?.providerCode?.slice(0, 60) ?? null,
    providerMessage: failure?.providerMessage.slice(0, 1000) ?? null,
  };
}

/** Texts about which the provider is to be asked, over all companies. For the system role. */
export async function dueChecks(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<{ id: string; companyId: string }[]> {
  const { rows } = await sql<{ id: string; companyId: string }>`
    select id, company_id from messages where next_check_at <= ${now} order by next_check_at limit ${limit}`.execute(
    tx,
  );
  return rows;
}
