import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { Job, Outcome } from './drivers/port.ts';

// All SQL of the box. A commit is on the disk before it returns (WAL, synchronous=FULL).

/**
 * received: kept, the SIM was not touched. processing: the SIM may be touched from here on. done: the outcome is known and is being
 * told. acknowledged: the server has it (or will never want it). dropped: it was never begun, and is no longer this box's.
 */
export type WorkState = 'received' | 'processing' | 'done' | 'acknowledged' | 'dropped';

export interface Work {
  id: string;
  attempt: number;
  leaseId: string;
  state: WorkState;
  slot: string;
  priority: number;
  job: Job;
  outcome: Outcome | null;
  /** The newest text on the SIMs before it began: later ones can be about it. */
  textsBefore: number | null;
  balanceBefore: number | null;
}

export interface KeptText {
  seq: number;
  id: string;
  slot: string;
  sender: string;
  body: string;
  sentAt: string | null;
  /** When it was read, by this machine's calendar. */
  readAt: string;
  /** The transaction that it is the evidence of. */
  proves: string | null;
}

const SCHEMA = `
  create table if not exists work (
    id text primary key,
    seq integer not null,
    attempt integer not null,
    lease_id text not null,
    state text not null check (state in ('received', 'processing', 'done', 'acknowledged', 'dropped')),
    slot text not null,
    priority integer not null,
    phone_number text not null,
    amount integer,
    job text not null,
    outcome text,
    texts_before integer,
    balance_before integer
  ) strict;
  create index if not exists work_open on work (state, slot, priority desc, seq) where state in ('received', 'processing', 'done');
  create index if not exists work_alike on work (slot, phone_number, amount, seq);
  create table if not exists texts (
    seq integer primary key autoincrement,
    id text not null unique,
    slot text not null,
    sender text not null,
    body text not null,
    sent_at text,
    read_at text not null,
    told integer not null default 0,
    proves text
  ) strict;
  create index if not exists texts_waiting on texts (seq) where told = 0;
  create table if not exists counters (name text primary key, value integer not null) strict;
`;

export interface Store {
  db: DatabaseSync;
  close(): void;
}

/** Opens the queue of a data folder, or makes it. @throws Error when the disk is full or the file is damaged. */
export function openStore(file: string): Store {
  const db = new DatabaseSync(file, { timeout: 5000 });
  db.exec('pragma journal_mode = wal; pragma synchronous = full;');
  db.exec(SCHEMA);
  return { db, close: () => db.close() };
}

/** Opens it to look at, beside a program that works with it. */
export function openStoreToRead(file: string): Store {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  return { db, close: () => db.close() };
}

/** Takes the folder for one program; it lets go when that ends, however it ends. Null: another one has it. */
export function takeFolder(file: string): Store | null {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.exec('pragma locking_mode = exclusive; begin exclusive;');
    return { db, close: () => db.close() };
  } catch (error) {
    db.close();
    if (/locked|busy/i.test((error as Error).message)) return null;
    throw error;
  }
}

/** Does all of it or nothing. */
export function inTransaction<T>({ db }: Store, work: () => T): T {
  db.exec('begin immediate');
  try {
    const result = work();
    db.exec('commit');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('rollback');
    throw error;
  }
}

type Row = Record<string, SQLInputValue>;

const workOf = (row: Row): Work => ({
  id: String(row.id),
  attempt: Number(row.attempt),
  leaseId: String(row.lease_id),
  state: row.state as WorkState,
  slot: String(row.slot),
  priority: Number(row.priority),
  job: JSON.parse(String(row.job)) as Job,
  outcome: row.outcome === null ? null : (JSON.parse(String(row.outcome)) as Outcome),
  textsBefore: row.texts_before === null ? null : Number(row.texts_before),
  balanceBefore: row.balance_before === null ? null : Number(row.balance_before),
});

const textOf = (row: Row): KeptText => ({
  seq: Number(row.seq),
  id: String(row.id),
  slot: String(row.slot),
  sender: String(row.sender),
  body: String(row.body),
  sentAt: row.sent_at === null ? null : String(row.sent_at),
  readAt: String(row.read_at),
  proves: row.proves === null ? null : String(row.proves),
});

const many = <T>({ db }: Store, read: (row: Row) => T, sql: string, ...values: SQLInputValue[]): T[] =>
  (db.prepare(sql).all(...values) as Row[]).map(read);
const changes = ({ db }: Store, sql: string, ...values: SQLInputValue[]): number =>
  Number(db.prepare(sql).run(...values).changes);

/** What this box knows of a transaction. */
export const findWork = (store: Store, id: string): Work | null =>
  many(store, workOf, 'select * from work where id = ?', id)[0] ?? null;

/** Work in a state, the most urgent and then the oldest first. */
export const listWork = (store: Store, state: WorkState, slot?: string): Work[] =>
  slot === undefined
    ? many(store, workOf, 'select * from work where state = ? order by priority desc, seq', state)
    : many(
        store,
        workOf,
        'select * from work where state = ? and slot = ? order by priority desc, seq',
        state,
        slot,
      );

/** How much there is in each state, for people. */
export function countWork(store: Store): Record<WorkState, number> {
  const counts: Record<WorkState, number> = {
    received: 0,
    processing: 0,
    done: 0,
    acknowledged: 0,
    dropped: 0,
  };
  for (const row of store.db.prepare('select state, count(*) as n from work group by state').all() as Row[])
    counts[row.state as WorkState] = Number(row.n);
  return counts;
}

/** What is in hand, counted by its index alone: the whole history is never read for it. */
export const countInHand = (store: Store): number =>
  many(
    store,
    (row) => Number(row.n),
    "select count(*) as n from work where state in ('received', 'processing')",
  )[0]!;

/** Keeps what was handed out; what was dropped or certainly failed before begins anew. */
export function insertReceived(
  store: Store,
  work: Omit<Work, 'state' | 'outcome' | 'textsBefore' | 'balanceBefore'>,
): void {
  changes(
    store,
    `insert into work (id, seq, attempt, lease_id, state, slot, priority, phone_number, amount, job)
     values (?, (select coalesce(max(seq), 0) + 1 from work), ?, ?, 'received', ?, ?, ?, ?, ?)
     on conflict (id) do update set seq = excluded.seq, attempt = excluded.attempt, lease_id = excluded.lease_id,
       state = 'received', slot = excluded.slot, priority = excluded.priority, job = excluded.job, outcome = null,
       texts_before = null, balance_before = null`,
    work.id,
    work.attempt,
    work.leaseId,
    work.slot,
    work.priority,
    work.job.phoneNumber,
    work.job.amount,
    JSON.stringify(work.job),
  );
}

/** The newest hand-over of something that is known: what is told of it from now on is told under that one. */
export const setHandover = (
  store: Store,
  id: string,
  attempt: number,
  leaseId: string,
  state: WorkState,
): number =>
  changes(
    store,
    'update work set attempt = ?, lease_id = ?, state = ? where id = ?',
    attempt,
    leaseId,
    state,
    id,
  );

/** received → processing. 0: it is not there any more, so it must not be begun. */
export const setProcessing = (
  store: Store,
  work: Work,
  textsBefore: number,
  balanceBefore: number | null,
): number =>
  changes(
    store,
    `update work set state = 'processing', texts_before = ?, balance_before = ?
     where id = ? and attempt = ? and state = 'received'`,
    textsBefore,
    balanceBefore,
    work.id,
    work.attempt,
  );

/** Keeps what became of it; `from` says in which states it may be told. */
export const setOutcome = (store: Store, id: string, outcome: Outcome, from: WorkState[]): number =>
  changes(
    store,
    `update work set state = 'done', outcome = ? where id = ? and state in (select value from json_each(?))`,
    JSON.stringify(outcome),
    id,
    JSON.stringify(from),
  );

/** done → acknowledged, of the outcome that was told: a newer one is still to be told. */
export const setAcknowledged = (store: Store, work: Work): number =>
  changes(
    store,
    `update work set state = 'acknowledged' where id = ? and attempt = ? and state = 'done' and outcome = ?`,
    work.id,
    work.attempt,
    JSON.stringify(work.outcome),
  );

/** It was never begun, and is another one's now. */
export const setDropped = (store: Store, id: string, attempt: number): number =>
  changes(
    store,
    `update work set state = 'dropped' where id = ? and attempt = ? and state = 'received'`,
    id,
    attempt,
  );

/** Everything for the same number and amount that was begun on a SIM, the newest first. */
export const listAlike = (store: Store, slot: string, phoneNumber: string, amount: number): Work[] =>
  many(
    store,
    workOf,
    `select * from work where slot = ? and phone_number = ? and amount = ?
       and state in ('processing', 'done', 'acknowledged') and texts_before is not null
     order by seq desc limit 50`,
    slot,
    phoneNumber,
    amount,
  );

/** What was begun and nobody knows the end of, among what was handed out lately. */
export const listUnknown = (store: Store): Work[] =>
  many(
    store,
    workOf,
    `select * from work where seq > (select coalesce(max(seq), 0) - 5000 from work) and texts_before is not null
       and (state = 'processing' or (state in ('done', 'acknowledged') and json_extract(outcome, '$.kind') = 'unknown'))
     order by seq`,
  );

/** @returns whether it is new. */
export const insertText = (store: Store, text: Omit<KeptText, 'seq' | 'proves'>): boolean =>
  changes(
    store,
    'insert into texts (id, slot, sender, body, sent_at, read_at) values (?, ?, ?, ?, ?, ?) on conflict (id) do nothing',
    text.id,
    text.slot,
    text.sender,
    text.body,
    text.sentAt,
    text.readAt,
  ) > 0;

/** The number of the newest text; 0: there is none. */
export const newestText = (store: Store): number =>
  many(store, (row) => Number(row.seq ?? 0), 'select max(seq) as seq from texts')[0] ?? 0;

/** Texts of a SIM that came after another one. */
export const listTextsAfter = (store: Store, slot: string, seq: number): KeptText[] =>
  many(store, textOf, 'select * from texts where slot = ? and seq > ? order by seq limit 500', slot, seq);

/** Texts that were taken as evidence of a transaction. */
export const listTextsProving = (store: Store, id: string): KeptText[] =>
  many(store, textOf, 'select * from texts where proves = ? limit 10', id);

/** A text is evidence of one transaction at most. */
export const setProves = (store: Store, seq: number, id: string): number =>
  changes(store, 'update texts set proves = ? where seq = ? and proves is null', id, seq);

/** Texts that the server has not heard of. */
export const listUntoldTexts = (store: Store, limit: number): KeptText[] =>
  many(store, textOf, 'select * from texts where told = 0 order by seq limit ?', limit);

/** 1: the server has it. 2: it will not have it. */
export const setTold = (store: Store, seqs: number[], told: 1 | 2): number =>
  changes(
    store,
    'update texts set told = ? where seq in (select value from json_each(?))',
    told,
    JSON.stringify(seqs),
  );

/** Counts something for ever. */
export const addToCounter = (store: Store, name: string, by: number): void =>
  void changes(
    store,
    'insert into counters (name, value) values (?, ?) on conflict (name) do update set value = value + excluded.value',
    name,
    by,
  );

/** What was counted. */
export const readCounter = (store: Store, name: string): number =>
  many(store, (row) => Number(row.value), 'select value from counters where name = ?', name)[0] ?? 0;

/** What the server knows for long keeps its id, attempt and outcome for ever, and nothing else. */
export const compactWork = (store: Store): number =>
  changes(
    store,
    `update work set texts_before = null, phone_number = '', amount = null,
       job = json_object('id', id), outcome = json_object('kind', json_extract(outcome, '$.kind'),
         'repeatable', json_extract(outcome, '$.repeatable'), 'code', json_extract(outcome, '$.code'),
         'message', substr(json_extract(outcome, '$.message'), 1, 160), 'transactionRef', json_extract(outcome, '$.transactionRef'))
     where state = 'acknowledged' and phone_number <> '' and seq < (select coalesce(max(seq), 0) - 20000 from work)`,
  );
