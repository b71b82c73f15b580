import type { Kernel } from '../../kernel/ctx.ts';

/** The part of a process that hands transactions to boxes and ends what took too long. */
export interface Dispatcher {
  /** Resolves when nothing that is due waits for a box with room: for tests. */
  idle(): Promise<void>;
  /** Lets what is under way finish. */
  stop(): Promise<void>;
}

/** Starts handing out, in this process and beside others. */
export function startDispatcher(_kernel: Kernel): Dispatcher {
  return { idle: async () => {}, stop: async () => {} };
}
