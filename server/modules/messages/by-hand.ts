import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { announceConversations } from './announce.ts';
import { lockConversations, saveActivity } from './conversations-store.ts';
import { insertMessages, type MessageRow } from './messages-store.ts';
import { segmentsOf } from './model.ts';
import { categoryAfter } from './rules.ts';

/** Writes down what a customer said elsewhere (at the counter, on the phone), as the customer's own words. Nothing is sent. */
export async function receivedByHand(
  ctx: CompanyCtx,
  conversationId: string,
  given: string,
): Promise<MessageRow> {
  const text = given.trim();
  if (text === '') fail('text_empty');
  const { clock } = ctx.kernel;
  return transact(ctx, async (tx) => {
    const conversation = (await lockConversations(tx, [conversationId])).get(conversationId);
    if (!conversation) fail('not_found', { what: 'conversation' });
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
        createdAt: clock.now(),
      },
    ]);
    const verdict = categoryAfter(conversation, {
      text,
      afterUs: conversation.lastDirection === 'outbound',
      hasMedia: false,
    });
    const activity = {
      ...conversation,
      category: verdict.category,
      categoryRule: verdict.rule,
      lastMessageId: message!.id,
      lastDirection: 'inbound' as const,
    };
    await saveActivity(tx, [activity], clock.now());
    await announceConversations(tx, ctx.companyId, [conversationId]);
    return message!;
  });
}
