import { setTimeout as pause } from 'node:timers/promises';
import { type Kernel, systemCtx } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { companiesWithWork } from './dispatch-store.ts';
import { handOut } from './hand-over.ts';
import { sweep } from './leases.ts';
import { stateOf } from './state.ts';

/** The part of a process that hands transactions to boxes and ends what took too long. */
export interface Dispatcher {
  /** Resolves when nothing that is due waits for a box with room: for tests. */
  idle(): Promise<void>;
  /** Lets what is under way finish. */
  stop(): Promise<void>;
}

/** Leases and time limits are looked at so often at least. */
const SWEEP_MS_MAX = 2000;
/** Retries and what was scheduled fall due between two rounds: they are looked for so often at least. */
const ROUND_MS_MAX = 1000;

/** Starts handing out, in this process and beside others. */
export function startDispatcher(kernel: Kernel): Dispatcher {
  const { nudges } = stateOf(kernel);
  const running = new Map<string, Promise<void>>();
  const again = new Set<string>();
  const stopping = new AbortController();
  let stopped = false;

  /** One round at a time for each company; what is nudged meanwhile has one more. */
  function nudge(companyId: string): void {
    if (stopped) return;
    again.add(companyId);
    if (!running.has(companyId)) running.set(companyId, rounds(companyId));
  }

  async function rounds(companyId: string): Promise<void> {
    try {
      while (again.delete(companyId) && !stopped) {
        const { more } = await handOut(systemCtx(kernel, companyId, 'callbox.dispatch'), []);
        if (more) again.add(companyId);
      }
    } catch (error) {
      kernel.log.warn({ err: error, companyId }, 'Transactions could not be distributed; trying again');
      // Boxes that were to be answered ask anew, which nudges: what fails each time must not be tried without a pause.
      await pause(ROUND_MS_MAX, null, { signal: stopping.signal }).catch(() => undefined);
    } finally {
      running.delete(companyId);
      if (again.has(companyId) && !stopped) nudge(companyId);
    }
  }

  const nudgeAll = async () => {
    for (const companyId of await inSystem(kernel.db, companiesWithWork)) nudge(companyId);
  };
  const sweepAll = async () => {
    for (const companyId of await sweep(kernel)) nudge(companyId);
  };
  const { SYNC_INTERVAL_MS } = kernel.config;
  const timers = [
    every(kernel, Math.min(SYNC_INTERVAL_MS, ROUND_MS_MAX), nudgeAll),
    every(kernel, Math.min(SYNC_INTERVAL_MS, SWEEP_MS_MAX), sweepAll),
  ];
  nudges.add(nudge);
  return {
    idle: async () => {
      await sweepAll();
      await nudgeAll();
      while (running.size > 0) await Promise.all(running.values());
    },
    stop: async () => {
      stopped = true;
      stopping.abort();
      nudges.delete(nudge);
      await Promise.all(timers.map((timer) => timer.stop()));
      while (running.size > 0) await Promise.all(running.values());
    },
  };
}

/** Repeats work that may fail; never twice at once. */
function every(kernel: Kernel, ms: number, work: () => Promise<void>): { stop(): Promise<void> } {
  let current: Promise<void> | null = null;
  const timer = setInterval(() => {
    current ??= work()
      .catch((error) =>
        kernel.log.warn({ err: error }, 'Transactions could not be looked after; trying again'),
      )
      .finally(() => {
        current = null;
      });
  }, ms);
  return {
    stop: async () => {
      clearInterval(timer);
      await current;
    },
  };
}
