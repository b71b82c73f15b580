import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { postgresBlobs } from '../server/kernel/blobs/postgres.ts';
import { systemClock } from '../server/kernel/clock.ts';
import {
  inCompany,
  inSystem,
  openDatabase,
  sql,
  surviveBrokenConnections,
} from '../server/kernel/db/index.ts';
import { migrate } from '../server/kernel/db/migrate.ts';

// A managed PostgreSQL gives no superuser: the owner of the database may create roles, and that is all.
const OWNER = 'plain_owner_of_a_test';
let admin: pg.Client;
let ownerUrl: string;

beforeAll(async () => {
  admin = new pg.Client(inject('postgresUrl'));
  await admin.connect();
  await admin.query(`drop database if exists ${OWNER} with (force)`);
  await admin.query(`drop role if exists ${OWNER}`);
  await admin.query(`create role ${OWNER} login createrole nosuperuser password 'plain'`);
  await admin.query(`create database ${OWNER} owner ${OWNER}`);
  const url = new URL(inject('postgresUrl'));
  Object.assign(url, { username: OWNER, password: 'plain', pathname: `/${OWNER}` });
  ownerUrl = url.href;
});
afterAll(async () => {
  await admin.query(`drop database if exists ${OWNER} with (force)`);
  await admin.query(`drop role if exists ${OWNER}`);
  await admin.end();
});

async function migrateAsOwner(): Promise<string[]> {
  const pool = surviveBrokenConnections(new pg.Pool({ connectionString: ownerUrl }));
  try {
    return await migrate(pool);
  } finally {
    await pool.end();
  }
}

describe('a database whose owner is no superuser', () => {
  it('is told what to do when the roles on the server are somebody else’s', async () => {
    await expect(migrateAsOwner()).rejects.toThrow(
      `grant relais_app, relais_system, relais_auth to ${OWNER}`,
    );
  });

  it('is brought to this version all the same, and serves', async () => {
    await admin.query(`grant relais_app, relais_system, relais_auth to ${OWNER}`);
    expect(await migrateAsOwner()).toContain('0001_kernel.sql');
    expect(await migrateAsOwner()).toEqual([]);
    const db = openDatabase({ DATABASE_POOL_MAX: 2 }, ownerUrl);
    const company = '0198c0de-0000-7000-8000-00000000000a';
    await inCompany(db, company, (tx) =>
      sql`insert into live_events (company_id, topic, entity_id) values (${company}::uuid, 'gig', 'x')`.execute(
        tx,
      ),
    );
    const kept = await inSystem(db, (tx) => sql`select 1 from live_events`.execute(tx));
    expect(kept.rows).toHaveLength(1);
    const store = postgresBlobs({ db, clock: systemClock });
    const ref = await store.put('recordings/x', Buffer.from('sound'));
    expect(await store.size(ref)).toBe(5);
    await store.remove(ref);
    await db.close();
  });
});
