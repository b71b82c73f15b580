import { planKept, planShared, sql, type Tx } from '../../kernel/db/index.ts';
import type { TransactionStatus, TransactionType } from './model.ts';

/** Whom a transaction is for, in the submitter's words. */
export interface CustomerInfo {
  name?: string | null;
  operator?: string | null;
  [field: string]: unknown;
}

/** How a person settles what nobody could tell. */
export interface Settling {
  outcome: 'completed' | 'failed';
  proof: string;
  transactionRef: string | null;
  by: { kind: string; id: string; name: string };
  at: string;
  /** Waits for a second person. */
  waiting: boolean;
  confirmedBy?: { kind: string; id: string; name: string };
  confirmedAt?: string;
}

export interface TransactionRow {
  id: string;
  companyId: string;
  clientId: string | null;
  requestHash: string;
  type: TransactionType;
  phoneNumber: string;
  operator: string | null;
  amount: number | null;
  payItemId: string | null;
  customerInfo: CustomerInfo;
  priority: number;
  status: TransactionStatus;
  dueAt: Date;
  expiresAt: Date | null;
  attempt: number;
  leaseId: string | null;
  leaseUntil: Date | null;
  boxId: string | null;
  simId: string | null;
  retryCount: number;
  maxRetries: number;
  transactionRef: string | null;
  result: Record<string, unknown> | null;
  failureCode: string | null;
  disputed: boolean;
  looksLike: string | null;
  settling: Settling | null;
  authorKind: 'user' | 'api_key' | 'system' | 'box';
  authorId: string;
  authorName: string;
  createdAt: Date;
  updatedAt: Date;
  processingAt: Date | null;
  endedAt: Date | null;
}

/** A transaction with the names of who has it. */
export interface NamedTransaction extends TransactionRow {
  boxCode: string | null;
  simSlot: string | null;
  simOperator: string | null;
}

const NAMES =
  `id company_id client_id request_hash type phone_number operator amount pay_item_id customer_info priority status due_at
  expires_at attempt lease_id lease_until box_id sim_id retry_count max_retries transaction_ref result failure_code disputed
  looks_like settling author_kind author_id author_name created_at updated_at processing_at ended_at`.split(
    /\s+/,
  );
const COLUMNS = sql.raw(NAMES.join(', '));

const NAMED = sql.raw(
  `select ${NAMES.map((name) => `transactions.${name}`).join(', ')}, boxes.code as box_code, box_sims.slot as sim_slot, box_sims.operator as sim_operator
  from transactions left join boxes on boxes.id = transactions.box_id left join box_sims on box_sims.id = transactions.sim_id`,
);

/** The columns of a transaction as a record of a JSON array: one parameter for any number of rows. */
const RECORD = sql.raw(
  `(id uuid, company_id uuid, client_id text, request_hash text, type text, phone_number text, operator text, amount bigint,
  pay_item_id text, customer_info jsonb, priority smallint, status text, due_at timestamptz, expires_at timestamptz, max_retries integer,
  looks_like uuid, author_kind text, author_id text, author_name text, created_at timestamptz)`,
);

/** A transaction that nobody has yet. */
export type NewTransaction = Pick<
  TransactionRow,
  | 'id'
  | 'companyId'
  | 'clientId'
  | 'requestHash'
  | 'type'
  | 'phoneNumber'
  | 'operator'
  | 'amount'
  | 'payItemId'
  | 'customerInfo'
  | 'priority'
  | 'status'
  | 'dueAt'
  | 'expiresAt'
  | 'maxRetries'
  | 'looksLike'
  | 'authorKind'
  | 'authorId'
  | 'authorName'
  | 'createdAt'
>;

const columnNames = new Map<string, string>();

/** A field's name as its column has it: fields are few, and rows are many. */
function columnName(field: string): string {
  const known = columnNames.get(field) ?? field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  columnNames.set(field, known);
  return known;
}

/** A row as a JSON record has it. */
function snake(row: object): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(row)) record[columnName(field)] = value;
  return record;
}

/** Rows as one parameter. */
export const asRecords = (rows: readonly object[]): string => JSON.stringify(rows.map(snake));

/** Adds transactions. One whose name is taken is left out. @returns the ids of those that were added. */
export async function insertTransactions(tx: Tx, rows: NewTransaction[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const inserted = await sql<{ id: string }>`
    ${planShared} insert into transactions (id, company_id, client_id, request_hash, type, phone_number, operator, amount, pay_item_id, customer_info,
      priority, status, due_at, expires_at, max_retries, looks_like, author_kind, author_id, author_name, created_at, updated_at)
    select id, company_id, client_id, request_hash, type, phone_number, operator, amount, pay_item_id, customer_info, priority, status,
      due_at, expires_at, max_retries, looks_like, author_kind, author_id, author_name, created_at, created_at
    from jsonb_to_recordset(${asRecords(rows)}::jsonb) as given ${RECORD}
    on conflict (company_id, client_id) where client_id is not null do nothing
    returning id`.execute(tx);
  return new Set(inserted.rows.map(({ id }) => id));
}

/** Transactions by the names that clients gave them. */
export async function findByClientIds(tx: Tx, clientIds: string[]): Promise<Map<string, TransactionRow>> {
  if (clientIds.length === 0) return new Map();
  const { rows } = await sql<TransactionRow>`
    ${planKept} select ${COLUMNS} from transactions where client_id = any (${clientIds}::text[])`.execute(tx);
  return new Map(rows.map((row) => [row.clientId!, row]));
}

/** The newest transaction since a moment of the same type, number and amount, for each asked for. @returns by place in the question. */
export async function findLookAlikes(
  tx: Tx,
  wanted: { type: string; phoneNumber: string; amount: number | null; payItemId: string | null }[],
  since: Date,
): Promise<Map<number, string>> {
  if (wanted.length === 0) return new Map();
  const { rows } = await sql<{ place: number; id: string }>`
    select wanted.place::int, found.id
    from unnest(${wanted.map(({ type }) => type)}::text[], ${wanted.map(({ phoneNumber }) => phoneNumber)}::text[],
      ${wanted.map(({ amount }) => amount)}::bigint[], ${wanted.map(({ payItemId }) => payItemId)}::text[]) with ordinality
      as wanted (type, phone_number, amount, pay_item_id, place)
    cross join lateral (
      select id from transactions where phone_number = wanted.phone_number and type = wanted.type
        and (case when wanted.amount is null then amount is null and pay_item_id is not distinct from wanted.pay_item_id
          else amount = wanted.amount end)
        and created_at > ${since} and status not in ('failed', 'canceled', 'expired')
      order by id desc limit 1) as found`.execute(tx);
  return new Map(rows.map(({ place, id }) => [place - 1, id]));
}

/** Transactions, held until the transaction ends; always in the order of their ids, so that nobody waits in a circle. */
export async function lockTransactions(tx: Tx, ids: string[]): Promise<Map<string, TransactionRow>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<TransactionRow>`
    ${planKept} select ${COLUMNS} from transactions where id = any (${ids}::uuid[]) order by id for update`.execute(
    tx,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Writes what can change of transactions that the caller has locked. */
export async function saveTransactions(tx: Tx, rows: TransactionRow[]): Promise<void> {
  if (rows.length === 0) return;
  const changed = rows.map((row) => ({
    ...{ id: row.id, status: row.status, dueAt: row.dueAt, attempt: row.attempt, leaseId: row.leaseId },
    ...{ leaseUntil: row.leaseUntil, boxId: row.boxId, simId: row.simId, retryCount: row.retryCount },
    ...{ transactionRef: row.transactionRef, result: row.result, failureCode: row.failureCode },
    ...{ disputed: row.disputed, looksLike: row.looksLike, settling: row.settling, updatedAt: row.updatedAt },
    ...{ processingAt: row.processingAt, endedAt: row.endedAt },
  }));
  await sql`
    ${planShared} update transactions set status = new.status, due_at = new.due_at, attempt = new.attempt, lease_id = new.lease_id,
      lease_until = new.lease_until, box_id = new.box_id, sim_id = new.sim_id, retry_count = new.retry_count,
      transaction_ref = new.transaction_ref, result = new.result, failure_code = new.failure_code, disputed = new.disputed,
      looks_like = new.looks_like, settling = new.settling, updated_at = new.updated_at, processing_at = new.processing_at,
      ended_at = new.ended_at
    from jsonb_to_recordset(${asRecords(changed)}::jsonb) as new (id uuid, status text, due_at timestamptz, attempt integer,
      lease_id uuid, lease_until timestamptz, box_id uuid, sim_id uuid, retry_count integer, transaction_ref text, result jsonb,
      failure_code text, disputed boolean, looks_like uuid, settling jsonb, updated_at timestamptz, processing_at timestamptz,
      ended_at timestamptz)
    where transactions.id = new.id`.execute(tx);
}

/** Transactions with the names of their boxes and SIMs. */
export async function namedTransactions(tx: Tx, ids: string[]): Promise<Map<string, NamedTransaction>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<NamedTransaction>`
    ${planShared} ${NAMED} where transactions.id = any (${ids}::uuid[])`.execute(tx);
  return new Map(rows.map((row) => [row.id, row]));
}
