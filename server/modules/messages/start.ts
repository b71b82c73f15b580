import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { type Opening, openConversation } from './conversations.ts';
import { findByNumber } from './integrations-store.ts';
import { findByKeys, type MessageRow } from './messages-store.ts';
import { type Accepted, type NewMessageBody, takeMessage } from './requests.ts';

/** A conversation that was started, and the text that started it. */
export interface Started {
  conversationId: string;
  isNew: boolean;
  accepted: Accepted | null;
}

/**
 * Starts a conversation, or goes on in the open one, with a first text if one is given. Under a key that was used before
 * nothing is made: the earlier text, in its conversation, is the answer.
 */
export async function startConversation(
  ctx: CompanyCtx,
  opening: Opening,
  message: NewMessageBody | null,
  key: string | null,
): Promise<Started> {
  const earlier = message && key ? await earlierUnder(ctx, key) : null;
  const { conversationId, isNew, phoneNumber } = earlier
    ? { conversationId: earlier.conversationId, isNew: false, phoneNumber: earlier.toNumber }
    : await transact(ctx, (tx) => openConversation(ctx, tx, opening));
  const first = message && { ...message, integration_id: message.integration_id ?? opening.integrationId };
  const accepted = first ? await takeMessage(ctx, conversationId, first, key, phoneNumber) : null;
  return { conversationId, isNew, accepted };
}

async function earlierUnder(ctx: CompanyCtx, key: string): Promise<MessageRow | null> {
  return transact(ctx, async (tx) => (await findByKeys(tx, [key])).get(key) ?? null);
}

/** A text from one of our Telnyx numbers to anybody. @throws sender_not_owned. */
export async function sendThrough(
  ctx: CompanyCtx,
  text: { from: string; to: string; text: string; leadId: string | null; mediaIds?: string[] | undefined },
  key: string | null,
): Promise<Accepted> {
  const sender = await transact(ctx, (tx) => findByNumber(tx, text.from.trim()));
  if (!sender?.isActive || sender.provider !== 'telnyx')
    fail('sender_not_owned', { phoneNumber: text.from, provider: 'Telnyx' });
  const opening: Opening = { phoneNumber: text.to, integrationId: sender.id };
  const body = {
    text: text.text,
    is_from_client: false,
    lead_id: text.leadId,
    integration_id: sender.id,
    media_ids: text.mediaIds,
  };
  return (await startConversation(ctx, opening, body, key)).accepted!;
}
