import { importPKCS8, SignJWT } from 'jose';
import { z } from 'zod';
import type { Config } from '../../kernel/config.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { type OutgoingOutcome, postOutgoing } from '../../kernel/outgoing-request.ts';
import { lifeSeconds, type PushNotice, type PushOutcome, type PushTarget, pushData } from './push-model.ts';

/** Firebase Cloud Messaging, HTTP v1: a data message of high priority, which wakes an app in the background and in doze. */

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const TOKEN_LIFE_SECONDS = 3600;
/** A token is not used to its last second. */
const SPARE_MS = 5 * 60_000;

const accountSchema = z.object({
  project_id: z.string().min(1),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  token_uri: z.url().default('https://oauth2.googleapis.com/token'),
});
type Account = z.infer<typeof accountSchema>;

const grantSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

const errorSchema = z.object({
  error: z.object({
    message: z.string().default(''),
    status: z.string().default(''),
    details: z
      .array(z.object({ errorCode: z.string().optional(), fieldViolations: z.array(z.unknown()).optional() }))
      .default([]),
  }),
});

/** The device is gone, or its token belongs to another project. */
const GONE = new Set(['UNREGISTERED', 'SENDER_ID_MISMATCH']);

const tokens = new WeakMap<Kernel, { text: string; untilMs: number }>();

export function hasFcm({ FCM_SERVICE_ACCOUNT }: Config): boolean {
  return FCM_SERVICE_ACCOUNT !== '';
}

export async function sendFcm(kernel: Kernel, target: PushTarget, notice: PushNotice): Promise<PushOutcome> {
  const { config } = kernel;
  if (!hasFcm(config)) return { kind: 'not_configured' };
  const account = readAccount(config.FCM_SERVICE_ACCOUNT);
  if (!account)
    return {
      kind: 'rejected',
      status: null,
      answer: 'FCM_SERVICE_ACCOUNT is not the JSON of a service account',
    };
  const token = await accessToken(kernel, account);
  if ('kind' in token) return token;
  const outcome = await postOutgoing({
    url: `${config.FCM_URL}/v1/projects/${encodeURIComponent(account.project_id)}/messages:send`,
    headers: { authorization: `Bearer ${token.text}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      message: {
        token: target.token,
        data: pushData(notice),
        android: { priority: 'HIGH', ttl: `${lifeSeconds(notice.kind)}s` },
      },
    }),
    timeoutMs: config.PUSH_TIMEOUT_MS,
    allowPrivate: true,
  });
  return outcomeOf(kernel, outcome);
}

function outcomeOf(kernel: Kernel, outcome: OutgoingOutcome): PushOutcome {
  if (outcome.kind !== 'answered')
    return { kind: 'later', status: null, answer: outcome.reason, afterSeconds: null };
  const { status, text, headers } = outcome;
  if (status === 200) return { kind: 'accepted', status, answer: messageName(text) };
  const fault = readFault(text);
  const answer = [fault.code, fault.message].filter(Boolean).join(': ') || text;
  if (GONE.has(fault.code) || fault.isToken) return { kind: 'retired', status, answer };
  if (status === 401) tokens.delete(kernel);
  if (status === 401 || status === 429 || status >= 500)
    return { kind: 'later', status, answer, afterSeconds: Number(headers['retry-after']) || null };
  return { kind: 'rejected', status, answer };
}

function readFault(text: string): { code: string; message: string; isToken: boolean } {
  const parsed = errorSchema.safeParse(jsonOf(text));
  if (!parsed.success) return { code: '', message: '', isToken: false };
  const { message, status, details } = parsed.data.error;
  const code = details.find(({ errorCode }) => errorCode)?.errorCode ?? status;
  return { code, message, isToken: code === 'INVALID_ARGUMENT' && /registration token/i.test(message) };
}

function messageName(text: string): string {
  const parsed = z.object({ name: z.string() }).safeParse(jsonOf(text));
  return parsed.success ? parsed.data.name : '';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The text itself, or base64 of it, which environments carry more easily. */
function readAccount(text: string): Account | null {
  const written = text.trim().startsWith('{') ? text : Buffer.from(text, 'base64').toString();
  const parsed = accountSchema.safeParse(jsonOf(written));
  return parsed.success ? parsed.data : null;
}

/** An access token for the service account (RFC 7523), kept for as long as it holds. */
async function accessToken(kernel: Kernel, account: Account): Promise<{ text: string } | PushOutcome> {
  const nowMs = kernel.clock.nowMs();
  const known = tokens.get(kernel);
  if (known && known.untilMs - SPARE_MS > nowMs) return known;
  const nowSeconds = Math.floor(nowMs / 1000);
  const key = await importPKCS8(account.private_key.replaceAll('\\n', '\n'), 'RS256');
  const assertion = await new SignJWT({ scope: SCOPE })
    .setProtectedHeader({
      alg: 'RS256',
      typ: 'JWT',
      ...(account.private_key_id ? { kid: account.private_key_id } : {}),
    })
    .setIssuer(account.client_email)
    .setAudience(account.token_uri)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + TOKEN_LIFE_SECONDS)
    .sign(key);
  const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  const outcome = await postOutgoing({
    url: account.token_uri,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: grant, assertion }).toString(),
    timeoutMs: kernel.config.PUSH_TIMEOUT_MS,
    allowPrivate: true,
  });
  if (outcome.kind !== 'answered')
    return { kind: 'later', status: null, answer: outcome.reason, afterSeconds: null };
  const granted = grantSchema.safeParse(jsonOf(outcome.text));
  if (!granted.success || outcome.status !== 200) {
    const { status, text } = outcome;
    const isLater = status === 429 || status >= 500;
    return isLater
      ? { kind: 'later', status, answer: text, afterSeconds: null }
      : { kind: 'rejected', status, answer: text };
  }
  const token = { text: granted.data.access_token, untilMs: nowMs + granted.data.expires_in * 1000 };
  tokens.set(kernel, token);
  return token;
}
