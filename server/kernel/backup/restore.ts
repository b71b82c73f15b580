import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { surviveBrokenConnections } from '../db/index.ts';
import { assertKnown, migrate, RESTORE_MARK } from '../db/migrate.ts';
import { fail } from '../errors.ts';
import type { Header, Manifest, SectionEnd } from './format.ts';
import { clearPlace, isRestoreUnfinished, markRestore, occupants } from './place.ts';
import { openBackup, verifyBackup } from './read.ts';
import {
  copyTarget,
  digestOf,
  listTables,
  OBJECTS_ROLE,
  readObject,
  SAME_TEXTS,
  type Table,
} from './tables.ts';

/** What came of a restore. */
export interface Restored {
  header: Header;
  manifest: Manifest;
  /** What brought the data from their version to this program's. */
  migrations: string[];
}

/**
 * Fills a database from a backup: the schema as it was then, the data, every digest compared, and only then the way to this
 * version. Nothing is removed before the file has been read to its end and proved whole.
 *
 * Killed at any line it leaves a mark that the server refuses to start on; begun again, it begins from nothing.
 * @param options.replace removes what the database holds of Relais.
 */
export async function restoreBackup(
  databaseUrl: string,
  file: string,
  options: { replace?: boolean } = {},
): Promise<Restored> {
  const { header, manifest } = await verifyBackup(file);
  assertKnown(header.migrations);
  const pool = surviveBrokenConnections(
    new pg.Pool({ connectionString: databaseUrl, max: 4, application_name: 'relais_restore' }),
  );
  try {
    const client = await pool.connect();
    try {
      await client.query(SAME_TEXTS);
      await assertFree(client, options.replace ?? false);
      await markRestore(client, file);
      await clearPlace(client);
      await migrate(
        pool,
        header.migrations.map(({ name }) => name),
      );
      await fill(client, file, manifest);
    } finally {
      client.release(true);
    }
    const migrations = await migrate(pool);
    await pool.query('analyze');
    return { header, manifest, migrations };
  } finally {
    await pool.end();
  }
}

async function assertFree(client: pg.ClientBase, replace: boolean): Promise<void> {
  const { companies, inUse } = await occupants(client);
  if (inUse) fail('restore_in_use');
  if (companies > 0 && !replace && !(await isRestoreUnfinished(client)))
    fail('restore_not_empty', { companies });
}

/** Files first, some at a time, because each takes a lock until its transaction ends; then all tables in one transaction. */
async function fill(client: pg.ClientBase, file: string, manifest: Manifest): Promise<void> {
  const parts = openBackup(file);
  const objects = objectWriter(client);
  let ways: Ways | null = null;
  for await (const part of parts) {
    if (!('data' in part)) continue;
    const { head, data } = part;
    if (head.section === 'object') await objects.write(head, data);
    else {
      if (!ways) {
        await objects.end();
        ways = await openWays(client);
      }
      await fillTable(client, ways.tables, head, data);
    }
  }
  await objects.end();
  if (!ways) fail('backup_damaged', { reason: 'it has no tables' });
  await compare(client, manifest);
  for (const { name, lastValue, isCalled } of manifest.sequences)
    await client.query('select setval($1::regclass, $2::bigint, $3)', [name, lastValue, isCalled]);
  await ways.close();
  await settle(client);
  await client.query(`delete from ${RESTORE_MARK}`);
  await client.query('commit');
}

const OBJECTS_AT_ONCE = 200;

function objectWriter(client: pg.ClientBase): {
  write(
    object: { oid: string; description: string },
    data: AsyncGenerator<Buffer, SectionEnd>,
  ): Promise<void>;
  end(): Promise<void>;
} {
  let open = 0;
  async function end(): Promise<void> {
    if (open > 0) await client.query('commit');
    open = 0;
  }
  return {
    async write({ oid, description }, data) {
      if (open === 0) await client.query(`begin; set local role ${OBJECTS_ROLE}`);
      open += 1;
      await client.query('select lo_create($1::oid)', [oid]);
      const [given, found] = [createHash('sha256'), createHash('sha256')];
      let at = 0;
      for await (const piece of data) {
        await client.query('select lo_put($1::oid, $2::bigint, $3::bytea)', [oid, at, piece]);
        given.update(piece);
        at += piece.length;
      }
      for await (const piece of readObject(client, oid)) found.update(piece);
      if (found.digest('hex') !== given.digest('hex')) fail('restore_not_same', { table: `lo:${oid}` });
      const { rows } = await client.query<{ statement: string }>(
        "select format('comment on large object %s is %L', $1::oid, $2::text) as statement",
        [oid, description],
      );
      await client.query(rows[0]!.statement);
      if (open === OBJECTS_AT_ONCE) await end();
    },
    end,
  };
}

/** What stands in the way of loading, taken down for the transaction. */
interface Ways {
  tables: Map<string, Table>;
  close(): Promise<void>;
}

/**
 * Foreign keys are made again afterwards, which checks every row; triggers would book, count and refuse what was booked and counted
 * before; and row-level security lets no owner load tables. The owner of the tables can do all of it: no superuser is needed.
 */
async function openWays(client: pg.ClientBase): Promise<Ways> {
  await client.query('begin');
  const tables = await listTables(client);
  const { rows: keys } = await client.query<{ owner: string; name: string; definition: string }>(
    `select conrelid::regclass::text as owner, quote_ident(conname) as name, pg_get_constraintdef(pg_constraint.oid) as definition
     from pg_constraint where contype = 'f' and conparentid = 0 and conrelid::regclass::text = any($1)`,
    [await namesInPath(client, tables)],
  );
  const { rows: forced } = await client.query<{ name: string }>(
    "select oid::regclass::text as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relforcerowsecurity",
  );
  for (const { owner, name } of keys) await client.query(`alter table ${owner} drop constraint ${name}`);
  for (const { name } of forced) await client.query(`alter table ${name} no force row level security`);
  for (const { name } of tables) await client.query(`alter table ${name} disable trigger user`);
  await client.query(`truncate ${tables.map(({ name }) => name).join(', ')}`);
  return {
    tables: new Map(tables.map((table) => [table.name, table])),
    async close() {
      for (const { owner, name, definition } of keys)
        await client.query(`alter table ${owner} add constraint ${name} ${definition}`);
      for (const { name } of tables) await client.query(`alter table ${name} enable trigger user`);
      for (const { name } of forced) await client.query(`alter table ${name} force row level security`);
    },
  };
}

async function namesInPath(client: pg.ClientBase, tables: Table[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'select name::regclass::text as name from unnest($1::text[]) as name',
    [tables.map(({ name }) => name)],
  );
  return rows.map(({ name }) => name);
}

async function fillTable(
  client: pg.ClientBase,
  tables: Map<string, Table>,
  given: Table,
  data: AsyncGenerator<Buffer, SectionEnd>,
): Promise<void> {
  const table = tables.get(given.name);
  if (!table || given.columns.some((column) => !table.columns.includes(column)))
    fail('backup_table_unknown', { table: given.name });
  await pipeline(
    Readable.from(data, { objectMode: false }),
    client.query(copyFrom(`copy ${copyTarget(given)} from stdin`)),
  );
}

/** What stands in the tables now is read again, and must be what was written when the backup was made. */
async function compare(client: pg.ClientBase, manifest: Manifest): Promise<void> {
  const columns = new Map((await listTables(client)).map((table) => [table.name, table]));
  for (const { name, rows, sha256 } of manifest.tables) {
    const found = await digestOf(client, columns.get(name)!);
    if (found.rows !== rows || found.sha256 !== sha256) fail('restore_not_same', { table: name });
  }
}

/**
 * What was true of the old server's processes alone. Jobs that they held are free; consoles that resume from a cursor of the old server
 * are told to load their pages again.
 */
async function settle(client: pg.ClientBase): Promise<void> {
  await client.query(`
    update graphile_worker._private_jobs set locked_at = null, locked_by = null where locked_at is not null;
    update graphile_worker._private_job_queues set locked_at = null, locked_by = null where locked_at is not null;
    update live_horizon set tx = pg_current_xact_id(), id = 0`);
}
