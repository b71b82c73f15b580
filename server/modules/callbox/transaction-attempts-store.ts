import { planKept, planShared, sql, type Tx } from '../../kernel/db/index.ts';
import type { AttemptState, TransactionEvent } from './model.ts';
import { asRecords } from './transactions-store.ts';

/** One hand-over of a transaction to a box; its id is the lease. */
export interface AttemptRow {
  id: string;
  companyId: string;
  transactionId: string;
  number: number;
  boxId: string;
  simId: string;
  state: AttemptState;
  assignedAt: Date;
  handedAt: Date | null;
  processingAt: Date | null;
  endedAt: Date | null;
  result: Record<string, unknown> | null;
  told: string | null;
}

const COLUMNS = sql.raw(
  'id, company_id, transaction_id, number, box_id, sim_id, state, assigned_at, handed_at, processing_at, ended_at, result, told',
);

/** All hand-overs of transactions, the oldest first. */
export async function attemptsOf(tx: Tx, transactionIds: string[]): Promise<Map<string, AttemptRow[]>> {
  if (transactionIds.length === 0) return new Map();
  const { rows } = await sql<AttemptRow>`
    ${planKept} select ${COLUMNS} from transaction_attempts where transaction_id = any (${transactionIds}::uuid[])
    order by transaction_id, number`.execute(tx);
  return Map.groupBy(rows, ({ transactionId }) => transactionId);
}

/** Writes what can change of hand-overs whose transactions the caller has locked. */
export async function saveAttempts(tx: Tx, rows: AttemptRow[]): Promise<void> {
  if (rows.length === 0) return;
  const changed = rows.map(({ id, state, handedAt, processingAt, endedAt, result, told }) => ({
    ...{ id, state, handedAt, processingAt, endedAt, result, told },
  }));
  await sql`
    ${planShared} update transaction_attempts set state = new.state, handed_at = new.handed_at, processing_at = new.processing_at,
      ended_at = new.ended_at, result = new.result, told = new.told
    from jsonb_to_recordset(${asRecords(changed)}::jsonb) as new (id uuid, state text, handed_at timestamptz, processing_at timestamptz,
      ended_at timestamptz, result jsonb, told text)
    where transaction_attempts.id = new.id`.execute(tx);
}

/** A step of a transaction's history. */
export interface EventRow {
  id: string;
  companyId: string;
  transactionId: string;
  at: Date;
  kind: TransactionEvent;
  attempt: number | null;
  boxId: string | null;
  actorKind: 'user' | 'api_key' | 'system' | 'box';
  actorName: string;
  detail: Record<string, unknown>;
}

/** Adds steps to histories. */
export async function insertEvents(tx: Tx, rows: EventRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`${planShared} ${ADD_EVENTS} select ${EVENT} from ${eventsIn(rows)}`.execute(tx);
}

/** The same for transactions that were to be added just before; one that was not has no history. */
export async function insertFirstEvents(tx: Tx, rows: EventRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    ${planShared} ${ADD_EVENTS} select ${EVENT} from ${eventsIn(rows)}
    where exists (select from transactions where transactions.id = given.transaction_id)`.execute(tx);
}

const EVENT = sql.raw(
  'id, company_id, transaction_id, at, kind, attempt, box_id, actor_kind, actor_name, detail',
);
const ADD_EVENTS = sql`insert into transaction_events (${EVENT})`;
const eventsIn = (rows: EventRow[]) => sql`
  jsonb_to_recordset(${asRecords(rows)}::jsonb) as given (id uuid, company_id uuid, transaction_id uuid, at timestamptz,
    kind text, attempt integer, box_id uuid, actor_kind text, actor_name text, detail jsonb)`;

/** What became of a transaction, step by step. */
export async function eventsOf(
  tx: Tx,
  transactionId: string,
): Promise<(EventRow & { boxCode: string | null })[]> {
  const { rows } = await sql<EventRow & { boxCode: string | null }>`
    select transaction_events.*, boxes.code as box_code
    from transaction_events left join boxes on boxes.id = transaction_events.box_id
    where transaction_id = ${transactionId} order by transaction_events.id limit 1000`.execute(tx);
  return rows;
}

/** Which hand-over contradicted what was known, last; null: none did. */
export async function disputingAttempt(tx: Tx, transactionId: string): Promise<number | null> {
  const { rows } = await sql<{ attempt: number }>`
    select attempt from transaction_events where transaction_id = ${transactionId} and kind = 'disputed' and attempt is not null
    order by id desc limit 1`.execute(tx);
  return rows[0]?.attempt ?? null;
}

/** A hand-over with the names of who had it. */
export interface NamedAttempt extends AttemptRow {
  boxCode: string;
  boxLabel: string;
  simSlot: string;
}

/** Who had a transaction, the first one first. */
export async function namedAttempts(tx: Tx, transactionId: string): Promise<NamedAttempt[]> {
  const { rows } = await sql<NamedAttempt>`
    select transaction_attempts.*, boxes.code as box_code, boxes.label as box_label, box_sims.slot as sim_slot
    from transaction_attempts join boxes on boxes.id = transaction_attempts.box_id
    join box_sims on box_sims.id = transaction_attempts.sim_id
    where transaction_id = ${transactionId} order by number limit 200`.execute(tx);
  return rows;
}
