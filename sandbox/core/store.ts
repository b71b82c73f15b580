import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A stored thing. Its `kind` and `id` are its key; `account` says whose it is. */
export interface Entry<T> {
  id: string;
  account: string;
  /** Grows with every new entry: lists are oldest first. */
  seq: number;
  body: T;
}

export interface FindOptions {
  /** Only entries older than this sequence number. */
  before?: number | undefined;
  limit?: number;
  offset?: number;
}

/** The sandbox's memory: JSON records by kind and id, and files. Every method is synchronous. */
export interface Store {
  /** Runs `work` in one transaction; nested calls join it. */
  transaction<T>(work: () => T): T;
  /** Writes an entry. `keys`, given when it is new, are other names it is found by with `find`. */
  put(kind: string, account: string, id: string, body: unknown, keys?: readonly string[]): void;
  get<T>(kind: string, id: string): T | undefined;
  /** The entry, if `account` owns it. */
  getOwned<T>(kind: string, account: string, id: string): T | undefined;
  entries<T>(kind: string, account?: string): Entry<T>[];
  list<T>(kind: string, account?: string): T[];
  remove(kind: string, id: string): void;
  /** Entries of a kind that have a key, newest first. */
  find<T>(kind: string, key: string, options?: FindOptions): Entry<T>[];
  /** Entries of a kind after a sequence number, oldest first. */
  after<T>(kind: string, seq: number, limit: number): Entry<T>[];
  /** The newest entries of a kind, oldest first. */
  latest<T>(kind: string, limit: number): Entry<T>[];
  /** Drops all but the newest `keep` entries of a kind. */
  trim(kind: string, keep: number): void;
  putFile(id: string, bytes: Uint8Array): void;
  getFile(id: string): Uint8Array | undefined;
  removeFile(id: string): void;
  /** Forgets everything except the given kinds. */
  clear(keepKinds: string[]): void;
  close(): void;
}

interface Row {
  id: string;
  account: string;
  seq: number;
  body: string;
}

const SCHEMA = `
  pragma journal_mode = wal;
  pragma synchronous = normal;
  pragma wal_autocheckpoint = 8000;
  pragma cache_size = -65536;
  create table if not exists records (
    seq integer primary key autoincrement,
    kind text not null,
    id text not null,
    account text not null,
    body text not null,
    unique (kind, id)
  );
  create index if not exists records_by_account on records (kind, account, seq);
  create index if not exists records_by_kind on records (kind, seq);
  create table if not exists record_keys (
    kind text not null,
    key text not null,
    seq integer not null references records (seq) on delete cascade,
    primary key (kind, key, seq)
  ) without rowid;
  create index if not exists record_keys_by_record on record_keys (seq);
  create table if not exists files (id text primary key, bytes blob not null);
`;

/** Opens (or makes) `sandbox.db` in `dataDir`, readable by this user only because it holds keys. */
export function openStore(dataDir: string): Store {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'sandbox.db');
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const db = new DatabaseSync(file);
  db.exec(SCHEMA);
  return { ...recordMethods(db), ...fileMethods(db), ...wholeMethods(db) };
}

function entryOf<T>(row: Row): Entry<T> {
  return { id: row.id, account: row.account, seq: row.seq, body: JSON.parse(row.body) as T };
}

function recordMethods(db: DatabaseSync) {
  const put = db.prepare(
    'insert into records (kind, account, id, body) values (?, ?, ?, ?) on conflict (kind, id) do update set body = excluded.body, account = excluded.account returning seq',
  );
  const putKey = db.prepare('insert or ignore into record_keys (kind, key, seq) values (?, ?, ?)');
  const find = db.prepare(
    'select r.* from record_keys k join records r on r.seq = k.seq where k.kind = ? and k.key = ? and k.seq < ? order by k.seq desc limit ? offset ?',
  );
  const get = db.prepare('select * from records where kind = ? and id = ?');
  const all = db.prepare('select * from records where kind = ? order by seq');
  const byAccount = db.prepare('select * from records where kind = ? and account = ? order by seq');
  const after = db.prepare('select * from records where kind = ? and seq > ? order by seq limit ?');
  const latest = db.prepare('select * from records where kind = ? order by seq desc limit ?');
  const remove = db.prepare('delete from records where kind = ? and id = ?');
  const trim = db.prepare(
    'delete from records where kind = ?1 and seq <= (select seq from records where kind = ?1 order by seq desc limit 1 offset ?2)',
  );
  const rows = (found: unknown[]) => found as unknown as Row[];
  const one = (kind: string, id: string) => get.get(kind, id) as unknown as Row | undefined;
  const entries = <T>(kind: string, account?: string): Entry<T>[] =>
    rows(account === undefined ? all.all(kind) : byAccount.all(kind, account)).map((row) => entryOf<T>(row));
  return {
    put: (kind: string, account: string, id: string, body: unknown, keys: readonly string[] = []): void => {
      const { seq } = put.get(kind, account, id, JSON.stringify(body)) as unknown as { seq: number };
      for (const key of keys) putKey.run(kind, key, seq);
    },
    get: <T>(kind: string, id: string): T | undefined => {
      const row = one(kind, id);
      return row === undefined ? undefined : entryOf<T>(row).body;
    },
    getOwned: <T>(kind: string, account: string, id: string): T | undefined => {
      const row = one(kind, id);
      return row === undefined || row.account !== account ? undefined : entryOf<T>(row).body;
    },
    entries,
    list: <T>(kind: string, account?: string): T[] => entries<T>(kind, account).map((entry) => entry.body),
    remove: (kind: string, id: string): void => {
      remove.run(kind, id);
    },
    find: <T>(kind: string, key: string, options: FindOptions = {}): Entry<T>[] => {
      const { before = Number.MAX_SAFE_INTEGER, limit = -1, offset = 0 } = options;
      return rows(find.all(kind, key, before, limit, offset)).map((row) => entryOf<T>(row));
    },
    after: <T>(kind: string, seq: number, limit: number): Entry<T>[] =>
      rows(after.all(kind, seq, limit)).map((row) => entryOf<T>(row)),
    latest: <T>(kind: string, limit: number): Entry<T>[] =>
      rows(latest.all(kind, limit))
        .reverse()
        .map((row) => entryOf<T>(row)),
    trim: (kind: string, keep: number): void => {
      trim.run(kind, keep);
    },
  };
}

function fileMethods(db: DatabaseSync) {
  const put = db.prepare('insert or replace into files (id, bytes) values (?, ?)');
  const get = db.prepare('select bytes from files where id = ?');
  const remove = db.prepare('delete from files where id = ?');
  return {
    putFile: (id: string, bytes: Uint8Array): void => {
      put.run(id, bytes);
    },
    getFile: (id: string): Uint8Array | undefined =>
      (get.get(id) as { bytes: Uint8Array } | undefined)?.bytes,
    removeFile: (id: string): void => {
      remove.run(id);
    },
  };
}

function wholeMethods(db: DatabaseSync) {
  let depth = 0;
  return {
    transaction: <T>(work: () => T): T => {
      if (depth > 0) return work();
      db.exec('begin immediate');
      depth += 1;
      try {
        const result = work();
        db.exec('commit');
        return result;
      } catch (error) {
        db.exec('rollback');
        throw error;
      } finally {
        depth -= 1;
      }
    },
    clear: (keepKinds: string[]): void => {
      const marks = keepKinds.map(() => '?').join(', ');
      db.prepare(`delete from records where kind not in (${marks})`).run(...keepKinds);
      db.exec('delete from files');
    },
    close: (): void => db.close(),
  };
}
