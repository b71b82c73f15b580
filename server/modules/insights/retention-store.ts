import { sql, type Tx } from '../../kernel/db/index.ts';
import type { RunState } from './model.ts';

export interface RetentionSettings {
  periods: Record<string, number>;
  heldAt: Date | null;
  heldBy: string | null;
  holdReason: string | null;
  version: number;
}

const NOTHING_SAID: RetentionSettings = {
  ...{ periods: {}, heldAt: null, heldBy: null, holdReason: null, version: 0 },
};

/** What the company said; held until the transaction ends when it is about to change. */
export async function findSettings(tx: Tx, lock: 'none' | 'hold' = 'none'): Promise<RetentionSettings> {
  const { rows } = await sql<RetentionSettings>`
    select periods, held_at, held_by, hold_reason, version from retention_settings
    where company_id = current_company() ${lock === 'hold' ? sql`for update` : sql``}`.execute(tx);
  return rows[0] ?? NOTHING_SAID;
}

/** @returns false when somebody else changed them since. */
export async function saveSettings(
  tx: Tx,
  companyId: string,
  settings: Omit<RetentionSettings, 'version'>,
  before: { version: number; at: Date },
): Promise<boolean> {
  const { heldAt, heldBy, holdReason } = settings;
  const { rows } = await sql`
    insert into retention_settings as former (company_id, periods, held_at, held_by, hold_reason, updated_at)
    values (${companyId}, ${JSON.stringify(settings.periods)}::jsonb, ${heldAt}, ${heldBy}, ${holdReason}, ${before.at})
    on conflict (company_id) do update set periods = excluded.periods, held_at = excluded.held_at, held_by = excluded.held_by,
      hold_reason = excluded.hold_reason, version = former.version + 1, updated_at = excluded.updated_at
    where former.version = ${before.version} returning 1`.execute(tx);
  return rows.length > 0;
}

export interface RunRow {
  id: string;
  companyId: string;
  what: string;
  askedBy: string | null;
  state: RunState;
  beforeAt: Date;
  removed: number;
  stayed: Record<string, number>;
  bytes: number;
  failure: string | null;
  failureDetail: string | null;
  leaseUntil: Date | null;
  startedAt: Date;
  endedAt: Date | null;
}

/** Every company. For the system role. */
export async function companiesToClean(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ companyId: string }>`select companies_to_clean() as company_id`.execute(tx);
  return rows.map(({ companyId }) => companyId);
}

/** Runs whose process is dead: their lease is over. */
export async function endDeadRuns(tx: Tx, now: Date): Promise<void> {
  await sql`
    update retention_runs set state = 'failed', failure = 'interrupted', lease_until = null, ended_at = ${now}
    where company_id = current_company() and state = 'running' and lease_until < ${now}`.execute(tx);
}

/** @returns false when one of its kind is under way. */
export async function insertRun(
  tx: Tx,
  row: Pick<
    RunRow,
    'id' | 'companyId' | 'what' | 'askedBy' | 'state' | 'beforeAt' | 'leaseUntil' | 'startedAt' | 'endedAt'
  >,
): Promise<boolean> {
  const { rows } = await sql`
    insert into retention_runs (id, company_id, what, asked_by, state, before_at, lease_until, started_at, ended_at)
    values (${row.id}, ${row.companyId}, ${row.what}, ${row.askedBy}, ${row.state}, ${row.beforeAt}, ${row.leaseUntil}, ${row.startedAt}, ${row.endedAt})
    on conflict (company_id, what) where state = 'running' do nothing returning 1`.execute(tx);
  return rows.length > 0;
}

/** Adds what a step did, and renews the lease. @returns false when the run is another's by now. */
export async function noteProgress(
  tx: Tx,
  id: string,
  step: { removed: number; bytes: number; stays: Record<string, number>; leaseUntil: Date },
): Promise<boolean> {
  const { rows } = await sql`
    update retention_runs set removed = removed + ${step.removed}, bytes = bytes + ${step.bytes},
      stayed = stayed || ${JSON.stringify(step.stays)}::jsonb, lease_until = ${step.leaseUntil}
    where id = ${id} and state = 'running' returning 1`.execute(tx);
  return rows.length > 0;
}

/** @returns how much it removed; null: it had ended already. */
export async function endRun(
  tx: Tx,
  id: string,
  end: { state: RunState; failure: string | null; failureDetail: string | null; at: Date },
): Promise<number | null> {
  const { rows } = await sql<{ removed: number }>`
    update retention_runs set state = ${end.state}, failure = ${end.failure}, failure_detail = ${end.failureDetail},
      lease_until = null, ended_at = ${end.at}
    where id = ${id} and state = 'running' returning removed`.execute(tx);
  return rows[0]?.removed ?? null;
}

/** Of runs by the clock that had nothing to do, the newest one says as much as all of them; what is old goes. */
export async function forgetRuns(tx: Tx, what: string, keptId: string, before: Date): Promise<void> {
  await sql`
    delete from retention_runs where company_id = current_company() and what = ${what} and id <> ${keptId} and (started_at < ${before}
      or (state in ('done', 'held') and removed = 0 and asked_by is null))`.execute(tx);
}

/** The last run of each kind. */
export async function lastRuns(tx: Tx): Promise<RunRow[]> {
  const { rows } = await sql<RunRow>`
    select distinct on (what) * from retention_runs where company_id = current_company() order by what, id desc`.execute(
    tx,
  );
  return rows;
}

/** A page of runs, newest first. */
export async function listRuns(
  tx: Tx,
  filter: { what?: string | undefined; state?: RunState | undefined },
  beforeId: string | null,
  limit: number,
): Promise<RunRow[]> {
  const conditions = [
    sql`company_id = current_company()`,
    ...(filter.what ? [sql`what = ${filter.what}`] : []),
    ...(filter.state ? [sql`state = ${filter.state}`] : []),
    ...(beforeId ? [sql`id < ${beforeId}::uuid`] : []),
  ];
  const { rows } = await sql<RunRow>`
    select * from retention_runs where ${sql.join(conditions, sql` and `)} order by id desc limit ${limit}`.execute(
    tx,
  );
  return rows;
}
