import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../tests/harness/database.ts';
import { eventually } from '../../tests/harness/eventually.ts';
import { type Database, inCompany, inSystem, openDatabase, sql } from './db/index.ts';
import { createLive, type Live, type LiveEvent, pruneLive, publish } from './live.ts';

const COMPANY = '0198c0de-0000-7000-8000-000000000001';
const OTHER = '0198c0de-0000-7000-8000-000000000002';
let database: TestDatabase;
let db: Database;
let live: Live;

beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ DATABASE_POOL_MAX: 6 }, database.url);
  live = createLive(db, database.url, pino({ level: 'silent' }));
  await live.start();
});
afterAll(async () => {
  await live.stop();
  await db.close();
  await database.drop();
});

const announce = (entityId: string, companyId = COMPANY) =>
  inCompany(db, companyId, (tx) => publish(tx, companyId, 'number', entityId));

function listen(companyId = COMPANY) {
  const heard: LiveEvent[] = [];
  const stop = live.subscribe(companyId, (event) => heard.push(event));
  return { heard, ids: () => heard.map((event) => event.entityId), stop };
}

describe('live events', () => {
  it('reach the listeners of their company, and nobody else', async () => {
    const [mine, theirs] = [listen(), listen(OTHER)];
    await announce('a');
    await announce('b');
    await eventually(() => expect(mine.ids()).toEqual(['a', 'b']));
    expect(theirs.ids()).toEqual([]);
    mine.stop();
    const after = listen();
    await announce('c');
    await eventually(() => expect(after.ids()).toEqual(['c']));
    after.stop();
    await eventually(async () =>
      expect((await live.since(COMPANY, mine.heard[1]!.cursor, 10))?.map((event) => event.entityId)).toEqual([
        'c',
      ]),
    );
    expect(mine.ids()).toEqual(['a', 'b']);
    theirs.stop();
  });

  it('are not heard of when their transaction is rolled back', async () => {
    const { ids, stop } = listen();
    await inCompany(db, COMPANY, async (tx) => {
      await publish(tx, COMPANY, 'number', 'undone');
      throw new Error('changed my mind');
    }).catch(() => undefined);
    await announce('done');
    await eventually(() => expect(ids()).toEqual(['done']));
    stop();
  });

  it('are not missed when a transaction that started earlier commits later', async () => {
    const { heard, ids, stop } = listen();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let written = () => {};
    const started = new Promise<void>((resolve) => {
      written = resolve;
    });
    const slow = inCompany(db, COMPANY, async (tx) => {
      await publish(tx, COMPANY, 'number', 'slow');
      written();
      await held;
    });
    await started;
    await announce('quick');
    const resumeFrom = await live.head();
    // A client that asks now gets neither: what follows the slow one is held back until its fate is known.
    expect(await live.since(COMPANY, resumeFrom, 10)).toEqual([]);
    release();
    await slow;
    await eventually(() => expect(ids()).toEqual(['slow', 'quick']));
    expect((await live.since(COMPANY, resumeFrom, 10))?.map((event) => event.entityId)).toEqual([
      'slow',
      'quick',
    ]);
    expect(heard).toHaveLength(2);
    stop();
  });

  it('say when a client was away for too long', async () => {
    await announce('old');
    const { heard, stop } = listen();
    await announce('newer');
    await eventually(() => expect(heard.length).toBeGreaterThan(0));
    const early = '1.0';
    await db.ownerPool.query(
      "update live_events set created_at = now() - interval '2 days' where entity_id = 'old'",
    );
    await pruneLive(db);
    expect(await live.since(COMPANY, early, 10)).toBeNull();
    expect(await live.since(COMPANY, heard.at(-1)!.cursor, 10)).toEqual([]);
    stop();
  });

  it('survive the loss of the listening connection', async () => {
    const { ids, stop } = listen();
    await db.ownerPool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'relais_live' and datname = current_database()",
    );
    await announce('after the break');
    await eventually(() => expect(ids()).toContain('after the break'));
    stop();
    expect(
      await inSystem(
        db,
        async (tx) => (await sql`select 1 from live_events limit 1`.execute(tx)).rows.length,
      ),
    ).toBe(1);
  });
});
