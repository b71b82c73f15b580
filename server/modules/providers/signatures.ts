import { parse as parseQuery } from 'node:querystring';
import twilio from 'twilio';
import { verifyEd25519 } from './ed25519.ts';

/** How far a Telnyx timestamp may be from our clock, either way. */
export const TOLERANCE_MS = 300_000;

/** Whether a Telnyx timestamp (Unix seconds) is within the tolerance. */
export function isFresh(timestamp: string, nowMs: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(nowMs - Number(timestamp) * 1000) <= TOLERANCE_MS;
}

/**
 * Verifies Telnyx's Ed25519 signature over `timestamp|body`, bytes as they came.
 * @param publicKey base64 of 32 bytes. @param signature base64 of 64 bytes.
 */
export async function verifyTelnyx(
  publicKey: string,
  signature: string,
  timestamp: string,
  body: Buffer,
): Promise<boolean> {
  const check = {
    publicKey: Buffer.from(publicKey, 'base64'),
    signature: Buffer.from(signature, 'base64'),
    message: Buffer.concat([Buffer.from(`${timestamp}|`), body]),
  };
  if (check.publicKey.length !== 32 || check.signature.length !== 64) return false;
  return verifyEd25519(check);
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
