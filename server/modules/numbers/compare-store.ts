import { sql, type Tx } from '../../kernel/db/index.ts';
import type { ComparedAccount, Features, ProviderName } from '../providers/index.ts';
import type { NumberStatus, OrderState } from './model.ts';

/** What is compared of a number of ours. */
export interface HeldNumber {
  id: string;
  companyId: string;
  provider: ProviderName;
  providerAccountId: string | null;
  phoneNumber: string;
  status: NumberStatus;
  features: Features;
  configuredAt: Date | null;
  orderId: string;
  orderState: OrderState;
}

const columns = sql`numbers.id, numbers.company_id, numbers.provider, numbers.provider_account_id, phone_number, status, features, configured_at,
  number_orders.id as order_id, number_orders.state as order_state`;

/** The newest row of each of these numbers, whoever holds or held it. For the system role. */
export async function newestOf(tx: Tx, phoneNumbers: readonly string[]): Promise<Map<string, HeldNumber>> {
  const { rows } = await sql<HeldNumber>`
    select distinct on (phone_number) ${columns} from numbers join number_orders on number_orders.number_id = numbers.id
    where phone_number = any (${phoneNumbers}::text[])
    order by phone_number, status in ('pending', 'active') desc, numbers.id desc`.execute(tx);
  return new Map(rows.map((row) => [row.phoneNumber, row]));
}

/** Notes when the provider's list named numbers. */
export async function markSeen(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
  await sql`update numbers set provider_seen_at = ${at} where id = any (${ids}::uuid[])`.execute(tx);
}

/** Active numbers of an account that its list has not named since a moment. */
export async function unseenSince(tx: Tx, account: ComparedAccount, since: Date): Promise<HeldNumber[]> {
  const { rows } = await sql<HeldNumber>`
    select ${columns} from numbers join number_orders on number_orders.number_id = numbers.id
    where numbers.company_id = current_company() and numbers.provider = ${account.provider} and status = 'active'
      and numbers.provider_account_id is not distinct from ${account.accountId}::uuid
      and activated_at < ${since} and (provider_seen_at is null or provider_seen_at < ${since}) order by numbers.id`.execute(
    tx,
  );
  return rows;
}

/** Accounts in which a company holds numbers, over all companies. For the system role. */
export async function accountsInUse(
  tx: Tx,
): Promise<{ companyId: string; provider: ProviderName; accountId: string | null }[]> {
  const { rows } = await sql<{ companyId: string; provider: ProviderName; accountId: string | null }>`
    select distinct company_id, provider, provider_account_id as account_id from numbers where status in ('pending', 'active')`.execute(
    tx,
  );
  return rows;
}

/** How purchases stand: for who asks whether anything is stuck. */
export async function orderHealth(tx: Tx, now: Date): Promise<{ waiting: number; oldestDueAt: Date | null }> {
  const { rows } = await sql<{ waiting: number; oldestDueAt: Date | null }>`
    select count(*)::int as waiting, min(next_check_at) filter (where next_check_at < ${now}) as oldest_due_at from number_orders
    where company_id = current_company() and next_check_at is not null`.execute(tx);
  return rows[0]!;
}

/** A number that the company has taken over needs no purchase: its order is written down as carried out. */
export async function insertAdopted(
  tx: Tx,
  number: {
    id: string;
    orderId: string;
    companyId: string;
    provider: ProviderName;
    providerAccountId: string | null;
    phoneNumber: string;
    country: string;
    numberType: string;
    features: Features;
    providerStatus: string;
    providerNumberId: string;
    at: Date;
  },
): Promise<void> {
  const { id, orderId, companyId, provider, providerAccountId, phoneNumber, at } = number;
  await sql`
    insert into numbers (id, company_id, provider, provider_account_id, phone_number, country, number_type, status, provider_status,
      provider_number_id, features, purchased_at, activated_at, provider_seen_at, created_at, updated_at)
    values (${id}, ${companyId}, ${provider}, ${providerAccountId}, ${phoneNumber}, ${number.country}, ${number.numberType}, 'active',
      ${number.providerStatus}, ${number.providerNumberId}, ${JSON.stringify(number.features)}::jsonb, ${at}, ${at}, ${at}, ${at}, ${at})`.execute(
    tx,
  );
  const request = { phoneNumber, provider, gigId: null, requirementGroupId: null, remoteGroupId: null };
  await sql`
    insert into number_orders (id, company_id, number_id, provider, provider_account_id, reference, idempotency_key, request, remote_order_id,
      state, created_at, updated_at)
    values (${orderId}, ${companyId}, ${id}, ${provider}, ${providerAccountId}, ${`relais-${orderId}`}, ${orderId},
      ${JSON.stringify(request)}::jsonb, ${number.providerNumberId}, 'active', ${at}, ${at})`.execute(tx);
}

/** The company of an installation that has one alone; null otherwise. */
export async function onlyCompany(tx: Tx): Promise<string | null> {
  const { rows } = await sql<{ id: string | null }>`select only_company() as id`.execute(tx);
  return rows[0]?.id ?? null;
}
