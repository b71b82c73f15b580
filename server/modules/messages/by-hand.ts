import { sha256 } from '../../kernel/crypto.ts';
import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { announceConversations } from './announce.ts';
import { lockConversations, saveActivity } from './conversations-store.ts';
import { findByKeys, insertMessages, type MessageRow } from './messages-store.ts';
import { segmentsOf } from './model.ts';
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
): Promise<{ message: MessageRow; replayed: boolean }> {
  const text = given.trim();
  if (text === '') fail('text_empty');
  const requestHash = sha256(JSON.stringify(['by hand', conversationId, text]));
  const { clock } = ctx.kernel;
  return transact(ctx, async (tx) => {
    // The lock makes a repeat wait for the first.
    const conversation = (await lockConversations(tx, [conversationId])).get(conversationId);
    if (!conversation) fail('not_found', { what: 'conversation' });
    const earlier = key === null ? undefined : (await findByKeys(tx, [key])).get(key);
    if (earlier) return repeated(earlier, requestHash);
    if (conversation.status === 'closed') fail('conversation_closed');
    const { encoding, segments } = segmentsOf(text);
    const [message] = await insertMessages(tx, [
      {
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
        authorKind: ctx.actor.kind,
        authorId: ctx.actor.id,
        authorName: ctx.actor.name,
        contactId: conversation.contactId,
        idempotencyKey: key,
        requestHash,
        createdAt: clock.now(),
      },
    ]);
    // Another text took the key in this very moment.
    if (!message) fail('idempotency_key_reused');
    const verdict = categoryAfter(conversation, {
      text,
      afterUs: conversation.lastDirection === 'outbound',
      hasMedia: false,
    });
    const activity = {
      ...conversation,
      category: verdict.category,
      categoryRule: verdict.rule,
      lastMessageId: message.id,
      lastDirection: 'inbound' as const,
    };
    await saveActivity(tx, [activity], clock.now());
    await announceConversations(tx, ctx.companyId, [conversationId]);
    return { message, replayed: false };
  });
}

function repeated(earlier: MessageRow, requestHash: string): { message: MessageRow; replayed: boolean } {
  if (earlier.requestHash !== requestHash) fail('idempotency_key_reused');
  return { message: earlier, replayed: true };
}
