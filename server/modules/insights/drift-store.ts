import { sql, type Tx } from '../../kernel/db/index.ts';
import type { ProviderName } from '../providers/index.ts';
import type { DriftKind, DriftOutcome } from './sync-model.ts';
import type { RunRow } from './sync-store.ts';

/** One thing in which we and a provider differed. */
export interface DriftRow {
  id: string;
  companyId: string;
  runId: string;
  provider: ProviderName;
  accountId: string | null;
  kind: DriftKind;
  subject: string;
  entityId: string | null;
  externalId: string;
  field: string;
  ours: string | null;
  theirs: string | null;
  outcome: DriftOutcome;
  reason: string | null;
  foundAt: Date;
  seenAt: Date;
  settledAt: Date | null;
  settledBy: string | null;
}

export type NewDrift = Pick<
  DriftRow,
  'id' | 'kind' | 'subject' | 'entityId' | 'externalId' | 'field' | 'ours' | 'theirs' | 'outcome'
>;

type Account = Pick<RunRow, 'provider' | 'accountId'>;
const sameAccount = ({ provider, accountId }: Account) =>
  sql`company_id = current_company() and provider = ${provider} and account_id is not distinct from ${accountId}::uuid`;
const waits = sql`outcome in ('open', 'person')`;

/**
 * Writes down what differs. What waits for somebody already is one row, which says how it stands now; what somebody has settled
 * stays settled for as long as the provider says the same.
 */
export async function insertDrift(tx: Tx, run: RunRow, rows: readonly NewDrift[], at: Date): Promise<void> {
  const byKey = new Map(rows.map((row) => [`${row.kind} ${row.externalId} ${row.field}`, row]));
  for (const row of byKey.values()) {
    const isOver = row.outcome !== 'open' && row.outcome !== 'person';
    const [ours, theirs] = [row.ours?.slice(0, 500) ?? null, row.theirs?.slice(0, 500) ?? null];
    await sql`
      insert into drift (id, company_id, run_id, provider, account_id, kind, subject, entity_id, external_id, field, ours, theirs, outcome,
        found_at, seen_at, settled_at)
      select ${row.id}, ${run.companyId}, ${run.id}, ${run.provider}, ${run.accountId}, ${row.kind}, ${row.subject.slice(0, 200)},
        ${row.entityId}, ${row.externalId.slice(0, 300)}, ${row.field}, ${ours}, ${theirs}, ${row.outcome}, ${at}, ${at},
        ${isOver ? at : null}
      where not exists (
        select from drift where ${sameAccount(run)} and kind = ${row.kind} and external_id = ${row.externalId} and field = ${row.field}
          and outcome = 'settled' and ours is not distinct from ${ours} and theirs is not distinct from ${theirs})
      on conflict (company_id, provider, account_id, kind, external_id, field) where ${waits} do update set
        run_id = excluded.run_id, subject = excluded.subject, entity_id = excluded.entity_id, ours = excluded.ours, theirs = excluded.theirs,
        outcome = excluded.outcome, seen_at = excluded.seen_at, reason = null`.execute(tx);
  }
}

/** What of an account is to be set right, the oldest first. */
export async function openDrift(tx: Tx, account: Account, limit: number): Promise<DriftRow[]> {
  const { rows } = await sql<DriftRow>`
    select * from drift where ${sameAccount(account)} and outcome = 'open' order by kind, entity_id, id limit ${limit}`.execute(
    tx,
  );
  return rows;
}

/** What became of things that were to be set right. */
export async function closeDrift(
  tx: Tx,
  ids: readonly string[],
  end: { outcome: 'repaired' | 'person'; reason: string | null; at: Date },
): Promise<void> {
  await sql`
    update drift set outcome = ${end.outcome}, reason = ${end.reason?.slice(0, 500) ?? null},
      settled_at = ${end.outcome === 'person' ? null : end.at}
    where id = any (${ids}::uuid[]) and outcome = 'open'`.execute(tx);
}

/** Numbers and connections that waited for somebody and look right again. */
export async function closeGone(tx: Tx, account: Account, since: Date, at: Date): Promise<void> {
  await sql`
    update drift set outcome = 'gone', settled_at = ${at}
    where ${sameAccount(account)} and ${waits} and kind in ('number', 'connection') and seen_at < ${since}`.execute(
    tx,
  );
}

export interface DriftFilter {
  runId?: string | undefined;
  kind?: DriftKind | undefined;
  outcome?: DriftOutcome | 'waiting' | undefined;
  provider?: ProviderName | undefined;
}

/** Newest first, before an id. */
export async function listDrift(
  tx: Tx,
  { runId, kind, outcome, provider }: DriftFilter,
  beforeId: string | null,
  limit: number,
): Promise<DriftRow[]> {
  const { rows } = await sql<DriftRow>`
    select * from drift where company_id = current_company() ${beforeId ? sql`and id < ${beforeId}::uuid` : sql``}
      ${runId ? sql`and run_id = ${runId}::uuid` : sql``} ${kind ? sql`and kind = ${kind}` : sql``}
      ${provider ? sql`and provider = ${provider}` : sql``}
      ${outcome === 'waiting' ? sql`and ${waits}` : outcome ? sql`and outcome = ${outcome}` : sql``}
    order by id desc limit ${limit}`.execute(tx);
  return rows;
}

/** A thing that differed, held until the transaction ends. */
export async function lockDrift(tx: Tx, id: string): Promise<DriftRow | null> {
  const { rows } = await sql<DriftRow>`
    select * from drift where company_id = current_company() and id = ${id} for update`.execute(tx);
  return rows[0] ?? null;
}

/** Somebody has decided. */
export async function settleDrift(
  tx: Tx,
  id: string,
  end: { outcome: 'settled' | 'adopted'; by: string; at: Date },
): Promise<void> {
  await sql`
    update drift set outcome = ${end.outcome}, settled_at = ${end.at}, settled_by = ${end.by} where id = ${id}`.execute(
    tx,
  );
}

/** How much waits for somebody. */
export async function countWaiting(tx: Tx): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from drift where company_id = current_company() and outcome = 'person'`.execute(
    tx,
  );
  return rows[0]!.count;
}

/** What became of what a run found, by outcome. */
export async function outcomesOf(
  tx: Tx,
  runIds: readonly string[],
): Promise<{ runId: string; outcome: DriftOutcome; count: number }[]> {
  const { rows } = await sql<{ runId: string; outcome: DriftOutcome; count: number }>`
    select run_id, outcome, count(*)::int as count from drift
    where company_id = current_company() and run_id = any (${runIds}::uuid[]) group by run_id, outcome`.execute(
    tx,
  );
  return rows;
}

/** Drops what nobody asks about any more. What waits, and what somebody decided, stays. For the system role. */
export async function pruneDrift(tx: Tx, before: Date): Promise<void> {
  await sql`delete from drift where settled_at < ${before} and outcome in ('repaired', 'adopted', 'gone')`.execute(
    tx,
  );
}
