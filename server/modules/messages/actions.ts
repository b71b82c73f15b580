import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { announceConversations } from './announce.ts';
import { lockMessage, type MessageRow, updateMessage } from './messages-store.ts';
import { messageCan } from './model.ts';
import { optedOut } from './opt-outs-store.ts';
import { dropDepartures, insertDepartures } from './outbox-store.ts';
import { nudgeSenders } from './state.ts';

async function lockText(tx: Tx, id: string): Promise<MessageRow> {
  const message = await lockMessage(tx, id);
  return message?.kind === 'text' ? message : fail('not_found', { what: 'message' });
}

/** Takes a text back that has not left yet. Canceling it again changes nothing. @throws message_not_cancelable. */
export async function cancelMessage(ctx: CompanyCtx, id: string): Promise<MessageRow> {
  return transact(ctx, async (tx) => {
    // The senders hold a departure before its message; taking them the other way round would have both wait for ever.
    await dropDepartures(tx, [id]);
    const message = await lockText(tx, id);
    if (message.status === 'canceled') return message;
    if (!messageCan('cancel', message.status)) fail('message_not_cancelable');
    await updateMessage(tx, id, { status: 'canceled', nextCheckAt: null });
    await announceConversations(tx, ctx.companyId, [message.conversationId]);
    return (await lockMessage(tx, id))!;
  });
}

/**
 * Sends a text that failed again, as the same message. A failure is the provider's or the carrier's own word, so it is certain
 * that the first one did not arrive; where no answer ever came, the provider is asked first.
 * @throws message_not_retryable, recipient_opted_out.
 */
export async function retryMessage(ctx: CompanyCtx, id: string): Promise<MessageRow> {
  const message = await transact(ctx, async (tx) => {
    const failed = await lockText(tx, id);
    if (!messageCan('retry', failed.status) || !failed.integrationId) fail('message_not_retryable');
    if ((await optedOut(tx, [failed.toNumber])).has(failed.toNumber)) fail('recipient_opted_out');
    const { clock } = ctx.kernel;
    // Where no answer ever came, the provider is asked once more before anything leaves.
    const isOpen = failed.errorCode === 'no_answer';
    await updateMessage(tx, id, {
      status: isOpen ? 'unknown' : 'queued',
      externalId: null,
      formerExternalIds: failed.externalId
        ? [...failed.formerExternalIds, failed.externalId]
        : failed.formerExternalIds,
      outcomeUnknown: isOpen,
      attempts: 0,
      lookUps: 0,
      nextCheckAt: null,
      errorCode: null,
      providerCode: null,
      providerMessage: null,
    });
    await insertDepartures(tx, [
      {
        messageId: id,
        companyId: ctx.companyId,
        integrationId: failed.integrationId,
        nextAttemptAt: clock.now(),
      },
    ]);
    await announceConversations(tx, ctx.companyId, [failed.conversationId]);
    return (await lockMessage(tx, id))!;
  });
  nudgeSenders(ctx.kernel);
  return message;
}
