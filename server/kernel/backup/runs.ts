import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { Config } from '../config.ts';
import type { Kernel } from '../ctx.ts';
import { inSystem, sql } from '../db/index.ts';
import { fail } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Manifest } from './format.ts';
import { PARTIAL, writeBackup } from './write.ts';

const HOUR_MS = 3_600_000;
/** Any fixed number: it names the lock that lets one process at a time make a backup of this database. */
const BACKUP_LOCK = 7_354_018;
const ENDING = '.backup';

/** A backup that was made. */
export interface Made extends Manifest {
  file: string;
  fileBytes: number;
}

/** Where backups go that nobody gave another place. */
export function backupFolder(config: Config): string {
  return config.BACKUP_DIR || path.join(config.DATA_DIR, 'backups');
}

/** Which installation's it is, and when it was made: sorted by name, backups are sorted by age. */
const prefixOf = (installationId: string) => `relais-${installationId.slice(0, 8)}-`;

/** The backups of an installation in its folder, newest first: everything that has the name was proven. */
export function listBackups(config: Config, installationId: string): string[] {
  return namesIn(backupFolder(config), installationId, ENDING).sort().reverse();
}

function namesIn(folder: string, installationId: string, ending: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefixOf(installationId)) && name.endsWith(ending))
    .map((name) => path.join(folder, name));
}

/**
 * Makes a backup and writes down how it went. @param file where to; null: into the folder for backups, under a name of its own.
 * @param withSecrets puts the secrets of the settings in, so that the backup alone is enough to start anew; whoever has it has all.
 */
export async function makeBackup(
  kernel: Kernel,
  options: { file: string | null; withSecrets: boolean },
): Promise<Made> {
  const { config, clock, vault } = kernel;
  const client = new pg.Client({ connectionString: config.DATABASE_URL, application_name: 'relais_backup' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ mine: boolean; installationId: string }>(
      'select pg_try_advisory_lock($1) as mine, id as "installationId" from installation',
      [BACKUP_LOCK],
    );
    const { mine, installationId } = rows[0]!;
    if (!mine) fail('backup_runs_already');
    const folder = backupFolder(config);
    await mkdir(options.file ? path.dirname(options.file) : folder, { recursive: true, mode: 0o700 });
    await removeLeftovers(folder, installationId);
    const madeAt = clock.now();
    const name = `${prefixOf(installationId)}${madeAt.toISOString().replace(/[-:]|\.\d+/g, '')}${ENDING}`;
    const file = options.file ?? path.join(folder, name);
    return await recorded(kernel, 'backup', file, async () => {
      const made = await writeBackup({
        databaseUrl: config.DATABASE_URL,
        file,
        version: programVersion(),
        madeAt,
        keyId: vault.keyId,
        bucket: config.BLOB_STORE === 's3' ? config.S3_BUCKET : null,
        secrets: options.withSecrets ? secretsOf(config) : null,
      });
      return { ...made, file };
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Nobody else makes a backup now, so what is half written was left by one that was killed. */
async function removeLeftovers(folder: string, installationId: string): Promise<void> {
  for (const file of namesIn(folder, installationId, PARTIAL)) await rm(file, { force: true });
}

function programVersion(): string {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** The settings without which a restored installation is not the same: what is sealed stays shut, boxes and browsers are strangers. */
function secretsOf(config: Config): Record<string, string> {
  const { SECRET_KEY, SECRET_KEYS_OLD, CALLBOX_TOKEN, VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY } = config;
  return {
    ...{ SECRET_KEY, SECRET_KEYS_OLD: SECRET_KEYS_OLD.join(','), CALLBOX_TOKEN },
    ...{ VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY },
  };
}

/** Writes down that a run begins, and how it ends. */
export async function recorded<T extends { fileBytes?: number; tables?: { rows: number }[] }>(
  kernel: Kernel,
  kind: 'backup' | 'drill',
  file: string,
  work: () => Promise<T>,
): Promise<T> {
  const { db, clock } = kernel;
  const id = newId(clock);
  const end = (error: string | null, bytes: number | null, rows: number | null) =>
    inSystem(db, (tx) =>
      sql`update backup_runs set finished_at = ${clock.now()}, error = ${error?.slice(0, 2000) ?? null}, bytes = ${bytes}, table_rows = ${rows}
        where id = ${id}::uuid`.execute(tx),
    );
  await inSystem(db, (tx) =>
    sql`insert into backup_runs (id, kind, host, file, started_at)
      values (${id}::uuid, ${kind}, ${os.hostname()}, ${file}, ${clock.now()})`.execute(tx),
  );
  try {
    const done = await work();
    const rows = done.tables?.reduce((sum, table) => sum + table.rows, 0);
    await end(null, done.fileBytes ?? null, rows ?? null);
    return done;
  } catch (error) {
    await end((error as Error).message, null, null);
    throw error;
  }
}

/** When each kind of run last came to a good end, and how the last one ended. */
export interface LastRuns {
  kind: 'backup' | 'drill';
  succeededAt: Date | null;
  /** Where the file of that run was written, and the machine's name. */
  file: string | null;
  host: string | null;
  bytes: number | null;
  durationSeconds: number | null;
  /** Of the last run that ended; null: it went well. */
  error: string | null;
  failedAt: Date | null;
}

export async function lastRuns(kernel: Kernel): Promise<LastRuns[]> {
  const { rows } = await inSystem(kernel.db, (tx) =>
    sql<LastRuns>`
      select kinds.kind, good.finished_at as succeeded_at, good.file, good.host, good.bytes,
        extract(epoch from good.finished_at - good.started_at)::double precision as duration_seconds,
        last.error, case when last.error is not null then last.finished_at end as failed_at
      from unnest(array['backup', 'drill']) as kinds (kind)
      left join lateral (select * from backup_runs where backup_runs.kind = kinds.kind and finished_at is not null and error is null
        order by finished_at desc limit 1) good on true
      left join lateral (select * from backup_runs where backup_runs.kind = kinds.kind and finished_at is not null
        order by finished_at desc limit 1) last on true`.execute(tx),
  );
  return rows;
}

/**
 * Makes a backup when one is due, and removes older ones than are to be kept: only after the new one is on the disk and was read back.
 * Any process may be asked; the lock lets one do it.
 */
export async function keepBackups(kernel: Kernel): Promise<void> {
  const { config, clock, log } = kernel;
  if (config.BACKUP_EVERY_HOURS === 0) return;
  const last = (await lastRuns(kernel)).find(({ kind }) => kind === 'backup');
  const nowMs = clock.nowMs();
  const isFresh = (at: Date | null | undefined, hours: number) =>
    at && nowMs - at.getTime() < hours * HOUR_MS;
  if (isFresh(last?.succeededAt, config.BACKUP_EVERY_HOURS)) return;
  // One that failed is tried again soon, but not at every look.
  if (isFresh(last?.failedAt, RETRY_HOURS)) return;
  const made = await makeBackup(kernel, { file: null, withSecrets: false });
  log.info({ file: made.file, bytes: made.fileBytes }, 'A backup was made and read back');
  for (const file of listBackups(config, kernel.installationId).slice(config.BACKUP_KEEP)) {
    await rm(file, { force: true });
    log.info({ file }, 'An older backup was removed');
  }
  await inSystem(kernel.db, (tx) =>
    sql`delete from backup_runs where started_at < now() - make_interval(days => ${RUNS_KEPT_DAYS}) and id not in (
      select distinct on (kind) id from backup_runs where error is null and finished_at is not null order by kind, finished_at desc)`.execute(
      tx,
    ),
  );
}

const RETRY_HOURS = 0.25;
const RUNS_KEPT_DAYS = 400;
