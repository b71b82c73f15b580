import { planKept, sql, type Tx } from '../../kernel/db/index.ts';
import type { BoxManners } from './judge.ts';
import type { AttemptState } from './model.ts';
import type { TransactionRow } from './transactions-store.ts';

/** A box as the engine knows it. */
export interface EngineBox extends BoxManners {
  id: string;
  code: string;
  config: Record<string, unknown>;
  /** Definite failures since it last completed something. */
  failuresInRow: number;
  /** Null: it uses the shared token. */
  tokenHash: string | null;
}

/** Boxes by what they call themselves. */
export async function boxesByCode(tx: Tx, codes: string[]): Promise<Map<string, EngineBox>> {
  if (codes.length === 0) return new Map();
  const { rows } = await sql<EngineBox>`
    ${planKept} select id, code, fenced, announces, skips_processing, config, failures_in_row, token_hash from boxes
    where code = any (${codes}::text[])`.execute(tx);
  return new Map(rows.map((row) => [row.code, row]));
}

/** Boxes by their ids. */
export async function boxesById(tx: Tx, ids: string[]): Promise<Map<string, EngineBox>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<EngineBox>`
    ${planKept} select id, code, fenced, announces, skips_processing, config, failures_in_row, token_hash from boxes
    where id = any (${ids}::uuid[])`.execute(tx);
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * Notes that boxes asked for work, which shows that they are there. A row that a heartbeat writes at this moment is passed over:
 * it says the same, and nobody waits in a circle.
 */
export async function notePulls(tx: Tx, boxIds: string[], now: Date, unlessSince: Date): Promise<void> {
  await sql`
    ${planKept} with quiet as (
      select box_id from box_presence where box_id = any (${boxIds}::uuid[]) and (last_pull_at is null or last_pull_at < ${unlessSince})
      for update skip locked
    )
    update box_presence set last_pull_at = ${now} from quiet where box_presence.box_id = quiet.box_id`.execute(
    tx,
  );
}

/** A transaction that a box holds and has not begun. */
export interface InHand extends TransactionRow {
  state: AttemptState;
  assignedAt: Date;
  handedAt: Date | null;
  simSlot: string;
}

/**
 * What boxes hold and have not begun, the most urgent first; held until the transaction ends. What somebody reports on at this
 * moment is passed over.
 */
export async function lockInHand(tx: Tx, boxIds: string[]): Promise<InHand[]> {
  const { rows } = await sql<InHand>`
    ${planKept} select transactions.id, transactions.company_id, client_id, request_hash, type, transactions.phone_number,
      transactions.operator, amount, pay_item_id, customer_info, priority, status, due_at, expires_at, attempt, lease_id, lease_until,
      transactions.box_id, transactions.sim_id, retry_count, max_retries, transaction_ref, transactions.result, failure_code, disputed,
      looks_like, settling, author_kind, author_id, author_name, transactions.created_at, transactions.updated_at,
      transactions.processing_at, transactions.ended_at, held.state, held.assigned_at, held.handed_at, box_sims.slot as sim_slot
    from transactions join transaction_attempts held on held.id = transactions.lease_id
    join box_sims on box_sims.id = transactions.sim_id
    where transactions.box_id = any (${boxIds}::uuid[]) and transactions.status = 'assigned'
    order by transactions.id for update of transactions, held skip locked`.execute(tx);
  return rows.sort(
    (left, right) =>
      right.priority - left.priority ||
      left.dueAt.getTime() - right.dueAt.getTime() ||
      (left.id < right.id ? -1 : 1),
  );
}

/** Hand-overs that are fetched now, each with the end of its lease. */
export async function markHanded(
  tx: Tx,
  handed: { id: string; leaseId: string; leaseUntil: Date }[],
  now: Date,
): Promise<void> {
  if (handed.length === 0) return;
  const ids = handed.map(({ id }) => id);
  const leases = handed.map(({ leaseId }) => leaseId);
  const untils = handed.map(({ leaseUntil }) => leaseUntil);
  await sql`
    ${planKept} with fetched as (
      update transaction_attempts set state = 'handed', handed_at = ${now} where id = any (${leases}::uuid[])
    )
    update transactions set lease_until = given.until, updated_at = ${now}
    from unnest(${ids}::uuid[], ${untils}::timestamptz[]) as given (id, until) where transactions.id = given.id`.execute(
    tx,
  );
}
