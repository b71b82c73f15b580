import { createHmac, randomBytes } from 'node:crypto';
import type { Account } from '../../core/accounts.ts';
import type { Softphone } from '../../core/calls/softphones.ts';
import { isoMillis } from '../../core/clock.ts';
import type { Answer, Call, Route } from '../../core/http.ts';
import { uuid } from '../../core/ids.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { type CrudSpec, crudRoutes, type Resource } from '../crud.ts';
import { invalid, notFound, refuse } from '../dialect.ts';

const CREDENTIAL = 'telnyx_telephony_credential';
const CONNECTION = 'telnyx_credential_connection';
const TOKEN = 'telnyx_softphone_token';
const TOKEN_LIVES_SECONDS = 86_400;

const credentials: CrudSpec = {
  path: '/telephony_credentials',
  kind: CREDENTIAL,
  recordType: 'credential',
  newId: uuid,
  createdStatus: 201,
  required: ['connection_id'],
  writable: ['connection_id', 'name', 'tag', 'expires_at', 'resource_id'],
  defaults: (call) => ({
    user_id: call.account.id,
    name: '',
    sip_username: `gencred${randomBytes(18)
      .toString('base64url')
      .replace(/[^a-zA-Z0-9]/g, 'x')}`,
    sip_password: randomBytes(16).toString('hex'),
    expired: false,
    resource_id: `connection:${String(call.body.connection_id)}`,
  }),
  check: checkCredential,
  filters: [
    { path: ['filter', 'name'], field: 'name', by: 'eq' },
    { path: ['filter', 'tag'], field: 'tag', by: 'eq' },
    { path: ['filter', 'resource_id'], field: 'resource_id', by: 'eq' },
    { path: ['filter', 'sip_username'], field: 'sip_username', by: 'eq' },
  ],
};

/** What browsers sign in with. */
export const credentialRoutes: Route[] = [
  ...crudRoutes(credentials),
  { method: 'POST', path: '/telephony_credentials/:id/token', handler: createToken },
];

function checkCredential(call: Call, credential: Resource): void {
  const connectionId = String(credential.connection_id ?? '');
  if (call.sb.store.getOwned(CONNECTION, call.account.id, connectionId) === undefined)
    throw invalid('/connection_id', 'There is no such credential connection.');
  const expiresAt = credential.expires_at;
  if (expiresAt !== undefined && expiresAt !== null && Number.isNaN(Date.parse(String(expiresAt))))
    throw invalid('/expires_at', 'expires_at must be a time.');
  // The SIP name is found by itself, and the connection stands in resource_id.
  call.sb.store.put(`${CREDENTIAL}_name`, call.account.id, String(credential.sip_username), {
    id: credential.id,
  });
}

const isExpired = (sb: Sandbox, credential: Resource): boolean =>
  typeof credential.expires_at === 'string' && Date.parse(credential.expires_at) <= sb.clock.nowMs();

/** A JSON Web Token as text, without an envelope. */
function createToken({ sb, account, params }: Call): Answer {
  const credential = sb.store.getOwned<Resource>(CREDENTIAL, account.id, params.id ?? '');
  if (credential === undefined) throw notFound();
  if (isExpired(sb, credential))
    throw refuse(422, '10027', 'Unprocessable entity', 'The credential has expired.');
  const seconds = Math.floor(sb.clock.nowMs() / 1000);
  const token = signToken(account, {
    ...{ aud: 'telnyx_telephony', iss: 'telnyx_telephony', typ: 'access', jti: uuid(), sub: credential.id },
    ...{ iat: seconds, nbf: seconds - 1, exp: seconds + TOKEN_LIVES_SECONDS },
  });
  const expiresAtMs = (seconds + TOKEN_LIVES_SECONDS) * 1000;
  sb.store.put(TOKEN, account.id, token, { credentialId: credential.id, expiresAt: isoMillis(expiresAtMs) });
  return { status: 201, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: Buffer.from(token) };
}

function signToken(account: Account, claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part({ alg: 'HS512', typ: 'JWT' })}.${part(claims)}`;
  return `${content}.${createHmac('sha512', account.secret).update(content).digest('base64url')}`;
}

/** The telephone that a token makes a browser: `sip:<name>@sip.telnyx.com`. Undefined when it does not hold (any more). */
export function softphoneOf(sb: Sandbox, token: string): Softphone | undefined {
  const known = sb.store.get<{ credentialId: string; expiresAt: string }>(TOKEN, token);
  if (known === undefined || Date.parse(known.expiresAt) <= sb.clock.nowMs()) return undefined;
  const credential = sb.store.get<Resource>(CREDENTIAL, known.credentialId);
  if (credential === undefined || isExpired(sb, credential)) return undefined;
  const handset = `sip:${String(credential.sip_username)}@sip.telnyx.com`;
  return { account: String(credential.user_id), handset };
}

/** Whether a SIP address belongs to a browser of the account that its connection lets calls ring. */
export function ringsBrowser(sb: Sandbox, account: string, address: string): boolean {
  const name = /^sip:([\w.-]+)@sip\.telnyx\.com$/.exec(address)?.[1] ?? '';
  const id = sb.store.getOwned<{ id: string }>(`${CREDENTIAL}_name`, account, name)?.id ?? '';
  const credential = sb.store.getOwned<Resource>(CREDENTIAL, account, id);
  if (credential === undefined || isExpired(sb, credential)) return false;
  const connection = sb.store.getOwned<Resource>(CONNECTION, account, String(credential.connection_id));
  return (
    connection !== undefined &&
    connection.active !== false &&
    connection.sip_uri_calling_preference !== 'disabled'
  );
}
