import { createHmac } from 'node:crypto';
import { getAccount, type Provider, signTelnyx } from './accounts.ts';
import { isoMicros, isoMillis } from './clock.ts';
import { type FaultKind, type Strike, strike } from './faults.ts';
import { uuid } from './ids.ts';
import { changed, type Sandbox } from './sandbox.ts';

/** One try at handing a webhook over. */
export interface Attempt {
  number: number;
  url: string;
  startedAt: string;
  finishedAt: string;
  status: 'delivered' | 'failed';
  /** HTTP status, or 0 if there was no answer. */
  httpStatus: number;
  requestHeaders: Record<string, string>;
  requestBody: string;
  responseBody: string;
}

/** One webhook for one address, with its attempts. */
export interface Delivery {
  id: string;
  account: string;
  provider: Provider;
  eventType: string;
  eventId: string;
  url: string;
  /** Telnyx: the whole `data` of the event. Twilio: the form parameters. */
  content: Record<string, unknown>;
  status: 'pending' | 'delivered' | 'failed' | 'lost';
  badlySigned: boolean;
  attempts: Attempt[];
  createdAt: string;
  finishedAt?: string | undefined;
}

export const DELIVERY = 'delivery';
const TASK = 'webhook.attempt';

const TIMEOUT_MS = 5_000;
const MAX_ATTEMPTS = 3;
/** A late webhook comes after this many review times. */
const LATE_FACTOR = 10;
const DUPLICATES = 3;
/** How much of an answer is kept. */
const MAX_KEPT_CHARS = 4_000;

export interface Outgoing {
  account: string;
  provider: Provider;
  eventType: string;
  url: string;
  content: Record<string, unknown>;
  /** Numbers concerned, for sentinels. */
  numbers?: readonly string[];
  /** An earlier event that a shuffle sends after this one. */
  earlier?: Record<string, unknown> | undefined;
}

/** Makes a Telnyx event (`data` of the envelope). `atMs`: when it happened, now if not given. */
export function telnyxEvent(
  sb: Sandbox,
  eventType: string,
  payload: unknown,
  atMs?: number,
): Record<string, unknown> {
  return {
    record_type: 'event',
    event_type: eventType,
    id: uuid(),
    occurred_at: isoMicros(atMs ?? sb.clock.nowMs()),
    payload,
  };
}

const WEBHOOK_FAULTS: FaultKind[] = [
  'webhook_duplicated',
  'webhook_late',
  'webhook_shuffled',
  'webhook_lost',
  'webhook_badly_signed',
];

/** Queues a webhook, in the caller's transaction, with whatever fault strikes it. */
export function sendWebhook(sb: Sandbox, outgoing: Outgoing): void {
  const occasion = { provider: outgoing.provider, account: outgoing.account, numbers: outgoing.numbers };
  const fault = strike(sb, WEBHOOK_FAULTS, occasion);
  const copies = fault?.kind === 'webhook_duplicated' ? DUPLICATES : 1;
  const delayMs = fault?.kind === 'webhook_late' ? sb.reviewMs * LATE_FACTOR : 0;
  for (let copy = 0; copy < copies; copy += 1) queue(sb, outgoing, delayMs, fault);
  if (fault?.kind === 'webhook_shuffled' && outgoing.earlier !== undefined) {
    queue(sb, { ...outgoing, content: outgoing.earlier }, Math.max(sb.reviewMs / 2, 100), undefined);
  }
}

function queue(sb: Sandbox, outgoing: Outgoing, delayMs: number, fault: Strike | undefined): void {
  const lost = fault?.kind === 'webhook_lost';
  const delivery: Delivery = {
    id: uuid(),
    account: outgoing.account,
    provider: outgoing.provider,
    eventType: outgoing.eventType,
    eventId: String(outgoing.content.id ?? uuid()),
    url: outgoing.url,
    content: outgoing.content,
    status: lost ? 'lost' : 'pending',
    badlySigned: fault?.kind === 'webhook_badly_signed',
    attempts: [],
    createdAt: isoMillis(sb.clock.nowMs()),
  };
  sb.store.put(DELIVERY, delivery.account, delivery.id, delivery);
  if (!lost) sb.tasks.schedule(TASK, delayMs, { deliveryId: delivery.id });
}

/** Sends a recorded webhook once more, correctly signed, with the same event id. */
export function replayWebhook(sb: Sandbox, id: string): Delivery | undefined {
  const delivery = sb.store.get<Delivery>(DELIVERY, id);
  if (delivery === undefined) return undefined;
  const next: Delivery = {
    ...delivery,
    status: 'pending',
    badlySigned: false,
    attempts: [],
    finishedAt: undefined,
  };
  const copy = { ...next, id: uuid(), createdAt: isoMillis(sb.clock.nowMs()) };
  sb.store.put(DELIVERY, copy.account, copy.id, copy);
  sb.tasks.schedule(TASK, 0, { deliveryId: copy.id });
  return copy;
}

export const isWebhookTask = (task: { kind: string }): boolean => task.kind === TASK;

/** Teaches the task runner to deliver webhooks. */
export function registerWebhooks(sb: Sandbox): void {
  sb.tasks.handle(TASK, async (body) => {
    const { deliveryId } = body as { deliveryId: string };
    const delivery = sb.store.get<Delivery>(DELIVERY, deliveryId);
    if (delivery === undefined || delivery.status !== 'pending') return () => {};
    const attempt = await tryDelivery(sb, delivery);
    return () => recordAttempt(sb, deliveryId, attempt);
  });
}

async function tryDelivery(sb: Sandbox, delivery: Delivery): Promise<Attempt> {
  const number = delivery.attempts.length + 1;
  const { headers, body } =
    delivery.provider === 'telnyx' ? telnyxRequest(sb, delivery, number) : twilioRequest(sb, delivery);
  const startedAt = isoMillis(sb.clock.nowMs());
  const { httpStatus, responseBody } = await post(sb, delivery.url, headers, body);
  const ok = httpStatus >= 200 && httpStatus < 300;
  return {
    number,
    url: delivery.url,
    startedAt,
    finishedAt: isoMillis(sb.clock.nowMs()),
    status: ok ? 'delivered' : 'failed',
    httpStatus,
    requestHeaders: headers,
    requestBody: body,
    responseBody,
  };
}

async function post(
  sb: Sandbox,
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<{ httpStatus: number; responseBody: string }> {
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), sb.closing]);
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    return { httpStatus: response.status, responseBody: (await response.text()).slice(0, MAX_KEPT_CHARS) };
  } catch (error) {
    return { httpStatus: 0, responseBody: error instanceof Error ? error.message : String(error) };
  }
}

function telnyxRequest(sb: Sandbox, delivery: Delivery, attempt: number) {
  const body = JSON.stringify({ data: delivery.content, meta: { attempt, delivered_to: delivery.url } });
  const timestamp = String(Math.floor(sb.clock.nowMs() / 1000));
  const privateKey = getAccount(sb, delivery.account)?.privateKey ?? '';
  const signature = signTelnyx(privateKey, timestamp, delivery.badlySigned ? `${body} ` : body);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'telnyx-webhooks',
    'telnyx-signature-ed25519': signature,
    'telnyx-timestamp': timestamp,
  };
  return { headers, body };
}

function twilioRequest(sb: Sandbox, delivery: Delivery) {
  const params = delivery.content as Record<string, string>;
  const token = getAccount(sb, delivery.account)?.secret ?? '';
  const signature = signTwilio(delivery.badlySigned ? `${token}x` : token, delivery.url, params);
  const headers = {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    'user-agent': 'TwilioProxy/1.1',
    'i-twilio-idempotency-token': delivery.eventId,
    'x-twilio-signature': signature,
  };
  return { headers, body: new URLSearchParams(params).toString() };
}

/** Twilio's signature: base64 HMAC-SHA1 over the URL and the parameters sorted by name. */
export function signTwilio(token: string, url: string, params: Record<string, string>): string {
  const text = Object.keys(params)
    .sort()
    .reduce((sum, key) => sum + key + params[key], url.split('#')[0] ?? url);
  return createHmac('sha1', token).update(text, 'utf8').digest('base64');
}

function recordAttempt(sb: Sandbox, deliveryId: string, attempt: Attempt): void {
  const delivery = sb.store.get<Delivery>(DELIVERY, deliveryId);
  if (delivery === undefined) return;
  const attempts = [...delivery.attempts, attempt];
  const retry = attempt.status === 'failed' && attempts.length < maxAttempts(delivery, attempt);
  const status = attempt.status === 'delivered' ? 'delivered' : retry ? 'pending' : 'failed';
  const finishedAt = status === 'pending' ? undefined : attempt.finishedAt;
  sb.store.put(DELIVERY, delivery.account, deliveryId, { ...delivery, attempts, status, finishedAt });
  if (retry) sb.tasks.schedule(TASK, retryDelayMs(sb, attempts.length), { deliveryId });
  changed(sb);
}

/** Telnyx tries three times; Twilio once more and only if nobody answered. */
function maxAttempts(delivery: Delivery, attempt: Attempt): number {
  if (delivery.provider === 'telnyx') return MAX_ATTEMPTS;
  return attempt.httpStatus === 0 ? 2 : 1;
}

/** Half a review time, then two: 1 s and 4 s with the default settings. */
function retryDelayMs(sb: Sandbox, attemptsSoFar: number): number {
  return (sb.reviewMs / 2) * 4 ** (attemptsSoFar - 1);
}
