import { sql, type Tx } from '../../kernel/db/index.ts';
import type { Account, EntryKind } from './ledger-plan.ts';

/** An entry with its lines. */
export interface EntryRow {
  id: string;
  simId: string;
  at: Date;
  kind: EntryKind;
  transactionId: string | null;
  attempt: number | null;
  late: boolean;
  reason: string | null;
  requestHash: string | null;
  actorKind: string;
  actorId: string;
  actorName: string;
  lines: Partial<Record<Account, number>>;
}

const COLUMNS = sql`
  id, sim_id, at, kind, transaction_id, attempt, late, reason, request_hash, actor_kind, actor_id, actor_name,
  (select jsonb_object_agg(account, amount) from ledger_lines where entry_id = ledger_entries.id) as lines`;

export interface EntryFilter {
  kind: EntryKind | null;
  since: Date | null;
  until: Date | null;
  beforeId: string | null;
  limit: number;
}

/** Entries of a SIM, newest first, one more than a page. */
export async function listEntries(tx: Tx, simId: string, filter: EntryFilter): Promise<EntryRow[]> {
  const { kind, since, until, beforeId, limit } = filter;
  const { rows } = await sql<EntryRow>`
    select ${COLUMNS} from ledger_entries where company_id = current_company() and sim_id = ${simId}
      and (${kind}::text is null or kind = ${kind}::text)
      and (${since}::timestamptz is null or at >= ${since}::timestamptz)
      and (${until}::timestamptz is null or at < ${until}::timestamptz)
      and (${beforeId}::uuid is null or id < ${beforeId}::uuid)
    order by id desc limit ${limit + 1}`.execute(tx);
  return rows;
}

export async function entryById(tx: Tx, id: string): Promise<EntryRow | null> {
  const { rows } = await sql<EntryRow>`
    select ${COLUMNS} from ledger_entries where company_id = current_company() and id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

/** The entry that the client's name stands for. Until the transaction ends nobody else enters under that name. */
export async function entryByKey(tx: Tx, companyId: string, key: string): Promise<EntryRow | null> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`float.entry:${companyId}:${key}`}, 0))`.execute(
    tx,
  );
  const { rows } = await sql<EntryRow>`
    select ${COLUMNS} from ledger_entries where company_id = current_company() and request_key = ${key}`.execute(
    tx,
  );
  return rows[0] ?? null;
}
