import { hasProviderStatus } from '../failure.ts';
import { fetchMedia as fetchFrom, type MediaPlaces } from '../media.ts';
import type {
  InboundText,
  MediaFetch,
  OutboundText,
  RemoteText,
  SendOutcome,
  TextStatus,
} from '../messaging.ts';
import { count, price, prose, time, text as toWord, word } from '../parse.ts';
import { failureOf, sendOnce } from '../texts.ts';
import type { TwilioParts } from './client.ts';
import { twilioAddresses } from './numbers.ts';
import { twilioReasons } from './text-reasons.ts';

/** Sends a text. Twilio has no idempotency key: it is never sent a second time here. */
export function sendText(parts: TwilioParts, text: OutboundText): Promise<SendOutcome> {
  const { from, to, mediaUrls, reference } = text;
  return sendOnce(
    { attempt: parts.attempt, reasons: twilioReasons },
    () =>
      parts.client.messages.create({
        from,
        to,
        ...(text.text === '' ? {} : { body: text.text }),
        ...(mediaUrls.length > 0 ? { mediaUrl: mediaUrls } : {}),
        statusCallback: twilioAddresses(parts).textStatus(reference),
      }),
    toRemoteText,
  );
}

const PAGE_SIZE = 100;
const PAGES_MAX = 3;
/** Twilio counts whole seconds, by a clock of its own. */
const CLOCK_SKEW_MS = 5000;

interface MessagePage {
  instances: MessageItem[];
  nextPageUrl?: string;
  nextPage(): Promise<MessagePage> | undefined;
}

/**
 * Twilio keeps no reference of ours: a text is known again by its numbers, words and time. The filter by the time of
 * sending is not used, for it would pass over a text that still waits to be sent.
 */
export async function findTexts(
  { client, request }: TwilioParts,
  wanted: OutboundText,
  since: Date,
): Promise<RemoteText[]> {
  const { from, to } = wanted;
  const sinceMs = since.getTime() - CLOCK_SKEW_MS;
  const isRecent = (item: MessageItem) => (time(item.dateCreated)?.getTime() ?? sinceMs) >= sinceMs;
  const found: RemoteText[] = [];
  let page: MessagePage = await request('repeatable', () =>
    client.messages.page({ from, to, pageSize: PAGE_SIZE }),
  );
  for (let pages = 1; ; pages++) {
    for (const item of page.instances) {
      const text = isRecent(item) && isSame(item, wanted) ? toRemoteText(item) : null;
      if (text) found.push(text);
    }
    const current = page;
    if (!current.nextPageUrl || pages === PAGES_MAX || !current.instances.some(isRecent)) return found;
    page = await request('repeatable', async () => (await current.nextPage())!);
  }
}

function isSame(item: MessageItem, { from, to, text, mediaUrls }: OutboundText): boolean {
  return (
    item.from === from &&
    item.to === to &&
    (item.body ?? '').trim() === text.trim() &&
    (item.numMedia ?? '0') === String(mediaUrls.length)
  );
}

export async function getText(
  { client, request }: TwilioParts,
  messageId: string,
): Promise<RemoteText | null> {
  try {
    return toRemoteText(await request('repeatable', () => client.messages(messageId).fetch()));
  } catch (error) {
    if (hasProviderStatus(error, 404)) return null;
    throw error;
  }
}

/** Points the texts of a number at us. An application that is set for them would go before the address: it is taken off. */
export async function configureTexts(parts: TwilioParts, { numberId }: { numberId: string }): Promise<void> {
  const number = parts.client.incomingPhoneNumbers(numberId);
  const smsUrl = twilioAddresses(parts).sms;
  const current = await parts.request('repeatable', () => number.fetch());
  const application = current.smsApplicationSid ? { smsApplicationSid: '' } : {};
  if (current.smsUrl === smsUrl && current.smsMethod === 'POST' && !current.smsApplicationSid) return;
  await parts.request('repeatable', () => number.update({ smsUrl, smsMethod: 'POST', ...application }));
}

export function fetchMedia(
  parts: TwilioParts,
  url: string,
  options: { bytesMax: number },
): Promise<MediaFetch> {
  return fetchFrom(parts.deps, mediaPlaces(parts), url, options);
}

/** Where Twilio keeps pictures of texts and sound of calls. */
export function mediaPlaces({ account }: TwilioParts): MediaPlaces {
  const basic = Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64');
  return {
    provider: 'twilio',
    apiHost: 'api.twilio.com',
    baseUrl: account.baseUrl,
    authorization: `Basic ${basic}`,
    keeps: ({ hostname, pathname }: URL) =>
      /\.(twilio|twiliocdn)\.com$/.test(hostname) ||
      // Media that needs no credentials is kept here, in a bucket of this name.
      (hostname === 's3-external-1.amazonaws.com' && pathname.startsWith('/media.twiliocdn.com/')),
  };
}

/** What we read of a message, as the SDK gives it. */
export interface MessageItem {
  sid?: string;
  from?: string;
  to?: string;
  body?: string;
  status?: string;
  numMedia?: string;
  numSegments?: string;
  price?: string | null;
  priceUnit?: string | null;
  errorCode?: number | null;
  errorMessage?: string | null;
  dateCreated?: Date | null;
  dateSent?: Date | null;
  dateUpdated?: Date | null;
}

/** How a text of the list or an answer stands; null when its id is missing. */
export function toRemoteText(item: MessageItem): RemoteText | null {
  const messageId = word(item.sid, ID_MAX);
  if (!messageId) return null;
  const said = {
    code: codeOf(item.errorCode),
    message: toWord(item.errorMessage),
    word: toWord(item.status),
  };
  return {
    messageId,
    reference: null,
    ...standing(said),
    segments: count(item.numSegments),
    price: price(toWord(item.price)?.replace(/^-/, ''), item.priceUnit),
    at: time(item.dateUpdated) ?? time(item.dateSent),
  };
}

const ID_MAX = 100;

/** The receipt in the parameters of a status callback, or null when they hold none. */
export function receiptOf(
  params: Record<string, unknown>,
  { reference, occurredAt }: { reference: string | null; occurredAt: Date | null },
): RemoteText | null {
  const messageId = messageSid(params);
  const status = statusOf(params);
  if (!messageId || !status) return null;
  const said = { code: codeOf(params.ErrorCode), message: toWord(params.ErrorMessage), word: status };
  return { messageId, reference, ...standing(said), segments: null, price: null, at: occurredAt };
}

/** The text in the parameters of a delivery to a number's SmsUrl, or null when they hold none. */
export function inboundOf(
  params: Record<string, unknown>,
  { occurredAt }: { occurredAt: Date | null },
): InboundText | null {
  const messageId = messageSid(params);
  const from = prose(params.From).slice(0, ADDRESS_MAX);
  const to = word(params.To, ADDRESS_MAX);
  if (!messageId || !from || !to || !isInbound(params)) return null;
  return {
    messageId,
    accountSid: word(params.AccountSid, ID_MAX),
    from,
    to,
    text: prose(params.Body),
    media: mediaOf(params),
    segments: count(params.NumSegments),
    price: null,
    at: occurredAt,
  };
}

const ADDRESS_MAX = 100;
/** Twilio sends ten at most. */
const MEDIA_MAX = 20;
const URL_MAX = 2000;
const TYPE_MAX = 200;

/** Counted by what is there: the number given is only a claim. */
function mediaOf(params: Record<string, unknown>): InboundText['media'] {
  const media: InboundText['media'] = [];
  for (let index = 0; index < MEDIA_MAX; index++) {
    const url = word(params[`MediaUrl${index}`], URL_MAX);
    const contentType = word(params[`MediaContentType${index}`], TYPE_MAX);
    if (url) media.push({ url, contentType, sizeBytes: null });
  }
  return media;
}

/** Twilio gives the same id under three names, for programs of other years. */
function messageSid(params: Record<string, unknown>): string | null {
  return word(params.MessageSid ?? params.SmsSid ?? params.SmsMessageSid, ID_MAX);
}

function statusOf(params: Record<string, unknown>): string | null {
  return word(params.MessageStatus ?? params.SmsStatus, STATUS_MAX);
}

const STATUS_MAX = 60;

function isInbound(params: Record<string, unknown>): boolean {
  const status = statusOf(params);
  return status === null || status === 'received' || status === 'receiving';
}

const STATUSES = new Map<string, TextStatus>([
  ['accepted', 'queued'],
  ['scheduled', 'queued'],
  ['queued', 'queued'],
  ['sending', 'sending'],
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['partially_delivered', 'delivered'],
  ['read', 'delivered'],
  ['undelivered', 'undelivered'],
  ['failed', 'failed'],
  ['canceled', 'failed'],
]);

/** A word that Twilio does not use today says no more than that Twilio has the text. */
function standing(said: { code: string | null; message: string | null; word: string | null }) {
  const providerStatus = said.word ?? 'queued';
  const status = STATUSES.get(providerStatus) ?? 'queued';
  return {
    status,
    providerStatus,
    failure: failureOf(status, twilioReasons, { ...said, word: providerStatus }),
  };
}

function codeOf(value: unknown): string | null {
  const code = word(value, 20);
  return code === '0' ? null : code;
}
