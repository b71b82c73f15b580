import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Softphone } from '../../core/calls/softphones.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { KEY, type Key } from '../keys.ts';

interface Claims {
  iss?: unknown;
  sub?: unknown;
  exp?: unknown;
  grants?: { identity?: unknown; voice?: { incoming?: { allow?: unknown } } };
}

/** Whose browser an access token (JWT, HS256) makes a telephone. It must be signed by a key of the account and let calls in. */
export function readAccessToken(sb: Sandbox, token: string): Softphone | undefined {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = readClaims(payload);
  const key = sb.store.get<Key>(KEY, String(claims?.iss));
  if (claims === undefined || key === undefined) return undefined;
  const expected = createHmac('sha256', key.secret).update(`${header}.${payload}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const isLate = typeof claims.exp !== 'number' || claims.exp * 1000 < sb.clock.nowMs();
  const identity = claims.grants?.identity;
  const mayRing = claims.grants?.voice?.incoming?.allow === true;
  if (isLate || !mayRing || claims.sub !== key.account || typeof identity !== 'string') return undefined;
  return { account: key.account, handset: `client:${identity}` };
}

function readClaims(payload: string): Claims | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? claims : undefined;
  } catch {
    return undefined;
  }
}
