import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { ensureContacts } from '../contacts/index.ts';
import type {
  ComparedAccount,
  Difference,
  InboundText,
  ListedText,
  ProviderEvent,
  ProviderPort,
  RemoteText,
} from '../providers/index.ts';
import { acceptTexts } from './accept.ts';
import { announceConversations } from './announce.ts';
import * as store from './compare-store.ts';
import * as conversations from './conversations-store.ts';
import { automaticDraft } from './drafts.ts';
import type { IntegrationRow } from './integrations-store.ts';
import { failureColumns, insertMessages, knownExternalIds, type NewMessage } from './messages-store.ts';
import { MEDIA_MAX, replacedBy, segmentsOf, statusOf } from './model.ts';
import { applyRemote } from './receipts.ts';
import { receiveTexts } from './receive.ts';
import { type Route, routesOf } from './routing.ts';
import { keepUnroutable } from './unroutable-store.ts';

/** A keyword that is heard of later than this is obeyed, and not answered: nobody waits for the answer any more. */
const ANSWER_WITHIN_MS = 3_600_000;
const BODY_MAX = 4000;

/** A text that we know nothing of, with its words. */
interface Found {
  listed: ListedText;
  text: InboundText;
}

/** A text with the number of ours that it came to or left from. */
type Placed = Found & { integration: IntegrationRow };

/**
 * Compares a page of a provider's texts with ours. Words of texts that we lack are fetched first, outside any transaction.
 * @returns what writes it down: receipts go the way of receipts, texts the way of texts that come in, in their own time.
 */
export async function compareTexts(
  ctx: CompanyCtx,
  { account, port }: { account: ComparedAccount; port: ProviderPort },
  page: readonly ListedText[],
): Promise<(tx: Tx) => Promise<Difference[]>> {
  const sent = page.filter(({ direction }) => direction === 'outbound');
  const strange = await transact(ctx, (tx) => strangersOf(tx, account, page));
  const ours = await withNumbers(ctx, { account, port }, strange);
  const found: Placed[] = [];
  for (const { listed, integration } of ours) {
    const text = await port.readText(listed.messageId);
    if (text) found.push({ listed, integration, text });
  }
  return async (tx) => [
    ...(await healSent(ctx, tx, account, sent)),
    ...(await takeIn(ctx, tx, found)),
    ...(await takeSent(ctx, tx, account, found)),
  ];
}

/** Texts of the page that no row of ours is about. */
async function strangersOf(tx: Tx, account: ComparedAccount, page: readonly ListedText[]) {
  const ids = page.map(({ messageId }) => messageId);
  const known = await knownExternalIds(tx, account.provider, ids);
  const byUs = await store.sentTexts(tx, account, page.map(keyOf));
  const items = new Set(byUs.map(({ item }) => item));
  const unknown = page.filter(({ messageId }, index) => !known.has(messageId) && !items.has(index));
  if (unknown.length === 0) return [];
  const former = await store.formerIds(
    tx,
    account,
    unknown.map(({ messageId }) => messageId),
  );
  return unknown.filter(({ messageId }) => !former.has(messageId));
}

const keyOf = ({ messageId: externalId, standing }: ListedText) => {
  const reference = standing?.reference ?? '';
  return { externalId, messageId: isId(reference) ? reference : null };
};

/** Those that came to, or left from, a number of the company's in this account; what has nowhere to go is kept as such. */
async function withNumbers(
  ctx: CompanyCtx,
  { account, port }: { account: ComparedAccount; port: ProviderPort },
  strange: readonly ListedText[],
): Promise<{ listed: ListedText; integration: IntegrationRow }[]> {
  if (strange.length === 0) return [];
  const event = eventOf(ctx, account);
  // A text that left is asked about the other way around: whose number it came from.
  const arrivals = strange.map(({ direction, from, to, messageId }) => {
    const [customer, our] = direction === 'inbound' ? [from, to] : [to, from];
    const base = { messageId, accountSid: null, from: customer, to: our, text: '', media: [] };
    return { event, text: { ...base, segments: null, price: null, at: null } };
  });
  const routes = await inSystem(ctx.kernel.db, (tx) => routesOf(tx, arrivals));
  await keepStrays(ctx, { account, port }, strange, routes);
  return strange.flatMap((listed, index) => {
    const route = routes[index]!;
    return route.kind === 'routed' && route.companyId === ctx.companyId
      ? [{ listed, integration: route.integration }]
      : [];
  });
}

/** What the account stands for in the rule of routes: as if its webhook had brought the text. */
function eventOf(ctx: CompanyCtx, { provider, accountId, accountSid }: ComparedAccount): ProviderEvent {
  const now = ctx.kernel.clock.now();
  return {
    ...{ id: newId(ctx.kernel.clock), provider, topic: 'sync', type: 'sync', accountId, accountSid },
    ...{ companyId: accountId === null ? null : ctx.companyId, eventId: '', occurredAt: null },
    ...{ reference: null, payload: {}, receivedAt: now },
  };
}

/** Texts that came to a number of the company's and may not be taken in are kept where people see them. */
async function keepStrays(
  ctx: CompanyCtx,
  { account, port }: { account: ComparedAccount; port: ProviderPort },
  strange: readonly ListedText[],
  routes: readonly Route[],
): Promise<void> {
  for (const [index, { direction, messageId, createdAt }] of strange.entries()) {
    const route = routes[index]!;
    const isOurs = route.kind === 'unroutable' && route.companyId === ctx.companyId;
    if (!isOurs || direction !== 'inbound') continue;
    if (route.reason === 'own_number' || route.reason === 'unknown_number') continue;
    const text = await port.readText(messageId);
    const event = { ...eventOf(ctx, account), receivedAt: createdAt };
    if (text) await inSystem(ctx.kernel.db, (tx) => keepUnroutable(tx, [{ event, text, route }]));
  }
}

/** Receipts that were lost: a status moves forwards, a price becomes known. */
async function healSent(
  ctx: CompanyCtx,
  tx: Tx,
  account: ComparedAccount,
  sent: readonly ListedText[],
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const known of await store.sentTexts(tx, account, sent.map(keyOf))) {
    const listed = sent[known.item]!;
    const { standing } = listed;
    if (!standing) continue;
    const found = differencesOf(known, listed, standing);
    if (found.some(({ outcome }) => outcome === 'repaired')) await applyRemote(ctx, tx, known.id, standing);
    differences.push(...found);
  }
  return differences;
}

function differencesOf(known: store.SentText, listed: ListedText, standing: RemoteText): Difference[] {
  const about = {
    kind: 'message' as const,
    subject: listed.to,
    entityId: known.id,
    externalId: listed.messageId,
  };
  const theirs = statusOf(standing.status);
  const found: Difference[] = [];
  const moves = replacedBy(standing.status).includes(known.status) || known.errorCode === 'no_answer';
  if (moves && theirs !== known.status)
    found.push({ ...about, field: 'status', ours: known.status, theirs, outcome: 'repaired' });
  // A text that we hold for delivered does not become undelivered by a list: somebody should know of it.
  else if (known.status === 'delivered' && (theirs === 'failed' || theirs === 'undelivered'))
    found.push({ ...about, field: 'status', ours: known.status, theirs, outcome: 'person' });
  const amount = standing.price?.amount;
  const isOther =
    known.priceAmount !== null && !known.priceEstimated && Number(amount) !== Number(known.priceAmount);
  if (amount !== undefined && isOther)
    found.push({ ...about, field: 'price', ours: known.priceAmount, theirs: amount, outcome: 'repaired' });
  return found;
}

/** Texts that came in and whose webhooks were lost, the oldest first. */
async function takeIn(ctx: CompanyCtx, tx: Tx, found: readonly Placed[]): Promise<Difference[]> {
  const inbound = found
    .filter(({ listed }) => listed.direction === 'inbound')
    .sort((left, right) => left.listed.createdAt.getTime() - right.listed.createdAt.getTime());
  if (inbound.length === 0) return [];
  const ids = inbound.map(({ listed }) => listed.messageId);
  const before = await knownExternalIds(tx, inbound[0]!.integration.provider, ids);
  const answers = await receiveTexts(
    ctx,
    tx,
    inbound.map(({ integration, text, listed }) => ({ integration, text, receivedAt: listed.createdAt })),
  );
  const sinceMs = ctx.kernel.clock.nowMs() - ANSWER_WITHIN_MS;
  const isRecent = inbound.every(({ listed }) => listed.createdAt.getTime() >= sinceMs);
  if (isRecent && answers.length > 0)
    await acceptTexts(
      ctx,
      tx,
      answers.map((answer) => automaticDraft(ctx, answer)),
    );
  return inbound.filter(({ listed }) => !before.has(listed.messageId)).map(adopted);
}

const adopted = ({ listed, text }: Found): Difference => ({
  ...{ kind: 'message', entityId: null, externalId: listed.messageId, field: 'exists', ours: null },
  subject: listed.direction === 'inbound' ? text.from : text.to,
  ...{ theirs: listed.direction === 'inbound' ? 'received' : (listed.standing?.providerStatus ?? 'sent') },
  outcome: 'adopted',
});

/** Texts that left our numbers by other hands: kept in the thread, so that whoever answers knows what was said. */
async function takeSent(
  ctx: CompanyCtx,
  tx: Tx,
  account: ComparedAccount,
  found: readonly Placed[],
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const placed of found) {
    const { listed } = placed;
    if (listed.direction !== 'outbound' || !listed.standing) continue;
    // One of ours whose answer never came may be this one: it is being looked up, or was given up.
    if (await store.hasNameless(tx, { from: listed.from, to: listed.to, at: listed.createdAt })) {
      differences.push({ ...adopted(placed), outcome: 'person' });
      continue;
    }
    if (await adoptSent(ctx, tx, account, placed, listed.standing)) differences.push(adopted(placed));
  }
  return differences;
}

async function adoptSent(
  ctx: CompanyCtx,
  tx: Tx,
  account: ComparedAccount,
  { listed, text, integration }: Placed,
  standing: RemoteText,
): Promise<boolean> {
  const { clock } = ctx.kernel;
  const { to } = listed;
  const contact = (await ensureContacts(ctx, tx, [{ phoneNumber: to }])).get(to)!;
  const opening = {
    id: newId(clock),
    contactId: contact.id,
    contactPhone: to,
    integrationId: integration.id,
  };
  const open = await conversations.openConversations(tx, ctx.companyId, [opening], clock.now());
  const conversation = open.get(contact.id)!;
  const id = newId(clock);
  const status = statusOf(standing.status);
  const isFailure = status === 'failed' || status === 'undelivered';
  const failure = failureColumns(standing.failure);
  const counted = segmentsOf(text.text);
  const message: NewMessage = {
    ...{
      id,
      companyId: ctx.companyId,
      conversationId: conversation.id,
      kind: 'text',
      direction: 'outbound',
      status,
    },
    ...{ fromNumber: integration.phoneNumber, toNumber: to, body: text.text.slice(0, BODY_MAX) },
    ...{ isMms: text.media.length > 0 && text.media.length <= MEDIA_MAX, provider: account.provider },
    ...{ providerAccountId: account.accountId, integrationId: integration.id, externalId: listed.messageId },
    ...{ segments: standing.segments ?? counted.segments, encoding: counted.encoding, contactId: contact.id },
    ...{ priceAmount: standing.price?.amount ?? null, priceCurrency: standing.price?.currency ?? null },
    ...{ errorCode: isFailure ? (failure.errorCode ?? 'unknown') : null, providerCode: failure.providerCode },
    ...{ providerMessage: failure.providerMessage, authorKind: 'system', authorName: account.provider },
    ...{ sentAt: text.at ?? listed.createdAt, createdAt: listed.createdAt },
    ...(status === 'delivered' ? { deliveredAt: standing.at ?? listed.createdAt } : {}),
  };
  const stored = await insertMessages(tx, [message]);
  if (stored.length === 0) return false;
  const { category, categoryRule, unreadCount } = conversation;
  await conversations.saveActivity(
    tx,
    [
      {
        ...{ id: conversation.id, contactPhone: to, integrationId: integration.id, category, categoryRule },
        ...{ unreadCount, lastMessageId: id, lastDirection: 'outbound' },
      },
    ],
    clock.now(),
  );
  await announceConversations(tx, ctx.companyId, [conversation.id]);
  return true;
}
