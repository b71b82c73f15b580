import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { clearPlace } from '../../kernel/backup/index.ts';
import type { Config } from '../../kernel/config.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { startEmbeddedDatabase } from '../../kernel/db/embedded.ts';
import { lockFolder } from '../../kernel/folder-lock.ts';
import { newSecret } from '../../kernel/ids.ts';
import type { Place } from '../open.ts';
import { CommandError } from '../words.ts';

const PREFIX = 'relais_drill_';

/** A database for a drill alone: beside the embedded one, or on the same server, or where `given` says. */
export async function openScratch(kernel: Kernel, settings: Config, given: string | null): Promise<Place> {
  if (given) return { databaseUrl: given, close: () => empty(given) };
  return settings.DATABASE_URL ? scratchDatabase(kernel) : scratchCluster(settings.DATA_DIR);
}

/** A second PostgreSQL with a data folder of its own; that of a drill that was killed is removed first. */
async function scratchCluster(dataDir: string): Promise<Place> {
  for (const name of readdirSync(dataDir).filter((each) => each.startsWith(PREFIX))) {
    const folder = path.join(dataDir, name);
    const lock = lockFolder(folder, 'drill');
    if (!lock.taken) continue;
    if (existsSync(path.join(folder, 'postgres', 'postmaster.pid')))
      await startEmbeddedDatabase(folder).then((left) => left.stop());
    rmSync(folder, { recursive: true, force: true });
  }
  const folder = path.join(dataDir, `${PREFIX}${newSecret(6)}`);
  mkdirSync(folder, { recursive: true });
  // PostgreSQL may have to run as another user, who passes through.
  chmodSync(folder, 0o711);
  lockFolder(folder, 'drill');
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const database = await startEmbeddedDatabase(folder);
    return {
      databaseUrl: database.url,
      close: async () => {
        await database.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** A second database on the same server; those of drills that were killed are dropped first. */
async function scratchDatabase(kernel: Kernel): Promise<Place> {
  const { ownerPool } = kernel.db;
  const { rows: left } = await ownerPool.query<{ name: string }>(
    `select datname as name from pg_database where starts_with(datname, '${PREFIX}') and datdba = current_user::regrole
     and not exists (select from pg_stat_activity where pg_stat_activity.datname = pg_database.datname)`,
  );
  for (const { name } of left) await ownerPool.query(`drop database if exists ${name}`);
  const name = `${PREFIX}${Buffer.from(newSecret(6), 'base64url').toString('hex')}`;
  await ownerPool.query(`create database ${name} template template0`).catch((error: { code?: string }) => {
    if (error.code !== '42501') throw error;
    throw new CommandError({
      en: 'The role of DATABASE_URL may not make databases. Give it the right (ALTER ROLE … CREATEDB), or name an empty one: --database postgres://…',
      fr: 'Le rôle de DATABASE_URL ne peut pas créer de base. Donnez-lui ce droit (ALTER ROLE … CREATEDB), ou nommez une base vide : --database postgres://…',
    });
  });
  const url = new URL(kernel.config.DATABASE_URL);
  url.pathname = `/${name}`;
  return {
    databaseUrl: url.href,
    close: async () => {
      await ownerPool.query(`drop database if exists ${name} with (force)`);
    },
  };
}

/** What a drill left in a database that was lent to it. */
async function empty(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await clearPlace(client);
    await client.query('drop schema if exists relais_restore cascade');
  } finally {
    await client.end();
  }
}
