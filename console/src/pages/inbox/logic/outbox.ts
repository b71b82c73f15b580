import { ApiError } from '../../../api/client.ts';
import type { Media, Message, NewMessage } from '../../../api/inboxTypes.ts';
import type { Shelf } from './drafts.ts';

/** A text that has left the composer and that the server has not confirmed. Kept on the device: a reload loses none. */
export interface Outgoing {
  key: string;
  conversationId: string;
  body: NewMessage;
  media: Media[];
  at: string;
  /** The newest message then: only later ones can be this text. */
  afterId: string | null;
  /** unconfirmed: no answer came, so it may or may not have left. refused: the server said no. */
  state: 'sending' | 'unconfirmed' | 'refused';
  reason: string | null;
}

export interface Delivery {
  shelf: Shelf<Outgoing>;
  send: (entry: Outgoing) => Promise<Message>;
  onSent: (message: Message, entry: Outgoing) => void;
  sentence: (error: unknown) => string;
  pause: (ms: number) => Promise<void>;
}

const PAUSES_MS = [1_000, 3_000, 8_000];

/** Whether an answer leaves open if the text was taken: none came, or a server on its way down or up gave it. */
const isOpen = (error: unknown) =>
  error instanceof ApiError &&
  (error.status === 0 || error.status >= 500 || error.code === 'idempotency_in_progress');

/** Sends, again and again under the same key while no answer comes; a repeat is answered with the first try's message. */
export async function deliver(entry: Outgoing, delivery: Delivery): Promise<void> {
  const { shelf, send, onSent, sentence, pause } = delivery;
  const mark = (state: Outgoing['state'], reason: string | null = null) =>
    shelf.set(entry.key, { ...entry, state, reason });
  mark('sending');
  for (let attempt = 0; ; attempt += 1) {
    try {
      const message = await send(entry);
      onSent(message, entry);
      shelf.set(entry.key, undefined);
      return;
    } catch (error) {
      if (!isOpen(error)) return mark('refused', sentence(error));
      const wait = PAUSES_MS[attempt];
      if (wait === undefined) return mark('unconfirmed', sentence(error));
      await pause(wait);
    }
  }
}

/** What of the outbox a thread shows: not what already stands in it, told by the live stream before the answer came. */
export function pendingIn(
  entries: Readonly<Record<string, Outgoing>>,
  conversationId: string,
  messages: readonly Message[],
): Outgoing[] {
  return Object.values(entries)
    .filter((entry) => entry.conversationId === conversationId)
    .filter((entry) => entry.state !== 'sending' || !hasArrived(entry, messages))
    .sort((left, right) => (left.at < right.at ? -1 : 1));
}

function hasArrived(entry: Outgoing, messages: readonly Message[]): boolean {
  const later = messages.slice(messages.findIndex(({ id }) => id === entry.afterId) + 1);
  return later.some(({ kind, direction, text }) => {
    return kind === 'text' && direction === 'outbound' && text === entry.body.text;
  });
}

/** The last text of each conversation that did not leave this device, or of which nobody knows. */
export function unsentIn(entries: Readonly<Record<string, Outgoing>>): Map<string, string> {
  const stuck = Object.values(entries).filter(({ state }) => state !== 'sending');
  return new Map(stuck.map(({ conversationId, body }) => [conversationId, body.text]));
}
