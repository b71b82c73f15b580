import { rfc2822 } from '../../core/clock.ts';
import { negate } from '../../core/money.ts';
import type { StoredMedia } from '../../core/texts/media.ts';
import type { Fate, Text, TextStatus } from '../../core/texts/model.ts';

/** Twilio's words for how far a text is. */
const STATUS: Record<TextStatus, string> = {
  scheduled: 'scheduled',
  canceled: 'canceled',
  queued: 'queued',
  sending: 'sending',
  sent: 'sent',
  delivered: 'delivered',
  undelivered: 'undelivered',
  failed: 'failed',
  expired: 'failed',
  unconfirmed: 'sent',
  received: 'received',
};

/** Why a text did not arrive; the others are no errors. */
const ERRORS: Partial<Record<Fate, { code: number; message: string }>> = {
  unreachable: { code: 30003, message: 'Unreachable destination handset' },
  blocked: { code: 30004, message: 'Message blocked' },
  unknown_destination: { code: 30005, message: 'Unknown destination handset' },
  landline: { code: 30006, message: 'Landline or unreachable carrier' },
  filtered: { code: 30007, message: 'Message filtered' },
  expired: { code: 30036, message: 'Validity period expired' },
  media_unreachable: { code: 11200, message: 'HTTP retrieval failure' },
  media_refused: { code: 12300, message: 'Invalid Content-Type' },
  media_too_large: { code: 30019, message: 'Content size exceeds carrier limit' },
};

const DIRECTIONS = { api: 'outbound-api', reply: 'outbound-reply', provider: 'outbound-reply' } as const;

export const statusOf = (text: Text): string => STATUS[text.status];

export function errorOf(text: Text): { code: number; message: string } | undefined {
  return text.fate === null || text.status === 'sent' ? undefined : ERRORS[text.fate];
}

export const messagePath = (text: Text): string => `/2010-04-01/Accounts/${text.account}/Messages/${text.id}`;

const date = (atMs: number | null): string | null => (atMs === null ? null : rfc2822(atMs));

/** A message as the API shows it. */
export function messageView(text: Text): Record<string, unknown> {
  const error = errorOf(text);
  const path = messagePath(text);
  return {
    account_sid: text.account,
    api_version: '2010-04-01',
    body: text.text,
    date_created: rfc2822(text.createdAtMs),
    date_sent: date(text.direction === 'inbound' ? text.createdAtMs : text.sentAtMs),
    date_updated: rfc2822(text.updatedAtMs),
    direction: text.origin === 'handset' ? 'inbound' : DIRECTIONS[text.origin],
    error_code: error?.code ?? null,
    error_message: error?.message ?? null,
    from: text.from,
    messaging_service_sid: null,
    num_media: String(Math.max(text.media.length, text.mediaUrls.length)),
    num_segments: String(text.segments),
    price: text.price === null ? null : `${negate(text.price)}0`,
    price_unit: 'USD',
    sid: text.id,
    status: statusOf(text),
    subresource_uris: { media: `${path}/Media.json` },
    to: text.to,
    uri: `${path}.json`,
  };
}

export function mediaView(text: Text, media: StoredMedia): Record<string, unknown> {
  return {
    account_sid: text.account,
    content_type: media.contentType,
    date_created: rfc2822(text.createdAtMs),
    date_updated: rfc2822(text.createdAtMs),
    parent_sid: text.id,
    sid: media.sid,
    uri: `${messagePath(text)}/Media/${media.sid}.json`,
  };
}
