/** Lets a loop sleep until there is something to do. */
export interface Bell {
  ring(): void;
  /** Until it rings, the time is over or the signal comes; a ring that nobody heard is kept for the next. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** A bell that hangs silent. */
export function createBell(): Bell {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    wait(ms, signal) {
      if (rung || signal.aborted) {
        rung = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          wake = null;
          rung = false;
          resolve();
        };
        const timer = setTimeout(done, ms);
        wake = done;
        signal.addEventListener('abort', done);
      });
    },
  };
}

/** Doubles from 1 s to `maxMs`, with up to half of it by chance, so that a thousand boxes do not come back at once. */
export function backOffMs(failures: number, maxMs: number, random: () => number = Math.random): number {
  const base = Math.min(maxMs, 1000 * 2 ** Math.min(20, Math.max(0, failures - 1)));
  return Math.round(base * (0.5 + random() / 2));
}
