import { planKept, type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import type { ProviderName } from '../providers/index.ts';

export interface IntegrationRow {
  id: string;
  companyId: string;
  name: string;
  provider: ProviderName;
  providerAccountId: string | null;
  accountRef: string;
  phoneNumber: string;
  isActive: boolean;
  isDefault: boolean;
  source: 'manual' | 'number';
  sms: boolean;
  mms: boolean;
  messagesPerSecond: string | null;
  status: 'untested' | 'ok' | 'failing';
  lastTestedAt: Date | null;
  lastError: string | null;
  createdAt: Date;
  updatedAt: Date;
}

const columns = sql`id, company_id, name, provider, provider_account_id, account_ref, phone_number, is_active, is_default, source, sms, mms,
  messages_per_second, status, last_tested_at, last_error, created_at, updated_at`;

export async function listIntegrations(tx: Tx): Promise<IntegrationRow[]> {
  const { rows } = await sql<IntegrationRow>`
    select ${columns} from inbox_integrations where company_id = current_company()
    order by is_default desc, is_active desc, id`.execute(tx);
  return rows;
}

export async function findIntegration(tx: Tx, id: string): Promise<IntegrationRow | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<IntegrationRow>`
    select ${columns} from inbox_integrations where id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

export async function findByNumber(tx: Tx, phoneNumber: string): Promise<IntegrationRow | null> {
  const { rows } = await sql<IntegrationRow>`
    select ${columns} from inbox_integrations where company_id = current_company() and phone_number = ${phoneNumber}`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** These, and the company's default. */
export async function findSenders(tx: Tx, ids: string[]): Promise<IntegrationRow[]> {
  const { rows } = await sql<IntegrationRow>`
    select ${columns} from inbox_integrations
    where company_id = current_company() and (id = any (${ids}::uuid[]) or is_default)`.execute(tx);
  return rows;
}

/** The company's numbers, in use or not. */
export async function ownNumbers(tx: Tx): Promise<Set<string>> {
  const { rows } = await sql<{ phoneNumber: string }>`
    ${planKept} select phone_number from inbox_integrations where company_id = current_company()`.execute(tx);
  return new Set(rows.map(({ phoneNumber }) => phoneNumber));
}

/** The company's numbers that hold these digits. */
export async function integrationsWith(tx: Tx, digits: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from inbox_integrations where company_id = current_company() and position(${digits} in phone_number) > 0`.execute(
    tx,
  );
  return rows.map(({ id }) => id);
}

/** Whose numbers these are, over all companies; those in use first. For the system role. */
export async function holdersOf(tx: Tx, phoneNumbers: string[]): Promise<IntegrationRow[]> {
  const { rows } = await sql<IntegrationRow>`
    select ${columns} from inbox_integrations where phone_number = any (${phoneNumbers}::text[])
    order by is_active desc, id`.execute(tx);
  return rows;
}

export type NewIntegration = Omit<
  IntegrationRow,
  'status' | 'lastTestedAt' | 'lastError' | 'createdAt' | 'updatedAt'
> & { at: Date };

/** @throws a unique violation when the number is an integration already, of this company or in use by any. */
export async function insertIntegration(tx: Tx, row: NewIntegration): Promise<void> {
  await insertion(row, sql``).execute(tx);
}

/** The same, unless another company has the number in use. @returns whether it was added. */
export async function insertUnlessHeld(tx: Tx, row: NewIntegration): Promise<boolean> {
  const held = sql`on conflict (phone_number) where is_active do nothing`;
  return (await insertion(row, held).execute(tx)).rows.length > 0;
}

function insertion({ at, ...row }: NewIntegration, onConflict: RawBuilder<unknown>) {
  return sql`
    insert into inbox_integrations (id, company_id, name, provider, provider_account_id, account_ref, phone_number, is_active, is_default,
      source, sms, mms, messages_per_second, next_send_at, created_at, updated_at)
    values (${row.id}, ${row.companyId}, ${row.name}, ${row.provider}, ${row.providerAccountId}, ${row.accountRef}, ${row.phoneNumber},
      ${row.isActive}, ${row.isDefault}, ${row.source}, ${row.sms}, ${row.mms}, ${row.messagesPerSecond}, ${at}, ${at}, ${at})
    ${onConflict} returning id`;
}

export type IntegrationChange = Partial<
  Pick<
    IntegrationRow,
    | 'name'
    | 'isActive'
    | 'isDefault'
    | 'messagesPerSecond'
    | 'providerAccountId'
    | 'accountRef'
    | 'sms'
    | 'mms'
    | 'status'
    | 'lastTestedAt'
    | 'lastError'
    | 'source'
  >
>;

export async function updateIntegration(
  tx: Tx,
  id: string,
  change: IntegrationChange,
  at: Date,
): Promise<void> {
  await tx
    .updateTable('inboxIntegrations')
    .set({ ...change, updatedAt: at })
    .where('id', '=', id)
    .execute();
}

/** Two that choose a default at once take turns. */
export async function clearDefault(tx: Tx): Promise<void> {
  await sql`select 1 from inbox_integrations where company_id = current_company() order by id for no key update`.execute(
    tx,
  );
  await sql`update inbox_integrations set is_default = false where company_id = current_company() and is_default`.execute(
    tx,
  );
}

/** While any number is in use one is the default, through which new conversations leave: where none is, the oldest becomes it. */
export async function ensureDefault(tx: Tx): Promise<void> {
  await sql`
    update inbox_integrations set is_default = true
    where id = (
      select id from inbox_integrations where company_id = current_company() and is_active and sms order by id limit 1
    ) and not exists (select from inbox_integrations where company_id = current_company() and is_default)`.execute(
    tx,
  );
}

/** What waits to leave through a number ends here. @returns the conversations in which something did. */
export async function failWaiting(tx: Tx, id: string): Promise<string[]> {
  const { rows } = await sql<{ conversationId: string }>`
    with gone as (delete from outbox where integration_id = ${id} returning message_id)
    update messages set status = 'failed', error_code = 'sender_inactive', outcome_unknown = false, next_check_at = null
    from gone where messages.id = gone.message_id and status in ('scheduled', 'queued', 'unknown', 'sending')
    returning conversation_id`.execute(tx);
  return rows.map(({ conversationId }) => conversationId);
}

export async function deleteIntegration(tx: Tx, id: string): Promise<void> {
  await sql`delete from inbox_integrations where id = ${id}`.execute(tx);
}
