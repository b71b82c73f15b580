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

/** The sandbox's memory: JSON records by kind and id, and files. Every method is synchronous. */
export interface Store {
  /** Runs `work` in one transaction; nested calls join it. */
  transaction<T>(work: () => T): T;
  put(kind: string, account: string, id: string, body: unknown): void;
  get<T>(kind: string, id: string): T | undefined;
  /** The entry, if `account` owns it. */
  getOwned<T>(kind: string, account: string, id: string): T | undefined;
  entries<T>(kind: string, account?: string): Entry<T>[];
  list<T>(kind: string, account?: string): T[];
  remove(kind: string, id: string): void;
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
  create table if not exists records (
    seq integer primary key autoincrement,
    kind text not null,
    id text not null,
    account text not null,
    body text not null,
    unique (kind, id)
  );
  create index if not exists records_by_account on records (kind, account, seq);
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
    'insert into records (kind, account, id, body) values (?, ?, ?, ?) on conflict (kind, id) do update set body = excluded.body, account = excluded.account',
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
    put: (kind: string, account: string, id: string, body: unknown): void => {
      put.run(kind, account, id, JSON.stringify(body));
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
