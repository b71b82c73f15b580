import { planKept, type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';
import type { TimePlace } from '../../kernel/http/paging.ts';
import { isId } from '../../kernel/ids.ts';
import type { ProviderName } from '../providers/index.ts';
import type { Category, MessageStatus } from './model.ts';

/** A conversation, locked to be changed. */
export interface ConversationState {
  id: string;
  status: 'open' | 'closed';
  contactId: string | null;
  contactPhone: string;
  integrationId: string | null;
  category: Category;
  categoryRule: string | null;
  assigneeId: string | null;
  labels: string[];
  unreadCount: number;
  lastDirection: 'inbound' | 'outbound' | null;
}

const stateColumns = sql`id, status, contact_id, contact_phone, integration_id, category, category_rule, assignee_id, labels, unread_count,
  last_direction`;

/** A conversation as people see it, with its last text and the number it goes through. */
export interface ConversationRow extends ConversationState {
  companyId: string;
  lastActivityAt: Date;
  createdAt: Date;
  closedAt: Date | null;
  lastMessageId: string | null;
  lastBody: string | null;
  lastStatus: MessageStatus | null;
  lastIsMms: boolean | null;
  lastAt: Date | null;
  integrationName: string | null;
  integrationPhone: string | null;
  integrationProvider: ProviderName | null;
  integrationMms: boolean | null;
  /** Whether this number wants no texts. */
  optedOut: boolean;
}

const ownColumns = sql`c.id, c.company_id, c.status, c.contact_id, c.contact_phone, c.integration_id, c.category, c.category_rule, c.assignee_id,
  c.labels, c.unread_count, c.last_message_id, c.last_direction, c.last_activity_at, c.created_at, c.closed_at`;
/** The newest entry of the ledger of consent decides. */
const isOut = sql`(select state from opt_outs o where o.company_id = current_company() and o.phone_number = c.contact_phone
  order by o.id desc limit 1) is not distinct from 'out' as opted_out`;
const wholeRow = sql`${ownColumns}, ${isOut}, m.body as last_body, m.status as last_status, m.is_mms as last_is_mms, m.created_at as last_at,
  i.name as integration_name, i.phone_number as integration_phone, i.provider as integration_provider, i.mms as integration_mms`;
const surroundings = sql`left join messages m on m.id = c.last_message_id left join inbox_integrations i on i.id = c.integration_id`;

export interface Opening {
  id: string;
  contactId: string;
  contactPhone: string;
  integrationId: string | null;
}

/**
 * The open conversation of each contact, made when there is none, and locked. Two transactions at once make one, by the unique
 * index; contacts are taken in order, so that they do not wait for each other in a circle.
 * @returns by contact; `isNew` ones were made now.
 */
export async function openConversations(
  tx: Tx,
  companyId: string,
  openings: Opening[],
  at: Date,
): Promise<Map<string, ConversationState & { isNew: boolean }>> {
  const ordered = [...openings].sort((left, right) => (left.contactId < right.contactId ? -1 : 1));
  const column = <Name extends keyof Opening>(name: Name) => ordered.map((opening) => opening[name]);
  const made = await sql<{ id: string }>`
    insert into conversations (id, company_id, status, contact_id, contact_phone, integration_id, category, category_rule, last_activity_at,
      created_at)
    select id, ${companyId}, 'open', contact_id, contact_phone, integration_id, 'new', 'first_text', ${at}, ${at}
    from unnest(${column('id')}::uuid[], ${column('contactId')}::uuid[], ${column('contactPhone')}::text[], ${column('integrationId')}::uuid[])
      as opening (id, contact_id, contact_phone, integration_id)
    on conflict (company_id, contact_id) where status = 'open' do nothing
    returning id`.execute(tx);
  const { rows } = await sql<ConversationState>`
    select ${stateColumns} from conversations
    where company_id = ${companyId} and status = 'open' and contact_id = any (${column('contactId')}::uuid[])
    order by id for no key update`.execute(tx);
  const isNew = new Set(made.rows.map(({ id }) => id));
  return new Map(rows.map((row) => [row.contactId!, { ...row, isNew: isNew.has(row.id) }]));
}

/** Which of these contacts have a conversation that ended. */
export async function contactsWithPast(tx: Tx, contactIds: string[]): Promise<Set<string>> {
  if (contactIds.length === 0) return new Set();
  const { rows } = await sql<{ contactId: string }>`
    select distinct contact_id from conversations
    where company_id = current_company() and contact_id = any (${contactIds}::uuid[]) and status = 'closed'`.execute(
    tx,
  );
  return new Set(rows.map(({ contactId }) => contactId));
}

/** These conversations, locked in order. */
export async function lockConversations(tx: Tx, ids: string[]): Promise<Map<string, ConversationState>> {
  const { rows } = await sql<ConversationState>`
    select ${stateColumns} from conversations where id = any (${ids}::uuid[]) order by id for no key update`.execute(
    tx,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** What texts did to a conversation. */
export interface ActivityChange {
  id: string;
  contactPhone: string;
  integrationId: string | null;
  category: Category;
  categoryRule: string | null;
  unreadCount: number;
  lastMessageId: string;
  lastDirection: 'inbound' | 'outbound';
}

/** Writes the activity of conversations that the transaction has locked, in one statement. */
export async function saveActivity(tx: Tx, changes: ActivityChange[], at: Date): Promise<void> {
  const column = <Name extends keyof ActivityChange>(name: Name) => changes.map((change) => change[name]);
  await sql`
    update conversations c set contact_phone = item.contact_phone, integration_id = item.integration_id, category = item.category,
      category_rule = item.category_rule, unread_count = item.unread_count, last_message_id = item.last_message_id,
      last_direction = item.last_direction, last_activity_at = ${at}
    from unnest(${column('id')}::uuid[], ${column('contactPhone')}::text[], ${column('integrationId')}::uuid[], ${column('category')}::text[],
      ${column('categoryRule')}::text[], ${column('unreadCount')}::int[], ${column('lastMessageId')}::uuid[], ${column('lastDirection')}::text[])
      as item (id, contact_phone, integration_id, category, category_rule, unread_count, last_message_id, last_direction)
    where c.id = item.id`.execute(tx);
}

export interface ConversationChange {
  status?: 'open' | 'closed';
  category?: Category;
  categoryRule?: string | null;
  assigneeId?: string | null;
  labels?: string[];
  unreadCount?: number;
  closedAt?: Date | null;
}

export async function updateConversation(tx: Tx, id: string, change: ConversationChange): Promise<void> {
  await tx.updateTable('conversations').set(change).where('id', '=', id).execute();
}

export async function findConversation(tx: Tx, id: string): Promise<ConversationRow | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<ConversationRow>`
    ${planKept} select ${wholeRow} from conversations c ${surroundings} where c.id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

export async function findOpenOf(tx: Tx, contactId: string): Promise<ConversationState | null> {
  const { rows } = await sql<ConversationState>`
    select ${stateColumns} from conversations
    where company_id = current_company() and contact_id = ${contactId} and status = 'open' for no key update`.execute(
    tx,
  );
  return rows[0] ?? null;
}

export interface ConversationFilter {
  status: 'open' | 'closed' | 'all';
  /** A person's id; `none`: nobody's. */
  assignee?: string | undefined;
  category?: Category | undefined;
  label?: string | undefined;
  unread?: boolean | undefined;
  contactId?: string | undefined;
  /** Contacts and words that a search found. */
  found?: { contactIds: string[]; conversationIds: string[] } | undefined;
}

/** Anything that is no id is nobody's. */
function sameId(column: string, id: string): RawBuilder<unknown> {
  return isId(id) ? sql`${sql.raw(column)} = ${id}` : sql`false`;
}

function conditions(filter: ConversationFilter): RawBuilder<unknown>[] {
  const parts = [sql`c.company_id = current_company()`];
  if (filter.status !== 'all') parts.push(sql`c.status = ${sql.lit(filter.status)}`);
  if (filter.assignee === 'none') parts.push(sql`c.assignee_id is null`);
  else if (filter.assignee) parts.push(sameId('c.assignee_id', filter.assignee));
  if (filter.category) parts.push(sql`c.category = ${filter.category}`);
  if (filter.label) parts.push(sql`${filter.label} = any (c.labels) and c.labels <> '{}'`);
  if (filter.unread) parts.push(sql`c.unread_count > 0`);
  if (filter.contactId) parts.push(sameId('c.contact_id', filter.contactId));
  return parts;
}

/** Latest activity first, after a place. Each filter is part of the statement only when it is set, so that its index is used. */
export async function listConversations(
  tx: Tx,
  filter: ConversationFilter,
  after: TimePlace | null,
  limit: number,
): Promise<ConversationRow[]> {
  const parts = conditions(filter);
  if (after) parts.push(sql`(c.last_activity_at, c.id) < (${after.at}::timestamptz, ${after.id}::uuid)`);
  const wanted = sql.join(parts, sql` and `);
  const cut = sql`order by c.last_activity_at desc, c.id desc limit ${sql.lit(limit)}`;
  const { rows } = await sql<ConversationRow>`
    ${planKept} select ${wholeRow} from (${pageOf(filter, wanted, cut)}) as c ${surroundings}
    order by c.last_activity_at desc, c.id desc`.execute(tx);
  return rows;
}

/** The rows of a page by themselves, so that what stands around them is looked up for these alone. */
function pageOf({ found, label }: ConversationFilter, wanted: RawBuilder<unknown>, cut: RawBuilder<unknown>) {
  if (found)
    // Joined, not `any (…) or any (…)`: planning would weigh each of two hundred ids against the commonest ones of the table.
    return sql`select * from (
        select ${ownColumns} from unnest(${found.contactIds}::uuid[]) as wanted (id) join conversations c on c.contact_id = wanted.id
        where ${wanted}
        union select ${ownColumns} from unnest(${found.conversationIds}::uuid[]) as wanted (id) join conversations c on c.id = wanted.id
        where ${wanted}
      ) as c ${cut}`;
  if (label)
    // What is in the index is enough to tell which rows have a label.
    return sql`select ${ownColumns} from conversations c
      where c.id = any (array(select c.id from conversations c where ${wanted} ${cut}))`;
  return sql`select ${ownColumns} from conversations c where ${wanted} ${cut}`;
}

export interface InboxCounts {
  open: number;
  unread: number;
  mine: number;
  unassigned: number;
  categories: Partial<Record<Category, number>>;
}

/**
 * How many open conversations there are, by what people filter for. One index is read from end to end, and the rarer things are
 * counted in indexes of their own.
 */
export async function countConversations(tx: Tx, userId: string | null): Promise<InboxCounts> {
  const open = sql`from conversations where company_id = current_company() and status = 'open'`;
  const { rows } = await sql<{
    category: Category;
    open: number;
    assigned: number;
    unread: number;
    mine: number;
  }>`
    ${planKept} select category, count(*) as open, count(assignee_id) as assigned,
      (select count(*) ${open} and unread_count > 0) as unread, (select count(*) ${open} and assignee_id = ${userId}::uuid) as mine
    ${open} group by category`.execute(tx);
  const sum = (name: 'open' | 'assigned') => rows.reduce((total, row) => total + row[name], 0);
  return {
    ...{ open: sum('open'), unread: rows[0]?.unread ?? 0, mine: rows[0]?.mine ?? 0 },
    ...{ unassigned: sum('open') - sum('assigned') },
    categories: Object.fromEntries(rows.map((row) => [row.category, row.open])),
  };
}

/** Moves everything of a contact that went into the one that was kept. @returns whether both had an open conversation. */
export async function moveContact(tx: Tx, fromId: string, toId: string): Promise<void> {
  await sql`update messages set contact_id = ${toId} where company_id = current_company() and contact_id = ${fromId}`.execute(
    tx,
  );
  await sql`update conversations set contact_id = ${toId} where company_id = current_company() and contact_id = ${fromId}`.execute(
    tx,
  );
}

/** Puts the messages of one conversation into another of the same contact. */
export async function moveMessages(tx: Tx, fromId: string, toId: string): Promise<void> {
  await sql`update messages set conversation_id = ${toId} where conversation_id = ${fromId}`.execute(tx);
  await sql`
    update conversations target set unread_count = target.unread_count + emptied.unread_count,
      last_message_id = case when emptied.last_activity_at > target.last_activity_at then emptied.last_message_id else target.last_message_id end,
      last_direction = case when emptied.last_activity_at > target.last_activity_at then emptied.last_direction else target.last_direction end,
      last_activity_at = greatest(emptied.last_activity_at, target.last_activity_at)
    from conversations emptied where target.id = ${toId} and emptied.id = ${fromId}`.execute(tx);
  await sql`update conversations set unread_count = 0, last_message_id = null where id = ${fromId}`.execute(
    tx,
  );
}

/** A contact was deleted: what was said stays, its open conversation ends. */
export async function forgetContact(tx: Tx, contactId: string, at: Date): Promise<void> {
  await sql`
    update conversations set contact_id = null, status = 'closed', closed_at = coalesce(closed_at, ${at}), unread_count = 0
    where company_id = current_company() and contact_id = ${contactId}`.execute(tx);
  await sql`update messages set contact_id = null where company_id = current_company() and contact_id = ${contactId}`.execute(
    tx,
  );
}

/** Conversations with numbers that hold these digits and whose contacts were deleted. */
export async function contactlessWith(tx: Tx, digits: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from conversations
    where company_id = current_company() and contact_id is null and position(${digits} in contact_phone) > 0
    order by last_activity_at desc limit ${limit}`.execute(tx);
  return rows.map(({ id }) => id);
}

export async function keepLabels(tx: Tx, companyId: string, names: string[], at: Date): Promise<void> {
  await sql`
    insert into conversation_labels (company_id, name, created_at) select ${companyId}, name, ${at} from unnest(${names}::text[]) as name
    on conflict do nothing`.execute(tx);
}

export async function listLabels(tx: Tx): Promise<{ name: string }[]> {
  const { rows } = await sql<{ name: string }>`
    select name from conversation_labels where company_id = current_company() order by lower(name)`.execute(
    tx,
  );
  return rows;
}

/** Takes a label from the list and from every conversation. @returns false when there is none of this name. */
export async function dropLabel(tx: Tx, name: string): Promise<boolean> {
  const { rows } = await sql`
    delete from conversation_labels where company_id = current_company() and name = ${name} returning name`.execute(
    tx,
  );
  await sql`
    update conversations set labels = array_remove(labels, ${name})
    where company_id = current_company() and ${name} = any (labels) and labels <> '{}'`.execute(tx);
  return rows.length > 0;
}
