import type { Batcher } from '../../kernel/batch.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import type { NumberFacts } from '../numbers/index.ts';
import type { AnsweredDelivery } from '../providers/index.ts';
import type { Asked, Introduction } from './callers.ts';
import type { CommandDesk } from './commands.ts';
import type { RememberedDesk } from './desk-memory.ts';
import type { EventItem, EventOutcome } from './events.ts';

/** What one process remembers about calls. All of it can be lost: the database is the truth. */
export interface CallsState {
  /** Events that arrive together are acted on together. */
  events: Batcher<EventItem, EventOutcome> | null;
  /** Callers of a company who arrive together are answered together. */
  callers: Map<string, Batcher<Asked, AnsweredDelivery | null>>;
  /** Calls whose callers are looked for, now that they have been answered. */
  introductions: Batcher<Introduction, undefined> | null;
  /** Whose numbers were called lately: a hint. */
  homes: Map<string, NumberFacts>;
  /** How companies answered a moment ago. */
  desks: Map<string, RememberedDesk>;
  /** How often this process has changed how a company answers. */
  deskChanges: number;
  /** What commands share that are carried out at the same time. */
  commands: CommandDesk | null;
  /** Wakes those who carry out commands in this process. */
  nudges: Set<() => void>;
  /** Large recordings that are being fetched. */
  largeFetches: number;
}

const states = new WeakMap<Kernel, CallsState>();

export function stateOf(kernel: Kernel): CallsState {
  let state = states.get(kernel);
  if (!state) {
    state = {
      events: null,
      callers: new Map(),
      introductions: null,
      homes: new Map(),
      desks: new Map(),
      deskChanges: 0,
      commands: null,
      nudges: new Set(),
      largeFetches: 0,
    };
    states.set(kernel, state);
  }
  return state;
}

/** Has this process carry out at once what was decided; other processes look by themselves within a moment. */
export function nudgeWork(kernel: Kernel): void {
  for (const nudge of stateOf(kernel).nudges) nudge();
}
