import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { searchContactIds } from '../contacts/index.ts';
import { conversationsWithWords } from './messages-store.ts';

/** Each kind of match is followed this far; a search that finds more wants another word. */
const FOUND_MAX = 200;

/** What a text finds: contacts by name or number, and conversations by what was said in them. */
export async function findConversations(
  ctx: CompanyCtx,
  tx: Tx,
  text: string,
): Promise<{ contactIds: string[]; conversationIds: string[] }> {
  return {
    contactIds: await searchContactIds(ctx, tx, text, FOUND_MAX),
    conversationIds: await conversationsWithWords(tx, text, FOUND_MAX),
  };
}
