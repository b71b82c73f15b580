import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { parse as parseQuery } from 'node:querystring';
import twilio from 'twilio';

/** How far a Telnyx timestamp may be from our clock, either way. */
export const TOLERANCE_MS = 300_000;

/** DER of an Ed25519 SubjectPublicKeyInfo up to the 32 bytes of the key (RFC 8410, section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const KEYS_MAX = 1000;
const keys = new Map<string, KeyObject>();

/** Whether a Telnyx timestamp (Unix seconds) is within the tolerance. */
export function isFresh(timestamp: string, nowMs: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(nowMs - Number(timestamp) * 1000) <= TOLERANCE_MS;
}

/**
 * Verifies Telnyx's Ed25519 signature over `timestamp|body`, bytes as they came.
 *
 * Node's OpenSSL does it on its thread pool: about 100 µs of another core and 5 µs of this thread. libsodium needs half
 * the work, 47 µs, but has no asynchronous form, so all of it would be this thread's, which is what limits a process.
 * @param publicKey base64 of 32 bytes. @param signature base64 of 64 bytes.
 */
export function verifyTelnyx(
  publicKey: string,
  signature: string,
  timestamp: string,
  body: Buffer,
): Promise<boolean> {
  const bytes = Buffer.from(signature, 'base64');
  if (bytes.length !== 64) return Promise.resolve(false);
  const signed = Buffer.concat([Buffer.from(`${timestamp}|`), body]);
  return new Promise((resolve) => {
    try {
      verify(null, signed, keyOf(publicKey), bytes, (error, valid) => resolve(!error && valid));
    } catch {
      // The stored key is no Ed25519 key: nothing it is asked about can be valid.
      resolve(false);
    }
  });
}

function keyOf(publicKey: string): KeyObject {
  const known = keys.get(publicKey);
  if (known) return known;
  if (keys.size >= KEYS_MAX) keys.clear();
  const key = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, Buffer.from(publicKey, 'base64')]),
    format: 'der',
    type: 'spki',
  });
  keys.set(publicKey, key);
  return key;
}

export type TwilioParams = Record<string, string | string[]>;

/** The parameters of a form body. Repeated keys become lists, as Twilio signs them; none is dropped. */
export function parseForm(body: Buffer): TwilioParams {
  return parseQuery(body.toString(), '&', '=', { maxKeys: 0 }) as TwilioParams;
}

/**
 * Verifies Twilio's HMAC-SHA1 by the SDK's own validators, which know its port and escaping quirks.
 * @param url as Twilio was given it, query included.
 * @param content the parameters of a form, or the raw bytes of a JSON body (then the URL carries bodySHA256).
 */
export function verifyTwilio(
  authToken: string,
  signature: string,
  url: string,
  content: TwilioParams | Buffer,
): boolean {
  try {
    return Buffer.isBuffer(content)
      ? twilio.validateRequestWithBody(authToken, signature, url, content.toString())
      : twilio.validateRequest(authToken, signature, url, content);
  } catch {
    // A request line that is no URL cannot have been signed.
    return false;
  }
}
