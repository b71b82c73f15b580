import type { Config } from '../../kernel/config.ts';
import { lacksPrice } from './prices.ts';
import type { Scene } from './scene.ts';

/** A provider that has not told a price after so many questions (about two days) will not. */
const CHECKS_MAX = 16;
const CHECK_MAX_SECONDS = 6 * 3600;
/** How often a leg whose answer never came is looked for, and a caller whom nobody has looked for. */
const LOOK_UP_MS = 2000;

type Pace = Pick<Config, 'RECONCILE_SECONDS'>;

/**
 * When a call is to be looked at if nobody tells of it by then: soon while it is open who calls or whether a telephone rings, when a step
 * should be over, now and then while it lasts, and afterwards until its price is known. Null: never again.
 */
export function nextCheck({ call, legs }: Scene, at: Date, { RECONCILE_SECONDS }: Pace): Date | null {
  const after = (ms: number) => new Date(at.getTime() + ms);
  if (!call.callerKnown) return after(LOOK_UP_MS);
  if (legs.some(({ outcomeUnknown }) => outcomeUnknown)) return after(LOOK_UP_MS);
  if (!call.endedAt) {
    const usual = after(RECONCILE_SECONDS * 1000);
    return call.stepDueAt && call.stepDueAt < usual ? call.stepDueAt : usual;
  }
  const open = legs.some((leg) => leg.state !== 'ended' || lacksPrice(leg));
  if (!open || call.checks >= CHECKS_MAX) return null;
  return after(Math.min(RECONCILE_SECONDS * 2 ** call.checks, CHECK_MAX_SECONDS) * 1000);
}
