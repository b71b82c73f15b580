import { secretsEqual } from '../../kernel/crypto.ts';
import { type CompanyCtx, type Kernel, transact } from '../../kernel/ctx.ts';
import { fail, RelaisError } from '../../kernel/errors.ts';
import { createAccount, type NewAccount, updateAccount } from './accounts.ts';
import { hasProviderStatus } from './failure.ts';
import type { Credentials } from './model.ts';
import type { ProviderName } from './port.ts';
import { openCredentials, openPort } from './ports.ts';
import * as store from './store.ts';

/** An account as somebody gives it who means a number of it, and not the account. */
export interface AccountToAdopt {
  provider: ProviderName;
  /** For an account that is not there yet. */
  name: string;
  /** Twilio's account SID. */
  accountSid?: string | undefined;
  /** Twilio: the auth token. Telnyx: the API key. */
  secret: string;
  /** Telnyx signs with it; needed for an account that is not there yet. */
  publicKey?: string | undefined;
}

/**
 * The company's account with these credentials: one that it has, with a newer token if this is one, or one that is made.
 * Whatever is new is tried at the provider first.
 * @returns its id; null when they are the installation's own credentials.
 * @throws integration_credentials_invalid, or integration_api_key_invalid for Telnyx, when the provider refuses them.
 */
export async function adoptAccount(ctx: CompanyCtx, given: AccountToAdopt): Promise<string | null> {
  const credentials = toCredentials(given);
  if (isInstallations(ctx.kernel, credentials)) return null;
  const known = await findAccount(ctx, credentials);
  if (known && isSame(known.credentials, credentials)) return keep(ctx, known.row, given);
  const fresh = known ? null : toNewAccount(given, credentials);
  await tryOut(ctx.kernel, credentials);
  try {
    const { id } = fresh
      ? await createAccount(ctx, fresh, { besideInstallation: true })
      : await updateAccount(ctx, known!.row.id, { authToken: given.secret });
    await keepTest(ctx, id);
    return id;
  } catch (error) {
    // Somebody else may have added it a moment ago.
    const twin = fresh && error instanceof RelaisError ? await findAccount(ctx, credentials) : null;
    if (twin && isSame(twin.credentials, credentials)) return twin.row.id;
    throw error;
  }
}

function toCredentials({ provider, accountSid = '', secret }: AccountToAdopt): Credentials {
  if (provider === 'telnyx') return { provider, apiKey: secret };
  if (!/^AC[0-9a-f]{32}$/i.test(accountSid)) fail('integration_credentials_invalid');
  return { provider, accountSid, authToken: secret };
}

function toNewAccount({ name, publicKey }: AccountToAdopt, credentials: Credentials): NewAccount {
  if (credentials.provider === 'twilio') return { name, ...credentials };
  if (!publicKey)
    fail('invalid_request', {
      reason: 'public_key: Telnyx signs its webhooks; its portal shows the key under "Public key"',
    });
  return { name, publicKey, ...credentials };
}

function isInstallations({ config }: Kernel, credentials: Credentials): boolean {
  return isSame(
    credentials,
    credentials.provider === 'telnyx'
      ? { provider: 'telnyx', apiKey: config.TELNYX_API_KEY }
      : { provider: 'twilio', accountSid: config.TWILIO_ACCOUNT_SID, authToken: config.TWILIO_AUTH_TOKEN },
  );
}

function isSame(left: Credentials, right: Credentials): boolean {
  const inOneWord = (each: Credentials) =>
    each.provider === 'telnyx' ? each.apiKey : `${each.accountSid} ${each.authToken}`;
  return left.provider === right.provider && secretsEqual(inOneWord(left), inOneWord(right));
}

interface KnownAccount {
  row: store.AccountRow;
  credentials: Credentials;
}

/** The company's account that is meant: Twilio's by its SID, Telnyx's by its key, for it has no other name. */
async function findAccount(ctx: CompanyCtx, wanted: Credentials): Promise<KnownAccount | null> {
  for (const row of await transact(ctx, store.listAccounts)) {
    if (row.provider !== wanted.provider) continue;
    if (wanted.provider === 'twilio' && row.accountRef !== wanted.accountSid) continue;
    const credentials = openCredentials(ctx.kernel, row);
    if (wanted.provider === 'twilio' || isSame(credentials, wanted)) return { row, credentials };
  }
  return null;
}

/** An account that is there as it is; a public key that was given anew replaces the former one. */
async function keep(ctx: CompanyCtx, row: store.AccountRow, { publicKey }: AccountToAdopt): Promise<string> {
  if (row.provider === 'telnyx' && publicKey && publicKey !== row.publicKey)
    await updateAccount(ctx, row.id, { publicKey });
  return row.id;
}

/** The credentials have just been tried. */
async function keepTest(ctx: CompanyCtx, id: string): Promise<void> {
  const lastTestedAt = ctx.kernel.clock.now();
  await transact(ctx, async (tx) => {
    const row = await store.findAccount(tx, id);
    if (row) await store.saveTest(tx, row, { status: 'ok', lastTestedAt, lastError: null });
  });
}

async function tryOut(kernel: Kernel, credentials: Credentials): Promise<void> {
  try {
    await openPort(kernel, null, credentials).testConnection();
  } catch (error) {
    const isRefused =
      error instanceof RelaisError &&
      (error.code === 'provider_unauthorized' || hasProviderStatus(error, 404));
    if (!isRefused) throw error;
    const { provider, providerMessage } = error.details as { provider: unknown; providerMessage: unknown };
    const isTelnyx = credentials.provider === 'telnyx';
    throw new RelaisError(isTelnyx ? 'integration_api_key_invalid' : 'integration_credentials_invalid', {
      details: { provider, providerMessage },
      cause: error,
    });
  }
}
