import { sql, type Tx } from '../../kernel/db/index.ts';

export interface Departure {
  messageId: string;
  companyId: string;
  integrationId: string;
  nextAttemptAt: Date;
}

/** Puts texts into the lanes of their numbers. */
export async function insertDepartures(tx: Tx, departures: Departure[]): Promise<void> {
  if (departures.length === 0) return;
  const column = <Name extends keyof Departure>(name: Name) => departures.map((departure) => departure[name]);
  await sql`
    insert into outbox (message_id, company_id, integration_id, next_attempt_at)
    select * from unnest(${column('messageId')}::uuid[], ${column('companyId')}::uuid[], ${column('integrationId')}::uuid[],
      ${column('nextAttemptAt')}::timestamptz[])`.execute(tx);
}

export interface Claim {
  messageId: string;
  companyId: string;
  leaseId: string;
}

/**
 * Takes texts whose turn has come, lane by lane. A lane that another process is taking from is passed over; one that gave texts
 * away rests for as long as its pace asks for them, so that a number keeps its pace over all processes. For the system role.
 * @param pace texts a second of a number that has no pace of its own; a second's worth may leave at once.
 */
export async function claimDepartures(
  tx: Tx,
  turn: { now: Date; leaseId: string; leaseUntil: Date; pace: number; limit: number },
): Promise<Claim[]> {
  const { rows } = await sql<Claim>`
    with lanes as (
      select id, coalesce(messages_per_second, ${turn.pace}) as pace from inbox_integrations lane
      where next_send_at <= ${turn.now}
        and exists (select from outbox where integration_id = lane.id and next_attempt_at <= ${turn.now}
          and (lease_until is null or lease_until < ${turn.now}))
      order by next_send_at limit ${turn.limit} for no key update skip locked
    ), picked as (
      select lanes.id as lane, lanes.pace, waiting.message_id from lanes cross join lateral (
        select message_id from outbox where integration_id = lanes.id and next_attempt_at <= ${turn.now}
          and (lease_until is null or lease_until < ${turn.now})
        order by next_attempt_at, message_id limit greatest(1, floor(lanes.pace))::int for update skip locked
      ) as waiting
      limit ${turn.limit}
    ), rested as (
      update inbox_integrations lane set next_send_at = ${turn.now}::timestamptz + make_interval(secs => (taken.count / taken.pace)::double precision)
      from (select lane, pace, count(*) as count from picked group by lane, pace) as taken where lane.id = taken.lane
    )
    update outbox set lease_id = ${turn.leaseId}, lease_until = ${turn.leaseUntil}
    from picked where outbox.message_id = picked.message_id
    returning outbox.message_id, outbox.company_id, outbox.lease_id`.execute(tx);
  return rows.sort((left, right) => (left.messageId < right.messageId ? -1 : 1));
}

/** Whether this hand-over is still ours; held until the transaction ends. */
export async function holdsLease(tx: Tx, messageId: string, leaseId: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from outbox where message_id = ${messageId} and lease_id = ${leaseId} for update`.execute(tx);
  return rows.length > 0;
}

/** Leaves a text in its lane for later. */
export async function postpone(tx: Tx, messageId: string, nextAttemptAt: Date): Promise<void> {
  await sql`
    update outbox set next_attempt_at = ${nextAttemptAt}, lease_id = null, lease_until = null where message_id = ${messageId}`.execute(
    tx,
  );
}

/** The provider has these, or nobody wants them sent any more. */
export async function dropDepartures(tx: Tx, messageIds: string[]): Promise<void> {
  await sql`delete from outbox where message_id = any (${messageIds}::uuid[])`.execute(tx);
}

/** Nothing leaves through a number before a moment: the provider asked for a pause. */
export async function pauseLane(tx: Tx, integrationId: string, until: Date): Promise<void> {
  await sql`
    update inbox_integrations set next_send_at = greatest(next_send_at, ${until}) where id = ${integrationId}`.execute(
    tx,
  );
}

/** When the next text may leave, or null when none waits. For the system role. */
export async function nextDeparture(tx: Tx): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(greatest(outbox.next_attempt_at, coalesce(outbox.lease_until, outbox.next_attempt_at), lane.next_send_at)) as at
    from outbox join inbox_integrations lane on lane.id = outbox.integration_id`.execute(tx);
  return rows[0]?.at ?? null;
}

/** Since when the text waits that should have left first, or null. For the system role. */
export async function oldestDeparture(tx: Tx, now: Date): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(next_attempt_at) as at from outbox where next_attempt_at <= ${now}`.execute(tx);
  return rows[0]?.at ?? null;
}

/** How many texts should have left by now, and how many are to leave later. */
export async function countDepartures(tx: Tx, now: Date): Promise<{ due: number; later: number }> {
  const { rows } = await sql<{ due: number; later: number }>`
    select count(*) filter (where next_attempt_at <= ${now})::int as due,
      count(*) filter (where next_attempt_at > ${now})::int as later from outbox`.execute(tx);
  return rows[0]!;
}
