import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runMigrations } from 'graphile-worker';
import type pg from 'pg';
import { sha256 } from '../crypto.ts';
import { fail } from '../errors.ts';

const FOLDER = fileURLToPath(new URL('../../../migrations/', import.meta.url));

/** Any fixed number will do: it names the lock that lets one process migrate at a time. */
const MIGRATION_LOCK = 7_354_017;

interface Applied {
  name: string;
  sha256: string;
}

/** Where a restore keeps its mark while it is at work: not among the tables that it makes and fills. */
export const RESTORE_MARK = 'relais_restore.unfinished';

/**
 * Brings the database to this version of Relais: the job runner's schema first, then `migrations/*.sql` in order, each in
 * a transaction of its own. Several processes may start at once; one of them does the work.
 * @param upTo of a restore: these alone, so that the data of an older version find the tables of that version.
 * @returns the names of the migrations applied now.
 * @throws when the database is newer than this program, an applied file was changed afterwards, or a restore is unfinished.
 */
export async function migrate(ownerPool: pg.Pool, upTo?: readonly string[]): Promise<string[]> {
  const client = await ownerPool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    if (!upTo) await refuseHalfRestored(client);
    await runMigrations({ pgPool: ownerPool });
    await client.query(
      'create table if not exists schema_migrations (name text primary key, sha256 text not null, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<Applied>('select name, sha256 from schema_migrations');
    return await applyMissing(client, new Map(rows.map((row) => [row.name, row.sha256])), upTo);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    client.release();
  }
}

/** How a database stands to this version of Relais, without changing it. */
export async function migrationStatus(ownerPool: pg.Pool): Promise<{ missing: string[]; unknown: string[] }> {
  const { rows: tables } = await ownerPool.query<{ there: boolean }>(
    "select to_regclass('schema_migrations') is not null as there",
  );
  const { rows } = tables[0]?.there
    ? await ownerPool.query<{ name: string }>('select name from schema_migrations order by name')
    : { rows: [] };
  const applied = rows.map(({ name }) => name);
  const files = migrationFiles();
  return {
    missing: files.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !files.includes(name)),
  };
}

/** The newest migration of this version of Relais: what files that outlive a version were written under. */
export function newestMigration(): string {
  return migrationFiles().at(-1)!;
}

/** @throws when a backup knows migrations that this program does not, or knows them otherwise. */
export function assertKnown(migrations: readonly Applied[]): void {
  const files = migrationFiles();
  const unknown = migrations.filter(({ name }) => !files.includes(name)).map(({ name }) => name);
  if (unknown.length > 0) fail('backup_newer', { migrations: unknown.join(', ') });
  for (const { name, sha256: digest } of migrations)
    if (sha256(readFileSync(path.join(FOLDER, name), 'utf8')) !== digest)
      fail('backup_of_another_program', { migration: name });
}

function migrationFiles(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort();
}

/** A database that is half restored has the tables and not all rows: to begin work on it would be to lose the rest. */
async function refuseHalfRestored(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    RESTORE_MARK,
  ]);
  if (!rows[0]?.there) return;
  const { rows: marks } = await client.query<{ startedAt: string }>(
    `select started_at::text as "startedAt" from ${RESTORE_MARK}`,
  );
  if (marks[0]) fail('restore_unfinished', { startedAt: marks[0].startedAt });
}

async function applyMissing(
  client: pg.PoolClient,
  applied: Map<string, string>,
  upTo?: readonly string[],
): Promise<string[]> {
  const files = migrationFiles();
  const unknown = [...applied.keys()].filter((name) => !files.includes(name));
  if (unknown.length > 0) {
    throw new Error(
      `The database was made by a newer Relais (it has ${unknown.join(', ')}): start that version, or restore an older backup.`,
    );
  }
  const done: string[] = [];
  for (const name of files.filter((file) => !upTo || upTo.includes(file))) {
    const text = readFileSync(path.join(FOLDER, name), 'utf8');
    const digest = sha256(text);
    const known = applied.get(name);
    if (known && known !== digest)
      throw new Error(`The migration ${name} was changed after it was applied: add a new one instead.`);
    if (known) continue;
    await applyOne(client, name, text, digest);
    done.push(name);
  }
  return done;
}

async function applyOne(client: pg.PoolClient, name: string, text: string, digest: string): Promise<void> {
  await client.query('begin');
  try {
    await client.query(text);
    await client.query('insert into schema_migrations (name, sha256) values ($1, $2)', [name, digest]);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback');
    throw new Error(`The migration ${name} failed: ${(cause as Error).message}`, { cause });
  }
}
