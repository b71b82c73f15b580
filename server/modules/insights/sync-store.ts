import { sql, type Tx } from '../../kernel/db/index.ts';
import type { ProviderName } from '../providers/index.ts';
import type { SyncProgress, SyncStage, SyncState } from './sync-model.ts';

/** One comparison with a provider's account. */
export interface RunRow {
  id: string;
  companyId: string;
  provider: ProviderName;
  accountId: string | null;
  accountRef: string;
  startedBy: 'clock' | 'person';
  starterName: string;
  state: SyncState;
  stage: SyncStage;
  cursor: string | null;
  windowFrom: Date;
  windowUntil: Date;
  progress: SyncProgress;
  reasonCode: string | null;
  reason: string | null;
  failures: number;
  resumeAt: Date | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

export type NewRun = Pick<
  RunRow,
  | 'id'
  | 'companyId'
  | 'provider'
  | 'accountId'
  | 'accountRef'
  | 'startedBy'
  | 'starterName'
  | 'windowFrom'
  | 'windowUntil'
  | 'createdAt'
>;

const isOpen = sql`state in ('waiting', 'running', 'paused')`;

/** Begins a run, unless one of the account is open. @returns whether it began. */
export async function insertRun(tx: Tx, run: NewRun): Promise<boolean> {
  const { rows } = await sql`
    insert into sync_runs (id, company_id, provider, account_id, account_ref, started_by, starter_name, state, stage, window_from, window_until,
      created_at)
    values (${run.id}, ${run.companyId}, ${run.provider}, ${run.accountId}, ${run.accountRef}, ${run.startedBy}, ${run.starterName}, 'waiting',
      'connections', ${run.windowFrom}, ${run.windowUntil}, ${run.createdAt})
    on conflict (company_id, provider, account_id) where ${isOpen} do nothing returning id`.execute(tx);
  return rows.length > 0;
}

/** The run of an account that is open, or null. */
export async function openRun(
  tx: Tx,
  { provider, accountId }: Pick<RunRow, 'provider' | 'accountId'>,
): Promise<RunRow | null> {
  const { rows } = await sql<RunRow>`
    select * from sync_runs where company_id = current_company() and provider = ${provider}
      and account_id is not distinct from ${accountId}::uuid and ${isOpen}`.execute(tx);
  return rows[0] ?? null;
}

/** Until when the account has been compared to its end, or null if it never was. */
export async function comparedUntil(
  tx: Tx,
  { provider, accountId }: Pick<RunRow, 'provider' | 'accountId'>,
): Promise<Date | null> {
  const { rows } = await sql<{ windowUntil: Date }>`
    select window_until from sync_runs where company_id = current_company() and provider = ${provider}
      and account_id is not distinct from ${accountId}::uuid and state = 'done' order by id desc limit 1`.execute(
    tx,
  );
  return rows[0]?.windowUntil ?? null;
}

export async function findRun(tx: Tx, id: string): Promise<RunRow | null> {
  const { rows } = await sql<RunRow>`
    select * from sync_runs where company_id = current_company() and id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

/** Newest first, before an id. */
export async function listRuns(tx: Tx, beforeId: string | null, limit: number): Promise<RunRow[]> {
  const { rows } = await sql<RunRow>`
    select * from sync_runs where company_id = current_company() and (${beforeId}::uuid is null or id < ${beforeId}::uuid)
    order by id desc limit ${limit}`.execute(tx);
  return rows;
}

/** The newest run of each account. */
export async function newestRuns(tx: Tx): Promise<RunRow[]> {
  const { rows } = await sql<RunRow>`
    select distinct on (provider, account_id) * from sync_runs where company_id = current_company()
    order by provider, account_id, id desc`.execute(tx);
  return rows;
}

export interface Lease {
  id: string;
  now: Date;
  until: Date;
}

/** Takes a run on, unless somebody has it, or it is not due. @returns it as it stands. */
export async function takeRun(tx: Tx, id: string, lease: Lease): Promise<RunRow | null> {
  const { rows } = await sql<RunRow>`
    update sync_runs set state = 'running', resume_at = null, reason_code = null, reason = null, lease_id = ${lease.id},
      lease_until = ${lease.until}, started_at = coalesce(started_at, ${lease.now})
    where id = ${id} and ${isOpen} and (lease_until is null or lease_until < ${lease.now})
      and (resume_at is null or resume_at <= ${lease.now})
    returning *`.execute(tx);
  return rows[0] ?? null;
}

/** Keeps a run for longer. @returns false when somebody else has it by now. */
export async function renewLease(tx: Tx, runId: string, lease: Omit<Lease, 'now'>): Promise<boolean> {
  const { rows } = await sql`
    update sync_runs set lease_until = ${lease.until} where id = ${runId} and lease_id = ${lease.id} returning id`.execute(
    tx,
  );
  return rows.length > 0;
}

/** Holds the run until the transaction ends, if it is still ours. */
export async function holdRun(tx: Tx, runId: string, leaseId: string): Promise<RunRow | null> {
  const { rows } = await sql<RunRow>`
    select * from sync_runs where id = ${runId} and lease_id = ${leaseId} for update`.execute(tx);
  return rows[0] ?? null;
}

/** Where a run has come to. */
export async function saveStep(
  tx: Tx,
  run: Pick<RunRow, 'id' | 'stage' | 'cursor' | 'progress'>,
): Promise<void> {
  await sql`
    update sync_runs set stage = ${run.stage}, cursor = ${run.cursor}, progress = ${JSON.stringify(run.progress)}::jsonb, failures = 0
    where id = ${run.id}`.execute(tx);
}

/** Lets go of a run that goes on at once, in whatever process. */
export async function releaseRun(tx: Tx, runId: string, leaseId: string): Promise<void> {
  await sql`
    update sync_runs set state = 'waiting', lease_id = null, lease_until = null where id = ${runId} and lease_id = ${leaseId}`.execute(
    tx,
  );
}

/** Why a run stops, for a while or for good. */
export interface Stop {
  state: 'paused' | 'done' | 'failed';
  reasonCode: string | null;
  reason: string | null;
  resumeAt: Date | null;
  failures: number;
  /** The stage begins anew: the provider knows its place in the list no more. */
  forgetCursor: boolean;
  at: Date;
}

export async function stopRun(tx: Tx, runId: string, leaseId: string, stop: Stop): Promise<boolean> {
  const finishedAt = stop.state === 'paused' ? null : stop.at;
  const { rows } = await sql`
    update sync_runs set state = ${stop.state}, reason_code = ${stop.reasonCode}, reason = ${stop.reason}, resume_at = ${stop.resumeAt},
      failures = ${stop.failures}, finished_at = ${finishedAt}, lease_id = null, lease_until = null,
      cursor = case when ${stop.forgetCursor} then null else cursor end
    where id = ${runId} and lease_id = ${leaseId} returning id`.execute(tx);
  return rows.length > 0;
}

/** Runs that nobody works on and that are due, over all companies. For the system role. */
export async function dueRuns(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<{ id: string; companyId: string }[]> {
  const { rows } = await sql<{ id: string; companyId: string }>`
    select id, company_id from sync_runs where ${isOpen} and (lease_until is null or lease_until < ${now})
      and (resume_at is null or resume_at <= ${now}) order by id limit ${limit}`.execute(tx);
  return rows;
}

/** When each account was last begun to be compared, over all companies. For the system role. */
export async function lastStarts(
  tx: Tx,
): Promise<(Pick<RunRow, 'companyId' | 'provider' | 'accountId'> & { at: Date })[]> {
  const { rows } = await sql<Pick<RunRow, 'companyId' | 'provider' | 'accountId'> & { at: Date }>`
    select company_id, provider, account_id, max(created_at) as at from sync_runs group by company_id, provider, account_id`.execute(
    tx,
  );
  return rows;
}

/** Drops old runs that nothing is told of any more, but never an account's newest that came to its end. For the system role. */
export async function pruneRuns(tx: Tx, before: Date): Promise<void> {
  await sql`
    delete from sync_runs old where finished_at < ${before} and not exists (select from drift where run_id = old.id)
      and exists (select from sync_runs newer where newer.company_id = old.company_id and newer.provider = old.provider
        and newer.account_id is not distinct from old.account_id and newer.state = 'done' and newer.id > old.id)`.execute(
    tx,
  );
}
