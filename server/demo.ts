import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, hasProviderCredentials } from './kernel/config.ts';
import { startEmbeddedDatabase } from './kernel/db/embedded.ts';
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
  stop(): Promise<void>;
}

/**
 * Fills in what a start without configuration lacks: secrets, a database, and a sandbox while no provider is configured.
 * In production mode only what is configured is used, and loadConfig has refused what is missing.
 */
export async function prepareSurroundings(given: Config): Promise<Surroundings> {
  const config = { ...given };
  const stops: (() => Promise<void>)[] = [];
  mkdirSync(config.DATA_DIR, { recursive: true });
  config.SECRET_KEY ||= keptSecret(config.DATA_DIR, 'secret.key', () => newSecret());
  config.CALLBOX_TOKEN ||= keptSecret(config.DATA_DIR, 'callbox.token', () => `callbox-${newSecret()}`);
  if (!config.DATABASE_URL) {
    const database = await startEmbeddedDatabase(config.DATA_DIR);
    config.DATABASE_URL = database.url;
    stops.push(database.stop);
  }
  let sandbox: SandboxAccess | null = null;
  if (config.RELAIS_MODE === 'demo' && !hasProviderCredentials(config)) {
    const started = await startSandboxProcess(config);
    sandbox = started.access;
    stops.unshift(started.stop);
    config.TELNYX_API_KEY = sandbox.telnyx.apiKey;
    config.TELNYX_PUBLIC_KEY = sandbox.telnyx.publicKey;
    config.TELNYX_BASE_URL = sandbox.telnyx.baseUrl;
    config.TWILIO_ACCOUNT_SID = sandbox.twilio.accountSid;
    config.TWILIO_AUTH_TOKEN = sandbox.twilio.authToken;
    config.TWILIO_BASE_URL = sandbox.twilio.baseUrl;
  }
  return {
    config,
    sandbox,
    stop: async () => {
      for (const stop of stops) await stop();
    },
  };
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

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
