import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { startEmbeddedDatabase } from './embedded.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder whose path has so many characters in its last part. */
function folderOf(length: number): string {
  const parent = mkdtempSync(path.join(os.tmpdir(), 'relais-pg-'));
  folders.push(parent);
  const folder = path.join(parent, 'd'.repeat(length));
  mkdirSync(folder, { mode: 0o711 });
  // PostgreSQL's own user passes through.
  for (const each of [parent, folder]) chmodSync(each, 0o711);
  return folder;
}

/** How a client of this address is connected: null through a socket. */
async function connectedFrom(url: string): Promise<string | null> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query('select inet_client_addr()::text as address');
    return rows[0].address;
  } finally {
    await client.end();
  }
}

describe('the embedded database', { timeout: 120_000 }, () => {
  it('is spoken to through a socket in its folder, also by whoever finds it running', async () => {
    const folder = folderOf(4);
    const database = await startEmbeddedDatabase(folder);
    try {
      expect(await connectedFrom(database.url)).toBeNull();
      const found = await startEmbeddedDatabase(folder);
      expect(found).toMatchObject({ adopted: true, url: database.url });
    } finally {
      await database.stop();
    }
  });

  it('is spoken to by the network of the machine where the path is too long for a socket', async () => {
    const database = await startEmbeddedDatabase(folderOf(90));
    try {
      expect(await connectedFrom(database.url)).toBe('127.0.0.1/32');
    } finally {
      await database.stop();
    }
  });
});
