import type { Message } from '../../../api/inboxTypes.ts';

/** What a thread shows, from top to bottom. */
export type ThreadItem =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'unread'; key: string; count: number }
  | { kind: 'scheduled'; key: string }
  | { kind: 'event' | 'note'; key: string; message: Message }
  | TextItem;

export interface TextItem {
  kind: 'text';
  key: string;
  message: Message;
  /** The first and the last of texts that follow each other closely from one side. */
  isFirst: boolean;
  isLast: boolean;
  /** Our number, when it is another one than that of the text before. */
  through: string | null;
}

const RUN_MS = 5 * 60_000;

/** Puts a thread (oldest first) into what is shown: days, the unread line, runs of texts; scheduled texts come last. */
export function threadItems(
  messages: readonly Message[],
  unread: { firstId: string; count: number } | null,
): ThreadItem[] {
  const items: ThreadItem[] = [];
  const waiting = messages.filter(({ status }) => status === 'scheduled').sort(bySendAt);
  let day = '';
  let number: string | null = null;
  for (const message of messages) {
    if (message.status === 'scheduled') continue;
    const today = new Date(message.created_at).toDateString();
    if (today !== day) items.push({ kind: 'day', key: `day-${today}`, at: message.created_at });
    day = today;
    if (message.id === unread?.firstId) items.push({ kind: 'unread', key: 'unread', count: unread.count });
    if (message.kind !== 'text') {
      items.push({ kind: message.kind, key: message.id, message });
      continue;
    }
    const ours = ourNumber(message);
    items.push(textItem(message, items.at(-1), number !== null && ours !== number ? ours : null));
    number = ours ?? number;
  }
  if (waiting.length) items.push({ kind: 'scheduled', key: 'scheduled' });
  for (const message of waiting) items.push(textItem(message, undefined, null));
  return items;
}

/** A text after what stands before it; the run that it goes on does not end there any more. */
function textItem(message: Message, before: ThreadItem | undefined, through: string | null): TextItem {
  const isFirst = through !== null || !(before?.kind === 'text' && isRun(before.message, message));
  if (!isFirst && before?.kind === 'text') before.isLast = false;
  return { kind: 'text', key: message.id, message, isFirst, isLast: true, through };
}

function isRun(before: Message, message: Message): boolean {
  return (
    before.direction === message.direction &&
    before.author?.id === message.author?.id &&
    Date.parse(message.created_at) - Date.parse(before.created_at) < RUN_MS
  );
}

/** The number of the company that a text came to or left through. */
export const ourNumber = (message: Message): string | null =>
  message.direction === 'inbound' ? message.to : message.from;

const bySendAt = (left: Message, right: Message) => ((left.send_at ?? '') < (right.send_at ?? '') ? -1 : 1);

/** The first of the newest `count` texts from the other side; null when it is not loaded or there is none. */
export function firstUnreadId(messages: readonly Message[], count: number): string | null {
  const theirs = messages.filter(({ kind, direction }) => kind === 'text' && direction === 'inbound');
  return count > 0 ? (theirs.at(-count)?.id ?? null) : null;
}
