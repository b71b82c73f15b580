import { createHash } from 'node:crypto';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { fail } from '../errors.ts';

/** A table that a backup holds, with the columns that are written (generated ones follow from them). */
export interface Table {
  /** As SQL names it, schema and all. */
  name: string;
  columns: string[];
}

/** Where our tables are: our own, and the job runner's. */
const SCHEMAS = "('public', 'graphile_worker')";

/**
 * Not copied: what the programs that make the schema keep about it, and news of the last day, whose order is that of one
 * database server (transaction ids) and means nothing on another.
 */
const LEFT_OUT = [
  'public.schema_migrations',
  'graphile_worker.migrations',
  'public.live_events',
  'public.live_horizon',
];

/** Texts of values must come out the same on every server, or digests would not compare. */
export const SAME_TEXTS = `
  set client_encoding = 'UTF8'; set datestyle = 'ISO, YMD'; set timezone = 'UTC'; set intervalstyle = 'iso_8601';
  set bytea_output = 'hex'; set extra_float_digits = 1; set xmloption = 'content'; set synchronize_seqscans = off;
  set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0;
  set relais.copying = 'on'`;

/** Every table that is copied, in an order that is always the same. */
export async function listTables(client: pg.ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `select format('%I.%I', nspname, relname) as name,
       array(select attname::text from pg_attribute where attrelid = pg_class.oid and attnum > 0 and not attisdropped and attgenerated = ''
         order by attnum) as columns
     from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where nspname in ${SCHEMAS} and relkind = 'r' and format('%I.%I', nspname, relname) <> all($1)
       -- Whoever installs an extension gets its tables with it.
       and not exists (select from pg_depend where objid = pg_class.oid and classid = 'pg_class'::regclass and deptype = 'e')
     order by name`,
    [LEFT_OUT],
  );
  return rows;
}

/** @throws backup_not_allowed where rows would be missing from a copy without anybody noticing. */
export async function assertReadable(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind = 'r' and row_security_active(pg_class.oid)
       and not exists (select from pg_policy where polrelid = pg_class.oid and polname = 'copied_by_owner'
         and polroles = array[(select oid from pg_roles where rolname = current_user)])
     limit 1`,
  );
  if (rows[0]) fail('backup_not_allowed', { table: rows[0].name });
}

/** A table and its columns, as COPY wants them. */
export function copyTarget({ name, columns }: Table): string {
  return `${name} (${columns.map((column) => `"${column.replaceAll('"', '""')}"`).join(', ')})`;
}

/** What a table holds, in the words of COPY. @returns the rows, once the stream has ended. */
export function readTable(
  client: pg.ClientBase,
  table: Table,
): { data: AsyncIterable<Buffer>; rows(): number } {
  const stream = client.query(copyTo(`copy ${copyTarget(table)} to stdout`));
  return { data: stream, rows: () => (stream as unknown as { rowCount: number }).rowCount };
}

/** The digest of what a table holds now. */
export async function digestOf(
  client: pg.ClientBase,
  table: Table,
): Promise<{ rows: number; sha256: string }> {
  const digest = createHash('sha256');
  const { data, rows } = readTable(client, table);
  for await (const part of data) digest.update(part);
  return { rows: rows(), sha256: digest.digest('hex') };
}

/** How far each sequence has counted. Sequences run ahead of transactions, so this is read after the rows were fixed. */
export async function listSequences(
  client: pg.ClientBase,
): Promise<{ name: string; lastValue: string; isCalled: boolean }[]> {
  const { rows: names } = await client.query<{ name: string }>(
    `select format('%I.%I', nspname, relname) as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where nspname in ${SCHEMAS} and relkind = 'S' order by name`,
  );
  const found = [];
  for (const { name } of names) {
    const { rows } = await client.query<{ lastValue: string; isCalled: boolean }>(
      `select last_value::text as "lastValue", is_called as "isCalled" from ${name}`,
    );
    found.push({ name, ...rows[0]! });
  }
  return found;
}

/** Large objects are those of relais_system, which a plain owner reads by taking that role. */
export const OBJECTS_ROLE = 'relais_system';

export interface LargeObject {
  oid: string;
  description: string;
}

export async function listObjects(client: pg.ClientBase): Promise<LargeObject[]> {
  const { rows } = await client.query<LargeObject>(
    `select object.oid::text as oid, coalesce(description, '') as description from pg_largeobject_metadata object
     left join pg_description on objoid = object.oid and classoid = 'pg_largeobject'::regclass
     where lomowner = '${OBJECTS_ROLE}'::regrole order by object.oid`,
  );
  return rows;
}

const OBJECT_PIECE_BYTES = 1024 * 1024;

/** A large object piece by piece. */
export async function* readObject(client: pg.ClientBase, oid: string): AsyncGenerator<Buffer> {
  for (let at = 0; ; at += OBJECT_PIECE_BYTES) {
    const { rows } = await client.query<{ bytes: Buffer }>(
      'select lo_get($1::oid, $2::bigint, $3::int) as bytes',
      [oid, at, OBJECT_PIECE_BYTES],
    );
    const { bytes } = rows[0]!;
    if (bytes.length > 0) yield bytes;
    if (bytes.length < OBJECT_PIECE_BYTES) return;
  }
}
