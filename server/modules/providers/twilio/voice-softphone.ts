import twilio from 'twilio';
import { text } from '../parse.ts';
import type { SoftphoneGrant } from '../voice.ts';
import type { TwilioParts } from './client.ts';

const LIFETIME_SECONDS = 3600;

interface Key {
  sid: string;
  secret: string;
}

/**
 * What makes a browser ring. Tokens are signed by an API key of the account, which is made once and handed back to be kept:
 * Twilio shows its secret only then. They let nobody place a call: that is done here, where the guard is.
 */
export async function softphone(
  parts: TwilioParts,
  identity: string,
  kept: string | null,
): Promise<SoftphoneGrant> {
  const known = readKey(kept);
  const key = known ?? (await makeKey(parts));
  const { AccessToken } = twilio.jwt;
  const token = new AccessToken(parts.account.accountSid, key.sid, key.secret, {
    identity,
    ttl: LIFETIME_SECONDS,
  });
  token.addGrant(new AccessToken.VoiceGrant({ incomingAllow: true }));
  return {
    provider: 'twilio',
    token: token.toJwt(),
    address: `client:${identity}`,
    expiresAt: new Date(parts.deps.clock.nowMs() + LIFETIME_SECONDS * 1000),
    practiceUrl: parts.account.baseUrl && new URL(parts.account.baseUrl).origin,
    keep: known ? null : JSON.stringify(key),
  };
}

/** A key whose answer never came stays behind, unused: nobody knows its secret. */
async function makeKey({ client, request, deps }: TwilioParts): Promise<Key> {
  const friendlyName = `Relais ${deps.installation}`;
  const { sid, secret } = await request('once', () => client.newKeys.create({ friendlyName }));
  return { sid, secret };
}

function readKey(kept: string | null): Key | null {
  if (kept === null) return null;
  try {
    const { sid, secret } = JSON.parse(kept) as Partial<Key>;
    return text(sid) && text(secret) ? { sid: sid!, secret: secret! } : null;
  } catch {
    return null;
  }
}
