import { textPrice } from '../../data/textPrices.ts';
import { adjustBalance, type Provider } from '../accounts.ts';
import { type FaultKind, type Occasion, strike } from '../faults.ts';
import { negate } from '../money.ts';
import { ownerOf } from '../owned.ts';
import { changed, type Sandbox } from '../sandbox.ts';
import { touchHandset } from './handsets.ts';
import { type Fetched, fetchAll, storeMedia } from './media.ts';
import {
  addText,
  countryOfNumber,
  type Fate,
  getText,
  handsetOf,
  oursOf,
  saveText,
  type Text,
  type TextStatus,
} from './model.ts';

/** Tells the owner of a text that its status changed. */
export type Notify = (sb: Sandbox, text: Text) => void;

/** Parts of a review time that a text is queued, sending, and with the carrier. */
const QUEUED_PART = 0.1;
const SENDING_PART = 0.15;
export const CARRIER_PART = 0.4;

/** Texts whose pictures are fetched at the same time. */
const AT_ONCE = 50;
/** What each provider takes of files, all together. */
const MEDIA_BYTES_MAX: Record<Provider, number> = { twilio: 5 * 1024 * 1024, telnyx: 1024 * 1024 };

/** The task that brings an outbound text one step further. */
export const TEXT_STEPS: Record<Provider, string> = { telnyx: 'telnyx.text', twilio: 'twilio.text' };
/** The task that hands a text over to a recipient who is a customer as well. */
export const TEXT_ARRIVAL = 'text.arrival';

const FATES: FaultKind[] = [
  'landline',
  'unreachable',
  'filtered',
  'blocked',
  'unknown_destination',
  'expired',
  'no_receipt',
  'unconfirmed',
];

/** Teaches the task runner to send a provider's texts. */
export function registerTexts(sb: Sandbox, provider: Provider, notify: Notify): void {
  const handler = (body: unknown) => {
    const { textId } = body as { textId: string };
    const text = getText(sb, textId);
    const urls = text !== undefined && isWaiting(text) ? text.mediaUrls : [];
    if (urls.length === 0) return () => step(sb, textId, notify, { files: [] });
    return fetchAll(sb, urls, MEDIA_BYTES_MAX[provider]).then(
      (fetched) => () => step(sb, textId, notify, fetched),
    );
  };
  sb.tasks.handle(TEXT_STEPS[provider], handler, AT_ONCE);
}

const isWaiting = (text: Text): boolean => text.status === 'queued' || text.status === 'scheduled';

/** What a text is about, for faults: the handset's digits are sentinels, the account's own number's are not. */
export function occasionOf(text: Pick<Text, 'provider' | 'account' | 'direction' | 'from' | 'to'>): Occasion {
  const [handset, ours] = text.direction === 'outbound' ? [text.to, text.from] : [text.from, text.to];
  return {
    provider: text.provider,
    account: text.account,
    topic: 'text',
    numbers: [handset],
    others: [ours],
  };
}

/** Takes a text to be sent, now or after `delayMs`. */
export function acceptText(sb: Sandbox, text: Text, delayMs = 0): Text {
  addText(sb, text);
  if (ownerOf(sb, text.to) === undefined) touchHandset(sb, text.to);
  plan(sb, text, delayMs > 0 ? delayMs : sb.reviewMs * QUEUED_PART);
  return text;
}

function plan(sb: Sandbox, text: Text, delayMs: number): void {
  sb.tasks.schedule(TEXT_STEPS[text.provider], delayMs, { textId: text.id });
}

function step(sb: Sandbox, textId: string, notify: Notify, fetched: Fetched): void {
  const text = getText(sb, textId);
  if (text === undefined) return;
  const next = advance(sb, text, fetched);
  if (next === undefined) return;
  notify(sb, saveText(sb, next));
  changed(sb);
}

function advance(sb: Sandbox, text: Text, fetched: Fetched): Text | undefined {
  switch (text.status) {
    case 'scheduled':
    case 'queued':
      return startSending(sb, text, fetched);
    case 'sending':
      return handOver(sb, text);
    case 'sent':
      return conclude(sb, text);
    default:
      return undefined;
  }
}

function startSending(sb: Sandbox, text: Text, fetched: Fetched): Text {
  if ('fate' in fetched) return over(sb, text, 'failed', fetched.fate);
  const media = fetched.files.map((file) => storeMedia(sb, file.bytes, file.contentType));
  plan(sb, text, sb.reviewMs * SENDING_PART);
  return { ...text, status: 'sending', media };
}

/** The carrier has it. What becomes of it is settled here. */
function handOver(sb: Sandbox, text: Text): Text {
  const kind = strike(sb, FATES, occasionOf(text))?.kind;
  const fate = (kind ?? null) as Fate | null;
  if (fate === 'expired') return over(sb, text, 'expired', fate);
  const sentAtMs = sb.clock.nowMs();
  const sent: Text = { ...text, status: 'sent', fate, sentAtMs };
  // Twilio never says that it gave up waiting for a receipt.
  const silent = fate === 'no_receipt' || (fate === 'unconfirmed' && text.provider === 'twilio');
  if (!silent) plan(sb, sent, sb.reviewMs * CARRIER_PART);
  return silent || fate === 'unconfirmed' ? arrived(sb, sent) : sent;
}

function conclude(sb: Sandbox, text: Text): Text {
  if (text.fate === null) return arrived(sb, over(sb, text, 'delivered', null));
  return over(sb, text, text.fate === 'unconfirmed' ? 'unconfirmed' : 'undelivered', text.fate);
}

/** Ends a text. What a carrier was given is paid for. */
function over(sb: Sandbox, text: Text, status: TextStatus, fate: Fate | null): Text {
  const { type, segments } = text;
  const isFree = status === 'failed' || status === 'expired' || text.origin === 'provider';
  const country = countryOfNumber(handsetOf(text));
  const price = isFree ? null : textPrice(text.provider, { country, type, segments });
  if (price !== null) adjustBalance(sb, text.account, negate(price));
  return { ...text, status, fate, price, completedAtMs: sb.clock.nowMs() };
}

function arrived(sb: Sandbox, text: Text): Text {
  if (ownerOf(sb, handsetOf(text)) === undefined) touchHandset(sb, handsetOf(text));
  else sb.tasks.schedule(TEXT_ARRIVAL, 0, { textId: text.id });
  return { ...text, arrivedAtMs: sb.clock.nowMs() };
}

/** Numbers of a text's webhooks, for `sendWebhook`. */
export function concernedBy(text: Text) {
  return { topic: 'text' as const, numbers: [handsetOf(text)], others: [oursOf(text)] };
}
