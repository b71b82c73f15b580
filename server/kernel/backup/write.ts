import { createWriteStream, existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import pg from 'pg';
import { RelaisError } from '../errors.ts';
import { FIRST_LINE, frameWriter, type Header, type Manifest } from './format.ts';
import { verifyBackup } from './read.ts';
import {
  assertReadable,
  listObjects,
  listSequences,
  listTables,
  OBJECTS_ROLE,
  readObject,
  readTable,
  SAME_TEXTS,
} from './tables.ts';

/** What a backup is told by whoever has it made. */
export interface BackupOrder {
  databaseUrl: string;
  file: string;
  version: string;
  madeAt: Date;
  keyId: string;
  /** Where recordings are, when they are not in the database. */
  bucket: string | null;
  secrets: Record<string, string> | null;
}

/** While it is written, and until it was read back whole, a backup has this at the end of its name. */
export const PARTIAL = '.partial';

/**
 * Copies the whole database as it is at one moment, beside a server that goes on working. The file appears under its name only when
 * it is on the disk and was read back whole: what has the name is proven. When it fails, nothing of it stays.
 */
export async function writeBackup(order: BackupOrder): Promise<Manifest & { fileBytes: number }> {
  if (existsSync(order.file)) throw new RelaisError('backup_exists', { params: { file: order.file } });
  const partial = `${order.file}${PARTIAL}`;
  try {
    await writeFile(order, partial);
    const { manifest, fileBytes } = await verifyBackup(partial);
    await rename(partial, order.file);
    await syncFolder(path.dirname(order.file));
    return { ...manifest, fileBytes };
  } catch (error) {
    await rm(partial, { force: true });
    if (['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw new RelaisError('backup_disk_full', { params: { file: order.file }, cause: error });
    throw error;
  }
}

/** A name in a folder is on the disk when the folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

async function writeFile(order: BackupOrder, partial: string): Promise<void> {
  // A stop of the reading side ends the writing side, and the other way around.
  const failed = new AbortController();
  const frames = new PassThrough();
  const written = pipeline(
    frames,
    createZstdCompress(),
    async function* (compressed: AsyncIterable<Buffer>) {
      yield Buffer.from(FIRST_LINE);
      yield* compressed;
    },
    // What was written is on the disk before the file is closed.
    createWriteStream(partial, { mode: 0o600, flush: true }),
    { signal: failed.signal },
  );
  const client = new pg.Client({ connectionString: order.databaseUrl, application_name: 'relais_backup' });
  client.on('error', () => undefined);
  try {
    await Promise.all([
      written,
      copyDatabase(client, order, frames).catch((error) => {
        // The disk's own complaint says more than that nobody took the data.
        frames.destroy(error);
        throw error;
      }),
    ]).catch(async (error) => {
      failed.abort();
      throw await written.then(
        () => error,
        (reason) => (reason.code ? reason : error),
      );
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** One transaction sees one moment: all tables, and the files that their rows name. */
async function copyDatabase(client: pg.Client, order: BackupOrder, frames: PassThrough): Promise<void> {
  await client.connect();
  await client.query(SAME_TEXTS);
  await client.query('begin transaction isolation level repeatable read, read only');
  await assertReadable(client);
  const tables = await listTables(client);
  // Whoever changes a table's form waits until it was read; whoever writes into it does not.
  await client.query(`lock table ${tables.map(({ name }) => name).join(', ')} in access share mode`);
  const writer = frameWriter(frames);
  await writer.json(await headerOf(client, order));
  const objects = await listObjects(client);
  let objectBytes = 0;
  await client.query(`set local role ${OBJECTS_ROLE}`);
  for (const { oid, description } of objects) {
    const head = { section: 'object', oid, description } as const;
    objectBytes += (await writer.section(head, readObject(client, oid), () => 0)).bytes;
  }
  await client.query('reset role');
  const copied: Manifest['tables'] = [];
  for (const table of tables) {
    const { data, rows } = readTable(client, table);
    const { section: _, ...end } = await writer.section({ section: 'table', ...table }, data, rows);
    copied.push({ name: table.name, ...end });
  }
  await writer.json({
    section: 'manifest',
    tables: copied,
    objects: { count: objects.length, bytes: objectBytes },
    sequences: await listSequences(client),
    bucket: order.bucket,
    secrets: order.secrets,
  });
  await writer.seal();
  await client.query('rollback');
  frames.end();
}

async function headerOf(client: pg.Client, order: BackupOrder): Promise<Header> {
  const { rows: migrations } = await client.query<{ name: string; sha256: string }>(
    'select name, sha256 from schema_migrations order by name',
  );
  const { rows } = await client.query<{ id: string; postgres: string }>(
    "select id, current_setting('server_version') as postgres from installation",
  );
  return {
    section: 'header',
    version: order.version,
    madeAt: order.madeAt.toISOString(),
    installationId: rows[0]!.id,
    keyId: order.keyId,
    migrations,
    postgres: rows[0]!.postgres,
  };
}
