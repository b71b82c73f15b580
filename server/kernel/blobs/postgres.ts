import type { Clock } from '../clock.ts';
import { type Database, inSystem, sql, type Tx } from '../db/index.ts';
import { RelaisError } from '../errors.ts';
import { type BlobStore, type ByteRange, inPieces } from './blobs.ts';

const PIECE_BYTES = 1024 * 1024;
const PAGE_ROWS = 500;
/** Marks our large objects among those of other programs in the same database; psql's \lo_list shows it. */
const MARK = 'relais:';
/** PostgreSQL: undefined_object. */
const NOT_THERE = '42704';

/**
 * Files as large objects of PostgreSQL: saved with the database, and nothing else to run.
 *
 * Row-level security does not reach large objects, so the role of requests has no right to any of them: relais_system makes,
 * owns, reads and removes them, and relais_app is refused even when it learns an oid. A request therefore gets a file only
 * through a reference that it read from a row of its own company.
 *
 * A file is written in one transaction, so that half of one never exists. It is read in short transactions of one piece
 * each: a listener who pauses holds no connection.
 */
export function postgresBlobs({ db, clock }: { db: Database; clock: Clock }): BlobStore {
  return {
    put: (folder, source) =>
      inSystem(db, async (tx) => {
        const oid = await createObject(tx);
        let offset = 0;
        for await (const piece of inPieces(source, PIECE_BYTES)) {
          await sql`select lo_put(${oid}::oid, ${offset}::bigint, ${piece}::bytea)`.execute(tx);
          offset += piece.length;
        }
        await describe(tx, oid, `${MARK}${folder}/ ${clock.now().toISOString()}`);
        return `lo:${oid}`;
      }),
    read: (ref, range) => readObject(db, oidOf(ref), range),
    size: (ref) => orNull(inSystem(db, (tx) => sizeOf(tx, oidOf(ref)))),
    remove: async (ref) => {
      await orNull(inSystem(db, (tx) => sql`select lo_unlink(${oidOf(ref)}::oid)`.execute(tx)));
    },
    list: (folder, before) => listObjects(db, `${MARK}${folder}/`, before),
  };
}

function oidOf(ref: string): string {
  const oid = /^lo:(\d{1,10})$/.exec(ref)?.[1];
  if (!oid) throw new Error('not a reference to a large object');
  return oid;
}

async function createObject(tx: Tx): Promise<string> {
  const { rows } = await sql<{ oid: number }>`select lo_create(0) as oid`.execute(tx);
  return String(rows[0]!.oid);
}

/** COMMENT takes no parameters: the database itself quotes the text. */
async function describe(tx: Tx, oid: string, text: string): Promise<void> {
  const { rows } = await sql<{ statement: string }>`
    select format('comment on large object %s is %L', ${oid}::oid, ${text}::text) as statement`.execute(tx);
  await sql.raw(rows[0]!.statement).execute(tx);
}

async function* readObject(db: Database, oid: string, { start, end }: ByteRange): AsyncGenerator<Buffer> {
  for (let at = start; at < end; at += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, end - at);
    const { rows } = await inSystem(db, (tx) =>
      sql<{ bytes: Buffer }>`select lo_get(${oid}::oid, ${at}::bigint, ${length}::int) as bytes`.execute(tx),
    ).catch((error) => {
      throw isMissing(error) ? new RelaisError('file_damaged', { cause: error }) : error;
    });
    yield rows[0]!.bytes;
  }
}

/** 262144: opened for reading. 2: from the end. */
async function sizeOf(tx: Tx, oid: string): Promise<number> {
  const { rows } = await sql<{
    size: number;
  }>`select lo_lseek64(lo_open(${oid}::oid, 262144), 0, 2) as size`.execute(tx);
  return rows[0]!.size;
}

async function* listObjects(db: Database, beginning: string, before: Date): AsyncGenerator<string[]> {
  let after = '0';
  for (;;) {
    const { rows } = await inSystem(db, (tx) =>
      sql<{ oid: number; description: string }>`
        select object.oid, description from pg_largeobject_metadata as object
        join pg_description on objoid = object.oid and classoid = 'pg_largeobject'::regclass
        where object.oid > ${after}::oid and lomowner = current_user::regrole and starts_with(description, ${beginning})
        order by object.oid limit ${PAGE_ROWS}`.execute(tx),
    );
    if (rows.length === 0) return;
    after = String(rows.at(-1)!.oid);
    yield rows
      .filter(({ description }) => new Date(description.split(' ').at(-1)!) < before)
      .map(({ oid }) => `lo:${oid}`);
  }
}

function isMissing(error: unknown): boolean {
  return (error as { code?: string }).code === NOT_THERE;
}

/** What is not there is null. */
async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
