import sodium from 'sodium-native';
import twilio from 'twilio';
import { sha256 } from '../../kernel/crypto.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem, sql, type Tx } from '../../kernel/db/index.ts';
import { networkReason } from '../../kernel/errors.ts';
import { newSecret } from '../../kernel/ids.ts';
import type { Price } from '../../kernel/money.ts';
import type { ProviderName } from './port.ts';
import { installationHas, installationPort } from './ports.ts';

/**
 * What became of a delivery that was sent to a public address.
 * - arrived: this installation's database has it. - elsewhere: a Relais took it, but not one on this database.
 * - refused: a Relais answered, and did not accept the signature. - unexpected: something else answered.
 * - unreachable: nothing did.
 */
export interface DoorProbe {
  outcome: 'arrived' | 'elsewhere' | 'refused' | 'unexpected' | 'unreachable';
  /** HTTP status, or why nothing answered. */
  detail: string;
}

const TIMEOUT_MS = 10_000;
/** A refusal is written after its answer. */
const WRITTEN_WITHIN_MS = 3000;

/** Sends a delivery without a signature to a door: it must be refused, and written down as refused in this database. */
export async function probeDoor(kernel: Kernel, url: string): Promise<DoorProbe> {
  const body = JSON.stringify({ doctor: newSecret(12) });
  const answer = await post(url, { 'content-type': 'application/json' }, body);
  if (typeof answer === 'string') return { outcome: 'unreachable', detail: answer };
  const detail = `HTTP ${answer.status}`;
  if (answer.success !== false || ![401, 404].includes(answer.status))
    return { outcome: 'unexpected', detail };
  const found = await appears(kernel, (tx) =>
    sql`select 1 from webhook_refusals where excerpt = ${body} limit 1`.execute(tx),
  );
  return { outcome: found ? 'arrived' : 'elsewhere', detail };
}

/**
 * Sends a signed delivery that means nothing to a Twilio door, with a query and letters that a careless proxy would
 * change. It is stored, and ignored.
 */
export async function probeTwilioDoor(kernel: Kernel, url: string): Promise<DoorProbe> {
  const { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: token } = kernel.config;
  const params = { AccountSid: sid, RelaisDoctor: newSecret(12), Text: 'été + 100 % & “=”' };
  const target = `${url}?doctor=a%20b%2Fc&x=%C3%A9`;
  const signature = twilio.getExpectedTwilioSignature(token, target, params);
  const answer = await post(
    target,
    {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': signature,
    },
    new URLSearchParams(params).toString(),
  );
  if (typeof answer === 'string') return { outcome: 'unreachable', detail: answer };
  const detail = `HTTP ${answer.status}`;
  if (answer.status === 401 && answer.success === false) return { outcome: 'refused', detail };
  if (answer.status !== 200 || answer.success !== true) return { outcome: 'unexpected', detail };
  const found = await appears(kernel, (tx) =>
    sql`select 1 from provider_events where provider = 'twilio' and event_id = ${sha256(signature)} limit 1`.execute(
      tx,
    ),
  );
  return { outcome: found ? 'arrived' : 'elsewhere', detail };
}

async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<{ status: number; success: unknown } | string> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, success: successOf(await response.text()) };
  } catch (error) {
    return networkReason(error);
  }
}

/** What an answer of ours says: JSON, or TwiML where that is expected. */
function successOf(said: string): unknown {
  if (said.endsWith('<Response/>')) return true;
  try {
    return (JSON.parse(said) as { success?: unknown } | null)?.success;
  } catch {
    return undefined;
  }
}

async function appears(kernel: Kernel, look: (tx: Tx) => Promise<{ rows: unknown[] }>): Promise<boolean> {
  const endMs = kernel.clock.nowMs() + WRITTEN_WITHIN_MS;
  for (;;) {
    const { rows } = await inSystem(kernel.db, look);
    if (rows.length > 0) return true;
    if (kernel.clock.nowMs() > endMs) return false;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Asks a provider with the installation's credentials; null when it has none. @throws RelaisError when it is refused. */
export async function tryInstallation(
  kernel: Kernel,
  provider: ProviderName,
): Promise<{ accountName: string; balance: Price | null } | null> {
  return installationHas(kernel, provider) ? installationPort(kernel, provider).testConnection() : null;
}

/** Whether 32 bytes in base64 can be an Ed25519 public key at all: most texts of that length are none. */
export function isTelnyxKeyUsable(publicKey: string): boolean {
  const point = Buffer.from(publicKey, 'base64');
  return point.length === 32 && sodium.crypto_core_ed25519_is_valid_point(point);
}
