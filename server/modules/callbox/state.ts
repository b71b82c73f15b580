import type { Batcher } from '../../kernel/batch.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { newId } from '../../kernel/ids.ts';
import type { Place } from './dispatch-store.ts';
import type { WaitingPull } from './pull-model.ts';

/** What one process remembers about boxes. All of it can be lost: the database is the truth. */
export interface CallboxState {
  /** Tells this process's signals from those of others. */
  processId: string;
  /** Wakes the dispatcher of this process for a company. */
  nudges: Set<(companyId: string) => void>;
  /** The requests of each box that wait for work, the newest last. */
  waiting: Map<string, Set<WaitingPull>>;
  /** How often something was given, and at which count each box, and all of them, were last. */
  wakes: { count: number; ofBox: Map<string, number>; ofAll: number };
  /** The server is closing: nobody waits any longer. */
  closing: boolean;
  /** Where the dispatcher goes on reading lanes whose first transactions nobody can take, by company and lane. */
  reading: Map<string, Place>;
  /** Companies for which a few boxes were not enough, and in how many rounds more everybody is looked at. */
  crowded: Map<string, number>;
  /** Group commits, one of each name for each company. */
  batchers: Map<string, Batcher<unknown, unknown>>;
}

const states = new WeakMap<Kernel, CallboxState>();

/** What this process remembers. */
export function stateOf(kernel: Kernel): CallboxState {
  let state = states.get(kernel);
  if (!state) {
    state = {
      ...{ processId: newId(kernel.clock), nudges: new Set(), waiting: new Map() },
      ...{ wakes: { count: 0, ofBox: new Map(), ofAll: 0 }, closing: false, reading: new Map() },
      ...{ crowded: new Map(), batchers: new Map() },
    };
    states.set(kernel, state);
  }
  return state;
}

/** Has transactions of a company distributed at once; call it after the commit that made them due or gave a box room. */
export function nudgeDispatcher(kernel: Kernel, companyId: string): void {
  for (const nudge of stateOf(kernel).nudges) nudge(companyId);
}

/** Whether this process distributes. */
export const hasDispatcher = (kernel: Kernel): boolean => stateOf(kernel).nudges.size > 0;

/** Wakes requests of boxes that wait in this process; call it after the commit that gave them work. */
export function wakeBoxes(kernel: Kernel, boxIds: Iterable<string>): void {
  const { waiting, wakes } = stateOf(kernel);
  wakes.count += 1;
  for (const boxId of new Set(boxIds)) {
    wakes.ofBox.set(boxId, wakes.count);
    for (const request of [...(waiting.get(boxId) ?? [])]) request.end(null);
  }
}

/** Wakes every request that waits. */
export function wakeAllBoxes(kernel: Kernel): void {
  const { waiting, wakes } = stateOf(kernel);
  wakes.count += 1;
  wakes.ofAll = wakes.count;
  for (const requests of [...waiting.values()]) for (const request of [...requests]) request.end(null);
}

/**
 * Takes over a box's request that waits in this process: whoever does so ends it, whatever happens. The newest, because a connection that
 * broke without a word may have left an older one.
 */
export function claimWaiting(kernel: Kernel, boxId: string): WaitingPull | null {
  const newest = [...(stateOf(kernel).waiting.get(boxId) ?? [])].at(-1) ?? null;
  newest?.claim();
  return newest;
}

/** Whether a box was given something since a count of wakes: news that came while it was being asked for. */
export function wasWoken(kernel: Kernel, boxId: string, sinceCount: number): boolean {
  const { ofBox, ofAll } = stateOf(kernel).wakes;
  return Math.max(ofBox.get(boxId) ?? 0, ofAll) > sinceCount;
}

/** The group commit of a name for a company, made when it is first needed. */
export function batcherOf<Item, Result>(
  kernel: Kernel,
  name: string,
  make: () => Batcher<Item, Result>,
): Batcher<Item, Result> {
  const { batchers } = stateOf(kernel);
  let batcher = batchers.get(name) as Batcher<Item, Result> | undefined;
  if (!batcher) {
    batcher = make();
    batchers.set(name, batcher as Batcher<unknown, unknown>);
  }
  return batcher;
}
