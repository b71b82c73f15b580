import type { Kernel } from '../../kernel/ctx.ts';

/** What one process remembers about boxes. All of it can be lost: the database is the truth. */
export interface CallboxState {
  /** Wakes the dispatcher of this process for a company. */
  nudges: Set<(companyId: string) => void>;
}

const states = new WeakMap<Kernel, CallboxState>();

export function stateOf(kernel: Kernel): CallboxState {
  let state = states.get(kernel);
  if (!state) {
    state = { nudges: new Set() };
    states.set(kernel, state);
  }
  return state;
}

/** Has transactions of a company distributed at once; call it after the commit that made them due or gave a box room. */
export function nudgeDispatcher(kernel: Kernel, companyId: string): void {
  for (const nudge of stateOf(kernel).nudges) nudge(companyId);
}
