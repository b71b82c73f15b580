import { planKept, type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';

/** How a company's boxes are run, as it is stored: what is not in `config` and `rules` has its default. */
export interface SettingsRow {
  config: object;
  configVersion: number;
  rules: object;
  syncRunning: boolean;
  syncChangedAt: Date | null;
  syncChangedBy: string | null;
  lastSyncAt: Date | null;
}

const DEFAULTS: SettingsRow = {
  ...{ config: {}, configVersion: 1, rules: {}, syncRunning: true },
  ...{ syncChangedAt: null, syncChangedBy: null, lastSyncAt: null },
};

const COLUMNS = sql.raw(
  'config, config_version, rules, sync_running, sync_changed_at, sync_changed_by, last_sync_at',
);

/** The company's settings; one that never chose anything has the defaults. */
export async function findSettingsRow(tx: Tx): Promise<SettingsRow> {
  const { rows } = await sql<SettingsRow>`
    ${planKept} select ${COLUMNS} from callbox_settings where company_id = current_company()`.execute(tx);
  return rows[0] ?? DEFAULTS;
}

/** Makes the company's row when there is none, with what holds anyway. */
export async function startSettings(tx: Tx, companyId: string, at: Date): Promise<void> {
  await sql`
    insert into callbox_settings (company_id, updated_at) values (${companyId}, ${at}) on conflict (company_id) do nothing`.execute(
    tx,
  );
}

/** The same, locked until the transaction ends; the row is made when there is none. */
export async function lockSettingsRow(tx: Tx, companyId: string, at: Date): Promise<SettingsRow> {
  await startSettings(tx, companyId, at);
  const { rows } = await sql<SettingsRow>`
    select ${COLUMNS} from callbox_settings where company_id = current_company() for update`.execute(tx);
  return rows[0]!;
}

/** What may be changed; what is not named stays. Another config or other rules are another version. */
export interface SettingsChange {
  config?: object;
  rules?: object;
  sync?: { running: boolean; at: Date; by: string };
  syncedAt?: Date;
}

export async function saveSettingsRow(tx: Tx, change: SettingsChange, at: Date): Promise<void> {
  const set: RawBuilder<unknown>[] = [sql`updated_at = ${at}`];
  if (change.config) set.push(sql`config = ${JSON.stringify(change.config)}::jsonb`);
  if (change.rules) set.push(sql`rules = ${JSON.stringify(change.rules)}::jsonb`);
  if (change.config || change.rules) set.push(sql`config_version = config_version + 1`);
  if (change.syncedAt) set.push(sql`last_sync_at = ${change.syncedAt}`);
  if (change.sync) {
    const { running, at: changedAt, by } = change.sync;
    set.push(sql`sync_running = ${running}, sync_changed_at = ${changedAt}, sync_changed_by = ${by}`);
  }
  await sql`update callbox_settings set ${sql.join(set)} where company_id = current_company()`.execute(tx);
}

/** Notes for companies whose transactions are distributed that they were looked after, so often and no more. For the system role. */
export async function noteRounds(tx: Tx, now: Date, unlessSince: Date): Promise<void> {
  await sql`
    update callbox_settings set last_sync_at = ${now}
    where sync_running and (last_sync_at is null or last_sync_at <= ${unlessSince})`.execute(tx);
}
