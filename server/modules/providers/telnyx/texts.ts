import { hasProviderStatus } from '../failure.ts';
import { fetchMedia as fetchFrom } from '../media.ts';
import type {
  InboundText,
  MediaFetch,
  OutboundText,
  RemoteText,
  SendOutcome,
  TextStatus,
} from '../messaging.ts';
import { count, price, prose, referenceOf, time, text as toWord, word } from '../parse.ts';
import { failureOf, sendOnce } from '../texts.ts';
import type { TelnyxParts } from './client.ts';
import { telnyxAddresses } from './plumbing.ts';
import { telnyxReasons } from './text-reasons.ts';

/** Sends a text. Telnyx has no idempotency key: it is never sent a second time here. */
export function sendText(parts: TelnyxParts, text: OutboundText): Promise<SendOutcome> {
  const { from, to, mediaUrls, reference } = text;
  return sendOnce(
    { attempt: parts.attempt, reasons: telnyxReasons },
    () =>
      parts.client.messages.send({
        from,
        to,
        ...(text.text === '' ? {} : { text: text.text }),
        ...(mediaUrls.length > 0 ? { media_urls: mediaUrls } : {}),
        webhook_url: telnyxAddresses(parts).text(reference),
      }),
    (answer) => toRemoteText(answer.data),
  );
}

const PAGE_SIZE = 50;
const PAGES_MAX = 3;
/** Telnyx dates records by a clock of its own. */
const CLOCK_SKEW_MS = 5000;
/** Records without our address are looked at one by one: so many at most. */
const LOOKED_AT_MAX = 5;

interface MessageRecord {
  uuid?: string;
  direction?: string;
  cli?: string;
  cld?: string;
  created_at?: string;
  status?: string;
  delivery_status_webhook_url?: string;
}

/**
 * Telnyx keeps no list of messages, but a record of each, without its words. The address that we gave for its receipts
 * names our message; a record without one is told by the message itself.
 */
export async function findTexts(
  parts: TelnyxParts,
  wanted: OutboundText,
  since: Date,
): Promise<RemoteText[]> {
  const records = await recordsOf(parts, wanted, since);
  const named = records.filter(
    (record) => referenceOf(record.delivery_status_webhook_url) === wanted.reference,
  );
  const unnamed = records.filter((record) => !referenceOf(record.delivery_status_webhook_url));
  const candidates = named.length > 0 ? named : unnamed.slice(0, LOOKED_AT_MAX);
  const found: RemoteText[] = [];
  for (const record of candidates) {
    const message = await getMessage(parts, record.uuid!);
    const text = toRemoteText(message) ?? ofRecord(record);
    const isOurs = [text.reference, referenceOf(record.delivery_status_webhook_url)].includes(
      wanted.reference,
    );
    const isNameless = text.reference === null && message !== null;
    if (isOurs || (isNameless && prose(message.text).trim() === wanted.text.trim())) found.push(text);
  }
  return found;
}

/** What a record alone says: Telnyx took the text. */
function ofRecord({ uuid, status, delivery_status_webhook_url: address }: MessageRecord): RemoteText {
  return {
    messageId: uuid!,
    reference: referenceOf(address),
    status: 'sent',
    providerStatus: word(status, STATUS_MAX) ?? 'sent',
    ...{ failure: null, segments: null, price: null, at: null },
  };
}

/** Records of what was sent from one number to another since a moment, newest first. */
async function recordsOf(
  { client, request }: TelnyxParts,
  { from, to }: OutboundText,
  since: Date,
): Promise<MessageRecord[]> {
  const sinceMs = since.getTime() - CLOCK_SKEW_MS;
  const filter = {
    ...{ record_type: 'messaging' as const, direction: 'outbound', cli: from, cld: to },
    created_at: { gte: new Date(sinceMs).toISOString() },
  };
  let page = await request('repeatable', () =>
    client.detailRecords.list({ filter, sort: ['-created_at'], 'page[size]': PAGE_SIZE }),
  );
  const records: MessageRecord[] = [];
  for (let pages = 1; ; pages++) {
    records.push(...((page.getPaginatedItems() ?? []) as MessageRecord[]));
    if (pages === PAGES_MAX || !page.hasNextPage()) break;
    const current = page;
    page = await request('repeatable', () => current.getNextPage());
  }
  return records.filter(
    (record) =>
      record.uuid &&
      record.direction !== 'inbound' &&
      record.cli === from &&
      record.cld === to &&
      (time(record.created_at)?.getTime() ?? sinceMs) >= sinceMs,
  );
}

export async function getText(parts: TelnyxParts, messageId: string): Promise<RemoteText | null> {
  return toRemoteText(await getMessage(parts, messageId));
}

/** Telnyx tells of a message for ten days. */
async function getMessage(
  { client, request }: TelnyxParts,
  messageId: string,
): Promise<TelnyxMessage | null> {
  try {
    const { data } = await request('repeatable', () => client.messages.retrieve(messageId));
    return (data as TelnyxMessage | undefined) ?? null;
  } catch (error) {
    if (hasProviderStatus(error, 404)) return null;
    throw error;
  }
}

/** Puts a number on our messaging profile, whose webhook address is ours. */
export async function configureTexts(
  { client, request }: TelnyxParts,
  { numberId }: { numberId: string },
  messagingProfileId: string,
): Promise<void> {
  await request('repeatable', () =>
    client.phoneNumbers.messaging.update(numberId, { messaging_profile_id: messagingProfileId }),
  );
}

export function fetchMedia(
  { account, deps }: TelnyxParts,
  url: string,
  options: { bytesMax: number },
): Promise<MediaFetch> {
  const places = {
    provider: 'telnyx' as const,
    apiHost: 'api.telnyx.com',
    baseUrl: account.baseUrl,
    authorization: `Bearer ${account.apiKey}`,
    keeps: ({ hostname, pathname }: URL) =>
      /\.(telnyx|telnyxcloudstorage)\.com$/.test(hostname) ||
      (hostname === 's3.amazonaws.com' && /^\/(com\.)?telnyx/.test(pathname)),
  };
  return fetchFrom(deps, places, url, options);
}

/** What we read of a message, from an answer or from a webhook; any part may be missing or be something else. */
interface TelnyxMessage {
  id?: unknown;
  direction?: unknown;
  from?: { phone_number?: unknown } | null;
  to?: unknown;
  text?: unknown;
  media?: unknown;
  parts?: unknown;
  cost?: { amount?: unknown; currency?: unknown } | null;
  errors?: unknown;
  webhook_url?: unknown;
  received_at?: unknown;
  sent_at?: unknown;
  completed_at?: unknown;
}

const ID_MAX = 100;
const ADDRESS_MAX = 100;
const STATUS_MAX = 60;

const STATUSES = new Map<string, TextStatus>([
  ['queued', 'queued'],
  ['sending', 'sending'],
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['delivery_unconfirmed', 'unconfirmed'],
  ['delivery_failed', 'undelivered'],
  ['sending_failed', 'failed'],
  ['expired', 'failed'],
]);

/** A text we sent, from an answer or a receipt; null when its id is missing. */
export function toRemoteText(message: TelnyxMessage | null | undefined): RemoteText | null {
  const messageId = word(message?.id, ID_MAX);
  if (!message || !messageId) return null;
  const providerStatus = word(firstOf(message.to)?.status, STATUS_MAX) ?? 'queued';
  // A word that Telnyx does not use today says no more than that Telnyx has the text.
  const status = STATUSES.get(providerStatus) ?? 'queued';
  const error = firstOf(message.errors);
  const said = {
    code: word(error?.code, 20),
    message: toWord(error?.detail) ?? toWord(error?.title),
    word: providerStatus,
  };
  return {
    messageId,
    reference: referenceOf(message.webhook_url),
    status,
    providerStatus,
    failure: failureOf(status, telnyxReasons, said),
    segments: count(message.parts),
    price: price(message.cost?.amount, message.cost?.currency),
    at: time(message.completed_at) ?? time(message.sent_at) ?? time(message.received_at),
  };
}

/** The receipt that message.sent and message.finalized are, or null when they hold none. */
export function receiptOf(message: TelnyxMessage): RemoteText | null {
  return message.direction === 'inbound' ? null : toRemoteText(message);
}

/** The text that message.received tells of, or null when it tells of none. */
export function inboundOf(message: TelnyxMessage): InboundText | null {
  return message.direction === 'outbound' ? null : wholeTextOf(message);
}

/** A text with its words, whichever its direction; null when it lacks its id or its ends. */
export function wholeTextOf(message: TelnyxMessage): InboundText | null {
  const messageId = word(message.id, ID_MAX);
  const from = prose(message.from?.phone_number).slice(0, ADDRESS_MAX);
  const to = word(firstOf(message.to)?.phone_number, ADDRESS_MAX);
  if (!messageId || !from || !to) return null;
  return {
    messageId,
    accountSid: null,
    from,
    to,
    text: prose(message.text),
    media: mediaOf(message.media),
    segments: count(message.parts),
    price: price(message.cost?.amount, message.cost?.currency),
    at: time(message.received_at),
  };
}

/** Telnyx takes ten at most. */
const MEDIA_MAX = 20;
const URL_MAX = 2000;
const TYPE_MAX = 200;

function mediaOf(list: unknown): InboundText['media'] {
  if (!Array.isArray(list)) return [];
  return list
    .slice(0, MEDIA_MAX)
    .flatMap((item: { url?: unknown; content_type?: unknown; size?: unknown }) => {
      const url = word(item?.url, URL_MAX);
      const size = item?.size;
      const sizeBytes = typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : null;
      return url ? [{ url, contentType: word(item.content_type, TYPE_MAX), sizeBytes }] : [];
    });
}

/** The first item of a list, if it is a list and the item an object. */
function firstOf(list: unknown): Record<string, unknown> | null {
  const first: unknown = Array.isArray(list) ? list[0] : null;
  return typeof first === 'object' && first !== null ? (first as Record<string, unknown>) : null;
}
