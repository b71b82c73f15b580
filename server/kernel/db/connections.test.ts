import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../../tests/harness/database.ts';
import { systemClock } from '../clock.ts';
import { newId } from '../ids.ts';
import {
  afterCommit,
  type Database,
  endNow,
  inCompany,
  inSystem,
  openDatabase,
  planKept,
  planShared,
  sql,
  type Tx,
} from './index.ts';

const companyOf = (number: number) => `0198c0de-0000-7000-8000-${String(number).padStart(12, '0')}`;
const COMPANY = companyOf(1);
let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await cloneDatabase();
  // One connection, so that whatever one transaction leaves behind the next one meets.
  db = openDatabase({ DATABASE_POOL_MAX: 1 }, database.url);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

async function ask(tx: Tx, added: number): Promise<{ company: string; sum: number }> {
  const { rows } = await sql<{ company: string; sum: number }>`
    ${planKept} select current_company() as company, 1 + ${added}::int as sum`.execute(tx);
  return rows[0]!;
}

async function keptPlans(tx: Tx): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from pg_prepared_statements where name like 'kept%'`.execute(tx);
  return rows[0]!.count;
}

it('keeps a plan, and answers for the company and the parameters of each transaction', async () => {
  for (let round = 0; round < 8; round++) {
    for (const company of [COMPANY, companyOf(2)])
      expect(await inCompany(db, company, (tx) => ask(tx, round))).toEqual({ company, sum: 1 + round });
  }
  expect(await inCompany(db, COMPANY, keptPlans)).toBe(2);
});

it('keeps plans of a few companies and serves all', async () => {
  for (let number = 1; number <= 30; number++) {
    const company = companyOf(number);
    expect(await inCompany(db, company, (tx) => ask(tx, number))).toEqual({ company, sum: 1 + number });
  }
  expect(await inCompany(db, COMPANY, keptPlans)).toBe(8);
});

it('forgets the company with its transaction', async () => {
  await inCompany(db, COMPANY, (tx) => ask(tx, 1));
  const { rows } = await sql`select current_company() as company`.execute(db.app);
  expect(rows).toEqual([{ company: null }]);
});

it('tells of a first statement that fails, undoes, and goes on with the same connection', async () => {
  const wrong = (tx: Tx) => sql`${planKept} select ${'x'}::int as number`.execute(tx);
  for (let round = 0; round < 2; round++)
    await expect(inCompany(db, COMPANY, wrong)).rejects.toMatchObject({ code: '22P02' });
  const missing = (tx: Tx) => sql`${planKept} select nothing from nowhere where id = ${1}`.execute(tx);
  for (let round = 0; round < 2; round++)
    await expect(inCompany(db, COMPANY, missing)).rejects.toMatchObject({ code: '42P01' });
  await expect(inSystem(db, missing)).rejects.toMatchObject({ code: '42P01' });
  expect(await inCompany(db, COMPANY, (tx) => ask(tx, 1))).toEqual({ company: COMPANY, sum: 2 });
});

it('goes on after a transaction that asked for nothing, and after one that failed by itself', async () => {
  expect(await inCompany(db, COMPANY, async () => 'nothing')).toBe('nothing');
  await expect(inCompany(db, COMPANY, () => Promise.reject(new Error('of its own')))).rejects.toThrow(
    'of its own',
  );
  const { rows } = await inSystem(db, (tx) => sql`select current_company() as company`.execute(tx));
  expect(rows).toEqual([{ company: null }]);
});

it('undoes the first statement with the rest', async () => {
  const name = `undone ${Date.now()}`;
  const work = inSystem(db, async (tx) => {
    await sql`insert into live_events (company_id, topic, entity_id) values (${COMPANY}, 'number', ${name})`.execute(
      tx,
    );
    throw new Error('changed my mind');
  });
  await expect(work).rejects.toThrow('changed my mind');
  const { rows } = await inSystem(db, (tx) =>
    sql`select from live_events where entity_id = ${name}`.execute(tx),
  );
  expect(rows).toEqual([]);
});

it('takes nothing for a company but an id', async () => {
  for (const given of ['', "x', true); select set_config('relais.company_id", `${COMPANY}'`, `${COMPANY}\n`])
    await expect(inCompany(db, given, (tx) => ask(tx, 1))).rejects.toThrow('named by its id');
});

it('sends what is asked for together before it is answered, in that order', async () => {
  const name = `together ${newId(systemClock)}`;
  const counted = await inCompany(db, COMPANY, async (tx) => {
    const add = () =>
      sql`${planShared} insert into live_events (company_id, topic, entity_id) values (${COMPANY}, 'number', ${name})`.execute(
        tx,
      );
    const count = async (): Promise<number> => {
      const { rows } = await sql<{
        count: number;
      }>`select count(*)::int as count from generate_series(1, ${3})`.execute(tx);
      return rows[0]!.count;
    };
    const [, , three] = await Promise.all([add(), add(), count()]);
    return three;
  });
  expect(counted).toBe(3);
  const { rows } = await inSystem(db, (tx) =>
    sql`select from live_events where entity_id = ${name}`.execute(tx),
  );
  expect(rows).toHaveLength(2);
});

it('undoes everything that was sent together when one of it fails, and tells why', async () => {
  const name = `together ${newId(systemClock)}`;
  const add = (tx: Tx, topic: string) =>
    sql`insert into live_events (company_id, topic, entity_id) values (${COMPANY}, ${topic}, ${name})`.execute(
      tx,
    );
  const work = inCompany(db, COMPANY, (tx) =>
    Promise.all([add(tx, 'number'), add(tx, ''), add(tx, 'number')]),
  );
  await expect(work).rejects.toMatchObject({ code: '23514' });
  const { rows } = await inSystem(db, (tx) =>
    sql`select from live_events where entity_id = ${name}`.execute(tx),
  );
  expect(rows).toEqual([]);
  expect(await inCompany(db, COMPANY, (tx) => ask(tx, 1))).toEqual({ company: COMPANY, sum: 2 });
});

it('shares a plan among companies where that is asked for', async () => {
  const which = async (tx: Tx): Promise<string> => {
    const { rows } = await sql<{ company: string }>`
      ${planShared} select current_company() as company, ${'x'}::text as given`.execute(tx);
    return rows[0]!.company;
  };
  const before = await inCompany(db, COMPANY, keptPlans);
  for (let number = 1; number <= 30; number++) {
    const company = companyOf(number);
    expect(await inCompany(db, company, which)).toBe(company);
  }
  expect(await inCompany(db, COMPANY, keptPlans)).toBe(before + 1);
});

it('does what follows a commit once it is committed, and not at all without one', async () => {
  const done: string[] = [];
  const work = (fails: boolean) => async (tx: Tx) => {
    afterCommit(tx, () => void done.push(fails ? 'failed' : 'committed'));
    await ask(tx, 1);
    expect(done).not.toContain(fails ? 'failed' : 'committed');
    if (fails) throw new Error('changed my mind');
  };
  await expect(inCompany(db, COMPANY, work(true))).rejects.toThrow('changed my mind');
  await inCompany(db, COMPANY, work(false));
  expect(done).toEqual(['committed']);
});

it('does not wait for what others hold longer than it was told', async () => {
  const holder = await db.ownerPool.connect();
  try {
    await holder.query('begin');
    await holder.query("select pg_advisory_xact_lock(hashtextextended('held', 0))");
    const wait = (tx: Tx) => sql`select pg_advisory_xact_lock(hashtextextended('held', 0))`.execute(tx);
    const impatient = inCompany(db, COMPANY, wait, { byKeys: true, lockTimeoutMs: 20 });
    await expect(impatient).rejects.toMatchObject({ code: '55P03' });
  } finally {
    await holder.query('rollback');
    holder.release();
  }
  const { rows } = await inCompany(db, COMPANY, (tx) =>
    sql<{ limit: string; seqscan: string }>`
      select current_setting('lock_timeout') as limit, current_setting('enable_seqscan') as seqscan`.execute(
      tx,
    ),
  );
  expect(rows).toEqual([{ limit: '0', seqscan: 'on' }]);
});

it('plans a kept statement once where that is asked for, and not by what was asked first', async () => {
  const settings = (tx: Tx) =>
    sql<{ mode: string; seqscan: string }>`
      ${planKept} select current_setting('plan_cache_mode') as mode, current_setting('enable_seqscan') as seqscan`.execute(
      tx,
    );
  const kept = await inCompany(db, COMPANY, settings, { plansKept: true });
  expect(kept.rows).toEqual([{ mode: 'force_generic_plan', seqscan: 'off' }]);
  const usual = await inCompany(db, COMPANY, settings);
  expect(usual.rows).toEqual([{ mode: 'auto', seqscan: 'on' }]);
});

it('ends behind what was just asked for: all of it is there, or nothing', async () => {
  const owner = openDatabase({ DATABASE_POOL_MAX: 1 }, database.url).ownerPool;
  await owner.query('create table ended (id integer primary key)');
  await owner.query('grant select, insert on ended to relais_app');
  const add = (tx: Tx, id: number) => sql`insert into ended values (${id})`.execute(tx);
  const there = async () => (await owner.query('select id from ended order by id')).rows.map(({ id }) => id);
  const write = (...ids: number[]) =>
    inCompany(db, COMPANY, async (tx) => {
      await Promise.all([...ids.map((id) => add(tx, id)), endNow(tx)]);
    });
  try {
    await write(1, 2);
    expect(await there()).toEqual([1, 2]);
    await expect(write(3, 1, 4)).rejects.toMatchObject({ code: '23505' });
    expect(await there()).toEqual([1, 2]);
    const asked = inCompany(db, COMPANY, async (tx) => {
      await Promise.all([add(tx, 5), endNow(tx)]);
      await add(tx, 6);
    });
    await expect(asked).rejects.toThrow('ended already');
    expect(await there()).toEqual([1, 2, 5]);
    // Nobody hears of a failure that the work itself has overlooked: the transaction fails all the same.
    const overlooked = inCompany(db, COMPANY, async (tx) => {
      await Promise.all([add(tx, 7).catch(() => undefined), add(tx, 1).catch(() => undefined), endNow(tx)]);
    });
    await expect(overlooked).rejects.toThrow('undone');
    expect(await there()).toEqual([1, 2, 5]);
    // Before anything was asked for there is nothing to end; and the connection serves on.
    await inCompany(db, COMPANY, endNow);
    expect(await inCompany(db, COMPANY, (tx) => ask(tx, 1))).toEqual({ company: COMPANY, sum: 2 });
    await write(8);
    expect(await there()).toEqual([1, 2, 5, 8]);
  } finally {
    await owner.query('drop table ended');
    await owner.end();
  }
});
