import type { CompanyCtx } from '../../kernel/ctx.ts';
import { sql, type Tx } from '../../kernel/db/index.ts';
import { acceptTexts } from './accept.ts';
import { openConversation } from './conversations.ts';
import { draftOf } from './drafts.ts';
import { findByNumber } from './integrations-store.ts';
import { hasTextedBack } from './messages-store.ts';

/** Somebody who calls ten times in a row gets one text. */
const APART_MS = 4 * 3_600_000;

/**
 * A text that nobody wrote, e.g. after a missed call: through the number that was called if it can text, in the person's
 * conversation, once for what it is about, and once in four hours for an occasion. Whoever wants no texts gets none. What it
 * meets is no reason for the caller to fail.
 */
export async function textBack(
  ctx: CompanyCtx,
  tx: Tx,
  { from, to, text, occasion, id }: { from: string; to: string; text: string; occasion: string; id: string },
): Promise<void> {
  const key = `${occasion}-${id}`;
  await sql`savepoint text_back`.execute(tx);
  try {
    const sender = await findByNumber(tx, from);
    const integrationId = sender?.isActive && sender.sms ? sender.id : null;
    const { conversationId, phoneNumber } = await openConversation(ctx, tx, {
      phoneNumber: to,
      integrationId,
    });
    const since = new Date(ctx.kernel.clock.nowMs() - APART_MS);
    if (await hasTextedBack(tx, { conversationId, to: phoneNumber, occasion, since })) return;
    const draft = draftOf(ctx, conversationId, { text, integrationId, toPhone: phoneNumber }, key);
    const [outcome] = await acceptTexts(ctx, tx, [draft]);
    if (outcome?.kind === 'refused')
      ctx.log.info({ code: outcome.error.code, key }, 'A text was not sent by itself');
  } catch (error) {
    await sql`rollback to savepoint text_back`.execute(tx);
    ctx.log.warn({ err: error, key }, 'A text could not be sent by itself');
  }
}
