/** Time, as a box in the field can know it: its calendar may be years off, its stopwatch is right. */
export interface Clock {
  /** Milliseconds since the Unix epoch as the machine believes. For people, and to be compared with the server; never to decide by. */
  wallMs(): number;
  /** Milliseconds of a stopwatch that nobody sets. All durations are measured with it. */
  monotonicMs(): number;
}

export const systemClock: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

/** ISO 8601 in UTC. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();

/** Resolves after a while, or at once when the signal says that there is nothing left to wait for. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}

/** What the server's clock says, told from its last answer and the stopwatch. */
export interface ServerTime {
  /** Takes note of the server's word. @param askedAtMs stopwatch when it was asked. */
  learn(serverTime: string, askedAtMs: number): void;
  /** Null: it never said. */
  nowMs(): number | null;
  /** How far this machine's calendar is ahead of the server's. Null: not known. */
  aheadMs(): number | null;
}

/** Half of the way there and back is taken as the way of the answer, so a slow link is wrong by no more than that. */
export function createServerTime(clock: Clock): ServerTime {
  let known: { serverMs: number; atMs: number } | null = null;
  const nowMs = () => (known ? known.serverMs + (clock.monotonicMs() - known.atMs) : null);
  return {
    learn(serverTime, askedAtMs) {
      const serverMs = Date.parse(serverTime);
      if (Number.isNaN(serverMs)) return;
      const atMs = clock.monotonicMs();
      known = { serverMs: serverMs + (atMs - askedAtMs) / 2, atMs };
    },
    nowMs,
    aheadMs: () => {
      const now = nowMs();
      return now === null ? null : Math.round(clock.wallMs() - now);
    },
  };
}
