import { sha256 } from '../../kernel/crypto.ts';
import { authorKind, type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { announceConversations } from './announce.ts';
import { lockConversations, saveActivity } from './conversations-store.ts';
import type { NewMessage } from './messages-store.ts';
import { segmentsOf } from './model.ts';
import { insertOnce, type Kept } from './once.ts';
import { categoryAfter } from './rules.ts';

/**
 * Writes down what a customer said elsewhere (at the counter, on the phone), as the customer's own words. Nothing is sent.
 * @param key the client's name for it: under one key it is written down once.
 */
export async function receivedByHand(
  ctx: CompanyCtx,
  conversationId: string,
  given: string,
  key: string | null,
): Promise<Kept> {
  const text = given.trim();
  if (text === '') fail('text_empty');
  const requestHash = sha256(JSON.stringify(['by hand', conversationId, text]));
  const { clock } = ctx.kernel;
  return transact(ctx, async (tx) => {
    const conversation = (await lockConversations(tx, [conversationId])).get(conversationId);
    if (!conversation) fail('not_found', { what: 'conversation' });
    const { encoding, segments } = segmentsOf(text);
    const line: NewMessage = {
      id: newId(clock),
      companyId: ctx.companyId,
      conversationId,
      kind: 'text',
      direction: 'inbound',
      status: 'received',
      fromNumber: conversation.contactPhone,
      body: text,
      encoding,
      segments,
      authorKind: authorKind(ctx.actor),
      authorId: ctx.actor.id,
      authorName: ctx.actor.name,
      contactId: conversation.contactId,
      createdAt: clock.now(),
    };
    const kept = await insertOnce(tx, line, { key, requestHash });
    if (kept.replayed) return kept;
    if (conversation.status === 'closed') fail('conversation_closed');
    const verdict = categoryAfter(conversation, {
      text,
      afterUs: conversation.lastDirection === 'outbound',
      hasMedia: false,
    });
    const activity = {
      ...conversation,
      category: verdict.category,
      categoryRule: verdict.rule,
      lastMessageId: kept.message.id,
      lastDirection: 'inbound' as const,
    };
    await saveActivity(tx, [activity], clock.now());
    await announceConversations(tx, ctx.companyId, [conversationId]);
    return kept;
  });
}
