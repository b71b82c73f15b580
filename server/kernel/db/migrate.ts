import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runMigrations } from 'graphile-worker';
import type pg from 'pg';
import { sha256 } from '../crypto.ts';

const FOLDER = fileURLToPath(new URL('../../../migrations/', import.meta.url));

/** Any fixed number will do: it names the lock that lets one process migrate at a time. */
const MIGRATION_LOCK = 7_354_017;

interface Applied {
  name: string;
  sha256: string;
}

/**
 * Brings the database to this version of Relais: the job runner's schema first, then `migrations/*.sql` in order, each in
 * a transaction of its own. Several processes may start at once; one of them does the work.
 * @returns the names of the migrations applied now.
 * @throws when the database is newer than this program, or an applied file was changed afterwards.
 */
export async function migrate(ownerPool: pg.Pool): Promise<string[]> {
  const client = await ownerPool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await runMigrations({ pgPool: ownerPool });
    await client.query(
      'create table if not exists schema_migrations (name text primary key, sha256 text not null, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<Applied>('select name, sha256 from schema_migrations');
    return await applyMissing(client, new Map(rows.map((row) => [row.name, row.sha256])));
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

function migrationFiles(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort();
}

async function applyMissing(client: pg.PoolClient, applied: Map<string, string>): Promise<string[]> {
  const files = migrationFiles();
  const unknown = [...applied.keys()].filter((name) => !files.includes(name));
  if (unknown.length > 0) {
    throw new Error(
      `The database was made by a newer Relais (it has ${unknown.join(', ')}): start that version, or restore an older backup.`,
    );
  }
  const done: string[] = [];
  for (const name of files) {
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
