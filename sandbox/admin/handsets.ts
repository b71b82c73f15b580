import type { z } from 'zod';
import type { Provider } from '../core/accounts.ts';
import { isoMillis } from '../core/clock.ts';
import { changed, type Sandbox } from '../core/sandbox.ts';
import { dropHandset, type Handset, latestHandsets, touchHandset } from '../core/texts/handsets.ts';
import { type StoredMedia, storeMedia } from '../core/texts/media.ts';
import { type Problem, type Text, textsWith } from '../core/texts/model.ts';
import { DELIVERY, type Delivery } from '../core/webhooks.ts';
import { receiveText } from '../handsets/receive.ts';
import { sampleFile } from '../handsets/samples.ts';
import { OWNED, type OwnedNumber } from '../telnyx/numbers/model.ts';
import { type IncomingNumber, NUMBER } from '../twilio/incoming.ts';
import type { handsetsQuery, textsQuery, writtenBody } from './schemas.ts';

/** A text as a handset shows it. */
export interface HandsetText {
  id: string;
  /** Seen from the handset. */
  direction: 'sent' | 'received';
  provider: Provider;
  from: string;
  to: string;
  text: string;
  type: 'SMS' | 'MMS';
  segments: number;
  /** `url` is a path of the sandbox. */
  media: { url: string; contentType: string; size: number }[];
  /** When it was sent, or when it arrived. */
  at: string;
  /** Why a text that was sent went nowhere. */
  problem: Problem | null;
  /** What became of the webhook that told its owner. */
  webhook: Delivery['status'] | null;
}

const SENDER = /^(\+[1-9]\d{6,14}|\d{3,8}|[A-Za-z0-9][A-Za-z0-9 ]{0,10})$/;
/** How far back a list looks for texts that arrived. */
const LOOK_BACK = 4;

/** Whether a text is on the handset: it was written there, or it arrived. */
const isShown = (text: Text): boolean => text.direction === 'inbound' || text.arrivedAtMs !== null;

function view(sb: Sandbox, text: Text): HandsetText {
  const isSent = text.direction === 'inbound';
  const delivery =
    text.deliveryId === undefined ? undefined : sb.store.get<Delivery>(DELIVERY, text.deliveryId);
  return {
    id: text.id,
    direction: isSent ? 'sent' : 'received',
    provider: text.provider,
    ...{ from: text.from, to: text.to, text: text.text, type: text.type, segments: text.segments },
    media: text.media.map(({ token, contentType, size }) => ({ url: `/_media/${token}`, contentType, size })),
    at: isoMillis(text.arrivedAtMs ?? text.createdAtMs),
    problem: text.problem ?? null,
    webhook: delivery?.status ?? null,
  };
}

/** The newest texts of a handset, oldest first. */
function shownTexts(sb: Sandbox, number: string, limit: number): HandsetText[] {
  return textsWith(sb, number, { limit: limit * LOOK_BACK })
    .map((entry) => entry.body)
    .filter(isShown)
    .slice(0, limit)
    .map((text) => view(sb, text))
    .reverse()
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** GET handsets: those in use most recently, and the numbers that can be texted. */
export function handsetsView(
  sb: Sandbox,
  { limit, texts }: z.infer<typeof handsetsQuery>,
): Record<string, unknown> {
  const items = latestHandsets(sb, limit).map((handset) => ({
    ...handset,
    texts: shownTexts(sb, handset.number, texts),
  }));
  return { items, numbers: numbersToText(sb) };
}

function numbersToText(sb: Sandbox): Record<string, unknown>[] {
  const telnyx = sb.store.list<OwnedNumber>(OWNED).map((number) => ({
    provider: 'telnyx',
    account: number.account,
    number: number.phoneNumber,
    voice: number.features.includes('voice'),
    sms: number.features.includes('sms'),
    mms: number.features.includes('mms'),
  }));
  const twilio = sb.store.list<IncomingNumber>(NUMBER).map((number) => ({
    provider: 'twilio',
    account: number.account_sid,
    number: number.phone_number,
    voice: number.capabilities.voice,
    sms: number.capabilities.sms,
    mms: number.capabilities.mms,
  }));
  return [...telnyx, ...twilio];
}

/** GET handsets/:number/messages */
export function handsetTexts(sb: Sandbox, number: string, { limit }: z.infer<typeof textsQuery>) {
  return SENDER.test(number) ? { items: shownTexts(sb, number, limit) } : undefined;
}

/** POST handsets */
export function addHandset(sb: Sandbox, number: string, name: string | undefined): Record<string, unknown> {
  const handset: Handset = touchHandset(sb, number, name);
  changed(sb);
  return { ...handset };
}

/** DELETE handsets/:number */
export function removeHandset(sb: Sandbox, number: string): Record<string, unknown> {
  dropHandset(sb, number);
  changed(sb);
  return { removed: number };
}

/** POST handsets/:number/messages */
export function writeText(sb: Sandbox, from: string, body: z.infer<typeof writtenBody>) {
  if (!SENDER.test(from)) return undefined;
  return sb.store.transaction(() => {
    const media = body.media.map((file) => stored(sb, file));
    const text = receiveText(sb, { from, to: body.to, text: body.text, media });
    return { ...view(sb, text) };
  });
}

function stored(sb: Sandbox, file: z.infer<typeof writtenBody>['media'][number]): StoredMedia {
  if ('base64' in file) return storeMedia(sb, Buffer.from(file.base64, 'base64'), file.contentType);
  const { bytes, contentType } = sampleFile(file.sample);
  return storeMedia(sb, bytes, contentType);
}
