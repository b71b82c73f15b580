import { z } from 'zod';
import { fail } from '../../../kernel/errors.ts';
import { newSecret } from '../../../kernel/ids.ts';
import { hasProviderStatus } from '../failure.ts';
import { text, word } from '../parse.ts';
import type { SoftphoneGrant } from '../voice.ts';
import { firstItem, type TelnyxParts } from './client.ts';
import { plumbingName, telnyxAddresses } from './plumbing.ts';
import type { Connection } from './voice-legs.ts';

/** What a person's browser keeps being: a credential of our connection, and its name in SIP. */
const keptShape = z.object({
  credentialId: z.string().min(1),
  sipUsername: z.string().regex(/^[\w.-]{1,100}$/),
});
type Kept = z.infer<typeof keptShape>;

const TOKEN_LIVES_MS = 24 * 3_600_000;
/** Telnyx's own user name of the connection, 4 to 32 letters and digits; nobody signs in by it. */
const USER_NAME_CHARS = 24;

/**
 * A token for a person's browser. Calls that a browser starts are parked by its connection, which has no outbound profile
 * either: a stolen token rings nobody.
 */
export async function softphone(
  parts: TelnyxParts,
  browsers: Connection,
  identity: string,
  kept: string | null,
): Promise<SoftphoneGrant> {
  const known = read(kept);
  const token = known && (await tokenOf(parts, known));
  if (known && token) return grantOf(parts, known, token, null);
  const made = await ensureCredential(parts, await browsers.id(), identity).catch(async () => {
    // Somebody may have removed the connection at Telnyx.
    browsers.forget();
    return ensureCredential(parts, await browsers.id(), identity);
  });
  const fresh = await tokenOf(parts, made);
  if (!fresh)
    fail('provider_error', { provider: 'Telnyx', reason: 'the credential made just now is not known' });
  return grantOf(parts, made, fresh, JSON.stringify(made));
}

function read(kept: string | null): Kept | null {
  try {
    return kept === null ? null : keptShape.parse(JSON.parse(kept));
  } catch {
    return null;
  }
}

/** Null when the credential is not known any more. */
async function tokenOf({ client, request }: TelnyxParts, { credentialId }: Kept): Promise<string | null> {
  try {
    const token = await request('repeatable', () => client.telephonyCredentials.createToken(credentialId));
    return typeof token === 'string' && token.trim() !== '' ? token.trim() : null;
  } catch (error) {
    if (hasProviderStatus(error, 404) || hasProviderStatus(error, 422)) return null;
    throw error;
  }
}

function grantOf({ account, deps }: TelnyxParts, { sipUsername }: Kept, token: string, keep: string | null) {
  return {
    provider: 'telnyx' as const,
    token,
    address: `sip:${sipUsername}@sip.telnyx.com`,
    expiresAt: expiryOf(token) ?? new Date(deps.clock.nowMs() + TOKEN_LIVES_MS),
    practiceUrl: practiceUrlOf(account.baseUrl),
    keep,
  };
}

/** An address in place of Telnyx's own is that of a stand-in. */
function practiceUrlOf(baseUrl: string): string | null {
  const { hostname, origin } = new URL(baseUrl);
  return /(^|\.)telnyx\.com$/.test(hostname) ? null : origin;
}

/** The end that a JWT names, if it can be read. */
function expiryOf(token: string): Date | null {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      exp?: unknown;
    };
    return typeof claims.exp === 'number' && claims.exp > 0 && claims.exp < 1e11
      ? new Date(claims.exp * 1000)
      : null;
  } catch {
    return null;
  }
}

async function ensureCredential(parts: TelnyxParts, connectionId: string, identity: string): Promise<Kept> {
  const { client, request } = parts;
  const name = `${plumbingName(parts)} ${identity}`;
  const found = await firstItem(
    request,
    () =>
      client.telephonyCredentials.list({
        filter: { name, resource_id: `connection:${connectionId}` },
        'page[size]': 50,
      }),
    (item) =>
      item.name === name && item.expired !== true && item.resource_id === `connection:${connectionId}`,
  );
  const { data } = found
    ? { data: found }
    : await request('once', () =>
        client.telephonyCredentials.create({ connection_id: connectionId, name, tag: plumbingName(parts) }),
      );
  const kept = keptShape.safeParse({
    credentialId: text(data?.id),
    sipUsername: word(data?.sip_username, 100),
  });
  return kept.success
    ? kept.data
    : fail('provider_error', { provider: 'Telnyx', reason: 'the answer names no credential' });
}

/** Finds or makes the connection that browsers belong to, and repairs where its news goes and what it lets happen. */
export async function ensureBrowsers(parts: TelnyxParts): Promise<string> {
  const { client, request } = parts;
  const name = `${plumbingName(parts)} browsers`;
  const wanted = {
    active: true,
    webhook_event_url: telnyxAddresses(parts).calls,
    // The default is version 1, whose events have another shape.
    webhook_api_version: '2' as const,
    call_cost_in_webhooks: true,
    // Only calls of this account may ring a browser.
    sip_uri_calling_preference: 'internal' as const,
    outbound: { call_parking_enabled: true },
  };
  const found = await firstItem(
    request,
    () =>
      client.credentialConnections.list({
        filter: { connection_name: { contains: name } },
        'page[size]': 250,
      }),
    (item) => item.connection_name === name,
  );
  const id = text(found?.id);
  if (!id) {
    const { data } = await request('once', () =>
      client.credentialConnections.create({
        ...wanted,
        connection_name: name,
        user_name: `relais${newSecret().replace(/[^a-zA-Z0-9]/g, '')}`.slice(0, USER_NAME_CHARS),
        password: newSecret(),
      }),
    );
    return (
      data?.id ?? fail('provider_error', { provider: 'Telnyx', reason: 'the answer names no connection' })
    );
  }
  const isRight =
    found?.active !== false &&
    found?.webhook_event_url === wanted.webhook_event_url &&
    found.webhook_api_version === '2' &&
    found.call_cost_in_webhooks === true &&
    found.sip_uri_calling_preference === 'internal' &&
    found.outbound?.call_parking_enabled === true;
  if (!isRight) await request('repeatable', () => client.credentialConnections.update(id, wanted));
  return id;
}
