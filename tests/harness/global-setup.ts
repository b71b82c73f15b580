import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedDatabase } from '../../server/kernel/db/embedded.ts';
import { surviveBrokenConnections } from '../../server/kernel/db/index.ts';
import { migrate } from '../../server/kernel/db/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of a server with a migrated database `relais_template`; each test file clones its own. */
    postgresUrl: string;
  }
}

/** Starts one PostgreSQL for the whole run and migrates the database that every test file clones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'relais-test-'));
  chmodSync(folder, 0o711);
  const cluster = await startEmbeddedDatabase(folder);
  const admin = new pg.Client(cluster.url);
  await admin.connect();
  await admin.query('create database relais_template');
  // Tests make and drop many databases; what they would lose in a power cut is of no worth.
  await admin.query("alter system set fsync = 'off'");
  await admin.query("alter system set synchronous_commit = 'off'");
  await admin.query("alter system set log_min_messages = 'panic'");
  await admin.query('select pg_reload_conf()');
  await admin.end();
  const template = new URL(cluster.url);
  template.pathname = '/relais_template';
  const pool = surviveBrokenConnections(new pg.Pool({ connectionString: template.href }));
  await migrate(pool);
  await pool.end();
  project.provide('postgresUrl', cluster.url);
  return async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
