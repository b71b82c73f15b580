import { randomInt } from 'node:crypto';
import { publicBaseUrl } from '../../kernel/config.ts';
import { type CompanyCtx, type Kernel, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import type { PortDeps } from './deps.ts';
import { displayName } from './failure.ts';
import { accountRef, type Credentials, INSTALLATION_IDS, sealPurpose } from './model.ts';
import type { ProviderName, ProviderPort } from './port.ts';
import { pulseOf } from './pulse.ts';
import { stateOf } from './state.ts';
import * as store from './store.ts';
import { createTelnyxPort } from './telnyx/index.ts';
import { createTwilioPort } from './twilio/index.ts';

/** A port and the account behind it; null stands for the installation's account. */
export interface AccountPort {
  accountId: string | null;
  /** What people know the account by: Twilio's SID, a hint of the Telnyx key. */
  accountRef: string;
  port: ProviderPort;
}

/**
 * The port a company uses for a provider.
 * @param accountId the account that something was bought with, or an event came from; null for the installation's. Without
 * it: the company's default account, else the installation's.
 * @throws provider_not_configured when there is no such account, or no longer.
 */
export async function portFor(
  ctx: CompanyCtx,
  provider: ProviderName,
  accountId?: string | null,
): Promise<AccountPort> {
  const { kernel } = ctx;
  if (accountId === null) return installation(kernel, provider);
  const account = await transact(ctx, async (tx) => {
    const found =
      accountId !== undefined ? store.findAccount(tx, accountId) : store.findDefaultAccount(tx, provider);
    return freshlySealed(kernel, tx, await found);
  });
  if (account?.provider === provider) {
    const { id, accountRef } = account;
    return { accountId: id, accountRef, port: portOfRow(kernel, account) };
  }
  if (accountId !== undefined) fail('provider_not_configured', { provider: displayName(provider) });
  return installation(kernel, provider);
}

function installation(kernel: Kernel, provider: ProviderName): AccountPort {
  const { TWILIO_ACCOUNT_SID: accountSid, TELNYX_API_KEY: apiKey } = kernel.config;
  const port = installationPort(kernel, provider);
  const ref = provider === 'twilio' ? accountSid : accountRef({ provider, apiKey });
  return { accountId: null, accountRef: ref, port };
}

/** Whether the configuration holds the installation's own account of a provider. */
export function installationHas({ config }: Kernel, provider: ProviderName): boolean {
  return provider === 'telnyx' ? config.TELNYX_API_KEY !== '' : config.TWILIO_ACCOUNT_SID !== '';
}

/** The credentials of a row. @throws when they were sealed by a key that is gone, or for another row. */
export function openCredentials(kernel: Kernel, row: store.AccountRow): Credentials {
  return JSON.parse(
    kernel.vault.open(sealPurpose(row.companyId, row.id), row.credentialsSealed),
  ) as Credentials;
}

export function sealCredentials(
  kernel: Kernel,
  owner: { companyId: string; id: string },
  credentials: Credentials,
): string {
  return kernel.vault.seal(sealPurpose(owner.companyId, owner.id), JSON.stringify(credentials));
}

/** After a rotation of SECRET_KEY, accounts move to the new key as they are used. */
async function freshlySealed(
  kernel: Kernel,
  tx: Tx,
  row: store.AccountRow | null,
): Promise<store.AccountRow | null> {
  if (row && kernel.vault.isStale(row.credentialsSealed)) {
    await store.resealAccount(tx, row, sealCredentials(kernel, row, openCredentials(kernel, row)));
  }
  return row;
}

/** More ports than this are opened again when needed. */
const PORTS_MAX = 500;

export function portOfRow(kernel: Kernel, row: store.AccountRow): ProviderPort {
  const { ports } = stateOf(kernel);
  const known = ports.get(row.id);
  if (known?.version === row.credentialsVersion) return known.port;
  if (ports.size >= PORTS_MAX) ports.clear();
  const port = openPort(kernel, row.id, openCredentials(kernel, row));
  ports.set(row.id, { version: row.credentialsVersion, port });
  return port;
}

export function installationPort(kernel: Kernel, provider: ProviderName): ProviderPort {
  if (!installationHas(kernel, provider))
    fail('provider_not_configured', { provider: displayName(provider) });
  const { ports } = stateOf(kernel);
  const key = INSTALLATION_IDS[provider];
  const known = ports.get(key);
  if (known) return known.port;
  const { config } = kernel;
  const credentials: Credentials =
    provider === 'telnyx'
      ? { provider, apiKey: config.TELNYX_API_KEY }
      : { provider, accountSid: config.TWILIO_ACCOUNT_SID, authToken: config.TWILIO_AUTH_TOKEN };
  const port = openPort(kernel, null, credentials);
  ports.set(key, { version: 0, port });
  return port;
}

/** A port that nobody remembers. */
export function openPort(kernel: Kernel, accountId: string | null, credentials: Credentials): ProviderPort {
  const { config } = kernel;
  const deps = portDeps(kernel, credentials.provider, accountId);
  if (credentials.provider === 'telnyx') {
    // The configured connection is the installation's: a company's account knows nothing of it.
    const connectionId =
      accountId === null ? config.TELNYX_CONNECTION_ID || config.TELNYX_APPLICATION_ID || null : null;
    return createTelnyxPort(
      { accountId, apiKey: credentials.apiKey, baseUrl: config.TELNYX_BASE_URL, connectionId },
      deps,
    );
  }
  const { accountSid, authToken } = credentials;
  const voiceUrl = config.TWILIO_VOICE_WEBHOOK_URL || null;
  const statusUrl = config.TWILIO_STATUS_CALLBACK_URL || null;
  return createTwilioPort(
    { accountId, accountSid, authToken, baseUrl: config.TWILIO_BASE_URL || null, voiceUrl, statusUrl },
    deps,
  );
}

function portDeps(kernel: Kernel, provider: ProviderName, accountId: string | null): PortDeps {
  return {
    note: pulseOf(kernel, provider, accountId),
    clock: kernel.clock,
    log: kernel.log,
    metrics: kernel.metrics,
    timeoutMs: kernel.config.PROVIDER_TIMEOUT_MS,
    publicBaseUrl: publicBaseUrl(kernel.config),
    installation: kernel.installationId.slice(0, 8),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: () => randomInt(1_000_000) / 1_000_000,
  };
}
