import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isoMillis } from './clock.ts';
import { sid, uuid } from './ids.ts';
import { addDecimals } from './money.ts';
import type { Sandbox } from './sandbox.ts';

export type Provider = 'telnyx' | 'twilio';

/** A customer's account at one provider, with its keys. */
export interface Account {
  /** Telnyx: a UUID. Twilio: the AC SID. */
  id: string;
  provider: Provider;
  name: string;
  /** Telnyx: the API key. Twilio: the auth token. */
  secret: string;
  /** Telnyx only: base64 of the 32 bytes of the Ed25519 key that webhooks are verified with. */
  publicKey?: string;
  /** Telnyx only: PKCS #8 PEM. */
  privateKey?: string;
  /** Decimal string. */
  balance: string;
  currency: string;
  createdAt: string;
}

const KIND = 'account';
/** What a new account has, in its currency. */
export const START_BALANCE = '1000.00';

/** The DER header that node:crypto puts before the 32 bytes of an Ed25519 public key. */
const SPKI_HEADER_BYTES = 12;

/** Makes an account with fresh keys. They name the sandbox, so that they cannot be taken for real ones. */
export function createAccount(
  sb: Sandbox,
  provider: Provider,
  name: string,
  balance = START_BALANCE,
): Account {
  const common = { provider, name, balance, currency: 'USD', createdAt: isoMillis(sb.clock.nowMs()) };
  const account: Account =
    provider === 'twilio'
      ? { ...common, id: sid('AC'), secret: `sandbox${randomBytes(16).toString('hex').slice(0, 25)}` }
      : {
          ...common,
          id: uuid(),
          secret: `KEYSANDBOX_${randomBytes(24).toString('base64url')}`,
          ...signingKeys(),
        };
  saveAccount(sb, account);
  return account;
}

function signingKeys(): { publicKey: string; privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: publicKey
      .export({ type: 'spki', format: 'der' })
      .subarray(SPKI_HEADER_BYTES)
      .toString('base64'),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** The provider's first account, made at the first start and kept. */
export function defaultAccount(sb: Sandbox, provider: Provider): Account {
  const existing = listAccounts(sb).find((account) => account.provider === provider);
  return existing ?? createAccount(sb, provider, `Default ${provider} account`);
}

export function listAccounts(sb: Sandbox): Account[] {
  return sb.store.list<Account>(KIND);
}

export function getAccount(sb: Sandbox, id: string): Account | undefined {
  return sb.store.get<Account>(KIND, id);
}

export function saveAccount(sb: Sandbox, account: Account): void {
  sb.store.put(KIND, '', account.id, account);
}

/** Adds (or, negative, takes) money. */
export function adjustBalance(sb: Sandbox, accountId: string, amount: string): void {
  const account = getAccount(sb, accountId);
  if (account !== undefined) saveAccount(sb, { ...account, balance: addDecimals(account.balance, amount) });
}

/** Telnyx's webhook signature: base64 Ed25519 over `timestamp|body`. */
export function signTelnyx(privateKeyPem: string, timestamp: string, body: string): string {
  return sign(null, Buffer.from(`${timestamp}|${body}`), createPrivateKey(privateKeyPem)).toString('base64');
}
