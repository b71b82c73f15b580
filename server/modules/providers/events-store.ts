import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem, planShared, sql, type Tx } from '../../kernel/db/index.ts';
import type { ProviderName } from './port.ts';

/** A verified delivery, ready to be stored. */
export interface NewEvent {
  id: string;
  companyId: string | null;
  provider: ProviderName;
  accountId: string | null;
  topic: string;
  type: string;
  eventId: string;
  occurredAt: Date | null;
  receivedAt: Date;
  reference: string | null;
  payload: string;
}

/**
 * Stores deliveries in one statement, of one shape whatever their number. A delivery that is there already, or twice in
 * the list, is stored once. @returns the outcome of each, in order.
 */
export async function insertEvents(
  kernel: Kernel,
  events: NewEvent[],
): Promise<('accepted' | 'duplicate')[]> {
  const column = <Name extends keyof NewEvent>(name: Name) => events.map((event) => event[name]);
  const { rows } = await sql<{ id: string }>`
    ${planShared} insert into provider_events
      (id, company_id, provider, account_id, topic, type, event_id, occurred_at, received_at, reference, payload,
        next_attempt_at)
    select id, company_id, provider, account_id, topic, type, event_id, occurred_at, received_at, reference, payload, received_at
    from unnest(${column('id')}::uuid[], ${column('companyId')}::uuid[], ${column('provider')}::text[], ${column('accountId')}::uuid[],
      ${column('topic')}::text[], ${column('type')}::text[], ${column('eventId')}::text[], ${column('occurredAt')}::timestamptz[],
      ${column('receivedAt')}::timestamptz[], ${column('reference')}::text[], ${column('payload')}::text[])
      as item (id, company_id, provider, account_id, topic, type, event_id, occurred_at, received_at, reference, payload)
    on conflict (provider, account_id, event_id) do nothing
    returning id`.execute(kernel.db.system);
  const stored = new Set(rows.map((row) => row.id));
  return events.map((event) => (stored.has(event.id) ? 'accepted' : 'duplicate'));
}

/**
 * Writes deliveries down as acted on, in the transaction of the company that acts on them: what they brought about and they
 * themselves are there together, or not at all. @returns the outcome of each, in order.
 */
export async function keepActed(
  tx: Tx,
  events: readonly NewEvent[],
  at: Date,
): Promise<('accepted' | 'duplicate')[]> {
  if (events.length === 0) return [];
  const column = <Name extends keyof NewEvent>(name: Name) => events.map((event) => event[name]);
  const { rows } = await sql<{ id: string }>`
    ${planShared} select id from keep_acted_events(${column('id')}::uuid[], ${column('provider')}::text[], ${column('accountId')}::uuid[],
      ${column('topic')}::text[], ${column('type')}::text[], ${column('eventId')}::text[], ${column('occurredAt')}::timestamptz[],
      ${column('receivedAt')}::timestamptz[], ${column('reference')}::text[], ${column('payload')}::text[], ${at}::timestamptz) as id`.execute(
    tx,
  );
  const stored = new Set(rows.map((row) => row.id));
  return events.map((event) => (stored.has(event.id) ? 'accepted' : 'duplicate'));
}

export interface EventRow extends NewEvent {
  attempts: number;
  /** What people know the account by; null for the installation's, and for one that was removed. */
  accountRef: string | null;
}

/**
 * Takes due events for this process until `leaseUntil`. Rows that another process is taking are passed over, and a process
 * that dies loses what it took when the lease ends.
 */
export async function claimEvents(
  tx: Tx,
  at: Date,
  lease: { until: Date; callsUntil: Date },
  limit: number,
): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    ${planShared} update provider_events as event set attempts = event.attempts + 1,
      next_attempt_at = case when event.topic like '%.call%' then ${lease.callsUntil}::timestamptz else ${lease.until}::timestamptz end
    from (
      select id from provider_events where status = 'received' and next_attempt_at <= ${at}
      order by next_attempt_at, id limit ${limit} for update skip locked
    ) as due
    where event.id = due.id
    returning event.id, event.company_id, event.provider, event.account_id, event.topic, event.type, event.event_id,
      event.occurred_at, event.received_at, event.reference, event.payload, event.attempts,
      (select account_ref from provider_accounts where id = event.account_id) as account_ref`.execute(tx);
  return rows.sort((left, right) => (left.id < right.id ? -1 : 1));
}

/** How the handling of one claimed event ended. */
export interface Settlement {
  id: string;
  attempts: number;
  status: 'received' | 'handled' | 'ignored' | 'failed';
  /** Of a retry. */
  nextAttemptAt: Date;
  lastError: string | null;
  /** Whose the event turned out to be; null: nobody can tell, or it was known before. */
  companyId: string | null;
}

/**
 * Writes how events ended, unless another process took them over meanwhile. Tells each company once that its list changed.
 */
export async function settleEvents(tx: Tx, settlements: Settlement[], at: Date): Promise<void> {
  const column = <Name extends keyof Settlement>(name: Name) => settlements.map((item) => item[name]);
  await sql`
    ${planShared} with settled as (
      update provider_events as event set status = item.status, next_attempt_at = item.next_attempt_at, last_error = item.last_error,
        company_id = coalesce(event.company_id, item.company_id),
        handled_at = case when item.status = 'received' then null else ${at}::timestamptz end
      from unnest(${column('id')}::uuid[], ${column('attempts')}::int[], ${column('status')}::text[],
        ${column('nextAttemptAt')}::timestamptz[], ${column('lastError')}::text[], ${column('companyId')}::uuid[])
        as item (id, attempts, status, next_attempt_at, last_error, company_id)
      -- Not "status = 'received'", which says the same: the planner would go through all that wait, for each of these.
      where event.id = item.id and event.attempts = item.attempts and event.handled_at is null
      returning event.company_id, event.id
    )
    select publish_live(company_id, 'provider_event', max(id::text)) from settled where company_id is not null group by company_id`.execute(
    tx,
  );
}

/** When the next event is due, or null when none waits. */
export async function nextDueAt(tx: Tx): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(next_attempt_at) as at from provider_events where status = 'received'`.execute(tx);
  return rows[0]?.at ?? null;
}

/** Makes events of the installation's account the companies' own, in either role's transaction. */
export async function assignCompany(tx: Tx, owners: { eventId: string; companyId: string }[]): Promise<void> {
  if (owners.length === 0) return;
  await sql`
    select assign_event_companies(${owners.map(({ eventId }) => eventId)}::uuid[], ${owners.map(({ companyId }) => companyId)}::uuid[])`.execute(
    tx,
  );
}

export interface NewRefusal {
  id: string;
  companyId: string | null;
  provider: ProviderName;
  accountId: string | null;
  topic: string;
  type: string;
  verdict: 'duplicate' | 'refused';
  reason: string;
  address: string | null;
  excerpt: string;
  receivedAt: Date;
}

export async function insertRefusal(kernel: Kernel, refusal: NewRefusal): Promise<void> {
  await inSystem(kernel.db, (tx) => tx.insertInto('webhookRefusals').values(refusal).execute());
}

/** A delivery as the list shows it, taken in or not. */
export interface DeliveryRow {
  id: string;
  provider: ProviderName;
  topic: string;
  type: string;
  verdict: 'accepted' | 'duplicate' | 'refused';
  reason: string | null;
  status: 'received' | 'handled' | 'ignored' | 'failed';
  attempts: number;
  receivedAt: Date;
  handledAt: Date | null;
}

/** The company's deliveries, newest first, one more than `limit` when there are more. */
export async function listDeliveries(
  tx: Tx,
  filter: { provider?: ProviderName; verdict?: DeliveryRow['verdict']; before: string | null; limit: number },
): Promise<DeliveryRow[]> {
  const { rows } = await sql<DeliveryRow>`
    select * from (
      (select id, provider, topic, type, 'accepted' as verdict, last_error as reason, status, attempts, received_at, handled_at
        from provider_events
        where company_id = current_company() and (${filter.before}::uuid is null or id < ${filter.before}::uuid)
          and (${filter.provider ?? null}::text is null or provider = ${filter.provider ?? null}) and ${(filter.verdict ?? 'accepted') === 'accepted'}
        order by id desc limit ${filter.limit + 1})
      union all
      (select id, provider, topic, type, verdict, reason, 'ignored', 0, received_at, null
        from webhook_refusals
        where company_id = current_company() and (${filter.before}::uuid is null or id < ${filter.before}::uuid)
          and (${filter.provider ?? null}::text is null or provider = ${filter.provider ?? null})
          and (${filter.verdict ?? null}::text is null or verdict = ${filter.verdict ?? null})
        order by id desc limit ${filter.limit + 1})
    ) as delivery
    order by id desc limit ${filter.limit + 1}`.execute(tx);
  return rows;
}

/** Drops events of a company (null: nobody's) that ended before an id, a bounded number at a time. @returns how many. */
export async function pruneEvents(
  tx: Tx,
  companyId: string | null,
  beforeId: string,
  limit: number,
): Promise<number> {
  const whose = companyId === null ? sql`company_id is null` : sql`company_id = ${companyId}`;
  const { rows } = await sql`
    delete from provider_events where id in (
      select id from provider_events where ${whose} and id < ${beforeId}::uuid and status in ('handled', 'ignored') order by id limit ${limit}
    ) returning id`.execute(tx);
  return rows.length;
}

/** The company's events from before an id: those that ended, and those that wait for a person. */
export async function countEvents(
  tx: Tx,
  beforeId: string,
): Promise<{ ended: number; failed: number; oldest: Date | null }> {
  const { rows } = await sql<{ ended: number; failed: number; oldest: Date | null }>`
    select count(*) filter (where status in ('handled', 'ignored')) as ended, count(*) filter (where status = 'failed') as failed,
      min(received_at) filter (where status in ('handled', 'ignored')) as oldest
    from provider_events where company_id = current_company() and id < ${beforeId}::uuid`.execute(tx);
  return rows[0]!;
}

/** Keeps the newest refusals and drops the rest. */
export async function pruneRefusals(tx: Tx, kept: number): Promise<void> {
  await sql`
    delete from webhook_refusals
    where id < (select id from webhook_refusals order by id desc offset ${kept} limit 1)`.execute(tx);
}
