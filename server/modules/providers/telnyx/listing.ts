import { hasProviderStatus } from '../failure.ts';
import type { ListedLeg, ListedNumber, ListedPage, ListedText, ListWindow, Wiring } from '../listing.ts';
import { RECORD_ONLY } from '../listing.ts';
import type { InboundText, TextStatus } from '../messaging.ts';
import { count, price, prose, referenceOf, text, time, word } from '../parse.ts';
import type { Features, Plumbing } from '../port.ts';
import { failureOf } from '../texts.ts';
import type { TelnyxParts } from './client.ts';
import { toRemoteNumber } from './numbers.ts';
import { telnyxReasons } from './text-reasons.ts';
import { wholeTextOf } from './texts.ts';
import { hangupFailure } from './voice-reasons.ts';

/** The largest page of each list (OpenAPI). */
const NUMBERS_SIZE = 250;
const RECORDS_SIZE = 50;
const ID_MAX = 100;
const ADDRESS_MAX = 100;

/** Telnyx counts pages from 1: the cursor is the number of the page. */
const pageOf = (cursor: string | null) => (cursor && /^\d{1,7}$/.test(cursor) ? Number(cursor) : 1);

interface Answer<Item> {
  data?: Item[] | null;
  meta?: { page_number?: number; total_pages?: number } | null;
}

function toPage<Item, Shown>(
  cursor: string | null,
  { data, meta }: Answer<Item>,
  show: (item: Item) => Shown | null,
): ListedPage<Shown> {
  const page = pageOf(cursor);
  const isLast = !data?.length || page >= (meta?.total_pages ?? 0);
  const items = (data ?? []).map(show).filter((item) => item !== null);
  return { items, next: isLast ? null : String(page + 1) };
}

export async function numbersPage(
  { client, request }: TelnyxParts,
  cursor: string | null,
): Promise<ListedPage<ListedNumber>> {
  const page = { 'page[number]': pageOf(cursor), 'page[size]': NUMBERS_SIZE };
  // The oldest first: what is bought meanwhile comes at the end, and moves nothing to another page.
  const answer = await request('single', () => client.phoneNumbers.list({ ...page, sort: 'purchased_at' }));
  return toPage(cursor, answer, (item): ListedNumber | null => {
    const number = toRemoteNumber(item);
    if (!number) return null;
    const wiring: Wiring = {
      connection_id: number.connectionId,
      messaging_profile_id: text(item.messaging_profile_id),
    };
    return { ...number, country: text(item.country_iso_alpha2), type: text(item.phone_number_type), wiring };
  });
}

/** Telnyx names what a number can do with texts in its messaging settings; every number of it can call. */
export async function featuresOf({ client, request }: TelnyxParts, numberId: string): Promise<Features> {
  const { data } = await request('repeatable', () => client.phoneNumbers.messaging.retrieve(numberId));
  return { voice: true, sms: Boolean(data?.features?.sms), mms: Boolean(data?.features?.mms) };
}

/** Where a number should point: to our connection, and with texts to our messaging profile. */
export function wiringFor(features: Features, { connectionId, messagingProfileId }: Plumbing): Wiring {
  return {
    ...(connectionId ? { connection_id: connectionId } : {}),
    ...(messagingProfileId && (features.sms || features.mms)
      ? { messaging_profile_id: messagingProfileId }
      : {}),
  };
}

/** What we read of a detail record; any part may be missing or be something else. */
type DetailRecord = Record<string, unknown>;

/** A page of records of one kind whose time field lies in a window, the oldest first. */
async function recordsPage<Shown>(
  { client, request }: TelnyxParts,
  { type, field, window }: { type: 'messaging' | 'call-control'; field: string; window: ListWindow },
  cursor: string | null,
  show: (record: DetailRecord) => Shown | null,
): Promise<ListedPage<Shown>> {
  const between = { gte: window.from.toISOString(), lt: window.until.toISOString() };
  const filter = { record_type: type, [field]: between };
  const answer = await request('single', () =>
    client.detailRecords.list({
      ...{ filter, sort: [field] },
      ...{ 'page[number]': pageOf(cursor), 'page[size]': RECORDS_SIZE },
    }),
  );
  const isInside = (at: Date | null) => at !== null && at >= window.from && at < window.until;
  return toPage(cursor, answer, (item) => {
    const record: DetailRecord = { ...item };
    return isInside(time(record[field])) ? show(record) : null;
  });
}

/** The records' own words for how a text stands. One that is still under way has none of them. */
const RECORD_STATUSES = new Map<string, TextStatus>([
  ['delivered', 'delivered'],
  ['dlr_unconfirmed', 'unconfirmed'],
  ['dlr_timeout', 'unconfirmed'],
  ['failed', 'undelivered'],
  ['gw_reject', 'failed'],
  ['gw_timeout', 'failed'],
]);

/** Telnyx has no list of messages, but a record of each, without its words. */
export function textsPage(
  parts: TelnyxParts,
  window: ListWindow,
  cursor: string | null,
): Promise<ListedPage<ListedText>> {
  return recordsPage(parts, { type: 'messaging', field: 'created_at', window }, cursor, (record) => {
    const messageId = word(record.uuid, ID_MAX);
    const createdAt = time(record.created_at);
    if (!messageId || !createdAt) return null;
    const direction = record.direction === 'inbound' ? 'inbound' : 'outbound';
    return {
      ...{ messageId, direction, createdAt },
      from: prose(record.cli).slice(0, ADDRESS_MAX),
      to: prose(record.cld).slice(0, ADDRESS_MAX),
      standing: direction === 'outbound' ? standingOf(messageId, record) : null,
    };
  });
}

function standingOf(messageId: string, record: DetailRecord): ListedText['standing'] {
  const providerStatus = word(record.status, 60) ?? 'sending';
  const status = RECORD_STATUSES.get(providerStatus) ?? (time(record.sent_at) ? 'sent' : 'queued');
  const [error] = Array.isArray(record.errors) ? (record.errors as unknown[]) : [];
  const isExpired = providerStatus === 'gw_timeout';
  const said = { code: word(error, 20), message: null, word: isExpired ? 'expired' : providerStatus };
  return {
    ...{ messageId, status, providerStatus },
    reference: referenceOf(record.delivery_status_webhook_url),
    failure: failureOf(status, telnyxReasons, said),
    segments: count(record.parts),
    price: price(record.cost, record.currency),
    at: time(record.completed_at) ?? time(record.sent_at),
  };
}

/** Telnyx tells of a message for ten days. */
export async function readText(
  { client, request }: TelnyxParts,
  messageId: string,
): Promise<InboundText | null> {
  try {
    const { data } = await request('single', () => client.messages.retrieve(messageId));
    return data ? wholeTextOf(data) : null;
  } catch (error) {
    if (hasProviderStatus(error, 404)) return null;
    throw error;
  }
}

/**
 * Telnyx has no list of calls, but a record of each leg that has ended. Its SDK says which times such a record has (started_at,
 * answered_at, finished_at, and no created_at: another one is answered with 400); its other fields are in no published schema.
 */
export function legsPage(
  parts: TelnyxParts,
  window: ListWindow,
  cursor: string | null,
): Promise<ListedPage<ListedLeg>> {
  return recordsPage(parts, { type: 'call-control', field: 'started_at', window }, cursor, (record) => {
    const recordId = word(record.call_leg_id, ID_MAX);
    const startedAt = time(record.started_at);
    const endedAt = time(record.finished_at) ?? time(record.ended_at);
    if (!recordId || !startedAt || !endedAt) return null;
    const cause = word(record.hangup_cause, 60);
    const answeredAt = time(record.answered_at);
    const leg: ListedLeg['leg'] = {
      ...{ legId: `${RECORD_ONLY}${recordId}`, recordId, sessionId: word(record.call_session_id, ID_MAX) },
      ...{ reference: null, direction: record.direction === 'inbound' ? 'inbound' : 'outbound' },
      from: prose(record.cli).slice(0, ADDRESS_MAX),
      to: prose(record.cld).slice(0, ADDRESS_MAX),
      ...{ state: 'ended', providerStatus: cause ?? 'ended', endedBy: null, quality: null, sequence: null },
      failure: answeredAt ? null : hangupFailure(cause ?? 'unspecified', null),
      durationSeconds: answeredAt && secondsFrom(answeredAt, endedAt),
      // A leg is written down more than once: this record holds a part of its price.
      ...{ price: null, at: endedAt },
    };
    return { leg, startedAt };
  });
}

/** A second that was begun counts: who picked up and put down at once has talked all the same. */
const secondsFrom = (from: Date, until: Date) =>
  Math.max(1, Math.round((until.getTime() - from.getTime()) / 1000));
