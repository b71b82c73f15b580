import type { NoticeKind } from './model.ts';

/** What devices are told, and in which form each platform wants it. Pure. */

export const PLATFORMS = ['ios', 'android', 'web'] as const;
export type Platform = (typeof PLATFORMS)[number];
/** notice: what is told beside calls. */
export type PushKind = 'incoming' | 'ended' | 'test' | 'notice';

/** A browser's subscription, as its PushManager gives it. */
export interface Subscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

/** Where one device is reached. */
export interface PushTarget {
  platform: Platform;
  /** The token of Apple or Google; for browsers the subscription as JSON. */
  token: string;
  /** ios: the token of plain notices, which is another one than that of calls. */
  alertToken?: string | undefined;
  appId: string | null;
  environment: 'production' | 'sandbox';
}

/** What is told beside calls, in the words of the device's person. */
export interface NoticeContent {
  kind: NoticeKind;
  title: string;
  body: string;
  /** Where in the console it leads. */
  path: string;
  /** Two of one tag are one: the later takes the place of the earlier. */
  tag: string;
}

/** What is told of a call, or beside calls. */
export interface PushContent {
  notice?: NoticeContent;
  /** E.164, or what the provider showed for a hidden caller. */
  from?: string;
  callerName?: string | null;
  why?: 'answered' | 'ended';
  /** Who answered, so that their own app does not end its call. */
  answeredBy?: string | null;
}

export interface PushNotice {
  traceId: string;
  /** Null for a test, and for what is told beside calls. */
  callId: string | null;
  companyId: string;
  kind: PushKind;
  content: PushContent;
  createdAt: Date;
}

/** A notice of a call is worth nothing once the call has rung out. */
export const RINGS_SECONDS = 45;
/** What is told beside calls is old news by then. */
export const NOTICE_SECONDS = 4 * 3600;

/** For how long a notice is worth sending. */
export const lifeSeconds = (kind: PushKind): number => (kind === 'notice' ? NOTICE_SECONDS : RINGS_SECONDS);

/**
 * What an app reads, the same for all platforms; all values are texts, because Google's data messages know nothing else. `uuid`
 * is the id of the call: CallKit is given it, so that a repeat is the same call. A test has the id of its trace instead.
 */
export function pushData({
  traceId,
  callId,
  companyId,
  kind,
  content,
  createdAt,
}: PushNotice): Record<string, string> {
  const { notice } = content;
  const data: Record<string, string> = {
    type: notice ? `notice.${notice.kind}` : `call.${kind}`,
    uuid: callId ?? traceId,
    traceId,
    companyId,
    sentAt: createdAt.toISOString(),
  };
  if (notice) {
    const { title, body, path, tag } = notice;
    Object.assign(data, { title, body, path, tag });
  }
  if (callId) data.callId = callId;
  if (content.from) {
    data.handle = content.from;
    data.handleType = /^\+\d+$/.test(content.from) ? 'phone' : 'generic';
  }
  if (content.callerName) data.callerName = content.callerName;
  if (content.why) data.reason = content.why;
  if (content.answeredBy) data.answeredBy = content.answeredBy;
  return data;
}

/** What the push service said. */
export type PushOutcome =
  | { kind: 'accepted'; status: number; answer: string }
  /** It knows the device no more. */
  | { kind: 'retired'; status: number; answer: string }
  /** It will not take this notice, whatever is done. */
  | { kind: 'rejected'; status: number | null; answer: string }
  | { kind: 'later'; status: number | null; answer: string; afterSeconds: number | null }
  | { kind: 'not_configured' };

/** Whether a text can be a token of a platform. @returns it as it is kept; null when not. */
export function cleanToken(platform: Exclude<Platform, 'web'>, text: string): string | null {
  const token = text.trim();
  if (platform === 'ios') return /^[0-9a-f]{64,200}$/i.test(token) ? token.toLowerCase() : null;
  return /^[\w:-]{20,4096}$/.test(token) ? token : null;
}

/** Whether keys can be those of a subscription: a point of P-256, uncompressed, and 16 bytes (RFC 8291, section 3). */
export function areSubscriptionKeys({ p256dh, auth }: Subscription['keys']): boolean {
  const [point, secret] = [Buffer.from(p256dh, 'base64url'), Buffer.from(auth, 'base64url')];
  return point.length === 65 && point[0] === 4 && secret.length === 16;
}

export type TraceState = 'waiting' | 'sent' | 'accepted' | 'shown' | 'answered' | 'declined' | 'failed';

/** How far a notice came. What the app says counts most: it has seen the call, whatever the push service answered. */
export function traceState(trace: {
  sentAt: Date | null;
  acceptedAt: Date | null;
  failedAt: Date | null;
  shownAt: Date | null;
  answeredAt: Date | null;
  declinedAt: Date | null;
}): TraceState {
  if (trace.answeredAt) return 'answered';
  if (trace.declinedAt) return 'declined';
  if (trace.shownAt) return 'shown';
  if (trace.failedAt) return 'failed';
  if (trace.acceptedAt) return 'accepted';
  return trace.sentAt ? 'sent' : 'waiting';
}
