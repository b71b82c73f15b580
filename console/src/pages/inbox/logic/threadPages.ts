import type { MessagePage } from '../../../api/inbox.ts';
import type { Message } from '../../../api/inboxTypes.ts';

/** What is loaded of a thread: messages oldest first, and the way to older ones. */
export interface ThreadPages {
  messages: Message[];
  older: string | null;
}

export const PAGE_MESSAGES = 40;
/** A thread that was away for longer than this many pages starts anew from the newest. */
const CATCH_UP_MAX = 25;
const LOOK_BACK_MAX = 3;

type Read = (query: { limit: number; cursor?: string; after?: string }) => Promise<MessagePage>;

/** Oldest first, each message once, the fresher of two. */
export function mergeMessages(known: readonly Message[], fresh: readonly Message[]): Message[] {
  const byId = new Map(known.map((message) => [message.id, message]));
  for (const message of fresh) byId.set(message.id, message);
  // Ids begin with their time, and the server puts messages in their order too.
  return [...byId.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
}

/**
 * Brings a thread up to date without reading it all: its newest page, whatever lies between that page and the newest known
 * message (after a lost connection), and older pages as far as texts there are still on their way.
 */
export async function refreshThread(known: ThreadPages | undefined, read: Read): Promise<ThreadPages> {
  const page = await read({ limit: PAGE_MESSAGES });
  const anew = { messages: mergeMessages([], page.messages), older: page.nextCursor };
  if (!known?.messages.length) return anew;
  const between = await readBetween(known.messages, page, read);
  if (!between) return anew;
  const fresh = [...page.messages, ...between];
  const changed = await readMoving(known.messages, page, read);
  return { messages: mergeMessages(known.messages, [...fresh, ...changed]), older: known.older };
}

/** The messages that a page does not reach back to; null when there are too many to be worth it. */
async function readBetween(
  known: readonly Message[],
  page: MessagePage,
  read: Read,
): Promise<Message[] | null> {
  const ids = new Set(known.map(({ id }) => id));
  if (!page.nextCursor || page.messages.some(({ id }) => ids.has(id))) return [];
  const found: Message[] = [];
  let after = known.at(-1)?.id;
  for (let round = 0; round < CATCH_UP_MAX; round += 1) {
    const { messages } = await read({ limit: PAGE_MESSAGES, after });
    found.push(...messages);
    after = messages.at(-1)?.id;
    if (messages.length < PAGE_MESSAGES) return found;
  }
  return null;
}

const MOVING: readonly Message['status'][] = ['scheduled', 'queued', 'sending', 'unknown'];

/** Older pages, as far back as a text that was still on its way when it was read. */
async function readMoving(known: readonly Message[], page: MessagePage, read: Read): Promise<Message[]> {
  const left = new Set(known.filter(({ status }) => MOVING.includes(status)).map(({ id }) => id));
  const found: Message[] = [];
  let at = page;
  for (let round = 0; round <= LOOK_BACK_MAX; round += 1) {
    for (const { id } of at.messages) left.delete(id);
    if (left.size === 0 || !at.nextCursor || round === LOOK_BACK_MAX) break;
    at = await read({ limit: PAGE_MESSAGES, cursor: at.nextCursor });
    found.push(...at.messages);
  }
  return found;
}

/** The thread with one page of older messages. */
export async function extendThread(known: ThreadPages, read: Read): Promise<ThreadPages> {
  if (!known.older) return known;
  const page = await read({ limit: PAGE_MESSAGES, cursor: known.older });
  return { messages: mergeMessages(page.messages, known.messages), older: page.nextCursor };
}
