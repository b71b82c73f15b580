import { isoMillis } from '../../core/clock.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { mediaUrl } from '../../core/texts/media.ts';
import type { Fate, Text, TextStatus } from '../../core/texts/model.ts';

/** Telnyx's words for how far a text is. */
const STATUS: Record<TextStatus, string> = {
  scheduled: 'queued',
  canceled: 'cancelled',
  queued: 'queued',
  sending: 'sending',
  sent: 'sent',
  delivered: 'delivered',
  undelivered: 'delivery_failed',
  failed: 'sending_failed',
  expired: 'expired',
  unconfirmed: 'delivery_unconfirmed',
  received: 'delivered',
};

type Reason = [code: string, title: string, detail: string];

/** Why a text did not arrive; the others are no errors. */
const ERRORS: Partial<Record<Fate, Reason>> = {
  landline: [
    '40001',
    'Not routable',
    'The destination number is either a landline or a non-routable wireless number.',
  ],
  filtered: [
    '40002',
    'Blocked as spam - temporary',
    'The message was flagged by a SPAM filter and was not delivered.',
  ],
  blocked: ['40004', 'Rejected by destination', 'The recipient server is rejecting the message.'],
  expired: [
    '40005',
    'Message expired during transmission',
    'The message expired before it could be delivered.',
  ],
  unreachable: ['40008', 'Undeliverable', 'The recipient server can not deliver the message.'],
  unknown_destination: [
    '40012',
    'Invalid messaging destination number',
    'The destination number is not in service.',
  ],
  media_unreachable: ['40317', 'Invalid MMS content', 'The media could not be retrieved.'],
  media_refused: ['40317', 'Invalid MMS content', 'The media has a type that cannot be sent.'],
  media_too_large: ['40317', 'Invalid MMS content', 'The media is larger than 1 MB.'],
};

/** How long a text is tried for. */
const VALID_MS = 3_600_000;

/** ISO 8601 with milliseconds and an offset, as Telnyx writes the times of messages. */
const moment = (atMs: number | null): string | null =>
  atMs === null ? null : isoMillis(atMs).replace('Z', '+00:00');

export const statusOf = (text: Text): string => STATUS[text.status];

/** The codes of what went wrong. */
export function errorsOf(text: Text): Record<string, unknown>[] {
  const reason = text.fate === null || text.status === 'sent' ? undefined : ERRORS[text.fate];
  if (reason === undefined) return [];
  const [code, title, detail] = reason;
  return [{ code, title, detail, source: { pointer: '/to/0/phone_number' } }];
}

const usd = (amount: string) => ({ amount, currency: 'USD' });

/** A message as the API and the webhooks show it. */
export function messageView(sb: Sandbox, text: Text): Record<string, unknown> {
  const ours = { carrier: 'Telnyx', line_type: 'VoIP' };
  const theirs = { carrier: '', line_type: 'Wireless' };
  const isOutbound = text.direction === 'outbound';
  const [webhook, failover] = text.listeners;
  return {
    record_type: 'message',
    direction: text.direction,
    id: text.id,
    type: text.type,
    organization_id: text.account,
    messaging_profile_id: text.profileId ?? '',
    from: { phone_number: text.from, ...(isOutbound ? ours : theirs) },
    to: [{ phone_number: text.to, status: statusOf(text), ...(isOutbound ? theirs : ours) }],
    cc: [],
    text: text.text,
    ...(isOutbound ? { num_chars: [...text.text].length } : {}),
    subject: text.subject ?? null,
    media: mediaViews(sb, text),
    webhook_url: webhook?.url ?? null,
    webhook_failover_url: failover?.url ?? null,
    encoding: text.encoding,
    parts: text.segments,
    tags: [],
    cost: text.price === null ? null : usd(text.price),
    cost_breakdown: text.price === null ? null : { carrier_fee: usd('0.0000'), rate: usd(text.price) },
    tcr_campaign_id: null,
    tcr_campaign_billable: false,
    tcr_campaign_registered: null,
    ...(isOutbound ? { smart_encoding_applied: text.smartEncoded ?? false } : {}),
    received_at: moment(text.createdAtMs),
    sent_at: moment(text.sentAtMs),
    completed_at: moment(text.completedAtMs),
    valid_until: isOutbound ? moment(text.createdAtMs + VALID_MS) : null,
    errors: errorsOf(text),
  };
}

/** What was sent keeps the client's addresses; what came in has addresses of ours. */
function mediaViews(sb: Sandbox, text: Text): Record<string, unknown>[] {
  if (text.direction === 'inbound') {
    return text.media.map((media) => ({
      url: mediaUrl(sb, media),
      content_type: media.contentType,
      sha256: media.sha256,
      size: media.size,
    }));
  }
  return text.mediaUrls.map((url, index) => {
    const { contentType = null, sha256 = null, size = null } = text.media[index] ?? {};
    return { url, content_type: contentType, sha256, size };
  });
}
