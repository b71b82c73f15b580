import type { CompanyCtx } from '../../kernel/ctx.ts';
import { sql, type Tx } from '../../kernel/db/index.ts';
import { acceptTexts } from './accept.ts';
import { openConversation } from './conversations.ts';
import { draftOf } from './drafts.ts';
import { findByNumber } from './integrations-store.ts';

/**
 * A text that nobody wrote, e.g. after a missed call: through the number that was called if it can text, in the person's
 * conversation, once under its key. Whoever wants no texts gets none. What it meets is no reason for the caller to fail.
 */
export async function textBack(
  ctx: CompanyCtx,
  tx: Tx,
  { from, to, text, key }: { from: string; to: string; text: string; key: string },
): Promise<void> {
  await sql`savepoint text_back`.execute(tx);
  try {
    const sender = await findByNumber(tx, from);
    const integrationId = sender?.isActive && sender.sms ? sender.id : null;
    const { conversationId, phoneNumber } = await openConversation(ctx, tx, {
      phoneNumber: to,
      integrationId,
    });
    const draft = draftOf(ctx, conversationId, { text, integrationId, toPhone: phoneNumber }, key);
    const [outcome] = await acceptTexts(ctx, tx, [draft]);
    if (outcome?.kind === 'refused')
      ctx.log.info({ code: outcome.error.code, key }, 'A text was not sent by itself');
  } catch (error) {
    await sql`rollback to savepoint text_back`.execute(tx);
    ctx.log.warn({ err: error, key }, 'A text could not be sent by itself');
  }
}
