import { CALL_STEPS, CALL_TIMERS, secondsMs } from '../../core/calls/pace.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import type { Leg } from './model.ts';

/** The task of a leg's longest life. It is no step that anybody waits for. */
export const CALL_LIMIT = 'twilio.call_limit';

/** What is planned for a leg. `bound` ones come to nothing when the leg has begun something else. */
export interface Step {
  sid: string;
  act:
    | 'place'
    | 'ring'
    | 'unanswered'
    | 'next'
    | 'dialled'
    | 'seat_over'
    | 'child_ended'
    | 'gathered'
    | 'silence'
    | 'full'
    | 'recorded'
    | 'rate'
    | 'limit';
  token: string | null;
  more: Record<string, string>;
}

/** Plans what a leg does next, in the caller's transaction. */
export function plan(
  sb: Sandbox,
  leg: Pick<Leg, 'sid'>,
  act: Step['act'],
  {
    seconds = 0,
    token = null,
    more = {},
  }: { seconds?: number; token?: string | null; more?: Record<string, string> },
): void {
  schedule(sb, CALL_STEPS.twilio, leg, act, { seconds, token, more });
}

/** Plans what happens when nothing does until then. */
export function planTimer(sb: Sandbox, leg: Leg, act: Step['act'], seconds: number): void {
  schedule(sb, CALL_TIMERS.twilio, leg, act, { seconds, token: leg.token, more: {} });
}

/** Plans the end of a recording that is full, whatever its leg does until then. */
export function planFull(sb: Sandbox, leg: Leg, recordingSid: string, seconds: number): void {
  schedule(sb, CALL_TIMERS.twilio, leg, 'full', { seconds, token: null, more: { recordingSid } });
}

/** Plans a leg's end when it has lasted long enough. Returns the task, which is of no use after an earlier end. */
export function planLimit(sb: Sandbox, leg: Pick<Leg, 'sid'>, seconds: number): string {
  return schedule(sb, CALL_LIMIT, leg, 'limit', { seconds, token: null, more: {} });
}

function schedule(
  sb: Sandbox,
  kind: string,
  { sid }: Pick<Leg, 'sid'>,
  act: Step['act'],
  { seconds, token, more }: { seconds: number; token: string | null; more: Record<string, string> },
): string {
  const step: Step = { sid, act, token, more };
  return sb.tasks.schedule(kind, secondsMs(sb, seconds), step);
}
