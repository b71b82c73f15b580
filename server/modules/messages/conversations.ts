import { sha256 } from '../../kernel/crypto.ts';
import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { isUniqueViolation, type Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { normalisePhoneNumber } from '../../kernel/phone.ts';
import { contactNames, contactsByIds, ensureContacts, linkPhone, maskPhone } from '../contacts/index.ts';
import { memberNames } from '../identity/index.ts';
import * as store from './conversations-store.ts';
import { findIntegration } from './integrations-store.ts';
import { eventLine, noteLine } from './lines.ts';
import { insertMessages, type MessageEvent } from './messages-store.ts';
import type { Category } from './model.ts';
import { insertOnce, type Kept } from './once.ts';
import { regionOf } from './settings.ts';
import { findSettings } from './settings-store.ts';
import { type ConversationSurroundings, conversationView } from './views.ts';

/** What a page of conversations needs beside its rows: two questions, whatever the page's length. */
export async function surroundingsOf(
  tx: Tx,
  rows: store.ConversationRow[],
): Promise<ConversationSurroundings> {
  const ids = (pick: (row: store.ConversationRow) => string | null) => [
    ...new Set(rows.flatMap((row) => pick(row) ?? [])),
  ];
  return {
    contacts: await contactNames(
      tx,
      ids((row) => row.contactId),
    ),
    names: await memberNames(
      tx,
      ids((row) => row.assigneeId),
    ),
  };
}

/** One conversation as people see it. @throws not_found. */
export async function viewConversation(ctx: CompanyCtx, tx: Tx, id: string) {
  const row = await store.findConversation(tx, id);
  if (!row) fail('not_found', { what: 'conversation' });
  return conversationView(ctx, row, await surroundingsOf(tx, [row]));
}

/** With whom to talk: a number as people write it, or a contact. */
export interface Opening {
  phoneNumber?: string | undefined;
  contactId?: string | undefined;
  name?: string | undefined;
  integrationId?: string | null | undefined;
}

/**
 * The open conversation with somebody, made when there is none.
 * @throws own_number, not_found, invalid_phone_number, contact_phone_taken.
 */
export async function openConversation(
  ctx: CompanyCtx,
  tx: Tx,
  opening: Opening,
): Promise<{ conversationId: string; isNew: boolean; phoneNumber: string }> {
  const { integrationId = null } = opening;
  if (integrationId !== null && !(await findIntegration(tx, integrationId)))
    fail('not_found', { what: 'SMS number' });
  const { contactId, phoneNumber } = await whomOf(ctx, tx, opening);
  const { clock } = ctx.kernel;
  const wanted = { id: newId(clock), contactId, contactPhone: phoneNumber, integrationId };
  const open = await store.openConversations(tx, ctx.companyId, [wanted], clock.now());
  const conversation = open.get(contactId)!;
  if (conversation.isNew) await publish(tx, ctx.companyId, 'conversation', conversation.id);
  return { conversationId: conversation.id, isNew: conversation.isNew, phoneNumber };
}

/** A number as the company's people write it, in E.164. @throws invalid_phone_number. */
export async function readNumber(ctx: CompanyCtx, tx: Tx, written: string): Promise<string> {
  return normalisePhoneNumber(written, regionOf(ctx, await findSettings(tx)));
}

async function whomOf(
  ctx: CompanyCtx,
  tx: Tx,
  { phoneNumber, contactId, name }: Opening,
): Promise<{ contactId: string; phoneNumber: string }> {
  const given = phoneNumber ? await readNumber(ctx, tx, phoneNumber) : undefined;
  if (contactId) {
    const contact = (await contactsByIds(tx, [contactId])).get(contactId);
    if (!contact) fail('not_found', { what: 'contact' });
    if (given && (await linkPhone(ctx, tx, contact.id, given)) === 'other_contact')
      await refuseTaken(ctx, tx, given);
    const usual = contact.phones.find(({ isPrimary }) => isPrimary) ?? contact.phones[0];
    const phone = given ?? usual?.phoneNumber;
    if (!phone) fail('invalid_request', { reason: 'contact_id: this contact has no number' });
    return { contactId: contact.id, phoneNumber: phone };
  }
  if (!given) fail('invalid_request', { reason: 'phone_number or contact_id: missing' });
  const contacts = await ensureContacts(ctx, tx, [{ phoneNumber: given, name: name ?? null }]);
  return { contactId: contacts.get(given)!.id, phoneNumber: given };
}

/** A number leads to one contact: a text to it in another's thread would be answered elsewhere. */
async function refuseTaken(ctx: CompanyCtx, tx: Tx, phoneNumber: string): Promise<never> {
  const { id, name } = (await ensureContacts(ctx, tx, [{ phoneNumber }])).get(phoneNumber)!;
  return fail('contact_phone_taken', { name: name || maskPhone(ctx, phoneNumber) }, { contactId: id, name });
}

/** What a person changes about a conversation; each part is optional. */
export interface ConversationPatch {
  assigneeId?: string | null | undefined;
  category?: Category | undefined;
  labels?: string[] | undefined;
  status?: 'open' | 'closed' | undefined;
  unread?: boolean | undefined;
}

/** Changes a conversation and writes what changed into its thread. What is so already changes nothing. */
export async function changeConversation(ctx: CompanyCtx, id: string, patch: ConversationPatch) {
  try {
    return await transact(ctx, async (tx) => {
      const before = await lockOne(tx, id);
      const { change, events } = await decide(ctx, tx, before, patch);
      if (Object.keys(change).length > 0) {
        await store.updateConversation(tx, id, change);
        await insertMessages(
          tx,
          events.map((event) => eventLine(ctx, id, event)),
        );
        await publish(tx, ctx.companyId, 'conversation', id);
      }
      return viewConversation(ctx, tx, id);
    });
  } catch (error) {
    if (isUniqueViolation(error, 'conversations_one_open')) fail('conversation_open_elsewhere');
    throw error;
  }
}

async function lockOne(tx: Tx, id: string): Promise<store.ConversationState> {
  const found = isId(id) ? (await store.lockConversations(tx, [id])).get(id) : undefined;
  return found ?? fail('not_found', { what: 'conversation' });
}

async function decide(
  ctx: CompanyCtx,
  tx: Tx,
  before: store.ConversationState,
  patch: ConversationPatch,
): Promise<{ change: store.ConversationChange; events: MessageEvent[] }> {
  const change: store.ConversationChange = {};
  const events: MessageEvent[] = [];
  if (patch.assigneeId !== undefined && patch.assigneeId !== before.assigneeId) {
    change.assigneeId = patch.assigneeId;
    events.push(await assignment(tx, patch.assigneeId));
  }
  if (patch.category !== undefined && (patch.category !== before.category || before.categoryRule !== null)) {
    change.category = patch.category;
    change.categoryRule = null;
    events.push({ name: 'category', from: before.category, to: patch.category });
  }
  const labels = patch.labels && [...new Set(patch.labels.map((label) => label.trim()).filter(Boolean))];
  if (labels && labels.join('\n') !== before.labels.join('\n')) {
    change.labels = labels;
    await store.keepLabels(tx, ctx.companyId, labels, ctx.kernel.clock.now());
    await publish(tx, ctx.companyId, 'label', 'all');
    events.push({ name: 'labels', from: before.labels.join(', '), to: labels.join(', ') });
  }
  if (patch.status !== undefined && patch.status !== before.status) {
    change.status = patch.status;
    change.closedAt = patch.status === 'closed' ? ctx.kernel.clock.now() : null;
    if (patch.status === 'closed') change.unreadCount = 0;
    if (patch.status === 'open' && !before.contactId) fail('conversation_closed');
    events.push({ name: patch.status === 'closed' ? 'closed' : 'reopened' });
  }
  if (patch.unread !== undefined && patch.unread !== before.unreadCount > 0)
    change.unreadCount = patch.unread ? 1 : 0;
  return { change, events };
}

async function assignment(tx: Tx, userId: string | null): Promise<MessageEvent> {
  if (userId === null) return { name: 'unassigned' };
  const name = (await memberNames(tx, [userId])).get(userId);
  if (name === undefined) fail('not_found', { what: 'member' });
  return { name: 'assigned', to: name };
}

/** Leaves word for colleagues in a thread. @param key the client's name for it: under one key it is left once. */
export async function addNote(
  ctx: CompanyCtx,
  conversationId: string,
  text: string,
  key: string | null,
): Promise<Kept> {
  const requestHash = sha256(JSON.stringify(['note', conversationId, text]));
  return transact(ctx, async (tx) => {
    await lockOne(tx, conversationId);
    const kept = await insertOnce(tx, noteLine(ctx, conversationId, text), { key, requestHash });
    if (!kept.replayed) await publish(tx, ctx.companyId, 'conversation', conversationId);
    return kept;
  });
}

/** Two contacts became one: their threads do too. */
export async function onContactMerged(ctx: CompanyCtx, tx: Tx, goneId: string): Promise<void> {
  const kept = (await contactsByIds(tx, [goneId])).get(goneId);
  if (!kept || kept.id === goneId) return;
  const [from, to] = [await store.findOpenOf(tx, goneId), await store.findOpenOf(tx, kept.id)];
  if (from && to) {
    await store.moveMessages(tx, from.id, to.id);
    await store.updateConversation(tx, from.id, { status: 'closed', closedAt: ctx.kernel.clock.now() });
    await insertMessages(tx, [eventLine(ctx, to.id, { name: 'merged' })]);
  }
  await store.moveContact(tx, goneId, kept.id);
  for (const conversation of [from, to])
    if (conversation) await publish(tx, ctx.companyId, 'conversation', conversation.id);
}

/** A contact was deleted: what was said stays with its numbers, and the conversation ends. */
export async function onContactDeleted(ctx: CompanyCtx, tx: Tx, contactId: string): Promise<void> {
  await store.forgetContact(tx, contactId, ctx.kernel.clock.now());
  await publish(tx, ctx.companyId, 'conversation', contactId);
}
