import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import type { ProviderName } from './port.ts';
import { installationHas, openCredentials } from './ports.ts';
import { stateOf } from './state.ts';
import * as store from './store.ts';

/** What a webhook can be checked against: one account's key or token. */
export interface Verifier {
  accountId: string | null;
  companyId: string | null;
  /** What people know the account by; null for the installation's. */
  accountRef: string | null;
  /** Telnyx: the public key. Twilio: the auth token. */
  secret: string;
}

/** What a delivery says about its account. */
export interface Claim {
  provider: ProviderName;
  /** `?account=` of the address: one of our ids. */
  account: string | null;
  /** AccountSid of a Twilio body. */
  accountSid: string | null;
}

/** Another process may have changed an account: what is remembered is trusted for this long. */
const REMEMBERED_MS = 10_000;
/** Before a signature is refused, anything older is read again: credentials may have been replaced. */
const CERTAIN_MS = 1000;
const REMEMBERED_MAX = 5000;

/** The accounts that may have signed a delivery. @param options.certain whether they must be as good as new. */
export async function findVerifiers(
  kernel: Kernel,
  claim: Claim,
  options: { certain: boolean },
): Promise<Verifier[]> {
  const { verifiers: remembered } = stateOf(kernel);
  const key = `${claim.provider} ${claim.account ?? ''} ${claim.accountSid ?? ''}`;
  const nowMs = kernel.clock.nowMs();
  const known = remembered.get(key);
  if (known && Math.abs(nowMs - known.atMs) < (options.certain ? CERTAIN_MS : REMEMBERED_MS))
    return known.verifiers;
  const verifiers = await readVerifiers(kernel, claim);
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(key, { atMs: nowMs, verifiers });
  return verifiers;
}

async function readVerifiers(kernel: Kernel, claim: Claim): Promise<Verifier[]> {
  if (claim.account !== null) {
    const { account } = claim;
    const row = isId(account) ? await inSystem(kernel.db, (tx) => store.findAccount(tx, account)) : null;
    return row?.provider === claim.provider ? [toVerifier(kernel, row)] : [];
  }
  const own = installationVerifier(kernel, claim.provider);
  const { accountSid } = claim;
  if (!accountSid || accountSid === kernel.config.TWILIO_ACCOUNT_SID) return own;
  const rows = await inSystem(kernel.db, (tx) => store.findTwilioAccounts(tx, accountSid));
  return [...rows.map((row) => toVerifier(kernel, row)), ...own];
}

function toVerifier(kernel: Kernel, row: store.AccountRow): Verifier {
  const credentials = openCredentials(kernel, row);
  const secret = credentials.provider === 'twilio' ? credentials.authToken : (row.publicKey ?? '');
  return { accountId: row.id, companyId: row.companyId, accountRef: row.accountRef, secret };
}

function installationVerifier(kernel: Kernel, provider: ProviderName): Verifier[] {
  const { config } = kernel;
  const secret = provider === 'telnyx' ? config.TELNYX_PUBLIC_KEY : config.TWILIO_AUTH_TOKEN;
  return installationHas(kernel, provider) && secret
    ? [{ accountId: null, companyId: null, accountRef: null, secret }]
    : [];
}
