import { createBatcher } from '../../kernel/batch.ts';
import { type Actor, authorKind, type CompanyCtx, systemCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { type ErrorCode, type ErrorParams, RelaisError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { parseE164 } from '../../kernel/phone.ts';
import { budgetRefusals, openPriceList, type PriceList, type Wanted } from '../billing/index.ts';
import { announceConversations } from './announce.ts';
import * as conversations from './conversations-store.ts';
import { findSenders, type IntegrationRow } from './integrations-store.ts';
import { attachMedia, findLoose, type MediaRow } from './media-store.ts';
import { findByKeys, insertMessages, type MessageRow, type NewMessage } from './messages-store.ts';
import { AFTER_OUR_TEXT, segmentsOf, TEXT_CHARS_MAX } from './model.ts';
import { optedOut } from './opt-outs-store.ts';
import { insertDepartures } from './outbox-store.ts';
import { times } from './prices.ts';
import { nudgeSenders, stateOf } from './state.ts';

/** A text that somebody wants sent in a conversation. */
export interface Draft {
  conversationId: string;
  /** The number to send through; null: the one that was texted last, else the default. */
  integrationId: string | null;
  /** E.164; null: the number that the contact used last. */
  toPhone: string | null;
  text: string;
  /** Files that were uploaded before. */
  mediaIds: string[];
  templateId: string | null;
  /** Not before. */
  sendAt: Date | null;
  leadId: string | null;
  /** The client's name for this text: with it, a repeat sends nothing again. */
  idempotencyKey: string | null;
  /** What the client asked for, to tell a repeat from another text under the same key. */
  requestHash: string;
  author: Pick<Actor, 'kind' | 'id' | 'name'>;
  isConfirmation: boolean;
}

/** What became of a draft. replayed: it was accepted before, under the same key. */
export type AcceptOutcome =
  | { kind: 'accepted' | 'replayed'; message: MessageRow }
  | { kind: 'refused'; error: RelaisError };

const BATCH_MAX = 200;

/**
 * Accepts a text for sending: once this resolves with `accepted` it survives anything. Drafts of one company that arrive
 * together share a transaction. @throws what stopped the transaction; a refusal of the draft itself is an outcome.
 */
export function acceptText(ctx: CompanyCtx, draft: Draft): Promise<AcceptOutcome> {
  const { kernel, companyId } = ctx;
  const { accepts } = stateOf(kernel);
  let batcher = accepts.get(companyId);
  if (!batcher) {
    batcher = createBatcher(
      async (drafts: Draft[]) => {
        const outcomes = await acceptAll(systemCtx(kernel, companyId, 'messages.accept'), drafts);
        nudgeSenders(kernel);
        return outcomes;
      },
      { itemsMax: BATCH_MAX },
    );
    accepts.set(companyId, batcher);
  }
  return batcher.add(draft);
}

/** One key is accepted once in a transaction; its repeats see the first one afterwards. */
async function acceptAll(ctx: CompanyCtx, drafts: Draft[]): Promise<AcceptOutcome[]> {
  const outcomes = new Map<Draft, AcceptOutcome>();
  for (let waiting = drafts; waiting.length > 0; ) {
    const keys = new Set<string>();
    const now = waiting.filter(
      ({ idempotencyKey: key }) => key === null || (!keys.has(key) && keys.add(key)),
    );
    const results = await transact(ctx, (tx) => acceptTexts(ctx, tx, now));
    for (const [index, draft] of now.entries()) outcomes.set(draft, results[index]!);
    waiting = waiting.filter((draft) => !outcomes.has(draft));
  }
  return drafts.map((draft) => outcomes.get(draft)!);
}

/** What is known about the drafts of one transaction. */
interface Facts {
  earlier: Map<string, MessageRow>;
  conversations: Map<string, conversations.ConversationState>;
  senders: Map<string, IntegrationRow>;
  out: Set<string>;
  media: Map<string, MediaRow>;
  prices: PriceList;
}

/** The same within a transaction that the caller has open. The number of statements does not grow with the drafts. */
export async function acceptTexts(ctx: CompanyCtx, tx: Tx, drafts: Draft[]): Promise<AcceptOutcome[]> {
  const facts = await gather(ctx, tx, drafts);
  const planned = await withinBudget(
    ctx,
    tx,
    drafts.map((draft) => plan(ctx, draft, facts)),
  );
  const rows = planned.flatMap((each) =>
    each instanceof RelaisError || 'replayed' in each ? [] : [each.row],
  );
  const inserted = new Map((await insertMessages(tx, rows)).map((row) => [row.id, row]));
  const fresh = rows.filter(({ id }) => inserted.has(id));
  await insertDepartures(
    tx,
    fresh.map((row) => ({
      messageId: row.id,
      companyId: ctx.companyId,
      integrationId: row.integrationId!,
      nextAttemptAt: row.sendAt ?? row.createdAt,
    })),
  );
  for (const [index, draft] of drafts.entries()) {
    const each = planned[index]!;
    if (draft.mediaIds.length > 0 && 'row' in each && inserted.has(each.row.id))
      await attachMedia(tx, each.row.id, draft.mediaIds);
  }
  await writeActivity(ctx, tx, fresh, facts);
  // Another process may have taken the same key a moment ago: its text is the answer.
  const lost = drafts.filter((draft, index) => {
    const each = planned[index]!;
    return 'row' in each && !inserted.has(each.row.id) && draft.idempotencyKey !== null;
  });
  const taken = await findByKeys(
    tx,
    lost.map(({ idempotencyKey }) => idempotencyKey!),
  );
  return drafts.map((draft, index): AcceptOutcome => {
    const each = planned[index]!;
    if (each instanceof RelaisError) return { kind: 'refused', error: each };
    if ('replayed' in each) return repeated(draft, each.replayed);
    const row = inserted.get(each.row.id);
    if (row) return { kind: 'accepted', message: row };
    return repeated(draft, taken.get(draft.idempotencyKey ?? '')!);
  });
}

function repeated(draft: Draft, message: MessageRow): AcceptOutcome {
  if (message.requestHash === draft.requestHash) return { kind: 'replayed', message };
  return { kind: 'refused', error: new RelaisError('idempotency_key_reused') };
}

async function gather(ctx: CompanyCtx, tx: Tx, drafts: Draft[]): Promise<Facts> {
  const earlier = await findByKeys(
    tx,
    drafts.flatMap(({ idempotencyKey }) => (idempotencyKey === null ? [] : [idempotencyKey])),
  );
  const locked = await conversations.lockConversations(tx, [
    ...new Set(drafts.map(({ conversationId }) => conversationId)),
  ]);
  const wanted = drafts.flatMap(({ integrationId }) => (integrationId ? [integrationId] : []));
  const usual = [...locked.values()].flatMap(({ integrationId }) => (integrationId ? [integrationId] : []));
  const senders = await findSenders(tx, [...new Set([...wanted, ...usual])]);
  const out = await optedOut(
    tx,
    drafts.flatMap((draft) => recipientOf(draft, locked) ?? []),
  );
  const media = await findLoose(tx, [...new Set(drafts.flatMap(({ mediaIds }) => mediaIds))]);
  return {
    earlier,
    conversations: locked,
    senders: new Map(senders.map((sender) => [sender.id, sender])),
    out,
    media: new Map(media.map((each) => [each.id, each])),
    prices: await openPriceList(ctx, tx, 'text'),
  };
}

function recipientOf(draft: Draft, locked: Facts['conversations']): string | null {
  return draft.toPhone ?? locked.get(draft.conversationId)?.contactPhone ?? null;
}

type Plan = RelaisError | { replayed: MessageRow } | { row: NewMessage };

function refuse(code: ErrorCode, params: ErrorParams = {}, details?: unknown): RelaisError {
  return new RelaisError(code, { params, details });
}

/** Judges one draft by the facts, and takes its files from them. What the client can change comes first. */
function plan(ctx: CompanyCtx, draft: Draft, facts: Facts): Plan {
  const earlier = draft.idempotencyKey === null ? undefined : facts.earlier.get(draft.idempotencyKey);
  if (earlier) return { replayed: earlier };
  const conversation = facts.conversations.get(draft.conversationId);
  if (!conversation) return refuse('not_found', { what: 'conversation' });
  if (conversation.status === 'closed') return refuse('conversation_closed');
  const text = draft.text.trim();
  if (text === '' && draft.mediaIds.length === 0) return refuse('text_empty');
  if ([...text].length > TEXT_CHARS_MAX) return refuse('text_too_long', { limit: TEXT_CHARS_MAX });
  const sender = senderOf(draft, conversation, facts.senders);
  if (sender instanceof RelaisError) return sender;
  if (draft.mediaIds.some((id) => !facts.media.has(id))) return refuse('not_found', { what: 'file' });
  if (draft.mediaIds.length > 0 && !sender.mms)
    return refuse('mms_not_supported', { phoneNumber: sender.phoneNumber });
  const to = recipientOf(draft, facts.conversations)!;
  if (facts.out.has(to) && !draft.isConfirmation) return refuse('recipient_opted_out');
  // A file goes out with one text: the next one that asks for it finds none.
  for (const id of draft.mediaIds) facts.media.delete(id);
  return { row: toRow(ctx, draft, { conversation, sender, to, text, prices: facts.prices }) };
}

/** What budgets refuse of what is planned. Answers to STOP go out whatever was spent; a text for later is asked about then. */
async function withinBudget(ctx: CompanyCtx, tx: Tx, planned: Plan[]): Promise<Plan[]> {
  const asked = planned.filter(
    (each): each is { row: NewMessage } => 'row' in each && !each.row.isConfirmation && !each.row.sendAt,
  );
  const wanted = asked.map(({ row }) => spendingOf(row));
  const refusals = await budgetRefusals(ctx, tx, wanted);
  const refused = new Map(asked.map((each, index) => [each as Plan, refusals[index] ?? null]));
  return planned.map((each) => refused.get(each) ?? each);
}

/** A text as budgets look at it. */
export function spendingOf(
  row: Pick<NewMessage, 'fromNumber' | 'authorKind' | 'authorId' | 'priceAmount' | 'priceCurrency'>,
): Wanted {
  const { priceAmount: amount, priceCurrency: currency } = row;
  return {
    ...{ kind: 'text', ourNumber: row.fromNumber!, userId: row.authorKind === 'user' ? row.authorId! : null },
    cost: amount && currency ? { amount, currency } : null,
  };
}

/** The number a text leaves through: the one asked for, else the one that was texted, else the default. */
function senderOf(
  draft: Draft,
  conversation: conversations.ConversationState,
  senders: Facts['senders'],
): IntegrationRow | RelaisError {
  if (draft.integrationId) {
    const asked = senders.get(draft.integrationId);
    if (!asked) return refuse('not_found', { what: 'SMS number' });
    return asked.isActive && asked.sms
      ? asked
      : refuse('sender_inactive', { phoneNumber: asked.phoneNumber });
  }
  const usual = conversation.integrationId ? senders.get(conversation.integrationId) : undefined;
  if (usual?.isActive && usual.sms) return usual;
  return (
    [...senders.values()].find(({ isDefault, isActive }) => isDefault && isActive) ?? refuse('no_sender')
  );
}

function toRow(
  ctx: CompanyCtx,
  draft: Draft,
  found: {
    conversation: conversations.ConversationState;
    sender: IntegrationRow;
    to: string;
    text: string;
    prices: PriceList;
  },
): NewMessage {
  const { conversation, sender, to, text } = found;
  const { encoding, segments } = segmentsOf(text);
  const perSegment = found.prices.priceOf({
    ...{ direction: 'outbound', provider: sender.provider, phoneNumber: to },
    country: parseE164(to).country,
  });
  const price = perSegment && draft.mediaIds.length === 0 ? times(perSegment, segments) : null;
  return {
    id: newId(ctx.kernel.clock),
    companyId: ctx.companyId,
    conversationId: conversation.id,
    kind: 'text',
    direction: 'outbound',
    status: draft.sendAt ? 'scheduled' : 'queued',
    fromNumber: sender.phoneNumber,
    toNumber: to,
    body: text,
    isMms: draft.mediaIds.length > 0,
    provider: sender.provider,
    providerAccountId: sender.providerAccountId,
    integrationId: sender.id,
    segments: Math.max(1, segments),
    encoding,
    priceAmount: price?.amount ?? null,
    priceCurrency: price?.currency ?? null,
    priceEstimated: true,
    authorKind: authorKind(draft.author),
    authorId: draft.author.id,
    authorName: draft.author.name,
    contactId: conversation.contactId,
    leadId: draft.leadId,
    templateId: draft.templateId,
    isConfirmation: draft.isConfirmation,
    idempotencyKey: draft.idempotencyKey,
    requestHash: draft.requestHash,
    sendAt: draft.sendAt,
    createdAt: ctx.kernel.clock.now(),
  };
}

/** We wrote last: the conversation waits for the customer, and nothing in it is unread. A scheduled text has not been written yet. */
async function writeActivity(ctx: CompanyCtx, tx: Tx, rows: NewMessage[], facts: Facts): Promise<void> {
  const changes = new Map<string, conversations.ActivityChange>();
  for (const row of rows.filter(({ status, isConfirmation }) => status === 'queued' && !isConfirmation)) {
    const conversation = facts.conversations.get(row.conversationId)!;
    changes.set(row.conversationId, {
      id: row.conversationId,
      contactPhone: row.toNumber!,
      integrationId: row.integrationId!,
      category: AFTER_OUR_TEXT.category,
      categoryRule: AFTER_OUR_TEXT.rule,
      unreadCount: row.authorKind === 'system' ? conversation.unreadCount : 0,
      lastMessageId: row.id,
      lastDirection: 'outbound',
    });
  }
  await conversations.saveActivity(tx, [...changes.values()], ctx.kernel.clock.now());
  await announceConversations(
    tx,
    ctx.companyId,
    rows.map(({ conversationId }) => conversationId),
  );
}
