import { hash } from 'node:crypto';
import { type Config, publicBaseUrl } from '../../kernel/config.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { type ErrorCode, type ErrorParams, RelaisError } from '../../kernel/errors.ts';
import type { keepActed, NewEvent } from './events-store.ts';
import type { ProviderEvent } from './model.ts';
import { referenceOf, time, word } from './parse.ts';
import type { ProviderName } from './port.ts';
import { isFresh, parseForm, type TwilioParams, verifyTelnyx, verifyTwilio } from './signatures.ts';
import { findVerifiers, type Verifier } from './verifiers.ts';

/** An address where a provider delivers. */
export interface WebhookDoor {
  url: string;
  provider: ProviderName;
  /** What the deliveries are about; the worker hands them to this topic's handler. */
  topic: string;
  /** The address a provider was given instead of PUBLIC_BASE_URL and `url`, if the configuration names one. */
  publicUrl?(config: Config): string;
  /** twiml: answers are TwiML that asks for nothing. A function: the document that it makes. Without it they are JSON. */
  answer?: 'twiml' | DocumentAnswer;
}

/**
 * Makes the document that a provider waits for, while somebody hears nothing, and once more for a delivery that comes again. It
 * must come to the same then. When it fails, the caller hears an apology.
 * @param delivery to be kept in the transaction that acts on it, where all that it says is acted on there.
 */
export type DocumentAnswer = (
  kernel: Kernel,
  event: ProviderEvent,
  delivery: DeliveryToKeep,
) => Promise<AnsweredDelivery>;

/** A delivery that is not stored yet, and how deliveries are kept by the transaction that acts on them. */
export interface DeliveryToKeep {
  row: NewEvent;
  keepActed: typeof keepActed;
}

export interface AnsweredDelivery {
  document: string;
  /** What keeping the delivery with it came to. Null: it was not kept, and is stored for the owner of its topic to act on. */
  kept: 'accepted' | 'duplicate' | null;
}

/** One POST of a provider, as it came. */
export interface Delivery {
  door: WebhookDoor;
  header(name: string): string | null;
  /** Without parameters, in lower case; empty when there is none. */
  mediaType: string;
  /** Path and query of the request line, untouched. */
  target: string;
  body: Buffer;
}

/** What a delivery says, once it is proven to be the provider's. */
export interface Message {
  eventId: string;
  type: string;
  occurredAt: Date | null;
  /** Ours, from what is signed. */
  reference: string | null;
  /** JSON. */
  payload: string;
}

export type Verdict =
  | { accepted: true; verifier: Verifier; message: Message }
  | { accepted: false; error: RelaisError; reason: string; verifier: Verifier | null };

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Whether a delivery is the provider's own, and what it says. Nothing is parsed as JSON before the signature holds. */
export function judge(kernel: Kernel, delivery: Delivery): Promise<Verdict> {
  return delivery.door.provider === 'telnyx' ? judgeTelnyx(kernel, delivery) : judgeTwilio(kernel, delivery);
}

function refuse(
  code: ErrorCode,
  options: { params?: ErrorParams; reason?: string; verifier?: Verifier } = {},
): Verdict {
  return {
    accepted: false,
    error: new RelaisError(code, { params: options.params ?? {} }),
    reason: options.reason ?? code,
    verifier: options.verifier ?? null,
  };
}

async function judgeTelnyx(kernel: Kernel, delivery: Delivery): Promise<Verdict> {
  if (delivery.mediaType !== JSON_TYPE)
    return refuse('unsupported_media_type', { params: { expected: JSON_TYPE } });
  const signature = delivery.header('telnyx-signature-ed25519');
  const timestamp = delivery.header('telnyx-timestamp');
  const verified = await findSigner(
    kernel,
    { provider: 'telnyx', account: accountOf(delivery), accountSid: null },
    async ({ secret }) =>
      signature && timestamp && isFresh(timestamp, kernel.clock.nowMs())
        ? verifyTelnyx(secret, signature, timestamp, delivery.body)
        : false,
  );
  const claimed = verified.candidates[0];
  if (!claimed) return unknownAccount();
  if (!signature || !timestamp) return refuse('signature_missing', { verifier: claimed });
  if (!isFresh(timestamp, kernel.clock.nowMs())) return refuse('signature_stale', { verifier: claimed });
  if (!verified.signer) return refuse('signature_invalid', { verifier: claimed });
  const message = telnyxMessage(delivery.body);
  return typeof message === 'string'
    ? malformed(message, verified.signer)
    : { accepted: true, verifier: verified.signer, message };
}

async function judgeTwilio(kernel: Kernel, delivery: Delivery): Promise<Verdict> {
  const isForm = delivery.mediaType === FORM_TYPE;
  if (!isForm && delivery.mediaType !== JSON_TYPE)
    return refuse('unsupported_media_type', { params: { expected: FORM_TYPE } });
  const content = isForm ? parseForm(delivery.body) : delivery.body;
  const accountSid = Buffer.isBuffer(content) ? null : sidOf(content);
  const signature = delivery.header('x-twilio-signature');
  const url = publicUrlOf(kernel, delivery);
  const verified = await findSigner(
    kernel,
    { provider: 'twilio', account: accountOf(delivery), accountSid },
    async ({ secret }) => (signature ? verifyTwilio(secret, signature, url, content) : false),
  );
  const claimed = verified.candidates[0];
  if (!claimed) return unknownAccount();
  if (!signature) return refuse('signature_missing', { verifier: claimed });
  if (!verified.signer) return refuse('signature_invalid', { verifier: claimed });
  const message = twilioMessage(delivery, content, signature);
  return typeof message === 'string'
    ? malformed(message, verified.signer)
    : { accepted: true, verifier: verified.signer, message };
}

function unknownAccount(): Verdict {
  return refuse('not_found', { params: { what: 'provider account' }, reason: 'unknown_account' });
}

function malformed(reason: string, verifier: Verifier): Verdict {
  return reason === 'invalid_json'
    ? refuse('invalid_json', { verifier })
    : refuse('invalid_request', { params: { reason }, reason: 'malformed', verifier });
}

/** The account whose key fits. When none does, what was remembered of the accounts is read once more. */
async function findSigner(
  kernel: Kernel,
  claim: Parameters<typeof findVerifiers>[1],
  fits: (verifier: Verifier) => Promise<boolean>,
): Promise<{ candidates: Verifier[]; signer: Verifier | null }> {
  let candidates: Verifier[] = [];
  for (const certain of [false, true]) {
    const known = candidates;
    candidates = await findVerifiers(kernel, claim, { certain });
    // The same list again has nothing new to try.
    if (certain && candidates === known) break;
    for (const verifier of candidates) if (await fits(verifier)) return { candidates, signer: verifier };
  }
  return { candidates, signer: null };
}

/** `?account=` of the address, or null. */
function accountOf(delivery: Delivery): string | null {
  const queryStart = delivery.target.indexOf('?');
  return queryStart === -1 ? null : new URLSearchParams(delivery.target.slice(queryStart + 1)).get('account');
}

function sidOf(params: TwilioParams): string | null {
  const { AccountSid: sid } = params;
  return typeof sid === 'string' && /^AC[0-9a-f]{32}$/i.test(sid) ? sid : null;
}

/** The address that Twilio signed: what it was given, and not what a proxy made of it. */
function publicUrlOf(kernel: Kernel, { door, target }: Delivery): string {
  const override = door.publicUrl?.(kernel.config);
  if (!override) return `${publicBaseUrl(kernel.config)}${target}`;
  const queryStart = target.indexOf('?');
  return queryStart === -1 ? override : `${override}${target.slice(queryStart)}`;
}

/** The message of a Telnyx body, or what is wrong with it. */
function telnyxMessage(body: Buffer): Message | string {
  const payload = body.toString();
  let data: Record<string, unknown> | undefined;
  let meta: { delivered_to?: unknown } | null | undefined;
  try {
    const body = JSON.parse(payload) as { data?: Record<string, unknown>; meta?: typeof meta } | null;
    data = body?.data;
    meta = body?.meta;
  } catch {
    return 'invalid_json';
  }
  if (typeof data !== 'object' || data === null) return 'data: missing';
  const eventId = word(data.id, 200);
  if (!eventId) return 'data.id: missing';
  return {
    eventId,
    type: word(data.event_type, 100) ?? 'unknown',
    occurredAt: time(data.occurred_at),
    // The address that the delivery came to is not signed; the ones in the body are. A call names its own nowhere else.
    reference:
      referenceOf((data.payload as { webhook_url?: unknown } | null | undefined)?.webhook_url) ??
      referenceOf(meta?.delivered_to),
    payload,
  };
}

/** The message of a Twilio body, or what is wrong with it. */
function twilioMessage(
  { target }: Delivery,
  content: TwilioParams | Buffer,
  signature: string,
): Message | string {
  let params: Record<string, unknown>;
  try {
    params = Buffer.isBuffer(content) ? (JSON.parse(content.toString()) as Record<string, unknown>) : content;
  } catch {
    return 'invalid_json';
  }
  if (typeof params !== 'object' || params === null || Array.isArray(params))
    return 'the body is not an object';
  // A delivery has no signed id. The signature stands for address and content, and is the same when Twilio repeats itself;
  // the header I-Twilio-Idempotency-Token is not signed, and a form can be written in many ways: both would let replays in.
  const eventId = hash('sha256', signature);
  return {
    eventId,
    type: twilioType(params),
    occurredAt: time(params.Timestamp),
    reference: referenceOf(target),
    payload: JSON.stringify(params),
  };
}

/** Twilio names no event types: they are told by the parameters. */
function twilioType(params: Record<string, unknown>): string {
  const named = word(params.StatusCallbackEvent, 80);
  if (named) return named;
  const states = [
    ['bundle', params.BundleSid ? (params.Status ?? 'changed') : null],
    ['recording', params.RecordingStatus],
    ['message', params.MessageStatus ?? params.SmsStatus],
    ['call', params.CallStatus],
  ] as const;
  for (const [noun, state] of states) if (word(state, 60)) return `${noun}.${word(state, 60)}`;
  return 'unknown';
}
