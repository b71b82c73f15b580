import { planShared, sql, type Tx } from '../../kernel/db/index.ts';
import type { ProviderName } from '../providers/index.ts';

/** What an event says of which call it is about. */
export interface CallKey {
  provider: ProviderName;
  /** Of the account that signed it; null for the installation's. */
  accountId: string | null;
  /** Of the account; null for the installation's, whose events may be anybody's. */
  companyId: string | null;
  /** Our id of the leg, when the event carries it. */
  legId: string | null;
  /** What the provider calls the leg, in either of its ways. */
  externalId: string | null;
  recordId: string | null;
  /** The call of the room that it is about. */
  callId: string | null;
}

export interface CallOwner {
  /** Its place in the list of keys, from 0. */
  item: number;
  callId: string;
  legId: string | null;
  companyId: string;
}

/**
 * Which calls events are about, in one statement: by our id of the leg first, then by the provider's. An event signed by one
 * account is never about a call of another. What is found is put together before the calls are looked up: otherwise, while
 * the tables are young and unknown to the planner, it compares every event with every call. For the system role.
 */
export async function ownersOf(tx: Tx, keys: CallKey[]): Promise<CallOwner[]> {
  const column = <Name extends keyof CallKey>(name: Name) => keys.map((key) => key[name]);
  const { rows } = await sql<CallOwner>`
    ${planShared} with item as (
      select * from unnest(${column('provider')}::text[], ${column('accountId')}::uuid[], ${column('companyId')}::uuid[], ${column('legId')}::uuid[],
        ${column('externalId')}::text[], ${column('recordId')}::text[], ${column('callId')}::uuid[])
        with ordinality as item (provider, account_id, company_id, leg_id, external_id, record_id, call_id, place)
    ), found as materialized (
      select item, 1 as way, leg.call_id, leg.id as leg_id from item join call_legs leg on leg.id = item.leg_id
        and (leg.external_id is null or item.external_id is null or leg.external_id = item.external_id)
      union all
      select item, 2, leg.call_id, leg.id from item
        join call_legs leg on leg.provider = item.provider and leg.external_id = item.external_id
      union all
      select item, 3, leg.call_id, leg.id from item join call_legs leg on leg.provider = item.provider and leg.record_id = item.record_id
      union all
      select item, 4, item.call_id, null from item where item.call_id is not null
      union all
      select item, 5, calls.id, null from item join calls on calls.room_id = item.record_id
    )
    select distinct on ((item).place) (item).place - 1 as item, call_id, leg_id, call.company_id
    from found join calls call on call.id = call_id
    where call.provider = (item).provider and ((item).company_id is null or call.company_id = (item).company_id)
      and call.provider_account_id is not distinct from (item).account_id
    order by (item).place, way`.execute(tx);
  return rows;
}

/** Calls whose time to be looked at has come, over all companies. For the system role. */
export async function dueCalls(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<{ id: string; companyId: string }[]> {
  const { rows } = await sql<{ id: string; companyId: string }>`
    select id, company_id from calls where next_check_at <= ${now} order by next_check_at limit ${limit}`.execute(
    tx,
  );
  return rows;
}

/** Whether another leg that nobody has heard of was asked for from the same number to the same address since then. */
export async function hasTwin(
  tx: Tx,
  leg: { id: string; address: string; provider: ProviderName },
  { fromNumber, since }: { fromNumber: string; since: Date },
): Promise<boolean> {
  const { rows } = await sql`
    select from call_legs other join calls on calls.id = other.call_id
    where other.company_id = current_company() and other.created_at >= ${since}::timestamptz - interval '4 hours'
      and other.id <> ${leg.id} and other.address = ${leg.address} and other.provider = ${leg.provider}
      and other.external_id is null and other.dialled_at >= ${since} and calls.our_number = ${fromNumber}
      and (other.outcome_unknown or other.end_code = 'provider_silent') limit 1`.execute(tx);
  return rows.length > 0;
}

export interface Stray {
  id: string;
  companyId: string | null;
  provider: ProviderName;
  accountId: string | null;
  externalId: string;
  fromNumber: string;
  toNumber: string;
  reason: string;
  createdAt: Date;
}

/**
 * Keeps what has nowhere to go, once each, and tells the company. Where the event names no company and the installation has
 * only one, it is for that one. For the system role.
 */
export async function keepUnroutable(tx: Tx, strays: Stray[]): Promise<void> {
  for (const stray of strays) {
    const { rows } = await sql<{ companyId: string | null }>`
      insert into unroutable_calls (id, company_id, provider, account_id, external_id, from_number, to_number, reason, created_at)
      select ${stray.id}, coalesce(${stray.companyId}::uuid, only_company()), ${stray.provider}, ${stray.accountId},
        ${stray.externalId.slice(0, 300)}, ${stray.fromNumber.slice(0, 100)}, ${stray.toNumber.slice(0, 100)}, ${stray.reason}, ${stray.createdAt}
      on conflict (provider, external_id) do nothing
      returning company_id`.execute(tx);
    const companyId = rows[0]?.companyId;
    if (companyId)
      await sql`select publish_live(${companyId}::uuid, 'unroutable_call', ${stray.id})`.execute(tx);
  }
}

/** Newest first, before an id. */
export async function listUnroutable(tx: Tx, beforeId: string | null, limit: number): Promise<Stray[]> {
  const { rows } = await sql<Stray>`
    select * from unroutable_calls where company_id = current_company() ${beforeId ? sql`and id < ${beforeId}::uuid` : sql``}
    order by id desc limit ${limit}`.execute(tx);
  return rows;
}
