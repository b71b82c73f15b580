import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../../tests/harness/database.ts';
import { startBucket, type TestBucket } from '../../../tests/harness/s3.ts';
import { manualClock } from '../clock.ts';
import { type Config, loadConfig } from '../config.ts';
import { type Database, inCompany, inSystem, openDatabase, sql } from '../db/index.ts';
import { type BlobStore, createBlobs } from './index.ts';

const MB = 1024 * 1024;
const HOUR_MS = 3_600_000;
const COMPANY = '0198c0de-0000-7000-8000-00000000000a';
const FOLDER = `recordings/here/${COMPANY}`;

let database: TestDatabase;
let db: Database;
let bucket: TestBucket;
let admin: pg.Client;
const clock = manualClock(Date.parse('2026-05-04T10:00:00Z'));

beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ DATABASE_POOL_MAX: 4 }, database.url);
  bucket = await startBucket();
  admin = new pg.Client(database.url);
  await admin.connect();
});
afterEach(() => {
  bucket.fail = null;
  expect(bucket.refused).toEqual([]);
});
afterAll(async () => {
  await admin?.end();
  await db?.close();
  await bucket?.close();
  await database?.drop();
});

const storeOf = (settings: Partial<Config>): BlobStore =>
  createBlobs({ ...loadConfig({}), ...settings }, { db, clock });

async function gather(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

async function* inParts(bytes: Buffer, size: number, breaksAt = Number.POSITIVE_INFINITY) {
  for (let at = 0; at < bytes.length; at += size) {
    if (at >= breaksAt) throw new Error('the source broke off');
    yield bytes.subarray(at, at + size);
  }
}

async function listed(store: BlobStore, folder: string, before: Date): Promise<string[]> {
  const all: string[] = [];
  for await (const refs of store.list(folder, before)) all.push(...refs);
  return all;
}

const largeObjects = async () => (await admin.query('select oid from pg_largeobject_metadata')).rowCount;

for (const kind of ['postgres', 's3'] as const)
  describe(`files in ${kind}`, () => {
    const later = () => new Date((kind === 's3' ? Date.now() : clock.nowMs()) + HOUR_MS);
    let store: BlobStore;
    beforeAll(() => {
      store = storeOf(kind === 's3' ? bucket.settings : {});
    });

    for (const [size, source] of [
      [0, 'buffer'],
      [1, 'buffer'],
      [MB, 'stream'],
      [3 * MB + 11, 'stream'],
      [17 * MB + 5, 'stream'],
    ] as const)
      it(`come back as they went: ${size} bytes from a ${source}`, async () => {
        const bytes = randomBytes(size);
        const ref = await store.put(FOLDER, source === 'buffer' ? bytes : inParts(bytes, 300_000));
        expect(await store.size(ref)).toBe(size);
        expect((await gather(store.read(ref, { start: 0, end: size }))).equals(bytes)).toBe(true);
        for (const [start, end] of [
          [0, 1],
          [MB - 1, MB + 1],
          [size - 1, size],
          [5, 5],
        ] as const) {
          if (start < 0 || end > size) continue;
          expect((await gather(store.read(ref, { start, end }))).equals(bytes.subarray(start, end))).toBe(
            true,
          );
        }
        await store.remove(ref);
        expect(await store.size(ref)).toBeNull();
      });

    it('are removed once, and a second time without a word', async () => {
      const ref = await store.put(FOLDER, Buffer.from('a'));
      await store.remove(ref);
      await store.remove(ref);
      await expect(gather(store.read(ref, { start: 0, end: 1 }))).rejects.toMatchObject({
        code: 'file_damaged',
      });
    });

    it('leave nothing behind when their source breaks off', async () => {
      const before = [await largeObjects(), bucket.objects.size];
      for (const breaksAt of [0, 2 * MB, 12 * MB])
        await expect(store.put(FOLDER, inParts(randomBytes(20 * MB), MB, breaksAt))).rejects.toThrow(
          'broke off',
        );
      expect([await largeObjects(), bucket.objects.size, bucket.uploads.size]).toEqual([...before, 0]);
    });

    it('are found again by their folder and age', async () => {
      const folder = `recordings/other-${kind}`;
      const refs = [];
      for (let count = 0; count < 5; count += 1) refs.push(await store.put(`${folder}/x`, Buffer.from('a')));
      await store.put(`${folder}-beside/x`, Buffer.from('a'));
      expect((await listed(store, folder, later())).sort()).toEqual(refs.sort());
      expect(await listed(store, folder, new Date(clock.nowMs() - HOUR_MS))).toEqual([]);
    });
  });

describe('large objects', () => {
  it('are out of reach of the role of requests, which may not read, write, list or remove one, even by its oid', async () => {
    const store = storeOf({});
    const ref = await store.put(FOLDER, Buffer.from('not for you'));
    const oid = ref.slice(3);
    for (const attempt of [
      sql`select lo_get(${oid}::oid)`,
      sql`select lo_open(${oid}::oid, 262144)`,
      sql`select lo_put(${oid}::oid, 0, 'x'::bytea)`,
      sql`select lo_unlink(${oid}::oid)`,
      sql`select data from pg_largeobject`,
    ])
      await expect(inCompany(db, COMPANY, (tx) => attempt.execute(tx))).rejects.toThrow(
        /permission denied|must be owner/,
      );
    expect((await gather(store.read(ref, { start: 0, end: 11 }))).toString()).toBe('not for you');
    await store.remove(ref);
  });

  it('of other programs in the same database are not touched', async () => {
    const { rows } = await admin.query('select lo_from_bytea(0, $1) as oid', [Buffer.from('theirs')]);
    const store = storeOf({});
    const all = await listed(store, 'recordings', new Date(clock.nowMs() + HOUR_MS));
    expect(all).not.toContain(`lo:${rows[0].oid}`);
    await expect(store.remove(`lo:${rows[0].oid}`)).rejects.toThrow(/must be owner/);
    await admin.query('select lo_unlink($1)', [rows[0].oid]);
  });

  it('hold no connection while whoever reads them rests', async () => {
    const store = storeOf({});
    const ref = await store.put(FOLDER, randomBytes(3 * MB));
    const readers = Array.from({ length: 20 }, () => store.read(ref, { start: 0, end: 3 * MB }));
    for (const reader of readers) await reader.next();
    await inSystem(db, (tx) => sql`select 1`.execute(tx));
    for (const reader of readers) await reader.return(undefined);
    await store.remove(ref);
  });
});

describe('a bucket', () => {
  it('that fails half-way has nothing of the file', async () => {
    const store = storeOf(bucket.settings);
    const size = bucket.objects.size;
    for (const step of ['PUT object', 'POST upload', 'PUT part', 'POST complete']) {
      bucket.fail = (asked) => (asked === step ? 403 : null);
      const bytes = randomBytes(step === 'PUT object' ? 10 : 17 * MB);
      await expect(store.put(FOLDER, bytes)).rejects.toMatchObject({ code: 'storage_unavailable' });
      expect([bucket.objects.size, bucket.uploads.size], step).toEqual([size, 0]);
    }
  });

  it('gets large files in parts, and names of its own kind', async () => {
    const store = storeOf(bucket.settings);
    bucket.asked.length = 0;
    const ref = await store.put(FOLDER, randomBytes(17 * MB));
    expect(bucket.asked).toEqual(['POST upload', 'PUT part', 'PUT part', 'PUT part', 'POST complete']);
    expect(ref).toMatch(new RegExp(`^s3:relais/${FOLDER}/[0-9a-f-]{36}$`));
    await store.remove(ref);
  });

  it('that refuses, or does not answer, is said to be so', async () => {
    const ref = 's3:relais/x';
    const stranger = storeOf({ ...bucket.settings, S3_SECRET_ACCESS_KEY: 'another' });
    await expect(stranger.put(FOLDER, Buffer.from('a'))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    expect(bucket.refused.splice(0).length).toBeGreaterThan(0);
    const nowhere = storeOf({ ...bucket.settings, S3_ENDPOINT: 'http://127.0.0.1:1' });
    const attempts = [
      () => nowhere.put(FOLDER, Buffer.from('a')),
      () => nowhere.size(ref),
      () => nowhere.remove(ref),
    ];
    for (const attempt of attempts)
      await expect(attempt()).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(gather(nowhere.read(ref, { start: 0, end: 1 }))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
  });

  it('that was set up later leaves what was kept before where it is', async () => {
    const first = await storeOf({}).put(FOLDER, Buffer.from('old'));
    const after = storeOf(bucket.settings);
    const second = await after.put(FOLDER, Buffer.from('new'));
    expect([first.slice(0, 3), second.slice(0, 3)]).toEqual(['lo:', 's3:']);
    expect((await gather(after.read(first, { start: 0, end: 3 }))).toString()).toBe('old');
    const back = storeOf({ ...bucket.settings, BLOB_STORE: 'postgres' });
    expect((await gather(back.read(second, { start: 0, end: 3 }))).toString()).toBe('new');
    const without = storeOf({});
    await expect(without.size(second)).rejects.toMatchObject({ code: 'storage_unavailable' });
    for (const ref of [first, second]) await after.remove(ref);
  });
});
