/** The only source of time, so that tests can move it. */
export interface Clock {
  /** The current instant. */
  now(): Date;
  /** The current instant in milliseconds since the Unix epoch. */
  nowMs(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  nowMs: () => Date.now(),
};

/** A clock that stands still until it is moved. */
export function manualClock(startMs: number): Clock & { advance(ms: number): void } {
  let currentMs = startMs;
  return {
    now: () => new Date(currentMs),
    nowMs: () => currentMs,
    advance: (ms) => {
      currentMs += ms;
    },
  };
}
