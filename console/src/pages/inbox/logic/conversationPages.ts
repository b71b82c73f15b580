import type { ConversationPage } from '../../../api/inbox.ts';
import type { Conversation } from '../../../api/inboxTypes.ts';

/** What is loaded of a list, newest activity first, and the way to older rows. */
export interface ListPages {
  rows: Conversation[];
  next: string | null;
}

/**
 * The list with its first page read again. Rows move only upwards, by something that happens in them; so what the fresh page
 * lacks, and stood above its last row, has left the list, and what stood below is still there.
 */
export function mergeFirstPage(known: ListPages | undefined, page: ConversationPage): ListPages {
  const anew = { rows: page.conversations, next: page.nextCursor };
  const last = page.conversations.at(-1)?.id;
  const end = known?.rows.findIndex(({ id }) => id === last) ?? -1;
  if (!known || end < 0 || !page.nextCursor) return anew;
  const fresh = new Set(page.conversations.map(({ id }) => id));
  const below = known.rows.slice(end + 1).filter(({ id }) => !fresh.has(id));
  return below.length ? { rows: [...page.conversations, ...below], next: known.next } : anew;
}

export function appendPage(known: ListPages, page: ConversationPage): ListPages {
  const ids = new Set(known.rows.map(({ id }) => id));
  return {
    rows: [...known.rows, ...page.conversations.filter(({ id }) => !ids.has(id))],
    next: page.nextCursor,
  };
}

/** The list with one row in its newest form, where it stands. */
export function replaceRow(known: ListPages, row: Conversation): ListPages {
  return { ...known, rows: known.rows.map((each) => (each.id === row.id ? row : each)) };
}

/** The row to go to from one of a list: `step` further, or the first. */
export function neighbour(rows: readonly { id: string }[], id: string | null, step: 1 | -1): string | null {
  const at = rows.findIndex((row) => row.id === id);
  if (at < 0) return rows.at(0)?.id ?? null;
  return rows[at + step]?.id ?? null;
}
