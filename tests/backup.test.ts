import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  keepBackups,
  lastRuns,
  makeBackup,
  restoreBackup,
  verifyBackup,
} from '../server/kernel/backup/index.ts';
import { digestOf, listTables, SAME_TEXTS } from '../server/kernel/backup/tables.ts';
import { writeBackup } from '../server/kernel/backup/write.ts';
import { surviveBrokenConnections } from '../server/kernel/db/index.ts';
import { migrate } from '../server/kernel/db/migrate.ts';
import { openKernel } from '../server/kernel/open.ts';
import { markAudit } from '../server/modules/identity/audit-chain.ts';
import { issueApiKey, PERMISSIONS } from '../server/modules/identity/index.ts';
import { createClient } from './harness/client.ts';
import { runCommand, startCommand } from './harness/command.ts';
import { emptyDatabase, type TestDatabase } from './harness/database.ts';
import { submitted, testBox } from './harness/engine.ts';
import { eventually } from './harness/eventually.ts';
import { startRelais, type TestRelais } from './harness/relais.ts';
import { fillCompany } from './harness/rows.ts';

// A copy is worth what comes back from it: a filled installation is copied while it works, and started again elsewhere.

let relais: TestRelais;
let rows: Awaited<ReturnType<typeof fillCompany>>;
let secret: string;
let file: string;
const databases: TestDatabase[] = [];

async function newDatabase(): Promise<TestDatabase> {
  const database = await emptyDatabase();
  databases.push(database);
  return database;
}

const at = (folder: string, name: string) => path.join(folder, name);
const dataDir = () => relais.kernel.config.DATA_DIR;
const into = (folder: string) => ({ ...relais.kernel, config: settings({ BACKUP_DIR: folder }) });
const settings = (more: object = {}) => ({ ...relais.kernel.config, ...more });

/** Digest and rows of every table. */
async function digests(databaseUrl: string): Promise<Record<string, { rows: number; sha256: string }>> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query(SAME_TEXTS);
    const found: Record<string, { rows: number; sha256: string }> = {};
    for (const table of await listTables(client)) found[table.name] = await digestOf(client, table);
    return found;
  } finally {
    await client.end();
  }
}

/** One recharge from submission to completion, so that something is booked. */
async function carryOut(): Promise<void> {
  const box = testBox(relais, 'carries-out', { fencing: true, sims: [{ slot: '1', operator: 'MTN' }] });
  await box.register();
  const id = await submitted(relais.api);
  const [work] = await box.pull('limit=1&wait=20');
  expect(work).toMatchObject({ id });
  const { attempt, leaseId } = work!;
  for (const status of ['processing', 'completed'])
    expect((await box.report(id, status, { attempt, leaseId })).status).toBe(200);
}

beforeAll(async () => {
  relais = await startRelais({ config: { CALLBOX_COMPANY_ID: '' } });
  ({ secret } = await issueApiKey(relais.kernel, {
    companyId: relais.companyId,
    name: 'outlives the server',
    scopes: [...PERMISSIONS],
    createdBy: relais.owner.userId,
  }));
  rows = await fillCompany(relais, relais);
  await carryOut();
  await markAudit(relais.kernel);
  file = at(dataDir(), 'under-load.backup');
}, 120_000);
afterAll(async () => {
  await relais?.stop();
  for (const database of databases) await database.drop();
});

describe('a backup', () => {
  it('is made beside a server that goes on working, and is of one moment', { timeout: 60_000 }, async () => {
    let loading = true;
    let accepted = 0;
    const load = async (name: string) => {
      for (let each = 0; loading; each++) {
        await submitted(relais.api, { clientId: `${name}-${each}`, customerInfo: { operator: 'nobody' } });
        accepted += 1;
      }
    };
    const loads = [load('a'), load('b')];
    await eventually(() => expect(accepted).toBeGreaterThan(5));
    const { code, output } = await runCommand(settings(), ['backup', file]);
    loading = false;
    await Promise.all(loads);
    expect(output).toContain('read back whole');
    expect(output).toContain('SECRET_KEY is not inside');
    expect(code).toBe(0);
    expect(readFileSync(file).includes(relais.kernel.config.SECRET_KEY)).toBe(false);

    const { manifest, header } = await verifyBackup(file);
    const count = (name: string) => manifest.tables.find((table) => table.name === `public.${name}`)!.rows;
    // A transaction and its history are written together, so at any one moment there are as many beginnings as transactions.
    expect(count('transactions')).toBeGreaterThan(5);
    expect(count('transactions')).toBeLessThanOrEqual(accepted + 5);
    expect(manifest.objects.count).toBeGreaterThan(0);
    expect(header.installationId).toBe(relais.kernel.installationId);
    expect(manifest.secrets).toBeNull();
  });

  it('comes back whole in another database, where a server goes on from it', {
    timeout: 120_000,
  }, async () => {
    const target = await newDatabase();
    const quiet = at(dataDir(), 'quiet.backup');
    await relais.app.eventsSettled();
    const manifest = await makeBackup(relais.kernel, { file: quiet, withSecrets: false });

    const restored = await runCommand(settings({ DATABASE_URL: target.url }), ['restore', quiet]);
    expect(restored.output).toContain('SECRET_KEY is the one of the backup');
    expect(restored.code).toBe(0);
    const found = await digests(target.url);
    for (const { name, rows: count, sha256 } of manifest.tables)
      if (!name.startsWith('graphile_worker'))
        expect({ name, ...found[name] }).toEqual({ name, rows: count, sha256 });

    const { SECRET_KEY, CALLBOX_TOKEN } = relais.kernel.config;
    const second = await startRelais({
      config: { DATABASE_URL: target.url, SECRET_KEY, CALLBOX_TOKEN, RECONCILE_SECONDS: 3600 },
    });
    try {
      const api = createClient(second.baseUrl, { 'x-api-key': secret });
      expect((await api.get(`/api/gigs/${rows.gigId}`)).body.gig.name).toBe('Support');
      const { transaction } = (await api.get(`/api/transactions/${rows.transactionId}`)).body;
      expect(transaction).toMatchObject({ status: 'pending' });
      // Sequences go on where they were, and triggers, foreign keys and the fence between companies are there again.
      expect((await api.post('/api/gigs', { name: 'After', destinationZone: 'FR' })).status).toBe(201);
      expect((await second.api.get(`/api/gigs/${rows.gigId}`)).status).toBe(404);
      await expect(second.kernel.db.ownerPool.query('delete from audit_log')).rejects.toThrow('append-only');
      // A recording is a large object: its role owns it, and SECRET_KEY opens it.
      const { url } = (await api.post(`/api/recordings/${rows.recordingId}/link`)).body;
      const sound = await fetch(second.baseUrl + url);
      expect(Buffer.from(await sound.arrayBuffer()).toString('latin1', 0, 4)).toBe('RIFF');
    } finally {
      await second.stop();
    }
  });

  it('tells consoles that resume after a restore to load their pages again', async () => {
    const { live, db } = relais.kernel;
    // Another server was further on with its transactions.
    const {
      rows: [ahead],
    } = await db.ownerPool.query(
      "select (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 1000)::text || '.7' as cursor",
    );
    expect(await live.since(relais.companyId, ahead.cursor, 10)).toBeNull();
    expect(await live.since(relais.companyId, await live.head(), 10)).toEqual([]);
  });

  it('leaves nothing under its name when the disk is full, and says so', async () => {
    const full = at(dataDir(), 'full.backup');
    symlinkSync('/dev/full', `${full}.partial`);
    const { code, output } = await runCommand(settings(), ['backup', full], { LANG: 'fr_FR.UTF-8' });
    expect(output).toContain('Le disque est plein');
    expect(code).toBe(1);
    expect(readdirSync(dataDir()).filter((name) => name.startsWith('full'))).toEqual([]);
  });

  it('killed, leaves nothing under its name either, and the next one tidies up', {
    timeout: 60_000,
  }, async () => {
    const folder = at(dataDir(), 'killed');
    const holder = new pg.Client(relais.kernel.config.DATABASE_URL);
    await holder.connect();
    // The copy has begun, and waits for a table.
    await holder.query('begin; lock table gigs in access exclusive mode');
    const running = startCommand(settings({ BACKUP_DIR: folder }), ['backup']);
    await eventually(() =>
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/\.backup\.partial$/)]),
    );
    await expect(makeBackup(into(folder), { file: null, withSecrets: false })).rejects.toMatchObject({
      code: 'backup_runs_already',
    });
    running.process.kill('SIGKILL');
    await running.ended;
    await holder.query('rollback');
    await holder.end();
    // Its connection ends when the database notices.
    await eventually(() => makeBackup(into(folder), { file: null, withSecrets: false }));
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/\.backup$/)]);
  });

  it('by schedule is made when it is due, and older ones go only after it is proven', async () => {
    const folder = at(dataDir(), 'kept');
    const kernel = {
      ...relais.kernel,
      config: settings({ BACKUP_DIR: folder, BACKUP_KEEP: 1, BACKUP_EVERY_HOURS: 1 }),
    };
    const later = (hours: number) => ({
      ...kernel,
      clock: {
        now: () => new Date(relais.kernel.clock.nowMs() + hours * 3_600_000),
        nowMs: () => relais.kernel.clock.nowMs() + hours * 3_600_000,
      },
    });
    await keepBackups(later(2));
    const [first] = readdirSync(folder);
    expect(first).toMatch(/^relais-[0-9a-f]{8}-\d{8}T\d{6}Z\.backup$/);
    await keepBackups(later(2.5));
    expect(readdirSync(folder)).toEqual([first]);
    // The next one does not succeed: the older one stays.
    const { ownerPool } = relais.kernel.db;
    await ownerPool.query('alter table schema_migrations rename to schema_migrations_away');
    await expect(keepBackups(later(4))).rejects.toThrow();
    await ownerPool.query('alter table schema_migrations_away rename to schema_migrations');
    expect(readdirSync(folder)).toEqual([first]);
    await keepBackups(later(8));
    const [second, ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    expect(second! > first!).toBe(true);
  });
});

describe('a restore', () => {
  const restore = (database: TestDatabase, of: string, options: { replace?: boolean } = {}) =>
    restoreBackup(database.url, of, options);

  it('refuses a file that is damaged, cut off or something else, before it touches anything', {
    timeout: 60_000,
  }, async () => {
    const target = await newDatabase();
    const whole = readFileSync(file);
    const cut = at(dataDir(), 'cut.backup');
    writeFileSync(cut, whole.subarray(0, whole.length - 20));
    const changed = at(dataDir(), 'changed.backup');
    writeFileSync(changed, whole.fill(0x41, 9_000, 9_008));
    const other = at(dataDir(), 'other.backup');
    writeFileSync(other, '-- PostgreSQL database dump');
    for (const damaged of [cut, changed])
      await expect(restore(target, damaged)).rejects.toMatchObject({ code: 'backup_damaged' });
    for (const none of [other, at(dataDir(), 'nowhere.backup')])
      await expect(restore(target, none)).rejects.toMatchObject({ code: 'backup_not_one' });
    expect(Object.keys(await digests(target.url))).toEqual([]);
  });

  it('refuses a backup of a newer program, and brings one of an older program to this version', {
    timeout: 60_000,
  }, async () => {
    const { ownerPool } = relais.kernel.db;
    await ownerPool.query("insert into schema_migrations (name, sha256) values ('9999_later.sql', 'x')");
    const newer = at(dataDir(), 'newer.backup');
    await makeBackup(relais.kernel, { file: newer, withSecrets: false });
    await ownerPool.query("delete from schema_migrations where name = '9999_later.sql'");
    const target = await newDatabase();
    await expect(restore(target, newer)).rejects.toMatchObject({ code: 'backup_newer' });

    // A database as an older version left it, with a company in it.
    const past = await newDatabase();
    const pool = surviveBrokenConnections(new pg.Pool({ connectionString: past.url }));
    const all = readdirSync('migrations').sort();
    const older = all.filter((name) => name < '0017');
    await migrate(pool, older);
    const {
      rows: [company],
    } = await pool.query(
      "insert into companies (id, name, country, time_zone, currency, created_at) values (gen_random_uuid(), 'Of the past', 'FR', 'Europe/Paris', 'EUR', now()) returning id",
    );
    const old = at(dataDir(), 'old.backup');
    const order = { version: '0.0.1', madeAt: new Date(0), keyId: 'x', bucket: null, secrets: null };
    await pool.query('set relais.copying = on');
    await writeBackup({ ...order, databaseUrl: past.url, file: old });
    await pool.end();
    const restored = await restore(target, old);
    expect(restored.migrations).toEqual(all.filter((name) => !older.includes(name)));
    const client = new pg.Client(target.url);
    await client.connect();
    const found = await client.query('select id from companies');
    expect(found.rows).toEqual([company]);
    await client.end();
  });

  it('keeps what is there, unless told to replace it; then nothing of it is left', {
    timeout: 60_000,
  }, async () => {
    const target = await newDatabase();
    await restore(target, file);
    await expect(restore(target, file)).rejects.toMatchObject({ code: 'restore_not_empty' });
    const pool = new pg.Pool({ connectionString: target.url });
    await pool
      .query("insert into gigs select gen_random_uuid(), company_id, 'Made since' from gigs limit 1")
      .catch(() => undefined);
    await pool.end();
    const quiet = at(dataDir(), 'quiet.backup');
    const { manifest } = await restore(target, quiet, { replace: true });
    const found = await digests(target.url);
    const gigs = manifest.tables.find(({ name }) => name === 'public.gigs')!;
    expect(found['public.gigs']).toMatchObject({ rows: gigs.rows, sha256: gigs.sha256 });
  });

  it('does not touch a database that a server works on', async () => {
    const { DATABASE_URL } = relais.kernel.config;
    await expect(restoreBackup(DATABASE_URL, file, { replace: true })).rejects.toMatchObject({
      code: 'restore_in_use',
    });
  });

  it('killed midway is recognised: no server starts on half of it, and it can be begun again', {
    timeout: 90_000,
  }, async () => {
    const target = await newDatabase();
    const watcher = new pg.Client(target.url);
    await watcher.connect();
    watcher.on('error', () => undefined);
    const running = startCommand(settings({ DATABASE_URL: target.url }), ['restore', file]);
    const marked = () => watcher.query('select 1 from relais_restore.unfinished');
    // The tables are there, and it is filling them.
    await eventually(() => watcher.query('select 1 from companies'), 60_000);
    await marked();
    running.process.kill('SIGKILL');
    await running.ended;
    const config = settings({ DATABASE_URL: target.url });
    await expect(openKernel(config)).rejects.toMatchObject({ code: 'restore_unfinished' });
    // The killed one's connection may still be at work for a moment.
    const restored = await eventually(() => restore(target, file));
    expect(restored.manifest.tables.length).toBeGreaterThan(50);
    expect((await marked()).rows).toEqual([]);
    await watcher.end();
    const kernel = await openKernel(config);
    expect(kernel.installationId).toBe(relais.kernel.installationId);
    await kernel.db.close();
  });
});

describe('a drill', () => {
  it('restores the newest backup, proves it and leaves nothing behind', { timeout: 120_000 }, async () => {
    const folder = at(dataDir(), 'drilled');
    await makeBackup(into(folder), { file: null, withSecrets: false });
    const { code, output } = await runCommand(settings({ BACKUP_DIR: folder }), ['drill']);
    expect(output).toMatch(/ok +Copy +of .* rows of \d+ tables and \d+ files are what was copied/);
    expect(output).toMatch(/ok +Audit log +all [1-9]\d* marks hold/);
    expect(output).toMatch(/ok +Ledger +[1-9]\d* entries balance/);
    expect(output).toMatch(/ok +Secrets +SECRET_KEY opens all [1-9]\d* stored/);
    expect(code, output).toBe(0);
    const { rows: left } = await relais.kernel.db.ownerPool.query(
      "select datname from pg_database where starts_with(datname, 'relais_drill_')",
    );
    expect(left).toEqual([]);
    const [, drill] = await lastRuns(relais.kernel);
    expect(drill).toMatchObject({ kind: 'drill', error: null, succeededAt: expect.any(Date) });
  });

  it('finds out what is wrong with a copy', { timeout: 120_000 }, async () => {
    // Somebody with the database's password changed the audit log and the books; and the key is another one.
    const { ownerPool } = relais.kernel.db;
    await ownerPool.query(`
      alter table audit_log disable trigger user; alter table box_sims disable trigger user;
      update audit_log set actor_name = 'Nobody' where id = (select id from audit_log order by id limit 1);
      update box_sims set float_available = float_available + 1000;
      alter table audit_log enable trigger user; alter table box_sims enable trigger user`);
    const forged = at(dataDir(), 'forged.backup');
    await makeBackup(relais.kernel, { file: forged, withSecrets: false });
    const { code, output } = await runCommand(settings(), ['drill', forged]);
    expect(output).toMatch(/FAIL +Audit log +The chain does not hold/);
    expect(output).toMatch(/FAIL +Ledger +0 entries do not balance, [1-9]\d* SIMs/);
    expect(code).toBe(1);
    const [, drill] = await lastRuns(relais.kernel);
    expect(drill?.error).toContain('does not hold');
  });
});
