import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, isUniqueViolation, type Tx } from '../../kernel/db/index.ts';
import { fail, RelaisError, sentence } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { normalisePhoneNumber } from '../../kernel/phone.ts';
import { audit, difference } from '../identity/index.ts';
import {
  adoptAccount,
  type ProviderName,
  type ProviderPort,
  portFor,
  type RemoteNumber,
} from '../providers/index.ts';
import { announceConversations } from './announce.ts';
import * as store from './integrations-store.ts';
import { regionOf } from './settings.ts';
import { findSettings } from './settings-store.ts';

/** An integration as somebody enters it. Without credentials it lives in the account that is named, else the usual one. */
export interface NewIntegration {
  name: string;
  provider?: ProviderName | undefined;
  /** Twilio's account SID. */
  accountId?: string | undefined;
  /** Twilio's auth token, or Telnyx's API key. */
  apiKey?: string | undefined;
  /** Telnyx's: verifies its webhooks. */
  publicKey?: string | undefined;
  providerAccountId?: string | null | undefined;
  phoneNumber: string;
  isActive: boolean;
  isDefault?: boolean | undefined;
  messagesPerSecond?: number | null | undefined;
  /** Whether the number's texts are pointed at us. */
  configureWebhook: boolean;
}

const PROVIDER_NAMES = { telnyx: 'Telnyx', twilio: 'Twilio' } as const;

export async function getIntegration(ctx: CompanyCtx, id: string): Promise<store.IntegrationRow> {
  const row = await transact(ctx, (tx) => store.findIntegration(tx, id));
  return row ?? fail('not_found', { what: 'SMS number' });
}

/**
 * Adds a number to the inbox. The provider is asked first: the credentials must hold, and the number must be the account's.
 * @throws integration_credentials_invalid, integration_number_invalid, integration_exists, integration_taken.
 */
export async function createIntegration(
  ctx: CompanyCtx,
  input: NewIntegration,
): Promise<store.IntegrationRow> {
  const settings = await transact(ctx, findSettings);
  const phoneNumber = normalisePhoneNumber(input.phoneNumber, regionOf(ctx, settings));
  const provider = input.provider ?? (input.publicKey ? 'telnyx' : 'twilio');
  const existing = await transact(ctx, (tx) => store.findByNumber(tx, phoneNumber));
  if (existing) fail('integration_exists', { phoneNumber });
  const accountId = await accountOf(ctx, provider, input);
  await refuseTaken(ctx, phoneNumber, accountId);
  const { port, accountRef } = await portFor(ctx, provider, accountId);
  const number = await port.findNumber(phoneNumber);
  if (!number || number.status === 'released')
    fail('integration_number_invalid', { phoneNumber, provider: PROVIDER_NAMES[provider] });
  if (input.configureWebhook) await port.configureTexts({ numberId: number.numberId, phoneNumber });
  const row = await insert(ctx, input, {
    provider,
    providerAccountId: accountId,
    accountRef,
    phoneNumber,
    features: number.features ?? { sms: true, mms: false },
  });
  return row;
}

/**
 * Before anything is pointed at us: another company uses the number. In the installation's account, which proves nothing
 * about who may have the number, one that only switched it off still keeps it.
 */
async function refuseTaken(ctx: CompanyCtx, phoneNumber: string, accountId: string | null): Promise<void> {
  const holders = await inSystem(ctx.kernel.db, (tx) => store.holdersOf(tx, [phoneNumber]));
  const isTaken = holders.some(
    ({ companyId, isActive }) => companyId !== ctx.companyId && (isActive || accountId === null),
  );
  if (isTaken) fail('integration_taken', { phoneNumber });
}

/** The provider account that credentials, a choice, or nothing lead to; undefined for the company's usual one. */
async function accountOf(
  ctx: CompanyCtx,
  provider: ProviderName,
  input: Pick<NewIntegration, 'name' | 'accountId' | 'apiKey' | 'publicKey' | 'providerAccountId'>,
): Promise<string | null> {
  if (input.apiKey)
    return adoptAccount(ctx, {
      provider,
      name: input.name,
      ...(input.accountId ? { accountSid: input.accountId } : {}),
      secret: input.apiKey,
      ...(input.publicKey ? { publicKey: input.publicKey } : {}),
    });
  if (input.providerAccountId !== undefined) {
    const { providerAccountId } = input;
    return providerAccountId?.startsWith('installation-') ? null : providerAccountId;
  }
  return (await portFor(ctx, provider)).accountId;
}

interface Found {
  provider: ProviderName;
  providerAccountId: string | null;
  accountRef: string;
  phoneNumber: string;
  features: { sms: boolean; mms: boolean };
}

async function insert(ctx: CompanyCtx, input: NewIntegration, found: Found): Promise<store.IntegrationRow> {
  const { clock } = ctx.kernel;
  const id = newId(clock);
  const { features, ...where } = found;
  try {
    return await transact(ctx, async (tx) => {
      const isDefault = input.isActive && input.isDefault === true;
      if (isDefault) await store.clearDefault(tx);
      await store.insertIntegration(tx, {
        ...where,
        ...{ id, companyId: ctx.companyId, name: input.name, isActive: input.isActive, isDefault },
        source: 'manual',
        sms: features.sms,
        mms: features.mms,
        messagesPerSecond: input.messagesPerSecond ? String(input.messagesPerSecond) : null,
        at: clock.now(),
      });
      await store.updateIntegration(tx, id, { status: 'ok', lastTestedAt: clock.now() }, clock.now());
      await store.ensureDefault(tx);
      await note(ctx, tx, id, 'integration.created', {
        name: { from: null, to: input.name },
        phoneNumber: { from: null, to: found.phoneNumber },
      });
      return (await store.findIntegration(tx, id))!;
    });
  } catch (error) {
    throw asRefusal(error, found.phoneNumber);
  }
}

function asRefusal(error: unknown, phoneNumber: string): unknown {
  if (isUniqueViolation(error, 'inbox_integrations_one_holder'))
    return new RelaisError('integration_taken', { params: { phoneNumber } });
  if (isUniqueViolation(error, 'inbox_integrations_company_id_phone_number_key'))
    return new RelaisError('integration_exists', { params: { phoneNumber } });
  return error;
}

async function note(
  ctx: CompanyCtx,
  tx: Tx,
  id: string,
  action: string,
  changes: Record<string, { from: unknown; to: unknown }>,
): Promise<void> {
  await audit(tx, ctx, { action, entityType: 'integration', entityId: id, changes });
  await publish(tx, ctx.companyId, 'integration', id);
}

export interface IntegrationPatch {
  name?: string | undefined;
  isActive?: boolean | undefined;
  isDefault?: boolean | undefined;
  messagesPerSecond?: number | null | undefined;
  accountId?: string | undefined;
  apiKey?: string | undefined;
  publicKey?: string | undefined;
}

/** Changes what is given; new credentials are tried before they are kept. A number that is switched off is nobody's default. */
export async function changeIntegration(
  ctx: CompanyCtx,
  id: string,
  patch: IntegrationPatch,
): Promise<store.IntegrationRow> {
  const before = await getIntegration(ctx, id);
  const account = patch.apiKey ? await newAccount(ctx, before, { ...patch, apiKey: patch.apiKey }) : {};
  const { name, isActive, isDefault, messagesPerSecond } = patch;
  const change: store.IntegrationChange = {
    ...account,
    ...(name === undefined ? {} : { name }),
    ...(isActive === undefined ? {} : { isActive }),
    ...(isDefault === undefined ? {} : { isDefault }),
    ...(isActive === false ? { isDefault: false } : {}),
    ...(messagesPerSecond === undefined
      ? {}
      : { messagesPerSecond: messagesPerSecond === null ? null : String(messagesPerSecond) }),
  };
  if (change.isDefault && !(change.isActive ?? before.isActive))
    fail('sender_inactive', { phoneNumber: before.phoneNumber });
  const { clock } = ctx.kernel;
  try {
    return await transact(ctx, async (tx) => {
      if (change.isDefault) await store.clearDefault(tx);
      await store.updateIntegration(tx, before.id, change, clock.now());
      await store.ensureDefault(tx);
      const after = (await store.findIntegration(tx, before.id)) ?? fail('not_found', { what: 'SMS number' });
      const { name, isActive, isDefault, messagesPerSecond, accountRef } = after;
      await note(
        ctx,
        tx,
        before.id,
        'integration.updated',
        difference({ ...before }, { ...before, name, isActive, isDefault, messagesPerSecond, accountRef }),
      );
      return after;
    });
  } catch (error) {
    throw asRefusal(error, before.phoneNumber);
  }
}

async function newAccount(
  ctx: CompanyCtx,
  row: store.IntegrationRow,
  patch: IntegrationPatch & { apiKey: string },
): Promise<store.IntegrationChange> {
  const accountId = await accountOf(ctx, row.provider, {
    name: patch.name ?? row.name,
    accountId: patch.accountId ?? row.accountRef,
    apiKey: patch.apiKey,
    publicKey: patch.publicKey,
  });
  const { port, accountRef } = await portFor(ctx, row.provider, accountId);
  if (!(await port.findNumber(row.phoneNumber)))
    fail('integration_number_invalid', {
      phoneNumber: row.phoneNumber,
      provider: PROVIDER_NAMES[row.provider],
    });
  return { providerAccountId: accountId, accountRef, status: 'ok', lastError: null };
}

/** Takes a number out of the inbox; conversations and texts stay. What waits to leave through it ends as failed. */
export async function deleteIntegration(ctx: CompanyCtx, id: string): Promise<void> {
  const row = await getIntegration(ctx, id);
  await transact(ctx, async (tx) => {
    await announceConversations(tx, ctx.companyId, await store.failWaiting(tx, row.id));
    await store.deleteIntegration(tx, row.id);
    await store.ensureDefault(tx);
    await note(ctx, tx, row.id, 'integration.deleted', {
      name: { from: row.name, to: null },
      phoneNumber: { from: row.phoneNumber, to: null },
    });
  });
}

export interface IntegrationCheck {
  name: 'credentials' | 'number' | 'webhook';
  ok: boolean;
  /** A sentence in the reader's language, when something is wrong. */
  detail: string | null;
}

/** Asks the provider whether credentials, number and webhook are as they should be, and keeps how it went. */
export async function testIntegration(
  ctx: CompanyCtx,
  id: string,
): Promise<{ checks: IntegrationCheck[]; integration: store.IntegrationRow }> {
  const row = await getIntegration(ctx, id);
  const { port, accountRef } = await portFor(ctx, row.provider, row.providerAccountId);
  const credentials = await check(ctx, 'credentials', () => port.testConnection());
  const { result: number, ...numberCheck } = credentials.ok
    ? await checkNumber(ctx, row, port)
    : { ...credentials, name: 'number' as const, result: null };
  const webhook = number
    ? await check(ctx, 'webhook', () => port.configureTexts({ ...number, phoneNumber: row.phoneNumber }))
    : { ...numberCheck, name: 'webhook' as const };
  const checks = [credentials, numberCheck, webhook].map(({ name, ok, detail }) => ({ name, ok, detail }));
  const failed = checks.find(({ ok }) => !ok);
  const { clock } = ctx.kernel;
  const change: store.IntegrationChange = {
    status: failed ? 'failing' : 'ok',
    lastTestedAt: clock.now(),
    lastError: failed ? (failed.detail ?? failed.name).slice(0, 1000) : null,
    accountRef,
    ...(number?.features ? { sms: number.features.sms, mms: number.features.mms } : {}),
  };
  return transact(ctx, async (tx) => {
    await store.updateIntegration(tx, row.id, change, clock.now());
    await publish(tx, ctx.companyId, 'integration', row.id);
    return { checks, integration: (await store.findIntegration(tx, row.id))! };
  });
}

async function checkNumber(ctx: CompanyCtx, row: store.IntegrationRow, port: ProviderPort) {
  return check(ctx, 'number', async (): Promise<RemoteNumber> => {
    const number = await port.findNumber(row.phoneNumber);
    const { phoneNumber } = row;
    return (
      number ?? fail('integration_number_invalid', { phoneNumber, provider: PROVIDER_NAMES[row.provider] })
    );
  });
}

async function check<T>(
  ctx: CompanyCtx,
  name: IntegrationCheck['name'],
  work: () => Promise<T>,
): Promise<IntegrationCheck & { result: T | null }> {
  try {
    return { name, ok: true, detail: null, result: await work() };
  } catch (error) {
    if (!(error instanceof RelaisError)) throw error;
    return { name, ok: false, detail: sentence(error.code, error.params, ctx.language), result: null };
  }
}
