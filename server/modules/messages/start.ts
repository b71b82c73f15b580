import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { contactsByIds } from '../contacts/index.ts';
import { type Opening, openConversation, readNumber } from './conversations.ts';
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
  const earlier = message && key ? await earlierUnder(ctx, key, opening) : null;
  const { conversationId, isNew, phoneNumber } = earlier
    ? { conversationId: earlier.conversationId, isNew: false, phoneNumber: theirNumber(earlier) }
    : await transact(ctx, (tx) => openConversation(ctx, tx, opening));
  const first = message && { ...message, integration_id: message.integration_id ?? opening.integrationId };
  const accepted = first ? await takeMessage(ctx, conversationId, first, key, phoneNumber) : null;
  return { conversationId, isNew, accepted };
}

const theirNumber = ({ direction, toNumber, fromNumber }: MessageRow) =>
  direction === 'outbound' ? toNumber : fromNumber;

/** The text that was taken under a key before. @throws idempotency_key_reused when it was for somebody else. */
async function earlierUnder(ctx: CompanyCtx, key: string, opening: Opening): Promise<MessageRow | null> {
  return transact(ctx, async (tx) => {
    const earlier = (await findByKeys(tx, [key])).get(key);
    if (!earlier) return null;
    const { phoneNumber, contactId } = opening;
    if (phoneNumber && (await readNumber(ctx, tx, phoneNumber)) !== theirNumber(earlier))
      fail('idempotency_key_reused');
    if (contactId && (await contactsByIds(tx, [contactId])).get(contactId)?.id !== earlier.contactId)
      fail('idempotency_key_reused');
    return earlier;
  });
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
