import type { Provider } from '../accounts.ts';
import type { Sandbox } from '../sandbox.ts';

/** The task that brings a provider's call one step further. */
export const CALL_STEPS: Record<Provider, string> = { telnyx: 'telnyx.call', twilio: 'twilio.call' };
/** The task of what happens when nothing happens: a phone rang long enough, nobody pressed a key, a recording is full. */
export const CALL_TIMERS: Record<Provider, string> = {
  telnyx: 'telnyx.call_timer',
  twilio: 'twilio.call_timer',
};

/** With this review time, a second of a call lasts a second. */
const REAL_TIME_REVIEW_MS = 2000;
const SHORTEST_REVIEW_MS = 10;

/** How long a second of a call lasts here: calls run as fast as reviews do. */
export function secondsMs(sb: Sandbox, seconds: number): number {
  return (seconds * 1000 * Math.max(sb.reviewMs, SHORTEST_REVIEW_MS)) / REAL_TIME_REVIEW_MS;
}
