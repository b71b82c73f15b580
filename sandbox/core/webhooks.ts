import { createHmac } from 'node:crypto';
import { getAccount, type Provider, signTelnyx } from './accounts.ts';
import { isoMicros, isoMillis } from './clock.ts';
import { type FaultKind, type Strike, strike, type Topic } from './faults.ts';
import { uuid } from './ids.ts';
import { changed, type Sandbox } from './sandbox.ts';
import type { TaskHandler } from './tasks.ts';

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
  responseType?: string;
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
  /** Where to try next when this address failed. */
  failover?: Failover[] | undefined;
  /** Twilio's settings of a number may ask for GET. */
  method?: 'GET' | 'POST' | undefined;
  timeoutMs?: number | undefined;
  /** Kind of the task that reads the answer once the delivery is finished; its body is `{ deliveryId }`. */
  answerTo?: string | undefined;
  attempts: Attempt[];
  createdAt: string;
  finishedAt?: string | undefined;
}

/** A second address, and what is added to the parameters that are sent there. */
export interface Failover {
  url: string;
  method?: 'GET' | 'POST' | undefined;
  extra?: Record<string, string>;
}

export const DELIVERY = 'delivery';
const TASK = 'webhook.attempt';

const TIMEOUT_MS = 5_000;
const MAX_ATTEMPTS = 3;
/** Webhooks on their way at the same time. */
const AT_ONCE = 50;
/** A late webhook comes after this many review times. */
const LATE_FACTOR = 10;
const DUPLICATES = 3;
/** How much of an answer is kept. */
const MAX_KEPT_CHARS = 20_000;

export interface Outgoing
  extends Pick<
    Delivery,
    | 'account'
    | 'provider'
    | 'eventType'
    | 'url'
    | 'content'
    | 'failover'
    | 'method'
    | 'timeoutMs'
    | 'answerTo'
  > {
  topic?: Topic;
  /** Numbers concerned, for sentinels. */
  numbers?: readonly string[];
  /** Numbers concerned that are no sentinels. */
  others?: readonly string[];
  /** Faults that cannot strike it: what somebody waits for is neither lost nor late. */
  spared?: readonly FaultKind[];
  /** An earlier event that a shuffle sends after this one. */
  earlier?: Record<string, unknown> | undefined;
  /** How long a shuffle holds this event back, so that the next one overtakes it. */
  overtakenMs?: number | undefined;
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

/** Queues a webhook, in the caller's transaction, with whatever fault strikes it. Returns the id of its delivery. */
export function sendWebhook(sb: Sandbox, outgoing: Outgoing): string {
  const { provider, account, topic, numbers, others, spared = [] } = outgoing;
  const faults = WEBHOOK_FAULTS.filter((kind) => !spared.includes(kind));
  const fault = strike(sb, faults, { provider, account, topic, numbers, others });
  const shuffled = fault?.kind === 'webhook_shuffled';
  const overtakenMs = shuffled ? (outgoing.overtakenMs ?? 0) : 0;
  const delayMs = fault?.kind === 'webhook_late' ? sb.reviewMs * LATE_FACTOR : overtakenMs;
  const id = queue(sb, outgoing, delayMs, fault);
  const more = fault?.kind === 'webhook_duplicated' ? DUPLICATES - 1 : 0;
  for (let copy = 0; copy < more; copy += 1) queue(sb, outgoing, delayMs, fault);
  if (shuffled && outgoing.earlier !== undefined) {
    queue(sb, { ...outgoing, content: outgoing.earlier }, Math.max(sb.reviewMs / 2, 100), undefined);
  }
  return id;
}

function queue(sb: Sandbox, outgoing: Outgoing, delayMs: number, fault: Strike | undefined): string {
  const lost = fault?.kind === 'webhook_lost';
  const { account, provider, eventType, url, content, failover, method, timeoutMs, answerTo } = outgoing;
  const delivery: Delivery = {
    ...{ id: uuid(), account, provider, eventType, eventId: String(content.id ?? uuid()), url, content },
    status: lost ? 'lost' : 'pending',
    badlySigned: fault?.kind === 'webhook_badly_signed',
    ...{ failover, method, timeoutMs, answerTo },
    attempts: [],
    createdAt: isoMillis(sb.clock.nowMs()),
  };
  sb.store.put(DELIVERY, delivery.account, delivery.id, delivery);
  if (!lost) sb.tasks.schedule(TASK, delayMs, { deliveryId: delivery.id });
  return delivery.id;
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
  const deliver: TaskHandler = async (body) => {
    const { deliveryId } = body as { deliveryId: string };
    const delivery = sb.store.get<Delivery>(DELIVERY, deliveryId);
    if (delivery === undefined || delivery.status !== 'pending') return () => {};
    const attempt = await tryDelivery(sb, delivery);
    return () => recordAttempt(sb, deliveryId, attempt);
  };
  sb.tasks.handle(TASK, deliver, AT_ONCE);
}

async function tryDelivery(sb: Sandbox, delivery: Delivery): Promise<Attempt> {
  const number = delivery.attempts.length + 1;
  const request =
    delivery.provider === 'telnyx' ? telnyxRequest(sb, delivery, number) : twilioRequest(sb, delivery);
  const startedAt = isoMillis(sb.clock.nowMs());
  const answer = await call(sb, request, delivery.timeoutMs ?? TIMEOUT_MS);
  const ok = answer.httpStatus >= 200 && answer.httpStatus < 300;
  return {
    number,
    url: delivery.url,
    startedAt,
    finishedAt: isoMillis(sb.clock.nowMs()),
    status: ok ? 'delivered' : 'failed',
    requestHeaders: request.headers,
    requestBody: request.body ?? '',
    ...answer,
  };
}

/** A webhook as it goes over the wire; without a body it is a GET. */
interface WebhookRequest {
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

async function call(
  sb: Sandbox,
  { url, headers, body }: WebhookRequest,
  timeoutMs: number,
): Promise<Pick<Attempt, 'httpStatus' | 'responseBody' | 'responseType'>> {
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), sb.closing]);
    const sent = body === undefined ? { method: 'GET' } : { method: 'POST', body };
    const response = await fetch(url, { ...sent, headers, redirect: 'manual', signal });
    const responseType = response.headers.get('content-type') ?? '';
    const responseBody = (await response.text()).slice(0, MAX_KEPT_CHARS);
    return { httpStatus: response.status, responseBody, responseType };
  } catch (error) {
    return { httpStatus: 0, responseBody: error instanceof Error ? error.message : String(error) };
  }
}

function telnyxRequest(sb: Sandbox, delivery: Delivery, attempt: number): WebhookRequest {
  const { url } = delivery;
  const body = JSON.stringify({ data: delivery.content, meta: { attempt, delivered_to: url } });
  const timestamp = String(Math.floor(sb.clock.nowMs() / 1000));
  const privateKey = getAccount(sb, delivery.account)?.privateKey ?? '';
  const signature = signTelnyx(privateKey, timestamp, delivery.badlySigned ? `${body} ` : body);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'telnyx-webhooks',
    'telnyx-signature-ed25519': signature,
    'telnyx-timestamp': timestamp,
  };
  return { url, headers, body };
}

function twilioRequest(sb: Sandbox, delivery: Delivery): WebhookRequest {
  const params = delivery.content as Record<string, string>;
  const isGet = delivery.method === 'GET';
  const form = new URLSearchParams(params).toString();
  const [address = ''] = delivery.url.split('#');
  const url = isGet ? `${address}${address.includes('?') ? '&' : '?'}${form}` : address;
  const token = getAccount(sb, delivery.account)?.secret ?? '';
  const signature = signTwilio(delivery.badlySigned ? `${token}x` : token, url, isGet ? {} : params);
  const headers = {
    ...(isGet ? {} : { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }),
    'user-agent': 'TwilioProxy/1.1',
    'i-twilio-idempotency-token': delivery.eventId,
    'x-twilio-signature': signature,
  };
  return { url, headers, body: isGet ? undefined : form };
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
  const next = afterAttempt(delivery, attempt);
  sb.store.put(DELIVERY, next.account, deliveryId, next);
  if (next.status === 'pending') {
    const delayMs = next.url === delivery.url ? retryDelayMs(sb, attemptsAt(next)) : 0;
    sb.tasks.schedule(TASK, delayMs, { deliveryId });
  } else if (next.answerTo !== undefined) sb.tasks.schedule(next.answerTo, 0, { deliveryId });
  changed(sb);
}

/** What an attempt makes of a delivery: over, to be tried again, or to be tried at the next address. */
function afterAttempt(delivery: Delivery, attempt: Attempt): Delivery {
  const tried = { ...delivery, attempts: [...delivery.attempts, attempt] };
  if (attempt.status === 'delivered')
    return { ...tried, status: 'delivered', finishedAt: attempt.finishedAt };
  if (attemptsAt(tried) < maxAttempts(delivery, attempt)) return tried;
  const [next, ...failover] = delivery.failover ?? [];
  if (next === undefined) return { ...tried, status: 'failed', finishedAt: attempt.finishedAt };
  const content = { ...delivery.content, ...next.extra };
  return { ...tried, url: next.url, method: next.method, content, failover };
}

/** How often the delivery's present address was tried. */
function attemptsAt({ attempts, url }: Delivery): number {
  return attempts.length - 1 - attempts.findLastIndex((attempt) => attempt.url !== url);
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
