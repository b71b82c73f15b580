import type { Sandbox } from '../core/sandbox.ts';

/** Tells waiting pages that something changed. */
export interface ChangeFeed {
  /** Answers as soon as the version is above `after`, at the latest after `waitMs`. */
  wait(after: number, waitMs: number): Promise<{ version: number }>;
}

export function createChangeFeed(sb: Sandbox): ChangeFeed {
  // Starts at the present time so that a page that outlives a restart does not wait for an old version.
  let version = sb.clock.nowMs();
  const waiting = new Set<() => void>();
  const wakeAll = () => {
    for (const wake of [...waiting]) wake();
  };
  sb.onChange.add(() => {
    version += 1;
    wakeAll();
  });
  sb.closing.addEventListener('abort', wakeAll, { once: true });
  return {
    wait: (after, waitMs) =>
      new Promise((resolve) => {
        if (version > after || sb.closing.aborted) return resolve({ version });
        const done = () => {
          clearTimeout(timer);
          waiting.delete(done);
          resolve({ version });
        };
        const timer = setTimeout(done, waitMs);
        waiting.add(done);
      }),
  };
}
