import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { startSandbox } from '../../sandbox/index.ts';
import { type App, compose } from '../../server/compose.ts';
import type { Clock } from '../../server/kernel/clock.ts';
import { type Config, loadConfig } from '../../server/kernel/config.ts';
import type { Kernel } from '../../server/kernel/ctx.ts';
import { newSecret } from '../../server/kernel/ids.ts';
import { openKernel } from '../../server/kernel/open.ts';
import { issueApiKey, PERMISSIONS } from '../../server/modules/identity/index.ts';
import { createOwner } from '../../server/modules/identity/upkeep.ts';
import { type Client, createClient } from './client.ts';
import { cloneDatabase } from './database.ts';

export type Sandbox = Awaited<ReturnType<typeof startSandbox>>;

/** A whole Relais on ports of its own: real database, real HTTP, the sandbox as the outside world. */
export interface TestRelais {
  baseUrl: string;
  app: App;
  kernel: Kernel;
  sandbox: Sandbox;
  owner: { email: string; password: string; userId: string };
  companyId: string;
  /** A caller with an API key that may do everything in the company. */
  api: Client;
  /** Another company on the same installation, and a caller with its key. */
  addCompany(
    name: string,
  ): Promise<{ companyId: string; api: Client; owner: { email: string; password: string; userId: string } }>;
  stop(): Promise<void>;
}

/** @param options.config settings that differ from the test defaults. */
export async function startRelais(
  options: { config?: Partial<Config>; clock?: Clock; reviewMs?: number } = {},
): Promise<TestRelais> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'relais-flow-'));
  chmodSync(folder, 0o711);
  const database = await cloneDatabase();
  const sandbox = await startSandbox({
    port: 0,
    dataDir: path.join(folder, 'sandbox'),
    reviewMs: options.reviewMs ?? 30,
  });
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const config: Config = {
    ...loadConfig({ LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent', LOG_FORMAT: 'json' }),
    PORT: port,
    PUBLIC_BASE_URL: baseUrl,
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    SECRET_KEY: newSecret(),
    CALLBOX_TOKEN: newSecret(),
    TELNYX_API_KEY: sandbox.telnyx.apiKey,
    TELNYX_PUBLIC_KEY: sandbox.telnyx.publicKey,
    TELNYX_BASE_URL: sandbox.telnyx.baseUrl,
    TWILIO_ACCOUNT_SID: sandbox.twilio.accountSid,
    TWILIO_AUTH_TOKEN: sandbox.twilio.authToken,
    TWILIO_BASE_URL: sandbox.twilio.baseUrl,
    RATE_LIMIT_PER_MINUTE: 1_000_000,
    RATE_LIMIT_ANONYMOUS_PER_MINUTE: 1_000_000,
    PROVIDER_TIMEOUT_MS: 1000,
    RECONCILE_SECONDS: 1,
    // Accounts are compared where a test asks for it.
    SYNC_MINUTES: 0,
    ...options.config,
  };
  const log = pino({ level: config.LOG_LEVEL });
  const kernel = await openKernel(config, { log, ...(options.clock ? { clock: options.clock } : {}) });
  const app = await compose(kernel);
  await app.start();

  async function addCompany(name: string) {
    const email = `owner-${newSecret(6).toLowerCase()}@example.test`;
    const password = newSecret(12);
    const { companyId, userId } = await createOwner(kernel, {
      email,
      password,
      name: `Owner of ${name}`,
      companyName: name,
      companyCountry: 'FR',
    });
    const { secret } = await issueApiKey(kernel, {
      companyId,
      name: 'test',
      scopes: [...PERMISSIONS],
      createdBy: userId,
    });
    return {
      companyId,
      owner: { email, password, userId },
      api: createClient(baseUrl, { 'x-api-key': secret }),
    };
  }
  const first = await addCompany('Harness SARL');
  return {
    baseUrl,
    app,
    kernel,
    sandbox,
    owner: first.owner,
    companyId: first.companyId,
    api: first.api,
    addCompany,
    stop: async () => {
      await app.stop();
      await sandbox.close();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
