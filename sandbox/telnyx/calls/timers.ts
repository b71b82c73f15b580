import { CALL_STEPS, CALL_TIMERS, secondsMs } from '../../core/calls/pace.ts';
import type { Sandbox } from '../../core/sandbox.ts';

/** What a timer is for, and what it is about. */
export interface Timer {
  what: string;
  legId: string;
  /** What it waits for: a sound, a gathering, a recording. It does nothing when that is over. */
  about?: string | undefined;
}

type Handlers = Record<string, (sb: Sandbox, timer: Timer) => void>;

const handlers = new WeakMap<Sandbox, Handlers>();

/** Says what happens when timers run out; each part of the calls adds its own. */
export function onTimers(sb: Sandbox, more: Handlers): void {
  const known = { ...handlers.get(sb), ...more };
  handlers.set(sb, known);
  const run = (body: unknown) => () => {
    const timer = body as Timer;
    handlers.get(sb)?.[timer.what]?.(sb, timer);
  };
  sb.tasks.handle(CALL_STEPS.telnyx, run);
  sb.tasks.handle(CALL_TIMERS.telnyx, run);
}

/** What comes by itself, other than what happens because nothing else did. */
const STEPS = ['sound', 'room sound', 'rate', 'recording saved'];

/** Plans what happens after so many seconds of a call, in the caller's transaction. */
export function after(sb: Sandbox, seconds: number, timer: Timer): void {
  const kinds = STEPS.includes(timer.what) ? CALL_STEPS : CALL_TIMERS;
  sb.tasks.schedule(kinds.telnyx, secondsMs(sb, seconds), timer);
}
