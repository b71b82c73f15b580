import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { restoreBackup } from '../server/kernel/backup/index.ts';
import { writeBackup } from '../server/kernel/backup/write.ts';
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

  it('is copied whole, and restored, by that owner alone', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'relais-plain-'));
    const file = path.join(folder, 'plain.backup');
    await admin.query(`alter role ${OWNER} createdb`);
    const owner = new pg.Client(ownerUrl);
    await owner.connect();
    const company = '0198c0de-0000-7000-8000-00000000000b';
    const db = openDatabase({ DATABASE_POOL_MAX: 2 }, ownerUrl);
    await owner.query(
      `insert into companies (id, name, country, time_zone, currency, created_at) values ($1, 'Plain', 'FR', 'Europe/Paris', 'EUR', now())`,
      [company],
    );
    await inCompany(db, company, (tx) =>
      sql`insert into gigs (id, company_id, name, destination_zone, created_at, updated_at)
        values (${company}::uuid, ${company}::uuid, 'Fenced', 'FR', now(), now())`.execute(tx),
    );
    const store = postgresBlobs({ db, clock: systemClock });
    await store.put('recordings/x', Buffer.from('sound'));
    await db.close();
    // Row-level security holds this owner: it sees no gig, except while it copies.
    expect((await owner.query('select 1 from gigs')).rows).toEqual([]);
    const order = { version: '0', madeAt: new Date(0), keyId: 'x', bucket: null, secrets: null };
    const made = await writeBackup({ ...order, databaseUrl: ownerUrl, file });
    expect(made.tables.find(({ name }) => name === 'public.gigs')).toMatchObject({ rows: 1 });
    expect(made.objects.count).toBe(1);

    await owner.query(`create database ${OWNER}_copy template template0`);
    const copyUrl = ownerUrl.replace(/[^/]+$/, `${OWNER}_copy`);
    await restoreBackup(copyUrl, file);
    const copy = openDatabase({ DATABASE_POOL_MAX: 2 }, copyUrl);
    const found = await inCompany(copy, company, (tx) => sql`select name from gigs`.execute(tx));
    expect(found.rows).toEqual([{ name: 'Fenced' }]);
    await copy.close();
    await owner.query(`drop database ${OWNER}_copy with (force)`);
    await owner.end();
    rmSync(folder, { recursive: true, force: true });
  });
});
