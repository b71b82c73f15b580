import { sql, type Tx } from '../../kernel/db/index.ts';
import type { ProviderName } from './port.ts';
import type { TestResult, TestStatus } from './state.ts';

export interface AccountRow {
  id: string;
  companyId: string;
  provider: ProviderName;
  name: string;
  accountRef: string;
  publicKey: string | null;
  credentialsSealed: string;
  credentialsVersion: number;
  isDefault: boolean;
  status: TestStatus;
  lastTestedAt: Date | null;
  lastError: string | null;
  createdAt: Date;
}

const columns = [
  'id',
  'companyId',
  'provider',
  'name',
  'accountRef',
  'publicKey',
  'credentialsSealed',
  'credentialsVersion',
  'isDefault',
  'status',
  'lastTestedAt',
  'lastError',
  'createdAt',
] as const;

export async function listAccounts(tx: Tx): Promise<AccountRow[]> {
  return (await tx.selectFrom('providerAccounts').select(columns).orderBy('id').execute()) as AccountRow[];
}

export async function findAccount(tx: Tx, id: string): Promise<AccountRow | null> {
  const row = await tx.selectFrom('providerAccounts').select(columns).where('id', '=', id).executeTakeFirst();
  return (row as AccountRow | undefined) ?? null;
}

/** The account, held against other changes until the transaction ends. */
export async function lockAccount(tx: Tx, id: string): Promise<AccountRow | null> {
  const row = await tx
    .selectFrom('providerAccounts')
    .select(columns)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return (row as AccountRow | undefined) ?? null;
}

export async function findDefaultAccount(tx: Tx, provider: ProviderName): Promise<AccountRow | null> {
  const row = await tx
    .selectFrom('providerAccounts')
    .select(columns)
    .where('provider', '=', provider)
    .where('isDefault', '=', true)
    .executeTakeFirst();
  return (row as AccountRow | undefined) ?? null;
}

/** Across companies, for verifying webhooks; needs the system role. */
export async function findTwilioAccounts(tx: Tx, accountSid: string): Promise<AccountRow[]> {
  const rows = await tx
    .selectFrom('providerAccounts')
    .select(columns)
    .where('provider', '=', 'twilio')
    .where('accountRef', '=', accountSid)
    .orderBy('id')
    .limit(20)
    .execute();
  return rows as AccountRow[];
}

export interface NewAccount {
  id: string;
  companyId: string;
  provider: ProviderName;
  name: string;
  accountRef: string;
  publicKey: string | null;
  credentialsSealed: string;
  isDefault: boolean;
  at: Date;
}

export async function insertAccount(tx: Tx, { at, ...account }: NewAccount): Promise<void> {
  await tx
    .insertInto('providerAccounts')
    .values({ ...account, createdAt: at, updatedAt: at })
    .execute();
}

export interface AccountChange {
  name?: string;
  isDefault?: boolean;
  publicKey?: string;
  accountRef?: string;
  credentialsSealed?: string;
}

/** Changes an account. New credentials have not been tested. */
export async function updateAccount(tx: Tx, id: string, change: AccountChange, at: Date): Promise<void> {
  const renewed = change.credentialsSealed !== undefined || change.publicKey !== undefined;
  await tx
    .updateTable('providerAccounts')
    .set({
      ...change,
      updatedAt: at,
      ...(renewed
        ? {
            credentialsVersion: sql<number>`credentials_version + 1`,
            status: 'untested',
            lastTestedAt: null,
            lastError: null,
          }
        : {}),
    })
    .where('id', '=', id)
    .execute();
}

/** Seals the same credentials with a newer key: nothing changes for anyone. */
export async function resealAccount(tx: Tx, account: AccountRow, sealed: string): Promise<void> {
  await tx
    .updateTable('providerAccounts')
    .set({ credentialsSealed: sealed })
    .where('id', '=', account.id)
    .where('credentialsVersion', '=', account.credentialsVersion)
    .execute();
}

export async function clearDefault(tx: Tx, provider: ProviderName): Promise<void> {
  await tx
    .updateTable('providerAccounts')
    .set({ isDefault: false })
    .where('provider', '=', provider)
    .where('isDefault', '=', true)
    .execute();
}

/** Keeps a test's outcome, unless the credentials were changed while it ran. */
export async function saveTest(tx: Tx, account: AccountRow, result: TestResult): Promise<void> {
  await tx
    .updateTable('providerAccounts')
    .set({ status: result.status, lastTestedAt: result.lastTestedAt, lastError: result.lastError })
    .where('id', '=', account.id)
    .where('credentialsVersion', '=', account.credentialsVersion)
    .execute();
}

export async function deleteAccount(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('providerAccounts').where('id', '=', id).execute();
}

/** Accounts of every company. For the system role. */
export async function accountsOfAll(
  tx: Tx,
): Promise<{ companyId: string; provider: ProviderName; accountId: string }[]> {
  const rows = await tx
    .selectFrom('providerAccounts')
    .select(['id', 'companyId', 'provider'])
    .orderBy('id')
    .execute();
  return rows.map(({ id, companyId, provider }) => ({
    companyId,
    provider: provider as ProviderName,
    accountId: id,
  }));
}
