import { planKept, type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import type { ProviderName, TextFailure } from '../providers/index.ts';
import type { MessageStatus } from './model.ts';
import { wordsOf } from './words.ts';

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
  providerAccountId: string | null;
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
const GIVEN = [
  ...(['id', 'companyId', 'conversationId', 'kind', 'direction', 'status', 'body', 'createdAt'] as const),
];
type Given = (typeof GIVEN)[number];
export type NewMessage = Pick<MessageRow, Given> & Partial<Omit<MessageRow, Given>>;

const DEFAULTS: Omit<MessageRow, Given> = {
  ...{
    fromNumber: '',
    toNumber: '',
    event: null,
    isMms: false,
    provider: null,
    providerAccountId: null,
    integrationId: null,
  },
  ...{ externalId: null, formerExternalIds: [], segments: null, encoding: null, priceAmount: null },
  ...{
    priceCurrency: null,
    priceEstimated: false,
    errorCode: null,
    providerCode: null,
    providerMessage: null,
  },
  ...{ authorKind: null, authorId: null, authorName: null, contactId: null, leadId: null, templateId: null },
  ...{ isConfirmation: false, idempotencyKey: null, requestHash: null, attempts: 0, attemptedAt: null },
  ...{ outcomeUnknown: false, lookUps: 0, nextCheckAt: null, checks: 0, sendAt: null, sentAt: null },
  deliveredAt: null,
};

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Everything but the words, which nobody reads. */
const columns = sql.raw(
  [...GIVEN, ...(Object.keys(DEFAULTS) as (keyof MessageRow)[])].map(snakeCase).join(', '),
);

/**
 * Adds rows, in one statement with one parameter, whatever their number; one that is there already, by the provider's id or the
 * idempotency key, is left out. @returns the added ones.
 */
export async function insertMessages(tx: Tx, messages: NewMessage[]): Promise<MessageRow[]> {
  if (messages.length === 0) return [];
  const rows = messages.map((message): MessageRow => ({ ...DEFAULTS, ...message }));
  const written = rows.map((row) => {
    const fields = Object.entries(row).filter(([, value]) => value !== null && value !== undefined);
    const words = row.kind === 'event' ? '' : wordsOf(row.companyId, row.body);
    // JSON knows no halves of characters.
    return {
      ...Object.fromEntries(fields.map(([name, value]) => [snakeCase(name), value])),
      ...{ body: row.body.toWellFormed(), words },
    };
  });
  const added = await sql<{ id: string }>`
    insert into messages select item.* from jsonb_populate_recordset(null::messages, ${JSON.stringify(written)}::jsonb) as item
    on conflict do nothing returning id`.execute(tx);
  const ids = new Set(added.rows.map(({ id }) => id));
  return rows.filter(({ id }) => ids.has(id));
}

export async function findMessage(tx: Tx, id: string): Promise<MessageRow | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<MessageRow>`select ${columns} from messages where id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

export async function lockMessage(tx: Tx, id: string): Promise<MessageRow | null> {
  const { rows } =
    await sql<MessageRow>`select ${columns} from messages where id = ${id} for no key update`.execute(tx);
  return rows[0] ?? null;
}

/**
 * Whether a number has been sent a text by itself for an occasion since a moment. Two that ask at once wait for each other until
 * their transactions end.
 */
export async function hasTextedBack(
  tx: Tx,
  {
    conversationId,
    to,
    occasion,
    since,
  }: { conversationId: string; to: string; occasion: string; since: Date },
): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`text-back ${conversationId} ${occasion}`}, 0))`.execute(
    tx,
  );
  const { rows } = await sql`
    select 1 from messages where conversation_id = ${conversationId} and to_number = ${to} and created_at > ${since}
      and author_kind = 'system' and idempotency_key like ${`${occasion}-%`} limit 1`.execute(tx);
  return rows.length > 0;
}

/** Earlier messages under these keys, by key. */
export async function findByKeys(tx: Tx, keys: string[]): Promise<Map<string, MessageRow>> {
  if (keys.length === 0) return new Map();
  const { rows } = await sql<MessageRow>`
    select ${columns} from messages where company_id = current_company() and idempotency_key = any (${keys}::text[])`.execute(
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
    ${planKept} select ${columns} from messages where conversation_id = ${conversationId} ${before} order by id desc limit ${limit}`.execute(
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
    ${planKept} select ${columns} from messages where conversation_id = ${conversationId} and id > ${afterId}::uuid order by id limit ${limit}`.execute(
    tx,
  );
  return rows;
}

export interface NumberPlaces {
  digits: string;
  contactIds: string[];
  conversationIds: string[];
  integrationIds: string[];
}

export interface HistoryFilter {
  direction?: 'inbound' | 'outbound' | undefined;
  status?: MessageStatus | undefined;
  provider?: ProviderName | undefined;
  /** Digits of either party's number, and where texts with such numbers are. */
  number?: NumberPlaces | undefined;
  contactId?: string | undefined;
  conversationId?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
}

/** The smallest id that a row of a moment can have: ids begin with their time in milliseconds (RFC 9562, section 5.7). */
function idAt(at: Date): string {
  const time = Math.max(0, at.getTime()).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/** Anything that is no id is nobody's. */
function sameId(column: 'contact_id' | 'conversation_id', id: string): RawBuilder<unknown> {
  return isId(id) ? sql`${sql.raw(column)} = ${id}` : sql`false`;
}

function conditions(companyId: string, filter: HistoryFilter, beforeId: string | null) {
  const parts: RawBuilder<unknown>[] = [sql`company_id = ${companyId} and kind = 'text'`];
  if (beforeId) parts.push(sql`id < ${beforeId}::uuid`);
  if (filter.since) parts.push(sql`id >= ${idAt(filter.since)}::uuid`);
  if (filter.until) parts.push(sql`id < ${idAt(filter.until)}::uuid`);
  if (filter.direction) parts.push(sql`direction = ${filter.direction}`);
  if (filter.status) parts.push(sql`status = ${sql.lit(filter.status)}`);
  if (filter.provider) parts.push(sql`provider = ${filter.provider}`);
  if (filter.contactId) parts.push(sameId('contact_id', filter.contactId));
  if (filter.conversationId) parts.push(sameId('conversation_id', filter.conversationId));
  if (filter.number) parts.push(hasNumber(filter.number));
  return sql.join(parts, sql` and `);
}

/** Read from where such numbers are: to look for digits in every text of a million took seconds. */
function hasNumber({
  digits,
  contactIds,
  conversationIds,
  integrationIds,
}: NumberPlaces): RawBuilder<unknown> {
  const ours = integrationIds.length > 0 ? sql`or integration_id = any (${integrationIds}::uuid[])` : sql``;
  return sql`(contact_id = any (${contactIds}::uuid[]) or conversation_id = any (${conversationIds}::uuid[]) ${ours})
    and (position(${digits} in from_number) > 0 or position(${digits} in to_number) > 0)`;
}

/** Texts of the company, newest first, before an id. */
export async function listHistory(
  tx: Tx,
  companyId: string,
  filter: HistoryFilter,
  beforeId: string | null,
  limit: number,
): Promise<MessageRow[]> {
  const { rows } = await sql<MessageRow>`
    select ${columns} from messages where ${conditions(companyId, filter, beforeId)} order by id desc limit ${limit}`.execute(
    tx,
  );
  return rows;
}

/**
 * Ids of the company's newest texts with these words. For the system role: row-level security lets no operator of full-text
 * search use an index. The rows themselves are then read in the company's own role.
 */
export async function textsWithWords(
  tx: Tx,
  companyId: string,
  words: string,
  filter: HistoryFilter,
  beforeId: string | null,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from messages where ${conditions(companyId, filter, beforeId)} and words @@ ${words}::tsquery
    order by id desc limit ${limit}`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Newest first. */
export async function messagesByIds(tx: Tx, ids: string[]): Promise<MessageRow[]> {
  const { rows } = await sql<MessageRow>`
    ${planKept} select ${columns} from messages where id = any (${ids}::uuid[]) order by id desc`.execute(tx);
  return rows;
}

/** Conversations in which these words were said, from the latest such messages. For the system role. */
export async function conversationsWithWords(
  tx: Tx,
  companyId: string,
  words: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ conversationId: string }>`
    select distinct conversation_id from (
      select conversation_id from messages where company_id = ${companyId} and kind <> 'event' and words @@ ${words}::tsquery
      order by id desc limit ${limit}
    ) as latest`.execute(tx);
  return rows.map(({ conversationId }) => conversationId);
}

export interface MessageChange {
  providerAccountId?: string | null;
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
