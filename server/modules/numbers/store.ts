import { sql, type Tx } from '../../kernel/db/index.ts';
import type { Features, NumberType, ProviderName } from '../providers/index.ts';
import type { NumberStatus, OrderState } from './model.ts';

export interface NumberRow {
  id: string;
  companyId: string;
  provider: ProviderName;
  providerAccountId: string | null;
  phoneNumber: string;
  country: string;
  numberType: NumberType;
  status: NumberStatus;
  providerStatus: string;
  providerNumberId: string | null;
  gigId: string | null;
  gigName: string | null;
  requirementGroupId: string | null;
  features: Features;
  monthlyCost: string | null;
  upfrontCost: string | null;
  currency: string | null;
  statusReason: string | null;
  connectionId: string | null;
  configuredAt: Date | null;
  purchasedAt: Date;
  activatedAt: Date | null;
  releasedAt: Date | null;
  createdAt: Date;
  orderId: string;
  remoteOrderId: string | null;
  orderReference: string;
  errorCode: string | null;
}

export interface OrderRow {
  id: string;
  companyId: string;
  numberId: string;
  provider: ProviderName;
  providerAccountId: string | null;
  reference: string;
  idempotencyKey: string;
  request: PurchaseRequest;
  remoteOrderId: string | null;
  state: OrderState;
  errorCode: string | null;
  errorDetails: unknown;
  attempts: number;
  attemptedAt: Date | null;
  outcomeUnknown: boolean;
  attachedAt: Date | null;
  checks: number;
}

/** What a buyer asked for, kept to tell a repeat from another purchase under the same key. */
export interface PurchaseRequest {
  phoneNumber: string;
  provider: ProviderName;
  gigId: string | null;
  /** As the buyer gave it. */
  requirementGroupId: string | null;
  /** What the buyer asked for when the number was picked for him. */
  pick?: string;
  /** The provider's id of the paperwork that the order names. */
  remoteGroupId: string | null;
}

const numberColumns = sql`numbers.*, gigs.name as gig_name, number_orders.id as order_id, number_orders.remote_order_id,
  number_orders.reference as order_reference, number_orders.error_code`;
const numberTables = sql`numbers join number_orders on number_orders.number_id = numbers.id left join gigs on gigs.id = numbers.gig_id`;

export interface NewNumber {
  id: string;
  companyId: string;
  provider: ProviderName;
  providerAccountId: string | null;
  phoneNumber: string;
  country: string;
  numberType: NumberType;
  gigId: string | null;
  requirementGroupId: string | null;
  features: Features;
  monthlyCost: string | null;
  upfrontCost: string | null;
  currency: string | null;
  at: Date;
}

/** @throws a unique violation of numbers_one_holder when the number is held already, by any company. */
export async function insertNumber(tx: Tx, number: NewNumber): Promise<void> {
  await sql`
    insert into numbers (id, company_id, provider, provider_account_id, phone_number, country, number_type, status, gig_id,
      requirement_group_id, features, monthly_cost, upfront_cost, currency, purchased_at, created_at, updated_at)
    values (${number.id}, ${number.companyId}, ${number.provider}, ${number.providerAccountId}, ${number.phoneNumber}, ${number.country},
      ${number.numberType}, 'pending', ${number.gigId}, ${number.requirementGroupId}, ${JSON.stringify(number.features)}::jsonb,
      ${number.monthlyCost}, ${number.upfrontCost}, ${number.currency}, ${number.at}, ${number.at}, ${number.at})`.execute(
    tx,
  );
}

/** @throws a unique violation when the company has an order with this id or key. */
export async function insertOrder(
  tx: Tx,
  order: Pick<
    OrderRow,
    | 'id'
    | 'companyId'
    | 'numberId'
    | 'provider'
    | 'providerAccountId'
    | 'reference'
    | 'idempotencyKey'
    | 'request'
  > & { at: Date; nextCheckAt: Date },
): Promise<void> {
  await sql`
    insert into number_orders (id, company_id, number_id, provider, provider_account_id, reference, idempotency_key, request, state,
      next_check_at, created_at, updated_at)
    values (${order.id}, ${order.companyId}, ${order.numberId}, ${order.provider}, ${order.providerAccountId}, ${order.reference},
      ${order.idempotencyKey}, ${JSON.stringify(order.request)}::jsonb, 'requested', ${order.nextCheckAt}, ${order.at}, ${order.at})`.execute(
    tx,
  );
}

export async function findOrderByKey(tx: Tx, idempotencyKey: string): Promise<OrderRow | null> {
  const { rows } =
    await sql<OrderRow>`select * from number_orders where idempotency_key = ${idempotencyKey}`.execute(tx);
  return rows[0] ?? null;
}

export async function findOrder(tx: Tx, id: string): Promise<OrderRow | null> {
  const { rows } = await sql<OrderRow>`select * from number_orders where id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

/** The order and its number, held against other transactions until this one ends. */
export async function lockOrder(tx: Tx, id: string): Promise<{ order: OrderRow; number: NumberRow } | null> {
  const { rows } = await sql<OrderRow>`select * from number_orders where id = ${id} for update`.execute(tx);
  const order = rows[0];
  if (!order) return null;
  const number = await findNumber(tx, order.numberId);
  return number && { order, number };
}

/** By our id, the E.164 number's newest row, or the provider's id. */
export async function findNumber(tx: Tx, id: string): Promise<NumberRow | null> {
  const { rows } =
    await sql<NumberRow>`select ${numberColumns} from ${numberTables} where numbers.id::text = ${id}`.execute(
      tx,
    );
  return rows[0] ?? null;
}

/** The company's own number that is bought or being bought. */
export async function findHeldNumber(tx: Tx, phoneNumber: string): Promise<NumberRow | null> {
  const { rows } = await sql<NumberRow>`
    select ${numberColumns} from ${numberTables} where phone_number = ${phoneNumber} and status in ('pending', 'active')`.execute(
    tx,
  );
  return rows[0] ?? null;
}

export interface NumberFilter {
  status?: NumberStatus | undefined;
  provider?: ProviderName | undefined;
  country?: string | undefined;
  gigId?: string | undefined;
  search?: string | undefined;
}

/** Newest first, after an id. `search` matches digits of the number, or part of the gig's name. */
export async function listNumbers(
  tx: Tx,
  filter: NumberFilter,
  afterId: string | null,
  limit: number,
): Promise<NumberRow[]> {
  const digits = filter.search?.replace(/\D/g, '') ?? '';
  const name = filter.search?.trim().toLowerCase() ?? '';
  const { rows } = await sql<NumberRow>`
    select ${numberColumns} from ${numberTables}
    where (${afterId}::uuid is null or numbers.id < ${afterId}::uuid)
      and (${filter.status ?? null}::text is null or status = ${filter.status ?? null})
      and (${filter.provider ?? null}::text is null or numbers.provider = ${filter.provider ?? null})
      and (${filter.country ?? null}::text is null or country = ${filter.country ?? null})
      and (${filter.gigId ?? null}::text is null or gig_id::text = ${filter.gigId ?? null})
      and (${name} = '' or (${digits} <> '' and position(${digits} in phone_number) > 0) or position(${name} in lower(coalesce(gigs.name, ''))) > 0)
    order by numbers.id desc limit ${limit}`.execute(tx);
  return rows;
}

export async function listNumbersOfGig(tx: Tx, gigId: string): Promise<NumberRow[]> {
  const { rows } = await sql<NumberRow>`
    select ${numberColumns} from ${numberTables} where gig_id = ${gigId} and status in ('pending', 'active')
    order by (status = 'active') desc, numbers.id desc limit 100`.execute(tx);
  return rows;
}

/** Takes the right to place an order. @returns false while another process has it, or it is placed already. */
export async function takeOrderLease(
  tx: Tx,
  id: string,
  leaseId: string,
  now: Date,
  until: Date,
): Promise<boolean> {
  const { rows } = await sql`
    update number_orders set lease_id = ${leaseId}, lease_until = ${until}
    where id = ${id} and state = 'requested' and (lease_until is null or lease_until < ${now}) returning id`.execute(
    tx,
  );
  return rows.length > 0;
}

export async function dropOrderLease(tx: Tx, id: string, leaseId: string): Promise<void> {
  await sql`update number_orders set lease_id = null, lease_until = null where id = ${id} and lease_id = ${leaseId}`.execute(
    tx,
  );
}

/** Before the request leaves: from here on the outcome is unknown until an answer says otherwise. */
export async function markAttempt(tx: Tx, id: string, at: Date): Promise<void> {
  await sql`
    update number_orders set attempts = attempts + 1, attempted_at = ${at}, outcome_unknown = true, updated_at = ${at} where id = ${id}`.execute(
    tx,
  );
}

/** The provider answered that it did not take the order: it may be placed again. */
export async function markNotTaken(tx: Tx, id: string): Promise<void> {
  await sql`update number_orders set outcome_unknown = false where id = ${id} and state = 'requested'`.execute(
    tx,
  );
}

export async function setOrderCheck(tx: Tx, id: string, nextCheckAt: Date): Promise<void> {
  await sql`
    update number_orders set next_check_at = ${nextCheckAt}, checks = checks + 1 where id = ${id} and state in ('requested', 'placed')`.execute(
    tx,
  );
}

/** The order looks at its paperwork as it is from now on. */
export async function markAttached(tx: Tx, id: string, at: Date): Promise<void> {
  await sql`update number_orders set attached_at = ${at} where id = ${id}`.execute(tx);
}

/** Has the orders that wait for a group asked about soon. */
export async function hastenOrdersOfGroup(tx: Tx, groupId: string, at: Date): Promise<void> {
  await sql`
    update number_orders set next_check_at = ${at} from numbers
    where numbers.id = number_id and requirement_group_id = ${groupId} and state = 'placed'`.execute(tx);
}

export interface OrderChange {
  state: 'placed' | 'active' | 'error';
  remoteOrderId: string | null;
  errorCode: string | null;
  errorDetails: unknown;
  nextCheckAt: Date | null;
  at: Date;
}

export async function updateOrder(tx: Tx, id: string, change: OrderChange): Promise<void> {
  await sql`
    update number_orders set state = ${change.state}, remote_order_id = coalesce(${change.remoteOrderId}, remote_order_id),
      error_code = ${change.errorCode}, error_details = ${change.errorDetails === undefined ? null : JSON.stringify(change.errorDetails)}::jsonb,
      outcome_unknown = false, next_check_at = ${change.nextCheckAt}, updated_at = ${change.at}
    where id = ${id}`.execute(tx);
}

export interface NumberChange {
  status: NumberStatus;
  providerStatus: string;
  statusReason: string | null;
  providerNumberId: string | null;
  at: Date;
}

export async function updateNumber(tx: Tx, id: string, change: NumberChange): Promise<void> {
  await sql`
    update numbers set status = ${change.status}, provider_status = ${change.providerStatus}, status_reason = ${change.statusReason},
      provider_number_id = coalesce(${change.providerNumberId}, provider_number_id), updated_at = ${change.at},
      activated_at = case when ${change.status} = 'active' then coalesce(activated_at, ${change.at}) else activated_at end,
      released_at = case when ${change.status} = 'released' then coalesce(released_at, ${change.at}) else released_at end
    where id = ${id}`.execute(tx);
}

export async function markConfigured(
  tx: Tx,
  id: string,
  providerNumberId: string,
  connectionId: string | null,
  at: Date,
): Promise<void> {
  await sql`
    update numbers set configured_at = ${at}, provider_number_id = ${providerNumberId}, connection_id = ${connectionId}, updated_at = ${at}
    where id = ${id}`.execute(tx);
}

export async function markUnconfigured(tx: Tx, id: string): Promise<void> {
  await sql`update numbers set configured_at = null where id = ${id}`.execute(tx);
}

export async function assignGig(tx: Tx, id: string, gigId: string | null, at: Date): Promise<void> {
  await sql`update numbers set gig_id = ${gigId}, updated_at = ${at} where id = ${id}`.execute(tx);
}

export interface NumberEvent {
  id: string;
  companyId: string;
  numberId: string;
  kind: string;
  status: NumberStatus;
  source: 'request' | 'answer' | 'webhook' | 'reconciler' | 'configuration' | 'user' | 'sync';
  providerStatus: string;
  text: string;
  at: Date;
}

export async function addEvent(tx: Tx, event: NumberEvent): Promise<void> {
  await sql`
    insert into number_events (id, company_id, number_id, kind, status, source, provider_status, text, created_at)
    values (${event.id}, ${event.companyId}, ${event.numberId}, ${event.kind}, ${event.status}, ${event.source}, ${event.providerStatus},
      ${event.text.slice(0, 1000)}, ${event.at})`.execute(tx);
}

export async function listEvents(
  tx: Tx,
  numberId: string,
): Promise<(Omit<NumberEvent, 'at'> & { createdAt: Date })[]> {
  const { rows } = await sql<Omit<NumberEvent, 'at'> & { createdAt: Date }>`
    select * from number_events where number_id = ${numberId} order by id limit 500`.execute(tx);
  return rows;
}

/** Orders to be asked about, over all companies. For the system role. */
export async function dueOrders(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<{ id: string; companyId: string }[]> {
  const { rows } = await sql<{ id: string; companyId: string }>`
    select id, company_id from number_orders where next_check_at <= ${now} order by next_check_at limit ${limit}`.execute(
    tx,
  );
  return rows;
}

/** Which of our orders a provider's account speaks of; another account's order is none of its business. For the system role. */
export async function ownerOfOrder(
  tx: Tx,
  remote: { orderId: string; reference: string | null; accountId: string | null },
): Promise<{ id: string; companyId: string; phoneNumber: string } | null> {
  const { rows } = await sql<{ id: string; companyId: string; phoneNumber: string }>`
    select id, company_id, request ->> 'phoneNumber' as phone_number from number_orders
    where (reference = ${remote.reference} or remote_order_id = ${remote.orderId})
      and provider_account_id is not distinct from ${remote.accountId}::uuid
    limit 1`.execute(tx);
  return rows[0] ?? null;
}
