import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from './harness/database.ts';
import { findFenceGaps } from './harness/fence.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await cloneDatabase();
  client = new pg.Client(database.url);
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

/** Tries something in the schema and takes it back, so that nobody else on the server notices. */
async function tried<T>(work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    return await work();
  } finally {
    await client.query('rollback');
  }
}

async function tablesWithCompany(): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select relname as name from pg_class join pg_attribute on attrelid = pg_class.oid and attname = 'company_id' and not attisdropped
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by relname`);
  return rows.map(({ name }) => name);
}

describe('the fence between companies', () => {
  it('has no gap', async () => {
    expect(await findFenceGaps(client)).toEqual([]);
    expect((await tablesWithCompany()).length).toBeGreaterThan(5);
  });

  const breakages: Record<string, { statement: string; gap: RegExp }> = {
    'a dropped policy': { statement: 'drop policy own_company on members', gap: /^members: no policy/ },
    'row-level security switched off': {
      statement: 'alter table api_keys disable row level security',
      gap: /^api_keys: row-level security is off/,
    },
    'an owner let loose': {
      statement: 'alter table audit_log no force row level security',
      gap: /^audit_log: its owner is not held/,
    },
    'a role that bypasses': {
      statement: 'alter role relais_app bypassrls',
      gap: /^relais_app: the role passes/,
    },
    'a policy that says yes to all': {
      statement: 'create policy everybody on invitations to relais_app using (true)',
      gap: /^invitations: the policy everybody lets/,
    },
    'a policy for writing alone that says yes to all': {
      statement: 'create policy writers on invitations for insert to public with check (true)',
      gap: /^invitations: the policy writers lets/,
    },
    'a new table without a fence': {
      statement: 'create table notes (company_id uuid not null)',
      gap: /^notes: row-level security is off/,
    },
    'a shared table that requests reach': {
      statement: 'create table notes (id uuid); grant select on notes to relais_app',
      gap: /^notes: relais_app reaches it/,
    },
    'a view with its owner’s rights': {
      statement: 'create view everybody as select * from members; grant select on everybody to relais_app',
      gap: /^everybody: the view/,
    },
    'a function with its owner’s rights': {
      statement:
        "create function peek() returns bigint language sql security definer as 'select count(*) from members'",
      gap: /^peek: the function/,
    },
    'a table owned by the role of requests': {
      statement: 'alter table gigs owner to relais_app',
      gap: /^gigs: is owned/,
    },
    'a role lent to the role of requests': {
      statement: 'grant pg_read_all_data to relais_app',
      gap: /^relais_app: the role passes/,
    },
  };
  for (const [name, { statement, gap }] of Object.entries(breakages)) {
    it(`is found broken by ${name}`, async () => {
      const gaps = await tried(async () => {
        await client.query(statement);
        return findFenceGaps(client);
      });
      expect(gaps).toEqual(expect.arrayContaining([expect.stringMatching(gap)]));
    });
  }
});

describe('a transaction of requests', () => {
  const [ours, theirs] = [randomUUID(), randomUUID()];

  /** A row of each company in a table, whatever its other columns demand: only the fence is looked at. */
  async function plantRows(table: string): Promise<void> {
    await client.query('set local session_replication_role = replica');
    const constraints = await client.query<{ name: string }>(
      "select conname as name from pg_constraint where conrelid = $1::regclass and contype not in ('n', 't') and conparentid = 0",
      [table],
    );
    for (const { name } of constraints.rows)
      await client.query(`alter table ${table} drop constraint if exists "${name}" cascade`);
    const indexes = await client.query<{ name: string }>(
      'select indexrelid::regclass::text as name from pg_index where indrelid = $1::regclass and indisunique',
      [table],
    );
    for (const { name } of indexes.rows) await client.query(`drop index if exists ${name} cascade`);
    const columns = await client.query<{ name: string }>(
      "select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and attnotnull and not attisdropped and attidentity = ''",
      [table],
    );
    for (const { name } of columns.rows)
      await client.query(`alter table ${table} alter column "${name}" drop not null`);
    await client.query(`insert into ${table} (company_id) values ($1), ($2)`, [ours, theirs]);
    // The role may do everything here that grants could allow, so that the fence alone decides.
    await client.query(`grant all on ${table} to relais_app`);
    await client.query('set local session_replication_role = origin');
  }

  async function asApp(companyId: string | null): Promise<void> {
    await client.query('set local role relais_app');
    await client.query("select set_config('relais.company_id', $1, true)", [companyId ?? '']);
  }

  /** Tables whose triggers refuse every change, whoever asks. */
  async function isAppendOnly(table: string): Promise<boolean> {
    const { rows } = await client.query(
      "select 1 from pg_trigger where tgrelid = $1::regclass and tgname like '%append_only'",
      [table],
    );
    return rows.length > 0;
  }

  async function refused(statement: string, values: string[]): Promise<string> {
    await client.query('savepoint before_it');
    try {
      await client.query(statement, values);
      return 'accepted';
    } catch (error) {
      await client.query('rollback to before_it');
      return (error as Error).message;
    }
  }

  it('sees and changes the rows of its own company in every table, and none without a company', async () => {
    for (const table of await tablesWithCompany()) {
      await tried(async () => {
        await plantRows(table);
        await asApp(null);
        expect(
          (await client.query(`select company_id from ${table}`)).rows,
          `${table} without a company`,
        ).toEqual([]);
        expect(await refused(`insert into ${table} (company_id) values ($1)`, [ours]), table).toContain(
          'row-level security',
        );

        await asApp(ours);
        expect((await client.query(`select company_id from ${table}`)).rows, table).toEqual([
          { company_id: ours },
        ]);
        expect(await refused(`insert into ${table} (company_id) values ($1)`, [theirs]), table).toContain(
          'row-level security',
        );
        if (await isAppendOnly(table)) return;
        expect(await refused(`update ${table} set company_id = $1`, [theirs]), table).toContain(
          'row-level security',
        );
        expect((await client.query(`update ${table} set company_id = company_id`)).rowCount, table).toBe(1);
        expect((await client.query(`delete from ${table}`)).rowCount, table).toBe(1);

        await asApp(theirs);
        expect((await client.query(`select company_id from ${table}`)).rows, table).toEqual([
          { company_id: theirs },
        ]);
      });
    }
  });

  it('sees its own company and its people only', async () => {
    await tried(async () => {
      for (const [index, id] of [ours, theirs].entries()) {
        await client.query("insert into companies values ($1, 'C', 'FR', 'UTC', 'EUR', now())", [id]);
        await client.query(
          'insert into users (id, name, email, created_at, updated_at) values ($1, $2, $2, now(), now())',
          [id, `p${index}@example.test`],
        );
        await client.query("insert into members values (gen_random_uuid(), $1, $1, 'owner', now())", [id]);
      }
      for (const [company, visible] of [
        [ours, [ours]],
        [theirs, [theirs]],
        [null, []],
        [randomUUID(), []],
      ] as const) {
        await asApp(company);
        for (const table of ['users', 'companies']) {
          expect((await client.query(`select id from ${table}`)).rows, table).toEqual(
            visible.map((id) => ({ id })),
          );
        }
      }
    });
  });

  it('does not reach passwords, sessions, codes or keys', async () => {
    for (const role of ['relais_app', 'relais_system']) {
      for (const table of [
        'accounts',
        'sessions',
        'verifications',
        'two_factors',
        'jwks',
        'used_codes',
        'sign_in_attempts',
      ]) {
        await tried(async () => {
          await client.query(`set local role ${role}`);
          expect(await refused(`select * from ${table}`, []), `${role} ${table}`).toContain(
            'permission denied',
          );
        });
      }
    }
  });

  it('forgets its company when it ends', async () => {
    await tried(() => asApp(ours));
    const { rows } = await client.query("select current_setting('relais.company_id', true) as company");
    expect(rows[0].company || null).toBeNull();
  });
});
