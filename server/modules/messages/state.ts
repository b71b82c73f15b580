import type { Batcher } from '../../kernel/batch.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import type { AcceptOutcome, Draft } from './accept.ts';
import type { EventItem, EventOutcome } from './events.ts';

/** What one process remembers about texts. All of it can be lost: the database is the truth. */
export interface MessagesState {
  /** Events that arrive together are acted on together. */
  events: Batcher<EventItem, EventOutcome> | null;
  /** Texts that are accepted together, by company. */
  accepts: Map<string, Batcher<Draft, AcceptOutcome>>;
  /** Wakes the senders of this process. */
  nudges: Set<() => void>;
}

const states = new WeakMap<Kernel, MessagesState>();

export function stateOf(kernel: Kernel): MessagesState {
  let state = states.get(kernel);
  if (!state) {
    state = { events: null, accepts: new Map(), nudges: new Set() };
    states.set(kernel, state);
  }
  return state;
}

/** Has this process look at once for texts that may leave; other processes look by themselves within a second. */
export function nudgeSenders(kernel: Kernel): void {
  for (const nudge of stateOf(kernel).nudges) nudge();
}
