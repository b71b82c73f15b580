import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { RelaisError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { enqueue } from '../../kernel/jobs.ts';
import { parseE164 } from '../../kernel/phone.ts';
import { openPriceList, type PriceList } from '../billing/index.ts';
import { type ContactRef, ensureContacts } from '../contacts/index.ts';
import type { InboundText } from '../providers/index.ts';
import { announceConversations } from './announce.ts';
import { type AutoAnswer, hearKeywords } from './consent.ts';
import * as conversations from './conversations-store.ts';
import type { IntegrationRow } from './integrations-store.ts';
import { insertMedia, type NewMedia } from './media-store.ts';
import { insertMessages, knownExternalIds, type MessageRow, type NewMessage } from './messages-store.ts';
import { keywordOf, MEDIA_MAX, segmentsOf } from './model.ts';
import { times } from './prices.ts';
import { categoryAfter } from './rules.ts';

/** A text that has found the number it is for. */
export interface Arrival {
  integration: IntegrationRow;
  text: InboundText;
  receivedAt: Date;
}

type OpenConversation = conversations.ConversationState & { isNew: boolean };

/** A text with what it belongs to. */
interface Placed {
  arrival: Arrival;
  contact: ContactRef;
  conversation: OpenConversation;
  message: NewMessage;
}

/**
 * Takes texts of one company in: contact and open conversation found or made, each text stored once, classified, counted,
 * announced. The number of statements does not grow with the number of texts. A text that is there already changes nothing.
 * @returns automatic answers, to be sent through the numbers that were texted.
 */
export async function receiveTexts(ctx: CompanyCtx, tx: Tx, arrivals: Arrival[]): Promise<AutoAnswer[]> {
  const unknown = await withoutKnown(tx, once(arrivals));
  if (unknown.length === 0) return [];
  const placed = await place(ctx, tx, unknown);
  const stored = new Map(
    (
      await insertMessages(
        tx,
        placed.map(({ message }) => message),
      )
    ).map((row) => [row.id, row]),
  );
  const fresh = placed.filter(({ message }) => stored.has(message.id));
  if (fresh.length === 0) return [];
  await keepMedia(ctx, tx, fresh);
  const answers = await hearKeywords(
    ctx,
    tx,
    fresh.flatMap(({ arrival, message, conversation }) => {
      const match = keywordOf(arrival.text.text);
      return match
        ? [{ match, message: stored.get(message.id) as MessageRow, conversationId: conversation.id }]
        : [];
    }),
  );
  const changes = await activityOf(tx, fresh);
  await conversations.saveActivity(tx, changes, ctx.kernel.clock.now());
  await announceConversations(
    tx,
    ctx.companyId,
    changes.map(({ id }) => id),
  );
  for (const { arrival } of fresh)
    ctx.log.info(`[SMS WEBHOOK] Message reçu et traité: ${arrival.text.messageId}`);
  return answers;
}

/** Each text once, however often it came in the same moment. */
function once(arrivals: Arrival[]): Arrival[] {
  const byId = new Map(
    arrivals.map((arrival) => [`${arrival.integration.provider} ${arrival.text.messageId}`, arrival]),
  );
  return [...byId.values()];
}

/** What comes again opens no conversation again. */
async function withoutKnown(tx: Tx, arrivals: Arrival[]): Promise<Arrival[]> {
  const known = new Set<string>();
  for (const provider of new Set(arrivals.map(({ integration }) => integration.provider))) {
    const ids = arrivals
      .filter(({ integration }) => integration.provider === provider)
      .map(({ text }) => text.messageId);
    for (const id of await knownExternalIds(tx, provider, ids)) known.add(`${provider} ${id}`);
  }
  return arrivals.filter(({ integration, text }) => !known.has(`${integration.provider} ${text.messageId}`));
}

async function place(ctx: CompanyCtx, tx: Tx, arrivals: Arrival[]): Promise<Placed[]> {
  const { clock } = ctx.kernel;
  const contacts = await ensureContacts(
    ctx,
    tx,
    [...new Set(arrivals.map(({ text }) => text.from))].map((phoneNumber) => ({ phoneNumber })),
  );
  const openings = new Map(
    arrivals.map(({ text, integration }) => {
      const contactId = contacts.get(text.from)!.id;
      return [
        contactId,
        { id: newId(clock), contactId, contactPhone: text.from, integrationId: integration.id },
      ];
    }),
  );
  const open = await conversations.openConversations(tx, ctx.companyId, [...openings.values()], clock.now());
  const prices = await openPriceList(ctx, tx, 'text');
  return arrivals.map((arrival) => {
    const contact = contacts.get(arrival.text.from)!;
    const conversation = open.get(contact.id)!;
    const message = toMessage(ctx, arrival, contact, conversation);
    return { arrival, contact, conversation, message: { ...message, ...priceOf(arrival, message, prices) } };
  });
}

/** Longer than any real text (a provider joins at most ten segments): what is beyond is not kept. */
const BODY_MAX = 4000;

function toMessage(
  ctx: CompanyCtx,
  { text, integration, receivedAt }: Arrival,
  contact: ContactRef,
  conversation: OpenConversation,
): NewMessage {
  const counted = segmentsOf(text.text);
  return {
    id: newId(ctx.kernel.clock),
    companyId: ctx.companyId,
    conversationId: conversation.id,
    kind: 'text',
    direction: 'inbound',
    status: 'received',
    fromNumber: text.from,
    toNumber: integration.phoneNumber,
    body: text.text.slice(0, BODY_MAX),
    isMms: text.media.length > 0,
    provider: integration.provider,
    providerAccountId: integration.providerAccountId,
    integrationId: integration.id,
    externalId: text.messageId,
    segments: text.segments ?? counted.segments,
    encoding: counted.encoding,
    contactId: contact.id,
    sentAt: text.at,
    createdAt: receivedAt,
  };
}

/** What the provider asks for a text, else what the company's list says. */
function priceOf({ text, integration }: Arrival, { segments }: NewMessage, prices: PriceList) {
  const { provider } = integration;
  const known = text.price ?? null;
  const country = countryOf(text.from);
  const listed = known ?? prices.priceOf({ direction: 'inbound', provider, phoneNumber: text.from, country });
  const price = known ?? (listed && times(listed, segments ?? 1));
  return {
    ...{ priceAmount: price?.amount ?? null, priceCurrency: price?.currency ?? null },
    priceEstimated: known === null && price !== null,
  };
}

/** Senders may be names or short codes, which are in no country. */
function countryOf(from: string): string | null {
  try {
    return parseE164(from).country;
  } catch (error) {
    if (error instanceof RelaisError) return null;
    throw error;
  }
}

/** What a batch of texts did to each conversation, taken one after the other. */
async function activityOf(tx: Tx, fresh: Placed[]): Promise<conversations.ActivityChange[]> {
  const newOnes = fresh.filter(({ conversation }) => conversation.isNew).map(({ contact }) => contact.id);
  const known = await conversations.contactsWithPast(tx, [...new Set(newOnes)]);
  const byConversation = new Map<string, conversations.ActivityChange>();
  for (const { arrival, contact, conversation, message } of fresh) {
    const before = byConversation.get(conversation.id) ?? {
      ...conversation,
      category: conversation.isNew && known.has(contact.id) ? ('waiting_us' as const) : conversation.category,
    };
    const verdict = categoryAfter(before, {
      text: arrival.text.text,
      afterUs: before.lastDirection === 'outbound',
      hasMedia: arrival.text.media.length > 0,
    });
    byConversation.set(conversation.id, {
      id: conversation.id,
      contactPhone: arrival.text.from,
      integrationId: arrival.integration.id,
      category: verdict.category,
      categoryRule: verdict.rule,
      unreadCount: before.unreadCount + 1,
      lastMessageId: message.id,
      lastDirection: 'inbound',
    });
  }
  return [...byConversation.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
}

/** Notes where the provider keeps the media; a job fetches each. */
async function keepMedia(ctx: CompanyCtx, tx: Tx, fresh: Placed[]): Promise<void> {
  const { clock } = ctx.kernel;
  const media = fresh.flatMap(({ arrival, message }) =>
    arrival.text.media.slice(0, MEDIA_MAX).map(
      ({ url, contentType, sizeBytes }, position): NewMedia => ({
        id: newId(clock),
        companyId: ctx.companyId,
        messageId: message.id,
        position,
        status: 'pending',
        reason: null,
        sourceUrl: url.slice(0, 2000),
        contentType: (contentType ?? 'application/octet-stream').slice(0, 100),
        sizeBytes,
        sha256: null,
        filename: '',
        sealed: null,
        createdAt: clock.now(),
      }),
    ),
  );
  await insertMedia(tx, media);
  for (const { id } of media) {
    const payload = { mediaId: id, companyId: ctx.companyId };
    await enqueue(tx, 'messages.fetch_media', payload, { attemptsMax: 8 });
    await enqueue(tx, 'messages.give_up_media', payload, { delaySeconds: GIVE_UP_SECONDS });
  }
}

/** The tries at fetching media are over by then. */
const GIVE_UP_SECONDS = 2700;
