import http2 from 'node:http2';
import { importPKCS8, SignJWT } from 'jose';
import type { Config } from '../../kernel/config.ts';
import { sha256 } from '../../kernel/crypto.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { lifeSeconds, type PushNotice, type PushOutcome, type PushTarget, pushData } from './push-model.ts';

/**
 * Apple's push service over HTTP/2, with a token of the developer account. A VoIP notice wakes an app that was ended, and iOS
 * wants it reported to CallKit at once.
 */

const URLS = {
  production: 'https://api.push.apple.com',
  sandbox: 'https://api.sandbox.push.apple.com',
} as const;

/** Apple refuses tokens older than an hour, and new ones more often than every 20 minutes. */
const TOKEN_LIFE_MS = 40 * 60_000;
/** A connection that nobody uses is given back. */
const IDLE_MS = 5 * 60_000;

/** The device is gone, or its token is one of the other environment. */
const GONE = new Set(['BadDeviceToken', 'Unregistered', 'ExpiredToken']);
/** The provider token is at fault: a new one is made. */
const TOKEN_FAULTS = new Set(['ExpiredProviderToken', 'InvalidProviderToken', 'MissingProviderToken']);

interface ApnsState {
  sessions: Map<string, http2.ClientHttp2Session>;
  token: { text: string; madeAtMs: number } | null;
}
const states = new WeakMap<Kernel, ApnsState>();

function stateOf(kernel: Kernel): ApnsState {
  const known = states.get(kernel);
  if (known) return known;
  const state: ApnsState = { sessions: new Map(), token: null };
  states.set(kernel, state);
  return state;
}

export function hasApns({ APNS_KEY, APNS_KEY_ID, APNS_TEAM_ID }: Config): boolean {
  return Boolean(APNS_KEY && APNS_KEY_ID && APNS_TEAM_ID);
}

export async function sendApns(kernel: Kernel, target: PushTarget, notice: PushNotice): Promise<PushOutcome> {
  const { config } = kernel;
  if (!hasApns(config)) return { kind: 'not_configured' };
  const origin = config.APNS_URL || URLS[target.environment];
  const { aps, token, ...kind } = formOf(target, notice);
  if (!token) return { kind: 'rejected', status: null, answer: 'The app handed in no token for notices' };
  const body = JSON.stringify({ aps, ...pushData(notice) });
  const headers = {
    ':method': 'POST',
    ':path': `/3/device/${token}`,
    authorization: `bearer ${await providerToken(kernel)}`,
    ...kind,
    'apns-priority': '10',
    // Apple keeps it no longer than it rings: a notice of yesterday's call would ring today.
    'apns-expiration': String(Math.floor(notice.createdAt.getTime() / 1000) + lifeSeconds(notice.kind)),
    'apns-id': notice.traceId,
    'content-type': 'application/json',
  };
  try {
    const { status, text } = await request(kernel, origin, headers, body);
    return outcomeOf(kernel, status, text);
  } catch (error) {
    return { kind: 'later', status: null, answer: (error as Error).message, afterSeconds: null };
  }
}

/** A call wakes the app. What is told beside calls is shown by the system itself: an app that is woken as for a call must show one. */
function formOf({ appId, token, alertToken }: PushTarget, { content: { notice } }: PushNotice) {
  if (!notice) return { aps: {}, token, 'apns-push-type': 'voip', 'apns-topic': `${appId}.voip` };
  const { title, body, kind, tag } = notice;
  return {
    aps: { alert: { title, body }, sound: 'default', 'thread-id': kind },
    token: alertToken,
    ...{ 'apns-push-type': 'alert', 'apns-topic': appId ?? '', 'apns-collapse-id': sha256(tag) },
  };
}

function outcomeOf(kernel: Kernel, status: number, text: string): PushOutcome {
  if (status === 200) return { kind: 'accepted', status, answer: '' };
  const answer = reasonOf(text);
  if (status === 410 || GONE.has(answer)) return { kind: 'retired', status, answer };
  if (TOKEN_FAULTS.has(answer)) stateOf(kernel).token = null;
  const again = status === 429 || status >= 500 || answer === 'ExpiredProviderToken';
  return again ? { kind: 'later', status, answer, afterSeconds: null } : { kind: 'rejected', status, answer };
}

function reasonOf(text: string): string {
  try {
    return String((JSON.parse(text) as { reason?: unknown }).reason ?? text);
  } catch {
    return text;
  }
}

/** Renewed within the 20 to 60 minutes that Apple asks for. */
async function providerToken(kernel: Kernel): Promise<string> {
  const state = stateOf(kernel);
  const nowMs = kernel.clock.nowMs();
  if (state.token && nowMs - state.token.madeAtMs < TOKEN_LIFE_MS) return state.token.text;
  const { APNS_KEY, APNS_KEY_ID, APNS_TEAM_ID } = kernel.config;
  const text = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: APNS_KEY_ID })
    .setIssuer(APNS_TEAM_ID)
    .setIssuedAt(Math.floor(nowMs / 1000))
    .sign(await importPKCS8(pemOf(APNS_KEY), 'ES256'));
  state.token = { text, madeAtMs: nowMs };
  return text;
}

/** A key is several lines, which environments seldom carry: \n for a line's end and base64 of the whole are read too. */
function pemOf(text: string): string {
  const written = text.includes('-----') ? text : Buffer.from(text, 'base64').toString();
  return written.replaceAll('\\n', '\n').trim();
}

async function request(
  kernel: Kernel,
  origin: string,
  headers: http2.OutgoingHttpHeaders,
  body: string,
): Promise<{ status: number; text: string }> {
  const session = sessionOf(kernel, origin);
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const stream = session.request(headers);
  const { PUSH_TIMEOUT_MS } = kernel.config;
  // Silence may be the connection's: the next notice gets a new one, and those under way on this one may still be answered.
  stream.setTimeout(PUSH_TIMEOUT_MS, () => {
    reject(new Error(`no answer within ${PUSH_TIMEOUT_MS} ms`));
    forget(kernel, origin, session);
    stream.close(http2.constants.NGHTTP2_CANCEL);
    session.close();
  });
  let status = 0;
  let text = '';
  stream.setEncoding('utf8');
  stream.on('response', (answered) => {
    status = Number(answered[':status']);
  });
  stream.on('data', (chunk: string) => {
    text += chunk;
  });
  stream.on('end', () =>
    status ? resolve({ status, text }) : reject(new Error('the connection was closed')),
  );
  stream.on('error', reject);
  stream.on('close', () => reject(new Error('the connection was closed')));
  stream.end(body);
  return promise;
}

/** One connection carries all notices, as Apple asks for; it does not keep the process alive. */
function sessionOf(kernel: Kernel, origin: string): http2.ClientHttp2Session {
  const { sessions } = stateOf(kernel);
  const known = sessions.get(origin);
  if (known && !known.closed && !known.destroyed) return known;
  const session = http2.connect(origin);
  const drop = () => forget(kernel, origin, session);
  session.on('error', drop);
  session.on('close', drop);
  session.on('goaway', drop);
  session.setTimeout(IDLE_MS, () => session.close());
  session.unref();
  sessions.set(origin, session);
  return session;
}

function forget(kernel: Kernel, origin: string, session: http2.ClientHttp2Session): void {
  const { sessions } = stateOf(kernel);
  if (sessions.get(origin) === session) sessions.delete(origin);
}
