import { type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';
import type { TransactionStatus, TransactionType } from './model.ts';
import type { NamedTransaction } from './transactions-store.ts';

/** What a list of transactions is asked for. */
export interface TransactionFilter {
  status?: TransactionStatus[] | undefined;
  type?: TransactionType | undefined;
  operator?: string | undefined;
  boxId?: string | undefined;
  /** E.164. */
  phone?: string | undefined;
  clientId?: string | undefined;
  disputed?: boolean | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  /** One of these is it: the id, the client's name, the operator's name, or the number. */
  search?: { id: string | null; text: string; phone: string | null } | undefined;
}

/** The least id of a moment: ids begin with their time, so a list by id is one by time. */
function idFrom(at: Date): string {
  const time = Math.max(0, at.getTime()).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

function conditions(filter: TransactionFilter, beforeId: string | null): RawBuilder<unknown>[] {
  const found: RawBuilder<unknown>[] = [];
  const { status, type, operator, boxId, phone, clientId, disputed, since, until, search } = filter;
  if (beforeId) found.push(sql`t.id < ${beforeId}`);
  if (status?.length === 1) found.push(sql`t.status = ${status[0]}`);
  else if (status && status.length > 1) found.push(sql`t.status = any (${status}::text[])`);
  if (type) found.push(sql`t.type = ${type}`);
  if (operator) found.push(sql`t.operator = ${operator}`);
  if (boxId) found.push(sql`t.box_id = ${boxId}`);
  if (phone) found.push(sql`t.phone_number = ${phone}`);
  if (clientId) found.push(sql`t.client_id = ${clientId}`);
  if (disputed !== undefined) found.push(disputed ? sql`t.disputed` : sql`not t.disputed`);
  if (since) found.push(sql`t.id >= ${idFrom(since)}::uuid`);
  if (until) found.push(sql`t.id < ${idFrom(until)}::uuid`);
  if (search) {
    // Each in its own index: one condition over all of them would read every row.
    found.push(sql`t.id in (
      select id from transactions where id = ${search.id}::uuid
      union select id from transactions where client_id = ${search.text}
      union select id from transactions where transaction_ref = ${search.text}
      union select id from (select id from transactions where phone_number = ${search.phone} order by id desc limit 1000) as called)`);
  }
  return found;
}

/** Transactions, newest first. */
export async function listTransactions(
  tx: Tx,
  filter: TransactionFilter,
  beforeId: string | null,
  limit: number,
): Promise<NamedTransaction[]> {
  const all = conditions(filter, beforeId);
  const where = all.length > 0 ? sql`where ${sql.join(all, sql` and `)}` : sql``;
  const { rows } = await sql<NamedTransaction>`
    select page.*, boxes.code as box_code, box_sims.slot as sim_slot, box_sims.operator as sim_operator
    from (select * from transactions t ${where} order by t.id desc limit ${limit}) as page
    left join boxes on boxes.id = page.box_id left join box_sims on box_sims.id = page.sim_id
    order by page.id desc`.execute(tx);
  return rows;
}

/** The transactions of one type for one operator that wait. */
export interface QueueLane {
  operator: string | null;
  type: TransactionType;
  count: number;
  /** Of those that are due. */
  oldestAt: Date | null;
}

/** How many wait in each lane, each counted up to a limit. */
export async function countLanes(
  tx: Tx,
  lanes: { operator: string; type: TransactionType }[],
  now: Date,
  limit: number,
): Promise<QueueLane[]> {
  if (lanes.length === 0) return [];
  const { rows } = await sql<QueueLane>`
    select nullif(shown.operator, '') as operator, shown.type, counted.count, oldest.due_at as oldest_at
    from unnest(${lanes.map(({ operator }) => operator)}::text[], ${lanes.map(({ type }) => type)}::text[]) as shown (operator, type)
    cross join lateral (
      select count(*)::int as count from (
        select from transactions where status in ('pending', 'retry') and lane = shown.operator
          and type = shown.type limit ${limit}) as waiting
    ) as counted
    left join lateral (
      select min(first.due_at) as due_at from unnest(array[3, 2, 1, 0]::smallint[]) as level (priority)
      cross join lateral (
        select due_at from transactions where status in ('pending', 'retry') and lane = shown.operator
          and type = shown.type and priority = level.priority and due_at <= ${now} order by due_at, id limit 1) as first
    ) as oldest on true
    order by shown.operator, shown.type`.execute(tx);
  return rows;
}

/** How many are in each state that is not an end, each counted up to a limit. */
export async function countOpen(tx: Tx, limit: number): Promise<Record<string, number>> {
  const { rows } = await sql<{ status: string; count: number }>`
    select state.status, counted.count
    from unnest(array['held', 'pending', 'retry', 'assigned', 'processing', 'unknown']) as state (status)
    cross join lateral (
      select count(*)::int as count from (
        select from transactions where status = state.status limit ${limit}) as found
    ) as counted`.execute(tx);
  const { rows: disputed } = await sql<{ count: number }>`
    select count(*)::int as count from (select from transactions where disputed limit ${limit}) as found`.execute(
    tx,
  );
  return {
    ...Object.fromEntries(rows.map(({ status, count }) => [status, count])),
    disputed: disputed[0]!.count,
  };
}

/** A box of the queue's question: why does it take nothing? */
export interface QueueBox {
  id: string;
  code: string;
  isConnected: boolean;
  quarantined: boolean;
  supportedTypes: string[];
  hasUnknown: boolean;
  isFull: boolean;
  sims: { operator: string | null; float: number | null; state: string }[];
}

/** Every box that is not retired, as far as it bears on who takes what. */
export async function queueBoxes(tx: Tx, connectedSince: Date): Promise<QueueBox[]> {
  const { rows } = await sql<QueueBox>`
    select boxes.id, boxes.code, coalesce(greatest(presence.last_seen_at, presence.last_pull_at) > ${connectedSince}, false) as is_connected,
      boxes.quarantined_at is not null as quarantined, boxes.supported_types,
      hand.has_unknown, hand.count >= boxes.max_concurrent as is_full,
      (select coalesce(jsonb_agg(jsonb_build_object('operator', operator, 'state', state,
        'float', case when float_known_since is null then null else float_available end)), '[]')
        from box_sims where box_id = boxes.id and state <> 'removed') as sims
    from boxes left join box_presence presence on presence.box_id = boxes.id
    cross join lateral (
      select count(*) filter (where status <> 'unknown') as count, count(*) filter (where status = 'unknown') > 0 as has_unknown
      from transactions where box_id = boxes.id and status in ('assigned', 'processing', 'unknown')
    ) as hand
    where boxes.retired_at is null`.execute(tx);
  return rows;
}

/** An operator's text about a transaction. */
export interface TextAbout {
  id: string;
  sender: string;
  body: string;
  receivedAt: Date;
  verdict: string;
}

/** What operators wrote about a transaction, the first one first. */
export async function textsAbout(tx: Tx, transactionId: string): Promise<TextAbout[]> {
  const { rows } = await sql<TextAbout>`
    select id, sender, body, received_at, verdict from operator_messages
    where transaction_id = ${transactionId} order by received_at, id limit 100`.execute(tx);
  return rows;
}

/** What ended on a day, of one type, one operator, one box and one outcome. */
export interface DayFigure {
  day: string;
  type: TransactionType;
  operator: string | null;
  boxCode: string | null;
  status: 'completed' | 'failed' | 'canceled' | 'expired';
  count: number;
  amount: number;
  seconds: number;
  timed: number;
}

/** What ended between two days of the company's calendar, both included, of all boxes or of one; read off the counters. */
export async function dayFigures(
  tx: Tx,
  { since, until, boxId }: { since: string; until: string; boxId: string | null },
  limit: number,
): Promise<DayFigure[]> {
  const { rows } = await sql<DayFigure>`
    select day::text as day, type, nullif(transaction_days.operator, '') as operator, boxes.code as box_code, status,
      count, amount, seconds, timed
    from transaction_days left join boxes on boxes.id = transaction_days.box_id
    where day between ${since}::date and ${until}::date and (${boxId}::uuid is null or transaction_days.box_id = ${boxId}::uuid)
    order by day, type, operator, box_code, status limit ${limit}`.execute(tx);
  return rows;
}
