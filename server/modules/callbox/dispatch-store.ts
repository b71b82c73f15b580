import type { CompanyCtx } from '../../kernel/ctx.ts';
import { planKept, planShared, sql, type Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { TransactionType } from './model.ts';
import { asRecords } from './transactions-store.ts';

/** The channel on which processes wake each other about boxes. */
export const SIGNAL_CHANNEL = 'relais_callbox';

/** Payloads hold less than 8,000 bytes; a signal that would not fit is about all. */
const SIGNALLED_MAX = 200;

/**
 * Wakes other processes when the transaction commits. @param kind due: something may be handed out in a company.
 * given: boxes got something, so whoever holds their requests answers them.
 */
export async function signal(tx: Tx, processId: string, kind: 'due' | 'given', ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const named = ids.length > SIGNALLED_MAX ? ['*'] : ids;
  await sql`${planKept} select pg_notify(${SIGNAL_CHANNEL}, ${[processId, kind, ...named].join(' ')})`.execute(
    tx,
  );
}

/** Lets one process at a time distribute a company's transactions; held until the transaction ends. */
export async function lockDispatch(tx: Tx, companyId: string): Promise<void> {
  await sql`${planKept} select pg_advisory_xact_lock(hashtextextended('callbox.dispatch ' || ${companyId}::text, 0))`.execute(
    tx,
  );
}

/** The transactions of one type for one operator; '' for those that name none. */
export interface Lane {
  operator: string;
  type: TransactionType;
}

/** Lanes in which something waits: an index probe for each, however much waits in them. */
export async function readyLanes(tx: Tx, limit: number): Promise<Lane[]> {
  const { rows } = await sql<Lane>`
    ${planKept} with recursive lanes as (
      (select lane as operator, type from transactions where status in ('pending', 'retry')
        order by lane, type limit 1)
      union all
      select next.operator, next.type from lanes cross join lateral (
        select lane as operator, type from transactions
        where status in ('pending', 'retry') and (lane, type) > (lanes.operator, lanes.type)
        order by lane, type limit 1) as next
    )
    select operator, type from lanes limit ${limit}`.execute(tx);
  return rows;
}

/** A transaction that waits for a box. */
export interface Candidate {
  id: string;
  operator: string | null;
  type: TransactionType;
  amount: number | null;
  priority: number;
  dueAt: Date;
  attempt: number;
}

/** So many of each lane are looked at first: more only where there is room for more. */
export const HEAD = 40;
export const HEAD_MAX = 200;

/**
 * The first transactions of lanes that are due, in the order in which they are served. How many is written into the statement: with a
 * number that it does not know, PostgreSQL would plan anew each time.
 */
export async function candidates(
  tx: Tx,
  lanes: Lane[],
  now: Date,
  perLane: typeof HEAD | typeof HEAD_MAX,
): Promise<Candidate[]> {
  if (lanes.length === 0) return [];
  const { rows } = await sql<Candidate>`
    ${planKept} select found.id, found.operator, found.type, found.amount, found.priority, found.due_at, found.attempt from jsonb_to_recordset(${asRecords(lanes)}::jsonb) as served (operator text, type text)
    cross join lateral (
      select due.* from unnest(array[3, 2, 1, 0]::smallint[]) with ordinality as level (priority, place)
      cross join lateral (
        select id, operator, type, amount, priority, due_at, attempt from transactions
        where status in ('pending', 'retry') and lane = served.operator and type = served.type
          and priority = level.priority and due_at <= ${now} and (expires_at is null or expires_at > ${now})
        order by due_at, id limit ${sql.lit(perLane)}
      ) as due
      order by level.place, due.due_at, due.id limit ${sql.lit(perLane)}
    ) as found
    order by found.priority desc, found.due_at, found.id`.execute(tx);
  return rows;
}

/** Where in its lane somebody stopped reading. */
export interface Place {
  priority: number;
  dueAt: Date;
  id: string;
}

/** A lane that is read on from a place. @param most XAF: more than that nobody takes now; null: any amount. */
export interface Onward {
  lane: Lane;
  after: Place;
  most: number | null;
}

/** What waits behind a place of a lane. end: where the reading stopped; null: at the lane's end. */
export interface Stretch {
  lane: Lane;
  found: Candidate[];
  end: Place | null;
}

/**
 * What waits behind places of lanes and is not too much for everybody. Of each lane `looked` rows are read, whatever they hold, so a
 * lane full of what nobody can take costs the same each time.
 */
export async function candidatesBeyond(
  tx: Tx,
  onward: Onward[],
  now: Date,
  looked: number,
): Promise<Stretch[]> {
  if (onward.length === 0) return [];
  const asked = onward.map(({ lane, after, most }, place) => ({ ...{ place, ...lane, most }, ...after }));
  const { rows } = await sql<{ place: number; found: Candidate[]; read: number; stopped: Place }>`
    select asked.place, stretch.read, stretch.found, stretch.stopped
    from jsonb_to_recordset(${asRecords(asked)}::jsonb) as asked (place integer, operator text, type text, most bigint,
      priority smallint, due_at timestamptz, id uuid)
    cross join lateral (
      select count(*)::int as read,
        coalesce(jsonb_agg(jsonb_build_object('id', waiting.id, 'operator', waiting.operator, 'type', waiting.type, 'amount', waiting.amount,
          'priority', waiting.priority, 'dueAt', waiting.due_at, 'attempt', waiting.attempt) order by waiting.priority desc, waiting.due_at, waiting.id)
          filter (where asked.most is null or waiting.amount is null or waiting.amount <= asked.most), '[]') as found,
        (array_agg(jsonb_build_object('priority', waiting.priority, 'dueAt', waiting.due_at, 'id', waiting.id)
          order by waiting.priority, waiting.due_at desc, waiting.id desc))[1] as stopped
      from (
        select due.* from unnest(array[3, 2, 1, 0]::smallint[]) with ordinality as level (priority, place)
        cross join lateral (
          select id, operator, type, amount, priority, due_at, attempt from transactions
          where status in ('pending', 'retry') and lane = asked.operator and type = asked.type
            and priority = level.priority and due_at <= ${now} and (expires_at is null or expires_at > ${now})
            and (due_at, id) > (case when level.priority = asked.priority then asked.due_at else '-infinity' end, asked.id)
          order by due_at, id limit ${looked}
        ) as due
        where level.priority <= asked.priority
        order by level.place, due.due_at, due.id limit ${looked}
      ) as waiting
    ) as stretch`.execute(tx);
  return rows.map(({ place, read, found, stopped }) => ({
    lane: onward[place]!.lane,
    found: found.map((each) => ({ ...each, dueAt: new Date(each.dueAt) })),
    end: read < looked ? null : { ...stopped, dueAt: new Date(stopped.dueAt) },
  }));
}

/** A SIM that is ready. */
export interface ReadySim {
  id: string;
  slot: string;
  operator: string | null;
  /** XAF; null: nobody ever said. */
  float: number | null;
}

/** A box that may be given something. */
export interface ReadyBox {
  id: string;
  code: string;
  fenced: boolean;
  maxConcurrent: number;
  supportedTypes: string[];
  maxAmount: number | null;
  maxPerMinute: number | null;
  maxPerDay: number | null;
  config: Record<string, unknown>;
  inHand: number;
  hasUnknown: boolean;
  /** Its failures took it out, and it may be tried with one. */
  onTrial: boolean;
  /** Its newest hand-over, which tells who was served longest ago. */
  lastAttempt: string | null;
  lastMinute: number;
  lastDay: number;
  sims: ReadySim[];
}

/** The first boxes that may have room and serve one of these lanes. */
export interface Few {
  boxesMax: number;
  lanes: Lane[];
}

/**
 * Boxes that are connected, let work (or may be tried) and have a SIM, whoever was served longest ago first. What they have in hand and
 * their SIMs are index probes for each: to group them all first is quicker only while the planner guesses right. @param moments since: a box that was not heard of since then is not connected.
 * @param few null: everybody, with room or not.
 */
export async function readyBoxes(
  tx: Tx,
  moments: { now: Date; since: Date; minuteAgo: Date; dayAgo: Date },
  few: Few | null,
): Promise<ReadyBox[]> {
  const handed = (from: Date) =>
    sql`(select count(*)::int from transaction_attempts where box_id = boxes.id and id >= ${idFrom(from)}::uuid
      and assigned_at > ${from} and state not in ('returned', 'lost'))`;
  const { rows } = await sql<ReadyBox>`
    ${planKept} with turns as materialized (
      select boxes.id, boxes.code, boxes.fenced, boxes.max_concurrent, boxes.supported_types, boxes.max_amount,
        boxes.max_per_minute, boxes.max_per_day, boxes.config, hands.in_hand, hands.has_unknown,
        boxes.quarantined_at is not null as on_trial,
        case when hands.in_hand < boxes.max_concurrent then
          (select id from transaction_attempts where box_id = boxes.id order by id desc limit 1) end as last_attempt
      from box_presence presence join boxes on boxes.id = presence.box_id
      cross join lateral (
        select count(*) filter (where status <> 'unknown')::int as in_hand, count(*) filter (where status = 'unknown') > 0 as has_unknown
        from transactions where box_id = boxes.id and status in ('assigned', 'processing', 'unknown')) as hands
      where greatest(presence.last_seen_at, presence.last_pull_at) > ${moments.since} and boxes.retired_at is null
        and (boxes.quarantined_at is null or boxes.quarantine_trial_at <= ${moments.now}) and presence.status not in ('paused', 'stopping', 'stopped', 'maintenance')
        ${few ? canServe(few.lanes) : sql``}
      order by last_attempt nulls first, boxes.id ${few ? sql`limit ${few.boxesMax}` : sql``}
    )
    select boxes.id, boxes.code, boxes.fenced, boxes.max_concurrent, boxes.supported_types, boxes.max_amount,
      boxes.max_per_minute, boxes.max_per_day, boxes.config, boxes.in_hand, boxes.has_unknown, boxes.on_trial, boxes.last_attempt,
      case when boxes.max_per_minute is null then 0 else ${handed(moments.minuteAgo)} end as last_minute,
      case when boxes.max_per_day is null then 0 else ${handed(moments.dayAgo)} end as last_day,
      coalesce((select jsonb_agg(jsonb_build_object('id', id, 'slot', slot, 'operator', operator,
        'float', case when float_known_since is null then null else float_available end) order by slot)
        from box_sims where box_id = boxes.id and state = 'ready'), '[]') as sims
    from turns boxes
    order by last_attempt nulls first, boxes.id`.execute(tx);
  return rows;
}

/** That a box may have room, does what one of the lanes is about, and has a SIM for one of their operators. */
function canServe(lanes: Lane[]) {
  const operators = lanes.map(({ operator }) => operator);
  return sql`and hands.in_hand < boxes.max_concurrent and not hands.has_unknown
    and boxes.supported_types && ${lanes.map(({ type }) => type)}::text[]
    and exists (select from box_sims where box_id = boxes.id and state = 'ready' and (operator is null or operator = any (${operators}::text[])))`;
}

/** The least id of a moment: ids begin with their time. */
function idFrom(at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/**
 * Boxes that must not have transactions once more: they lost them, know no leases, and have not started anew since; what they
 * once fetched may still wait in them. As "transaction box".
 */
export async function stillHeld(tx: Tx, transactionIds: string[]): Promise<Set<string>> {
  if (transactionIds.length === 0) return new Set();
  const { rows } = await sql<{ transactionId: string; boxId: string }>`
    select attempt.transaction_id, attempt.box_id from transaction_attempts attempt join boxes on boxes.id = attempt.box_id
    where attempt.transaction_id = any (${transactionIds}::uuid[]) and attempt.state = 'lost' and not boxes.fenced
      and attempt.handed_at >= boxes.started_at`.execute(tx);
  return new Set(rows.map(({ transactionId, boxId }) => `${transactionId} ${boxId}`));
}

/** Who is to have what. */
export interface Assignment {
  transactionId: string;
  boxId: string;
  simId: string;
}

/** An assignment that was made. */
export interface Assigned extends Assignment {
  type: TransactionType;
  amount: number | null;
  attempt: number;
}

/** Gives transactions to boxes; what is no longer waiting is passed over. @returns what was given. */
export async function assign(
  ctx: CompanyCtx,
  tx: Tx,
  wanted: Assignment[],
  times: { now: Date; leaseUntil: Date },
): Promise<Assigned[]> {
  if (wanted.length === 0) return [];
  const { clock } = ctx.kernel;
  const given = wanted.map((each) => ({ ...each, attemptId: newId(clock), eventId: newId(clock) }));
  const { rows } = await sql<Assigned>`
    ${planShared} with given as (
      select * from jsonb_to_recordset(${asRecords(given)}::jsonb) as given (transaction_id uuid, box_id uuid, sim_id uuid,
        attempt_id uuid, event_id uuid)
    ), picked as (
      select id from transactions where id = any (${wanted.map(({ transactionId }) => transactionId)}::uuid[])
        and status in ('pending', 'retry') order by id for update skip locked
    ), assigned as (
      update transactions set status = 'assigned', attempt = transactions.attempt + 1, lease_id = given.attempt_id,
        lease_until = ${times.leaseUntil}, box_id = given.box_id, sim_id = given.sim_id, processing_at = null, updated_at = ${times.now}
      from picked join given on given.transaction_id = picked.id where transactions.id = picked.id
      returning transactions.id, transactions.type, transactions.amount, transactions.attempt, given.box_id, given.sim_id,
        given.attempt_id, given.event_id
    ), attempts as (
      insert into transaction_attempts (id, company_id, transaction_id, number, box_id, sim_id, state, assigned_at)
      select attempt_id, ${ctx.companyId}::uuid, id, attempt, box_id, sim_id, 'assigned', ${times.now} from assigned
    ), told as (
      insert into transaction_events (id, company_id, transaction_id, at, kind, attempt, box_id, actor_kind, actor_name)
      select event_id, ${ctx.companyId}::uuid, id, ${times.now}, 'assigned', attempt, box_id, 'system', 'dispatch' from assigned
    )
    select id as transaction_id, type, amount::float8 as amount, attempt, box_id, sim_id from assigned`.execute(
    tx,
  );
  return rows;
}

/** Companies for which something waits that is due. For the system role. */
export async function companiesWithWork(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ companyId: string }>`
    with recursive busy as (
      (select company_id from transactions where status in ('pending', 'retry') order by company_id limit 1)
      union all
      select next.company_id from busy cross join lateral (
        select company_id from transactions where status in ('pending', 'retry') and company_id > busy.company_id
        order by company_id limit 1) as next
    )
    select company_id from busy`.execute(tx);
  return rows.map(({ companyId }) => companyId);
}
