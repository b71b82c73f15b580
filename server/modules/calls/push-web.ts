import webpush from 'web-push';
import { type Config, publicBaseUrl } from '../../kernel/config.ts';
import { sha256 } from '../../kernel/crypto.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { postOutgoing } from '../../kernel/outgoing-request.ts';
import {
  lifeSeconds,
  type PushNotice,
  type PushOutcome,
  type PushTarget,
  pushData,
  type Subscription,
} from './push-model.ts';

/**
 * Browsers: RFC 8030 with a payload that only the browser can read (RFC 8291) and a signature that names this server (VAPID,
 * RFC 8292). The address comes from a browser, so it is looked at like any that somebody gave us.
 */

export function hasWebPush({ VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY }: Config): boolean {
  return Boolean(VAPID_PUBLIC_KEY && VAPID_PRIVATE_KEY);
}

/** Whom a push service can write to: an address that it takes, also where the server is only at home. */
function subjectOf(config: Config): string {
  const base = publicBaseUrl(config);
  return config.VAPID_SUBJECT || (base.startsWith('https:') ? base : 'mailto:postmaster@localhost');
}

/** What ends a call takes the place of what announced it, when that has not arrived yet; so does the next text of a conversation. */
function topicOf({ callId, traceId, content: { notice } }: PushNotice): string {
  return notice ? sha256(notice.tag).slice(0, 32) : (callId ?? traceId).replaceAll('-', '');
}

export async function sendWebPush(
  kernel: Kernel,
  target: PushTarget,
  notice: PushNotice,
): Promise<PushOutcome> {
  const { config } = kernel;
  if (!hasWebPush(config)) return { kind: 'not_configured' };
  const details = webpush.generateRequestDetails(
    JSON.parse(target.token) as Subscription,
    JSON.stringify(pushData(notice)),
    {
      vapidDetails: {
        subject: subjectOf(config),
        publicKey: config.VAPID_PUBLIC_KEY,
        privateKey: config.VAPID_PRIVATE_KEY,
      },
      contentEncoding: 'aes128gcm',
      TTL: lifeSeconds(notice.kind),
      urgency: notice.kind === 'notice' ? 'normal' : 'high',
      topic: topicOf(notice),
    },
  );
  const headers = Object.entries(details.headers).filter(([name]) => name.toLowerCase() !== 'content-length');
  const outcome = await postOutgoing({
    url: details.endpoint,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
    body: details.body ?? '',
    timeoutMs: config.PUSH_TIMEOUT_MS,
    allowPrivate: config.OUTGOING_ALLOW_PRIVATE,
  });
  if (outcome.kind === 'refused') return { kind: 'rejected', status: null, answer: outcome.reason };
  if (outcome.kind === 'failed')
    return { kind: 'later', status: null, answer: outcome.reason, afterSeconds: null };
  const { status, text: answer } = outcome;
  if (status >= 200 && status < 300) return { kind: 'accepted', status, answer };
  if (status === 404 || status === 410) return { kind: 'retired', status, answer };
  if (status === 429 || status >= 500)
    return { kind: 'later', status, answer, afterSeconds: Number(outcome.headers['retry-after']) || null };
  return { kind: 'rejected', status, answer };
}
