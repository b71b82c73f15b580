import type { Price } from '../../kernel/money.ts';
import type { RemoteOrder } from './port.ts';
import type { CallNews } from './voice.ts';

/** Why a text did not arrive, in words that both providers share. */
export const TEXT_FAILURES = [
  'invalid_number',
  'unreachable',
  'unknown_destination',
  'landline',
  'blocked',
  'opted_out',
  'filtered',
  'region_blocked',
  'sender_not_allowed',
  'unregistered_sender',
  'expired',
  'queue_full',
  'carrier_unavailable',
  'media_rejected',
  'too_long',
  'insufficient_funds',
  'account_problem',
  'unknown',
] as const;
export type TextFailureReason = (typeof TEXT_FAILURES)[number];

export interface TextFailure {
  reason: TextFailureReason;
  providerCode: string | null;
  /** In the provider's words. */
  providerMessage: string;
}

/** A text to be sent. */
export interface OutboundText {
  /** E.164, a number of the account. */
  from: string;
  /** E.164. */
  to: string;
  text: string;
  /** Addresses that the provider fetches; with any, the text is an MMS. */
  mediaUrls: string[];
  /** Our id of the message: it comes back with every receipt, whatever became of the answer. */
  reference: string;
}

/**
 * How far a text is. queued, sending: the provider has it. sent: a carrier has it. unconfirmed: sent, and no receipt will come.
 * delivered, undelivered (the carrier said no) and failed (it never left the provider) are final.
 */
export type TextStatus =
  | 'queued'
  | 'sending'
  | 'sent'
  | 'unconfirmed'
  | 'delivered'
  | 'undelivered'
  | 'failed';

/** What the provider says of a text we sent: its answer, a receipt, or a look-up. */
export interface RemoteText {
  /** The provider's id. */
  messageId: string;
  /** Our id of the message, when the provider's words carry it. */
  reference: string | null;
  status: TextStatus;
  /** The provider's own word. */
  providerStatus: string;
  failure: TextFailure | null;
  segments: number | null;
  /** Positive; null until the provider knows it. */
  price: Price | null;
  /** When it happened, if the provider says. */
  at: Date | null;
}

/** What became of one attempt to send. Only `unanswered` leaves open whether the text left: look it up before another try. */
export type SendOutcome =
  | { kind: 'accepted'; text: RemoteText }
  | { kind: 'refused'; failure: TextFailure }
  | { kind: 'rate_limited'; retryAfterMs: number }
  | { kind: 'unanswered' };

/** A text that somebody sent to one of our numbers. */
export interface InboundText {
  messageId: string;
  /** Twilio: the account that the text is for, as the text says; compare it with the event's. Null for Telnyx. */
  accountSid: string | null;
  /** As the provider gives it: E.164, but also a short code or a name. */
  from: string;
  to: string;
  text: string;
  media: { url: string; contentType: string | null; sizeBytes: number | null }[];
  segments: number | null;
  price: Price | null;
  at: Date | null;
}

/** What became of fetching the media of a message; a passing failure is thrown instead. */
export type MediaFetch =
  | { kind: 'fetched'; bytes: Buffer; contentType: string }
  | { kind: 'too_large' }
  /** The address, or one it redirects to, is not a place where this provider keeps media. */
  | { kind: 'forbidden'; host: string }
  | { kind: 'gone' };

/** What a provider can do for texts. */
export interface TextPort {
  /** Sends one time, and rejects for nothing that the provider says or leaves unsaid. The caller keeps the pace. */
  sendText(text: OutboundText): Promise<SendOutcome>;
  /**
   * Texts that may be the one whose answer never came: same sender, recipient and words, since a moment; newest first. One
   * that carries the reference is the one. A provider may list a text a little late: none found is no proof that none left.
   */
  findTexts(text: OutboundText, since: Date): Promise<RemoteText[]>;
  /** Null when the provider no longer (or never) knows it. */
  getText(messageId: string): Promise<RemoteText | null>;
  /** Fetches media with the account's credentials, which never follow a redirect to another host. */
  fetchMedia(url: string, options: { bytesMax: number }): Promise<MediaFetch>;
  /** The usual price of one outbound segment to a country's mobiles; null when the provider does not say. */
  textPrice(country: string): Promise<Price | null>;
  /** Points the texts of a number, and nothing else of it, at us. Repeating it changes nothing. */
  configureTexts(number: { numberId: string; phoneNumber: string }): Promise<void>;
}

/** What a provider event says, for its owner. */
export type ProviderNews =
  | {
      kind: 'number_order';
      orderId: string;
      reference: string | null;
      orderOf(phoneNumber: string): RemoteOrder;
    }
  | { kind: 'text_received'; text: InboundText }
  | { kind: 'text_status'; text: RemoteText }
  | { kind: 'call'; news: CallNews }
  | { kind: 'other' };
