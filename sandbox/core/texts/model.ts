import parsePhoneNumber from 'libphonenumber-js/max';
import type { Provider } from '../accounts.ts';
import type { FaultKind } from '../faults.ts';
import type { Sandbox } from '../sandbox.ts';
import type { Entry, FindOptions } from '../store.ts';
import type { StoredMedia } from './media.ts';

/** How far a text is, in words that both dialects translate. `unconfirmed`: nobody knows whether it arrived. */
export type TextStatus =
  | 'scheduled'
  | 'canceled'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'undelivered'
  | 'failed'
  | 'expired'
  | 'unconfirmed'
  | 'received';

/** Why a text did not arrive, or will not be heard of. */
export type Fate =
  | Extract<
      FaultKind,
      | 'landline'
      | 'unreachable'
      | 'filtered'
      | 'blocked'
      | 'unknown_destination'
      | 'expired'
      | 'no_receipt'
      | 'unconfirmed'
    >
  | 'media_unreachable'
  | 'media_too_large'
  | 'media_refused';

/** Why a text of a handset went nowhere. */
export type Problem = 'number_not_in_use' | 'cannot_text' | 'no_profile' | 'no_webhook';

/** An address that hears of a text, in the order they are tried. */
export interface Listener {
  url: string;
  method?: 'GET' | 'POST';
}

/** A text between a number of an account and a handset. */
export interface Text {
  id: string;
  /** Empty for a text to a number that nobody has. */
  account: string;
  provider: Provider;
  /** Seen from the account. */
  direction: 'inbound' | 'outbound';
  /** Who wrote it: the API's client, the answer to a webhook, the provider itself, or a handset. */
  origin: 'api' | 'reply' | 'provider' | 'handset';
  type: 'SMS' | 'MMS';
  from: string;
  to: string;
  text: string;
  encoding: 'GSM-7' | 'UCS-2';
  segments: number;
  /** Addresses that the provider fetches when it sends. */
  mediaUrls: string[];
  media: StoredMedia[];
  status: TextStatus;
  fate: Fate | null;
  /** Positive decimal string; null until it is rated. */
  price: string | null;
  listeners: Listener[];
  /** Telnyx: the messaging profile, and what is echoed. */
  profileId?: string | undefined;
  subject?: string | undefined;
  smartEncoded?: boolean | undefined;
  /** The webhook that brought an inbound text to its owner. */
  deliveryId?: string | undefined;
  problem?: Problem | undefined;
  createdAtMs: number;
  updatedAtMs: number;
  sentAtMs: number | null;
  completedAtMs: number | null;
  /** When the handset rang. */
  arrivedAtMs: number | null;
}

export const TEXT = 'text';

/** The handset's end of a text. */
export const handsetOf = (text: Text): string => (text.direction === 'outbound' ? text.to : text.from);

/** The account's end of a text. */
export const oursOf = (text: Text): string => (text.direction === 'outbound' ? text.from : text.to);

/** The names a text is found by. */
function keysOf({ account, from, to, ...text }: Text): string[] {
  const handset = handsetOf({ account, from, to, ...text });
  return [
    account,
    `${account} to ${to}`,
    `${account} from ${from}`,
    `${account} ${from} ${to}`,
    `handset ${handset}`,
  ];
}

/** Writes a text for the first time. */
export function addText(sb: Sandbox, text: Text): Text {
  sb.store.put(TEXT, text.account, text.id, text, keysOf(text));
  return text;
}

export function saveText(sb: Sandbox, text: Text): Text {
  const saved = { ...text, updatedAtMs: sb.clock.nowMs() };
  sb.store.put(TEXT, text.account, text.id, saved);
  return saved;
}

export function getText(sb: Sandbox, id: string): Text | undefined {
  return sb.store.get<Text>(TEXT, id);
}

/** An account's texts, newest first, optionally between certain numbers. */
export function textsOf(
  sb: Sandbox,
  account: string,
  between: { from?: string | undefined; to?: string | undefined },
  options: FindOptions = {},
): Entry<Text>[] {
  const { from, to } = between;
  const key =
    from !== undefined && to !== undefined
      ? `${account} ${from} ${to}`
      : from !== undefined
        ? `${account} from ${from}`
        : to !== undefined
          ? `${account} to ${to}`
          : account;
  return sb.store.find<Text>(TEXT, key, options);
}

/** A handset's texts, newest first. */
export function textsWith(sb: Sandbox, handset: string, options: FindOptions = {}): Entry<Text>[] {
  return sb.store.find<Text>(TEXT, `handset ${handset}`, options);
}

/** Whether a number is written in E.164 and has as many digits as its country asks for. */
export function isPhoneNumber(number: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(number) && parsePhoneNumber(number)?.isPossible() === true;
}

/** The country of a number, or undefined. */
export const countryOfNumber = (number: string): string | undefined => parsePhoneNumber(number)?.country;
