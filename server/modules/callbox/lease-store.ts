import { planKept, sql, type Tx } from '../../kernel/db/index.ts';
import type { BoxManners } from './judge.ts';
import type { AttemptState } from './model.ts';

/** The moments that decide what has run out. */
export interface SweepTimes {
  now: Date;
  /** A box that was not heard of since then is not connected. */
  connectedSince: Date;
}

/**
 * Companies in which a lease or a time limit has run out, or a box is gone with something that it has not begun. For the system
 * role.
 */
export async function companiesToSweep(tx: Tx, { now, connectedSince }: SweepTimes): Promise<string[]> {
  const { rows } = await sql<{ companyId: string }>`
    select company_id from transactions where status in ('assigned', 'processing') and lease_until <= ${now}
    union
    select company_id from transactions where status in ('held', 'pending', 'retry') and expires_at <= ${now}
    union
    select transactions.company_id from box_presence presence join transactions on transactions.box_id = presence.box_id
    where greatest(presence.last_seen_at, presence.last_pull_at) <= ${connectedSince} and transactions.status = 'assigned'`.execute(
    tx,
  );
  return rows.map(({ companyId }) => companyId);
}

/** Transactions whose lease has run out, or whose box is gone before it began; the ids alone, they are looked at again. */
export async function endedLeases(
  tx: Tx,
  { now, connectedSince }: SweepTimes,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    (select id from transactions where status in ('assigned', 'processing') and lease_until <= ${now} limit ${limit})
    union
    (select transactions.id from box_presence presence join transactions on transactions.box_id = presence.box_id
      join boxes on boxes.id = presence.box_id
      join transaction_attempts held on held.id = transactions.lease_id
      where greatest(presence.last_seen_at, presence.last_pull_at) <= ${connectedSince} and transactions.status = 'assigned'
        and (boxes.fenced or held.state = 'assigned') limit ${limit})`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Transactions that nobody began in time. */
export async function expiredIds(tx: Tx, now: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from transactions where status in ('held', 'pending', 'retry') and expires_at <= ${now}
    order by expires_at limit ${limit}`.execute(tx);
  return rows.map(({ id }) => id);
}

/** A box's ways, and whether it is there. */
export interface KnownBox extends BoxManners {
  id: string;
  code: string;
  isConnected: boolean;
}

/** How boxes work, and whether they are connected. */
export async function knownBoxes(
  tx: Tx,
  ids: string[],
  connectedSince: Date,
): Promise<Map<string, KnownBox>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<KnownBox>`
    select boxes.id, code, fenced, announces, skips_processing,
      coalesce(greatest(presence.last_seen_at, presence.last_pull_at) > ${connectedSince}, false) as is_connected
    from boxes left join box_presence presence on presence.box_id = boxes.id where boxes.id = any (${ids}::uuid[])`.execute(
    tx,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** A hand-over that a box says it has. */
export interface OpenClaim {
  transactionId: string;
  boxId: string;
  attempt: number;
}

/** Of hand-overs that boxes say they have: those that exist, and their state. Locks what may be renewed. */
export async function lockClaims(
  tx: Tx,
  claims: OpenClaim[],
): Promise<(OpenClaim & { state: AttemptState; leaseUntil: Date | null })[]> {
  const { rows } = await sql<OpenClaim & { state: AttemptState; leaseUntil: Date | null }>`
    with claimed as (
      select * from unnest(${claims.map(({ transactionId }) => transactionId)}::uuid[], ${claims.map(({ boxId }) => boxId)}::uuid[],
        ${claims.map(({ attempt }) => attempt)}::integer[]) as claim (transaction_id, box_id, attempt)
    ), locked as (
      select id, lease_until from transactions where id in (select transaction_id from claimed) order by id for update
    )
    select claimed.transaction_id, claimed.box_id, claimed.attempt, held.state, locked.lease_until
    from claimed join locked on locked.id = claimed.transaction_id
    join transaction_attempts held on held.transaction_id = claimed.transaction_id and held.number = claimed.attempt
      and held.box_id = claimed.box_id`.execute(tx);
  return rows;
}

/** Puts off the ends of leases. */
export async function renewLeases(tx: Tx, leases: { transactionId: string; until: Date }[]): Promise<void> {
  if (leases.length === 0) return;
  await sql`
    ${planKept} update transactions set lease_until = greatest(lease_until, given.until)
    from unnest(${leases.map(({ transactionId }) => transactionId)}::uuid[], ${leases.map(({ until }) => until)}::timestamptz[])
      as given (id, until)
    where transactions.id = given.id and status = 'assigned'`.execute(tx);
}
