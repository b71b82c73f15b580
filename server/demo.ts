import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import webpush from 'web-push';
import {
  type Config,
  ConfigError,
  changedFixed,
  hasProviderCredentials,
  loadConfig,
} from './kernel/config.ts';
import { startEmbeddedDatabase } from './kernel/db/embedded.ts';
import { type FolderHolder, lockFolder } from './kernel/folder-lock.ts';
import { newSecret } from './kernel/ids.ts';

/** What the sandbox tells when it is ready. */
export interface SandboxAccess {
  url: string;
  telnyx: { baseUrl: string; apiKey: string; publicKey: string };
  twilio: { baseUrl: string; accountSid: string; authToken: string };
}

/** The parts that a start without any configuration brings along, and the configuration that uses them. */
export interface Surroundings {
  config: Config;
  sandbox: SandboxAccess | null;
  /** The settings as they are given now, with the parts that run already. @throws ConfigError, or FixedSettings. */
  reread(): Config;
  stop(): Promise<void>;
}

/** Settings were changed that are taken by stopping and starting alone. */
export class FixedSettings extends Error {
  readonly names: string[];

  constructor(names: string[]) {
    super(`Changed settings that a running server cannot take: ${names.join(', ')}`);
    this.names = names;
  }
}

/**
 * Fills in what a start without configuration lacks: secrets, a database, and a sandbox while no provider is configured.
 * In production mode only what is configured is used, and loadConfig has refused what is missing.
 */
export async function prepareSurroundings(given: Config): Promise<Surroundings> {
  const config = withKeptSecrets(given);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const stopPart of stops) await stopPart();
  };
  const embedded = !config.DATABASE_URL;
  const withSandbox = needsSandbox(config);
  let sandbox: SandboxAccess | null = null;
  try {
    // Both keep their files in DATA_DIR; with neither, several processes may share the folder.
    if (embedded || withSandbox) stops.unshift(takeFolder(config.DATA_DIR));
    if (embedded) {
      const database = await startEmbeddedDatabase(config.DATA_DIR);
      config.DATABASE_URL = database.url;
      stops.unshift(database.stop);
    }
    if (withSandbox) {
      const started = await startSandboxProcess(config);
      stops.unshift(started.stop);
      sandbox = started.access;
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const complete = (settings: Config) => (sandbox ? withSandboxAccess(settings, sandbox) : settings);
  function reread(): Config {
    const wanted = loadConfig();
    const fixed = changedFixed(given, wanted);
    if (fixed.length > 0) throw new FixedSettings(fixed);
    return complete({ ...withKeptSecrets(wanted), DATABASE_URL: config.DATABASE_URL });
  }
  return { config: complete(config), sandbox, reread, stop };
}

/** Whether the sandbox stands in for the providers. */
export function needsSandbox(config: Config): boolean {
  return config.RELAIS_MODE === 'demo' && !hasProviderCredentials(config);
}

/** The configuration with the secrets that were not given: made at the first start, and kept in DATA_DIR. */
export function withKeptSecrets(given: Config): Config {
  const { DATA_DIR } = given;
  mkdirSync(DATA_DIR, { recursive: true });
  return {
    ...given,
    ...keptVapidKeys(given),
    SECRET_KEY: given.SECRET_KEY || keptSecret(DATA_DIR, 'secret.key', () => newSecret()),
    CALLBOX_TOKEN:
      given.CALLBOX_TOKEN || keptSecret(DATA_DIR, 'callbox.token', () => `callbox-${newSecret()}`),
  };
}

/** The demo tells browsers of calls too. In production the keys are configured: other processes must sign with the same. */
function keptVapidKeys(given: Config): Pick<Config, 'VAPID_PUBLIC_KEY' | 'VAPID_PRIVATE_KEY'> {
  const { RELAIS_MODE, DATA_DIR, VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY } = given;
  if (RELAIS_MODE !== 'demo' || VAPID_PUBLIC_KEY || VAPID_PRIVATE_KEY)
    return { VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY };
  const kept = keptSecret(DATA_DIR, 'vapid.json', () => JSON.stringify(webpush.generateVAPIDKeys()));
  const { publicKey, privateKey } = JSON.parse(kept) as { publicKey: string; privateKey: string };
  return { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey };
}

/** The configuration with the sandbox's accounts as the installation's. */
export function withSandboxAccess(config: Config, { telnyx, twilio }: SandboxAccess): Config {
  return {
    ...config,
    TELNYX_API_KEY: telnyx.apiKey,
    TELNYX_PUBLIC_KEY: telnyx.publicKey,
    TELNYX_BASE_URL: telnyx.baseUrl,
    TWILIO_ACCOUNT_SID: twilio.accountSid,
    TWILIO_AUTH_TOKEN: twilio.authToken,
    TWILIO_BASE_URL: twilio.baseUrl,
    // The sandbox reviews in seconds, so asking once a minute would be the slowest part of the demo.
    RECONCILE_SECONDS: Math.min(config.RECONCILE_SECONDS, 5),
    // It has measured a call as soon as it knows its price.
    QUALITY_ASK_SECONDS: Math.min(config.QUALITY_ASK_SECONDS, 15),
  };
}

/** @returns a function that lets the folder go. @throws ConfigError when another process has it. */
function takeFolder(folder: string): () => Promise<void> {
  const lock = lockFolder(folder, 'server');
  if (!lock.taken) throw new ConfigError(folderTaken(folder, lock.holder));
  return async () => lock.release();
}

function folderTaken(folder: string, holder: FolderHolder | null): string {
  const who = holder ? ` (${holder.what}, process ${holder.pid})` : '';
  return (
    `Relais already runs on the data in ${folder}${who}. Stop it first, or start this one with another DATA_DIR and PORT. ` +
    'Several processes on the same data need a PostgreSQL of their own: set DATABASE_URL.'
  );
}

/** A secret that is made once and then read again, in a file of its own that only the owner can read. */
export function keptSecret(folder: string, name: string, make: () => string): string {
  const file = path.join(folder, name);
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600, flag: 'wx' });
  return readFileSync(file, 'utf8').trim();
}

async function startSandboxProcess(
  config: Config,
): Promise<{ access: SandboxAccess; stop(): Promise<void> }> {
  const port = config.SANDBOX_PORT || (config.PORT === 0 ? 0 : config.PORT + 1);
  const child = fork(fileURLToPath(new URL('../sandbox/main.ts', import.meta.url)), {
    env: {
      PATH: process.env.PATH,
      SANDBOX_PORT: String(port),
      SANDBOX_DATA_DIR: path.join(config.DATA_DIR, 'sandbox'),
      SANDBOX_REVIEW_MS: String(config.SANDBOX_REVIEW_MS),
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const access = await new Promise<SandboxAccess>((resolve, reject) => {
    child.once('message', (message) => {
      const { url, telnyx, twilio } = message as SandboxAccess;
      resolve({ url, telnyx, twilio });
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(
        new Error(
          `The sandbox did not start (exit ${code}). Is port ${port} free? SANDBOX_PORT chooses another.`,
        ),
      ),
    );
  });
  child.removeAllListeners('exit');
  return { access, stop: () => stopChild(child) };
}

/** What the demo calls its box. */
const DEMO_BOX_ID = 'callbox_demo';

/** SIMs that do not exist, of every operator whose confirmations are known by heart. */
const DEMO_SIMS = ['mtn', 'orange', 'moov', 'camtel'].map((operator) => ({
  ...{ slot: operator, operator },
  balance: 500_000,
}));

/** One that ended by itself is started again after this long. */
const BOX_AGAIN_MS = 5000;

/**
 * Starts a simulated box beside the demo, which carries out what is handed in, and starts it again when it ends. It registers when
 * the server answers, so nobody waits for it. @returns how to stop it; null: it is switched off.
 */
export function startDemoBox(config: Config): (() => Promise<void>) | null {
  if (config.RELAIS_MODE !== 'demo' || !config.DEMO_BOX || config.PORT === 0) return null;
  let stopping = false;
  let child: ChildProcess;
  const start = () => {
    if (stopping) return;
    child = forkBox(config);
    child.once('error', () => undefined);
    child.once('exit', () => setTimeout(start, BOX_AGAIN_MS).unref());
  };
  start();
  return () => {
    stopping = true;
    return stopChild(child);
  };
}

function forkBox(config: Config): ChildProcess {
  return fork(fileURLToPath(new URL('../box/main.ts', import.meta.url)), ['run'], {
    env: {
      PATH: process.env.PATH,
      RELAIS_BOX_CHILD: '1',
      RELAIS_BOX_DATA: path.join(config.DATA_DIR, 'box'),
      RELAIS_BOX_SERVER: `http://127.0.0.1:${config.PORT}`,
      RELAIS_BOX_TOKEN: config.CALLBOX_TOKEN,
      RELAIS_BOX_ID: DEMO_BOX_ID,
      RELAIS_BOX_LOCATION: 'Douala Akwa',
      RELAIS_BOX_DRIVER: 'simulator',
      RELAIS_BOX_MAX_CONCURRENT: '8',
      RELAIS_BOX_SIMULATOR: JSON.stringify({ sims: DEMO_SIMS, delayMs: 1200, texts: true }),
    },
    // It speaks to nobody here: what it has to say is in the console.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
