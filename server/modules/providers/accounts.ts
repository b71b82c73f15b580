import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { isUniqueViolation } from '../../kernel/db/index.ts';
import { fail, RelaisError, sentence } from '../../kernel/errors.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import type { Price } from '../../kernel/money.ts';
import { audit, type Changes } from '../identity/index.ts';
import { accountRef, type Credentials, INSTALLATION_IDS, installationProvider } from './model.ts';
import { PROVIDERS, type ProviderName, type ProviderPort } from './port.ts';
import { installationHas, installationPort, openCredentials, portOfRow, sealCredentials } from './ports.ts';
import { stateOf, type TestResult } from './state.ts';
import * as store from './store.ts';

/** An account as people see it; secrets are never among it. */
export interface Account {
  id: string;
  provider: ProviderName;
  name: string;
  accountRef: string;
  isDefault: boolean;
  source: 'company' | 'installation';
  status: TestResult['status'];
  lastTestedAt: string | null;
  lastError: string | null;
  createdAt: string | null;
}

export type NewAccount = { name: string } & (
  | { provider: 'telnyx'; apiKey: string; publicKey: string }
  | { provider: 'twilio'; accountSid: string; authToken: string }
);

export interface AccountChange {
  name?: string;
  isDefault?: boolean;
  apiKey?: string;
  publicKey?: string;
  authToken?: string;
}

/** The company's accounts, then the installation's, which serve when the company has no default of its own. */
export async function listAccounts(ctx: CompanyCtx): Promise<Account[]> {
  const rows = await transact(ctx, store.listAccounts);
  const hasDefault = new Set(rows.filter((row) => row.isDefault).map((row) => row.provider));
  const installation = PROVIDERS.filter((provider) => installationHas(ctx.kernel, provider));
  return [
    ...rows.map(toAccount),
    ...installation.map((provider) => installationAccount(ctx, provider, !hasDefault.has(provider))),
  ];
}

function toAccount(row: store.AccountRow): Account {
  const { id, provider, name, isDefault, status, lastError } = row;
  return {
    ...{ id, provider, name, isDefault, status, lastError },
    accountRef: row.accountRef,
    source: 'company',
    lastTestedAt: row.lastTestedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

function installationAccount({ kernel }: CompanyCtx, provider: ProviderName, isDefault: boolean): Account {
  const { config } = kernel;
  const tested = stateOf(kernel).installationTests.get(provider);
  return {
    id: INSTALLATION_IDS[provider],
    provider,
    name: 'Installation',
    accountRef:
      provider === 'telnyx'
        ? accountRef({ provider, apiKey: config.TELNYX_API_KEY })
        : config.TWILIO_ACCOUNT_SID,
    isDefault,
    source: 'installation',
    status: tested?.status ?? 'untested',
    lastTestedAt: tested?.lastTestedAt?.toISOString() ?? null,
    lastError: tested?.lastError ?? null,
    createdAt: null,
  };
}

/**
 * Adds an account. The first one of a provider becomes the company's default. @throws conflict on a Twilio SID it has already.
 * @param options.besideInstallation leaves the installation's account the default, if there is one.
 */
export async function createAccount(
  ctx: CompanyCtx,
  input: NewAccount,
  options: { besideInstallation?: boolean } = {},
): Promise<Account> {
  const { kernel, companyId } = ctx;
  const id = newId(kernel.clock);
  const credentials = toCredentials(input);
  try {
    return await transact(ctx, async (tx) => {
      const isTaken = options.besideInstallation && installationHas(kernel, input.provider);
      const isDefault = !isTaken && (await store.findDefaultAccount(tx, input.provider)) === null;
      await store.insertAccount(tx, {
        id,
        companyId,
        provider: input.provider,
        name: input.name,
        accountRef: accountRef(credentials),
        publicKey: input.provider === 'telnyx' ? input.publicKey : null,
        credentialsSealed: sealCredentials(kernel, { companyId, id }, credentials),
        isDefault,
        at: kernel.clock.now(),
      });
      await audit(tx, ctx, {
        action: 'provider_account.created',
        entityType: 'provider_account',
        entityId: id,
        changes: created(input),
      });
      await publish(tx, companyId, 'provider_account', id);
      return toAccount((await store.findAccount(tx, id))!);
    });
  } catch (error) {
    refuseTwin(error);
    throw error;
  } finally {
    forget(ctx);
  }
}

/** Turns what the database refuses about two accounts into a sentence. */
function refuseTwin(error: unknown): void {
  if (isUniqueViolation(error, 'provider_accounts_twilio_sid')) {
    fail('conflict', { reason: 'This Twilio account is among your provider accounts already.' });
  }
  if (isUniqueViolation(error, 'provider_accounts_one_default')) {
    fail('conflict', { reason: 'Another account became the default at the same moment: try again.' });
  }
}

function created(input: NewAccount): Changes {
  return { provider: { from: null, to: input.provider }, name: { from: null, to: input.name } };
}

function toCredentials(input: NewAccount): Credentials {
  return input.provider === 'telnyx'
    ? { provider: 'telnyx', apiKey: input.apiKey }
    : { provider: 'twilio', accountSid: input.accountSid, authToken: input.authToken };
}

/** Renames an account, makes it the default (or not), or replaces its credentials. */
export async function updateAccount(ctx: CompanyCtx, id: string, input: AccountChange): Promise<Account> {
  const { kernel, companyId } = ctx;
  try {
    return await transact(ctx, async (tx) => {
      const row = isId(id) ? await store.lockAccount(tx, id) : null;
      if (!row) fail('not_found', { what: 'provider account' });
      const change = toChange(ctx, row, input);
      if (change.isDefault && !row.isDefault) await store.clearDefault(tx, row.provider);
      await store.updateAccount(tx, id, change, kernel.clock.now());
      await audit(tx, ctx, {
        action: 'provider_account.updated',
        entityType: 'provider_account',
        entityId: id,
        changes: changed(row, input),
      });
      await publish(tx, companyId, 'provider_account', id);
      return toAccount((await store.findAccount(tx, id))!);
    });
  } catch (error) {
    refuseTwin(error);
    throw error;
  } finally {
    forget(ctx);
  }
}

function toChange({ kernel }: CompanyCtx, row: store.AccountRow, input: AccountChange): store.AccountChange {
  const wrong =
    row.provider === 'telnyx'
      ? input.authToken && 'authToken'
      : (input.apiKey && 'apiKey') || (input.publicKey && 'publicKey');
  if (wrong) fail('invalid_request', { reason: `${wrong}: this is a ${row.provider} account` });
  const { name, isDefault, publicKey } = input;
  const change: store.AccountChange = {
    ...(name === undefined ? {} : { name }),
    ...(isDefault === undefined ? {} : { isDefault }),
  };
  if (publicKey !== undefined) change.publicKey = publicKey;
  if (input.apiKey === undefined && input.authToken === undefined) return change;
  const former = openCredentials(kernel, row);
  const credentials: Credentials =
    former.provider === 'telnyx'
      ? { ...former, apiKey: input.apiKey ?? former.apiKey }
      : { ...former, authToken: input.authToken ?? former.authToken };
  return {
    ...change,
    accountRef: accountRef(credentials),
    credentialsSealed: sealCredentials(kernel, row, credentials),
  };
}

/** For the audit log: that a secret changed, never the secret. */
function changed(row: store.AccountRow, input: AccountChange): Changes {
  const secret = { from: '[hidden]', to: '[changed]' };
  return {
    ...(input.name !== undefined && input.name !== row.name
      ? { name: { from: row.name, to: input.name } }
      : {}),
    ...(input.isDefault !== undefined && input.isDefault !== row.isDefault
      ? { isDefault: { from: row.isDefault, to: input.isDefault } }
      : {}),
    ...(input.publicKey === undefined ? {} : { publicKey: { from: row.publicKey, to: input.publicKey } }),
    ...(input.apiKey === undefined ? {} : { apiKey: secret }),
    ...(input.authToken === undefined ? {} : { authToken: secret }),
  };
}

/** SQLSTATE of a row that others refer to. */
const FOREIGN_KEY_VIOLATION = '23503';

/** Removes an account and its credentials. @throws conflict while numbers or paperwork live in it. */
export async function deleteAccount(ctx: CompanyCtx, id: string): Promise<void> {
  try {
    await transact(ctx, async (tx) => {
      const row = isId(id) ? await store.lockAccount(tx, id) : null;
      if (!row) fail('not_found', { what: 'provider account' });
      await store.deleteAccount(tx, id);
      const changes = { name: { from: row.name, to: null }, accountRef: { from: row.accountRef, to: null } };
      await audit(tx, ctx, {
        action: 'provider_account.deleted',
        entityType: 'provider_account',
        entityId: id,
        changes,
      });
      await publish(tx, ctx.companyId, 'provider_account', id);
    });
  } catch (error) {
    if ((error as { code?: string }).code === FOREIGN_KEY_VIOLATION) {
      fail('conflict', { reason: 'Numbers or paperwork live in this account: release them first.' });
    }
    throw error;
  } finally {
    forget(ctx);
  }
}

/** Other processes notice within seconds; this one at once. */
function forget({ kernel }: CompanyCtx): void {
  stateOf(kernel).verifiers.clear();
}

export interface TestAnswer {
  ok: boolean;
  accountName: string | null;
  balance: Price | null;
  message: string;
}

/** Asks the provider with the account's credentials, and keeps how it went. */
export async function testAccount(ctx: CompanyCtx, id: string): Promise<TestAnswer> {
  const provider = installationProvider(id);
  if (provider) {
    if (!installationHas(ctx.kernel, provider)) fail('not_found', { what: 'provider account' });
    const { answer, result } = await tryPort(ctx, () => installationPort(ctx.kernel, provider));
    stateOf(ctx.kernel).installationTests.set(provider, result);
    return answer;
  }
  const row = isId(id) ? await transact(ctx, (tx) => store.findAccount(tx, id)) : null;
  if (!row) fail('not_found', { what: 'provider account' });
  const { answer, result } = await tryPort(ctx, () => portOfRow(ctx.kernel, row));
  await transact(ctx, async (tx) => {
    await store.saveTest(tx, row, result);
    await publish(tx, ctx.companyId, 'provider_account', id);
  });
  return answer;
}

async function tryPort(
  ctx: CompanyCtx,
  open: () => ProviderPort,
): Promise<{ answer: TestAnswer; result: TestResult }> {
  const lastTestedAt = ctx.kernel.clock.now();
  try {
    const { accountName, balance } = await open().testConnection();
    const message = ctx.language === 'fr' ? 'Le compte répond.' : 'The account answers.';
    return {
      answer: { ok: true, accountName, balance, message },
      result: { status: 'ok', lastTestedAt, lastError: null },
    };
  } catch (error) {
    if (!(error instanceof RelaisError)) throw error;
    const message = sentence(error.code, error.params, ctx.language);
    const lastError = sentence(error.code, error.params, 'en').slice(0, 1000);
    return {
      answer: { ok: false, accountName: null, balance: null, message },
      result: { status: 'failing', lastTestedAt, lastError },
    };
  }
}
