import { planShared, sql, type Tx } from '../../kernel/db/index.ts';
import type { ProviderName } from '../providers/index.ts';
import { type CallSettings, defaultSettings, type Rule, settingsSchema } from './rule-model.ts';

/** What people wrote, and how often they changed it: two who edit at once do not overwrite each other. */
export interface Versioned<Value> {
  value: Value;
  /** 0: nobody has written anything, and the defaults hold. */
  version: number;
}

/** The company's settings. What was written before a setting existed has that setting's default. */
export async function findSettings(tx: Tx): Promise<Versioned<CallSettings>> {
  const { rows } = await sql<{ settings: unknown; version: number }>`
    ${planShared} select settings, version from call_settings where company_id = current_company()`.execute(
    tx,
  );
  const [row] = rows;
  return row
    ? { value: settingsSchema.parse(row.settings), version: row.version }
    : { value: defaultSettings(), version: 0 };
}

/** @returns false when somebody else has changed them since `version`. */
export async function saveSettings(
  tx: Tx,
  companyId: string,
  settings: CallSettings,
  version: number,
  at: Date,
): Promise<boolean> {
  const { rows } = await sql`
    insert into call_settings (company_id, settings, version, updated_at)
    select ${companyId}, ${JSON.stringify(settings)}::jsonb, 1, ${at} where ${version} = 0
    on conflict (company_id) do nothing returning 1`.execute(tx);
  if (version === 0) return rows.length > 0;
  const updated = await sql`
    update call_settings set settings = ${JSON.stringify(settings)}::jsonb, version = version + 1, updated_at = ${at}
    where company_id = ${companyId} and version = ${version} returning 1`.execute(tx);
  return updated.rows.length > 0;
}

export interface RouteRow {
  /** Null: the company's default. */
  numberId: string | null;
  rule: Rule;
  version: number;
  updatedAt: Date;
}

/** The rules of these numbers, and the company's default. */
export async function findRoutes(tx: Tx, numberIds: readonly string[]): Promise<RouteRow[]> {
  const { rows } = await sql<RouteRow>`
    ${planShared} select number_id, rule, version, updated_at from call_routes
    where company_id = current_company() and (number_id is null or number_id = any (${numberIds}::uuid[]))`.execute(
    tx,
  );
  return rows;
}

/** @returns false when somebody else has changed it since `version`. */
/** The rule of a number, or of the company when it is null, goes. */
export async function removeRoute(tx: Tx, numberId: string | null): Promise<void> {
  await sql`
    delete from call_routes where company_id = current_company() and number_id is not distinct from ${numberId}::uuid`.execute(
    tx,
  );
}

export async function saveRoute(
  tx: Tx,
  companyId: string,
  route: { numberId: string | null; rule: Rule; version: number; at: Date },
): Promise<boolean> {
  const rule = JSON.stringify(route.rule);
  if (route.version === 0) {
    const { rows } = await sql`
      insert into call_routes (number_id, company_id, rule, version, updated_at)
      values (${route.numberId}, ${companyId}, ${rule}::jsonb, 1, ${route.at})
      on conflict (company_id, number_id) do nothing returning 1`.execute(tx);
    return rows.length > 0;
  }
  const { rows } = await sql`
    update call_routes set rule = ${rule}::jsonb, version = version + 1, updated_at = ${route.at}
    where company_id = ${companyId} and number_id is not distinct from ${route.numberId}::uuid and version = ${route.version}
    returning 1`.execute(tx);
  return rows.length > 0;
}

export interface PhoneRow {
  userId: string;
  phoneNumber: string | null;
  available: boolean;
  browserUntil: Date | null;
}

/** How the company's people are rung. */
export async function listPhones(tx: Tx): Promise<PhoneRow[]> {
  const { rows } = await sql<PhoneRow>`
    ${planShared} select user_id, phone_number, available, browser_until from call_phones
    where company_id = current_company() order by user_id`.execute(tx);
  return rows;
}

export async function savePhone(
  tx: Tx,
  companyId: string,
  phone: { userId: string; phoneNumber: string | null; available: boolean; at: Date },
): Promise<void> {
  await sql`
    insert into call_phones (company_id, user_id, phone_number, available, updated_at)
    values (${companyId}, ${phone.userId}, ${phone.phoneNumber}, ${phone.available}, ${phone.at})
    on conflict (company_id, user_id) do update set phone_number = excluded.phone_number, available = excluded.available,
      updated_at = excluded.updated_at`.execute(tx);
}

/** A browser of theirs listens until then; null: it does no longer. */
export async function saveBrowser(
  tx: Tx,
  companyId: string,
  browser: { userId: string; until: Date | null; at: Date },
): Promise<void> {
  await sql`
    insert into call_phones (company_id, user_id, browser_until, updated_at)
    values (${companyId}, ${browser.userId}, ${browser.until}, ${browser.at})
    on conflict (company_id, user_id) do update set browser_until = excluded.browser_until`.execute(tx);
}

export interface SoftphoneRow {
  id: string;
  userId: string | null;
  address: string | null;
  keptSealed: string | null;
}

/** What one account of a provider made for browsers: of the account itself, and of people. */
export async function listSoftphones(
  tx: Tx,
  provider: ProviderName,
  accountId: string | null,
): Promise<SoftphoneRow[]> {
  const { rows } = await sql<SoftphoneRow>`
    ${planShared} select id, user_id, address, kept_sealed from call_softphones
    where company_id = current_company() and provider = ${provider} and provider_account_id is not distinct from ${accountId}::uuid`.execute(
    tx,
  );
  return rows;
}

/** What is kept for the company's browsers, held until the transaction ends. */
export async function lockSealedSoftphones(tx: Tx): Promise<{ id: string; keptSealed: string }[]> {
  const { rows } = await sql<{ id: string; keptSealed: string }>`
    select id, kept_sealed from call_softphones where company_id = current_company() and kept_sealed is not null
    order by id for update`.execute(tx);
  return rows;
}

export async function resealSoftphone(tx: Tx, id: string, keptSealed: string): Promise<void> {
  await sql`update call_softphones set kept_sealed = ${keptSealed} where id = ${id}`.execute(tx);
}

export async function saveSoftphone(
  tx: Tx,
  softphone: SoftphoneRow & {
    companyId: string;
    provider: ProviderName;
    providerAccountId: string | null;
    createdAt: Date;
  },
): Promise<void> {
  const { id, companyId, provider, providerAccountId, userId, address, keptSealed, createdAt } = softphone;
  await sql`
    insert into call_softphones (id, company_id, provider, provider_account_id, user_id, address, kept_sealed, created_at)
    values (${id}, ${companyId}, ${provider}, ${providerAccountId}, ${userId}, ${address}, ${keptSealed}, ${createdAt})
    on conflict (company_id, provider, provider_account_id, user_id) do update set id = excluded.id, address = excluded.address,
      kept_sealed = excluded.kept_sealed`.execute(tx);
}
