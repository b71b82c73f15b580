import { planKept, sql, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import { publishAll } from '../../kernel/live.ts';
import type { Stage } from './model.ts';

export interface PhoneRow {
  id: string;
  phoneNumber: string;
  label: string;
  isPrimary: boolean;
}

export interface ContactRow {
  id: string;
  name: string;
  stage: Stage;
  email: string | null;
  note: string;
  mergedIntoId: string | null;
  /** The primary one first, then the oldest first. */
  phones: PhoneRow[];
  createdAt: Date;
  updatedAt: Date;
}

/** A contact without its numbers, as it is written. */
export type ContactFacts = Pick<ContactRow, 'id' | 'name' | 'stage' | 'email' | 'note'>;
export type NewPhone = PhoneRow & { contactId: string };

/** The columns of a ContactRow, for queries on `contacts`. */
export const contactColumns = sql`contacts.id, contacts.name, contacts.stage, contacts.email, contacts.note,
  contacts.merged_into_id, contacts.created_at, contacts.updated_at,
  (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'phoneNumber', p.phone_number, 'label', p.label,
    'isPrimary', p.is_primary) order by p.is_primary desc, p.id), '[]') from contact_phones p where p.contact_id = contacts.id) as phones`;

/** By its id, or by the id of one that was merged into it. */
export async function findContact(tx: Tx, id: string): Promise<ContactRow | null> {
  return (await findContacts(tx, [id])).get(id) ?? null;
}

/** Contacts by their ids; the id of one that was merged leads to the one that was kept. */
export async function findContacts(tx: Tx, ids: readonly string[]): Promise<Map<string, ContactRow>> {
  const asked = ids.filter(isId);
  if (asked.length === 0) return new Map();
  // Not coalesce: PostgreSQL takes it for something that may leak, and row-level security then reads every contact for the join.
  const { rows } = await sql<ContactRow & { askedId: string }>`
    select asked.id as asked_id, ${contactColumns}
    from contacts asked join contacts
      on contacts.id = case when asked.merged_into_id is null then asked.id else asked.merged_into_id end
    where asked.id = any(${asked}::uuid[])`.execute(tx);
  const byAskedId = new Map(rows.map(({ askedId, ...row }) => [askedId, row]));
  // An id may be written in capitals.
  return new Map(
    asked.flatMap((id) => {
      const row = byAskedId.get(id.toLowerCase());
      return row ? [[id, row] as const] : [];
    }),
  );
}

/** What a list shows of contacts. */
export interface ContactName {
  id: string;
  name: string;
  stage: Stage;
}

/** The same for lists that show no numbers: these are most of the work. */
export async function findNames(tx: Tx, ids: readonly string[]): Promise<Map<string, ContactName>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<ContactName & { askedId: string }>`
    ${planKept} select asked.id as asked_id, kept.id, kept.name, kept.stage
    from contacts asked join contacts kept
      on kept.id = case when asked.merged_into_id is null then asked.id else asked.merged_into_id end
    where asked.id = any(${ids}::uuid[])`.execute(tx);
  return new Map(rows.map(({ askedId, ...row }) => [askedId, row]));
}

/**
 * Holds contacts, found like findContacts, against every other change until the transaction ends.
 * @param strength `change` lets others write rows that point at the contact; `end`, for what ends contacts, does not.
 */
export async function lockContacts(
  tx: Tx,
  ids: readonly string[],
  strength: 'change' | 'end',
): Promise<Map<string, ContactRow>> {
  const lock = strength === 'end' ? sql`for update` : sql`for no key update`;
  // Ends of one company's contacts go one after the other: each may touch the signposts that another one makes.
  if (strength === 'end')
    await sql`select pg_advisory_xact_lock(hashtextextended('contacts ' || current_company(), 0))`.execute(
      tx,
    );
  const held = new Set<string>();
  let wanted = await keptIds(tx, ids);
  for (;;) {
    // In the order of ids, so that two who hold the same contacts do not wait for each other.
    await sql`select id from contacts where id = any(${wanted}::uuid[]) order by id ${lock}`.execute(tx);
    for (const id of wanted) held.add(id);
    // Whoever was waited for may have merged them elsewhere, so they are looked up again until all that is found is held.
    const found = await findContacts(tx, ids);
    wanted = [...new Set([...found.values()].map((row) => row.id))].filter((id) => !held.has(id));
    if (wanted.length === 0) return found;
  }
}

async function keptIds(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct coalesce(merged_into_id, id) as id from contacts where id = any(${ids.filter(isId)}::uuid[])`.execute(
    tx,
  );
  return rows.map((row) => row.id);
}

/** Writes new contacts, in one statement. */
export async function insertContacts(
  tx: Tx,
  companyId: string,
  contacts: readonly ContactFacts[],
  at: Date,
): Promise<void> {
  if (contacts.length === 0) return;
  await sql`
    insert into contacts (id, company_id, name, stage, email, note, created_at, updated_at)
    select id, ${companyId}, name, stage, email, note, ${at}, ${at}
    from jsonb_to_recordset(${JSON.stringify(contacts)}::jsonb) as row (id uuid, name text, stage text, email text, note text)`.execute(
    tx,
  );
}

/** Writes what contacts are now, in one statement. */
export async function updateContacts(tx: Tx, contacts: readonly ContactFacts[], at: Date): Promise<void> {
  if (contacts.length === 0) return;
  await sql`
    update contacts set name = row.name, stage = row.stage, email = row.email, note = row.note, updated_at = ${at}
    from jsonb_to_recordset(${JSON.stringify(contacts)}::jsonb) as row (id uuid, name text, stage text, email text, note text)
    where contacts.id = row.id`.execute(tx);
}

/** Notes that contacts changed, e.g. in their numbers. */
export async function touchContacts(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
  await sql`update contacts set updated_at = ${at} where id = any(${ids}::uuid[])`.execute(tx);
}

/** Its numbers, its words and its signposts go with it. */
export async function deleteContact(tx: Tx, id: string): Promise<void> {
  await sql`delete from contact_words where contact_id = ${id}`.execute(tx);
  await sql`delete from contacts where id = ${id}`.execute(tx);
}

/** Makes a contact, and all that pointed at it, a signpost to another. */
export async function pointContact(tx: Tx, id: string, keptId: string, at: Date): Promise<void> {
  await sql`
    update contacts set merged_into_id = ${keptId}, updated_at = ${at}
    where id = ${id} or merged_into_id = ${id}`.execute(tx);
}

/**
 * Writes numbers, in one statement and in their own order, so that two who write the same ones do not wait for each other.
 * @returns those that nobody in the company had.
 */
export async function insertPhones(
  tx: Tx,
  companyId: string,
  phones: readonly NewPhone[],
  at: Date,
): Promise<Set<string>> {
  if (phones.length === 0) return new Set();
  const { rows } = await sql<{ phoneNumber: string }>`
    insert into contact_phones (id, company_id, contact_id, phone_number, label, is_primary, created_at)
    select id, ${companyId}, "contactId", "phoneNumber", label, "isPrimary", ${at}
    from jsonb_to_recordset(${JSON.stringify(phones)}::jsonb)
      as row (id uuid, "contactId" uuid, "phoneNumber" text, label text, "isPrimary" boolean)
    order by "phoneNumber" collate "C"
    on conflict (company_id, phone_number) do nothing
    returning phone_number`.execute(tx);
  return new Set(rows.map((row) => row.phoneNumber));
}

/** Writes the labels of numbers, in one statement. */
export async function updateLabels(tx: Tx, phones: readonly { id: string; label: string }[]): Promise<void> {
  if (phones.length === 0) return;
  await sql`
    update contact_phones set label = row.label
    from unnest(${phones.map(({ id }) => id)}::uuid[], ${phones.map(({ label }) => label)}::text[]) as row (id, label)
    where contact_phones.id = row.id`.execute(tx);
}

export async function deletePhones(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`delete from contact_phones where id = any(${ids}::uuid[])`.execute(tx);
}

/** Gives a contact another primary number; in two steps, because no moment may have two. */
export async function setPrimary(tx: Tx, contactId: string, phoneId: string | null): Promise<void> {
  await sql`
    update contact_phones set is_primary = false
    where contact_id = ${contactId} and is_primary and id is distinct from ${phoneId}::uuid`.execute(tx);
  await sql`
    update contact_phones set is_primary = true
    where contact_id = ${contactId} and id = ${phoneId}::uuid and not is_primary`.execute(tx);
}

/** Hands all numbers of a contact to another, where none of them is the primary one. */
export async function movePhones(tx: Tx, fromId: string, toId: string): Promise<void> {
  await sql`update contact_phones set contact_id = ${toId}, is_primary = false where contact_id = ${fromId}`.execute(
    tx,
  );
}

/** The ids of the contacts that have some of these numbers. */
export async function holderIds(tx: Tx, phoneNumbers: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ contactId: string }>`
    select distinct contact_id from contact_phones where phone_number = any(${phoneNumbers}::text[])`.execute(
    tx,
  );
  return rows.map((row) => row.contactId);
}

/**
 * Makes the database plan its checks of foreign keys for the tables as they are now, until the transaction ends: it keeps
 * the plan it made when a table was nearly empty, and reads the whole table for each row of the import that fills it.
 */
export async function planAfresh(tx: Tx): Promise<void> {
  await sql`set local plan_cache_mode = force_custom_plan`.execute(tx);
}

/** Who has a number. */
export async function findHolder(
  tx: Tx,
  phoneNumber: string,
): Promise<{ contactId: string; name: string } | null> {
  const { rows } = await sql<{ contactId: string; name: string }>`
    select contacts.id as contact_id, contacts.name
    from contact_phones join contacts on contacts.id = contact_phones.contact_id
    where contact_phones.phone_number = ${phoneNumber}`.execute(tx);
  return rows[0] ?? null;
}

/** Tells the consoles of several contacts, in one statement. */
export async function publishContacts(tx: Tx, companyId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await publishAll(tx, companyId, 'contact', ids);
}
