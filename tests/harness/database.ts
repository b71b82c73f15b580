import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

/** A migrated database of its own for one test file. */
export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** Clones the migrated template: a few tens of milliseconds. */
export async function cloneDatabase(): Promise<TestDatabase> {
  const name = `relais_${randomBytes(6).toString('hex')}`;
  await asAdmin(`create database ${name} template relais_template`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asAdmin(`drop database if exists ${name} with (force)`) };
}

/** A database with nothing in it. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const name = `relais_${randomBytes(6).toString('hex')}`;
  await asAdmin(`create database ${name} template template0`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asAdmin(`drop database if exists ${name} with (force)`) };
}

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client(inject('postgresUrl'));
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
