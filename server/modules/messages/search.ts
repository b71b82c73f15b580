import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { searchContactIds } from '../contacts/index.ts';
import { contactlessWith } from './conversations-store.ts';
import { integrationsWith } from './integrations-store.ts';
import {
  conversationsWithWords,
  type HistoryFilter,
  listHistory,
  type MessageRow,
  messagesByIds,
  type NumberPlaces,
  textsWithWords,
} from './messages-store.ts';
import { wordsWanted } from './words.ts';

/** Each kind of match is followed this far; a search that finds more wants another word. */
const FOUND_MAX = 100;

/** What a text finds: contacts by name or number, and conversations by what was said in them. */
export async function findConversations(
  ctx: CompanyCtx,
  tx: Tx,
  text: string,
): Promise<{ contactIds: string[]; conversationIds: string[] }> {
  const { kernel, companyId } = ctx;
  const words = wordsWanted(companyId, text);
  const [contactIds, conversationIds] = await Promise.all([
    searchContactIds(ctx, tx, text, FOUND_MAX),
    words ? inSystem(kernel.db, (system) => conversationsWithWords(system, companyId, words, FOUND_MAX)) : [],
  ]);
  return { contactIds, conversationIds };
}

/** What a search for texts asks for beside what their rows say. */
export interface HistorySearch {
  /** Words that were written. */
  text: string;
  /** Digits of either party's number; empty for any. */
  digits: string;
}

/** Texts of the company, newest first, before an id. */
export async function findHistory(
  ctx: CompanyCtx,
  given: HistoryFilter,
  { text, digits }: HistorySearch,
  beforeId: string | null,
  limit: number,
): Promise<MessageRow[]> {
  const { kernel, companyId } = ctx;
  const filter = { ...given, number: digits ? await placesOf(ctx, digits) : undefined };
  const words = wordsWanted(companyId, text);
  if (!words) return transact(ctx, (tx) => listHistory(tx, companyId, filter, beforeId, limit));
  const ids = await inSystem(kernel.db, (tx) =>
    textsWithWords(tx, companyId, words, filter, beforeId, limit),
  );
  return transact(ctx, (tx) => messagesByIds(tx, ids));
}

/** Where texts with a number are: with whom, in threads whose contact was deleted, through numbers of ours. */
function placesOf(ctx: CompanyCtx, given: string): Promise<NumberPlaces> {
  // At home numbers begin with a 0 that E.164 has not.
  const digits = given.replace(/^0+/, '') || given;
  return transact(ctx, async (tx) => ({
    digits,
    contactIds: await searchContactIds(ctx, tx, given, FOUND_MAX),
    conversationIds: await contactlessWith(tx, digits, FOUND_MAX),
    integrationIds: await integrationsWith(tx, digits),
  }));
}
