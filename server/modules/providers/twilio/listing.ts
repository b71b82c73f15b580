import { hasProviderStatus } from '../failure.ts';
import type { ListedLeg, ListedNumber, ListedPage, ListedText, ListWindow, Wiring } from '../listing.ts';
import type { InboundText } from '../messaging.ts';
import { count, prose, time, word } from '../parse.ts';
import type { Features } from '../port.ts';
import type { TwilioParts } from './client.ts';
import { type OwnedItem, toRemoteNumber, twilioAddresses } from './numbers.ts';
import { type MessageItem, toRemoteText } from './texts.ts';
import { type CallItem, toRemoteLeg } from './voice-legs.ts';

const PAGE_SIZE = 100;
/** What is not looked at one by one comes in larger pages. */
const NUMBERS_SIZE = 500;
const ADDRESS_MAX = 100;
const MEDIA_MAX = 20;

interface Page<Item> {
  instances: Item[];
  nextPageUrl?: string;
}

interface List<Item, Options> {
  page(options: Options): Promise<Page<Item>>;
  getPage(url: string): Promise<Page<Item>>;
}

/** One page: the cursor is the address that Twilio gave for it, whose token names where it begins whatever comes meanwhile. */
async function pageOf<Item, Options, Shown>(
  { request }: TwilioParts,
  list: List<Item, Options>,
  { options, cursor }: { options: Options; cursor: string | null },
  show: (item: Item) => Shown | null,
): Promise<ListedPage<Shown>> {
  const found = await request('single', () => (cursor ? list.getPage(cursor) : list.page(options)));
  const items = found.instances.map(show).filter((item) => item !== null);
  return { items, next: found.nextPageUrl || null };
}

type WiredItem = OwnedItem & Partial<Record<(typeof WIRES)[number], string | null>>;

/** Every setting that decides where a number's news goes. */
const WIRES = [
  ...(['voiceUrl', 'voiceMethod', 'statusCallback', 'voiceApplicationSid', 'trunkSid'] as const),
  ...(['smsUrl', 'smsMethod', 'smsApplicationSid'] as const),
] as const;

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export function numbersPage(parts: TwilioParts, cursor: string | null): Promise<ListedPage<ListedNumber>> {
  const list: List<WiredItem, { pageSize: number }> = parts.client.incomingPhoneNumbers;
  return pageOf(parts, list, { options: { pageSize: NUMBERS_SIZE }, cursor }, (item) => {
    const number = toRemoteNumber(item);
    if (!number) return null;
    const wiring: Wiring = Object.fromEntries(WIRES.map((name) => [snakeCase(name), item[name] || null]));
    return { ...number, country: null, type: null, wiring };
  });
}

/** Where a number should point: its calls and texts to us, and to no application or trunk, which would go before. */
export function wiringFor(parts: TwilioParts, { voice, sms, mms }: Features): Wiring {
  const addresses = twilioAddresses(parts);
  return {
    ...(voice
      ? {
          ...{ voice_url: addresses.voice, voice_method: 'POST', status_callback: addresses.status },
          ...{ voice_application_sid: null, trunk_sid: null },
        }
      : {}),
    ...(sms || mms ? { sms_url: addresses.sms, sms_method: 'POST', sms_application_sid: null } : {}),
  };
}

/** Twilio's filters are whole seconds, and include both ends. */
const wholeSecond = (at: Date) => new Date(Math.floor(at.getTime() / 1000) * 1000);

export async function textsPage(
  parts: TwilioParts,
  { from, until }: ListWindow,
  cursor: string | null,
): Promise<ListedPage<ListedText>> {
  const options = { dateSentAfter: wholeSecond(from), dateSentBefore: until, pageSize: PAGE_SIZE };
  const list: List<ListedItem, typeof options> = parts.client.messages;
  const page = await pageOf(parts, list, { options, cursor }, (item): ListedText | null => {
    const standing = toRemoteText(item);
    const createdAt = time(item.dateCreated);
    if (!standing || !createdAt || createdAt >= until) return null;
    const direction = item.direction === 'inbound' ? 'inbound' : 'outbound';
    return {
      ...{ messageId: standing.messageId, direction, createdAt },
      from: prose(item.from).slice(0, ADDRESS_MAX),
      to: prose(item.to).slice(0, ADDRESS_MAX),
      standing: direction === 'outbound' ? standing : null,
    };
  });
  // Twilio lists the newest first, and its times are whole seconds: the order says which of two was first.
  return { ...page, items: page.items.reverse() };
}

type ListedItem = MessageItem & { direction?: string; accountSid?: string };

export async function readText(parts: TwilioParts, messageId: string): Promise<InboundText | null> {
  const { client, request } = parts;
  try {
    const item: ListedItem = await request('single', () => client.messages(messageId).fetch());
    const to = word(item.to, ADDRESS_MAX);
    const from = prose(item.from).slice(0, ADDRESS_MAX);
    if (!from || !to) return null;
    return {
      ...{ messageId, from, to, text: prose(item.body), segments: count(item.numSegments) },
      accountSid: word(item.accountSid, 100),
      media: Number(item.numMedia ?? '0') > 0 ? await mediaOf(parts, messageId) : [],
      price: toRemoteText(item)?.price ?? null,
      at: time(item.dateSent) ?? time(item.dateCreated),
    };
  } catch (error) {
    if (hasProviderStatus(error, 404)) return null;
    throw error;
  }
}

async function mediaOf({ client, request }: TwilioParts, messageId: string): Promise<InboundText['media']> {
  const found = await request('single', () => client.messages(messageId).media.list({ limit: MEDIA_MAX }));
  // The address of the medium itself is that of its description without the ending.
  return found.map(({ uri, contentType }) => ({
    url: `https://api.twilio.com${uri.replace(/\.json$/, '')}`,
    ...{ contentType: contentType || null, sizeBytes: null },
  }));
}

export function legsPage(
  parts: TwilioParts,
  { from, until }: ListWindow,
  cursor: string | null,
): Promise<ListedPage<ListedLeg>> {
  const options = { startTimeAfter: wholeSecond(from), startTimeBefore: until, pageSize: PAGE_SIZE };
  const list: List<CallItem, typeof options> = parts.client.calls;
  return pageOf(parts, list, { options, cursor }, (item) => {
    const leg = toRemoteLeg(item);
    const startedAt = time(item.startTime);
    return leg && startedAt && startedAt < until ? { leg, startedAt } : null;
  });
}
