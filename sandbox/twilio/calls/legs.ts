import { adjustBalance } from '../../core/accounts.ts';
import { connectLine, type Declined, endLine, ringLine } from '../../core/calls/lines.ts';
import { uuid } from '../../core/ids.ts';
import { negate } from '../../core/money.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { countryOfNumber } from '../../core/texts/model.ts';
import { callPrice } from '../../data/callPrices.ts';
import { leave } from './conferences.ts';
import { dialParams, recordedParams, tellAddress } from './documents.ts';
import { addLeg, begin, changeLeg, durationOf, getLeg, isOver, type Leg, type LegStatus } from './model.ts';
import { handsetOfLeg, tellStatus } from './notify.ts';
import { recordAnswered, stopRecording, stopRecordings } from './recordings.ts';
import { plan, planLimit, planTimer } from './steps.ts';

const PLACED_AFTER_SECONDS = 0.1;
const RINGS_AFTER_SECONDS = 0.3;
/** How long after its end a leg gets its price. */
const RATED_AFTER_SECONDS = 4;

/** Takes a leg to be placed: it rings a moment later. */
export function placeLeg(sb: Sandbox, draft: Parameters<typeof addLeg>[1]): Leg {
  const leg = addLeg(sb, draft);
  plan(sb, leg, 'place', { seconds: PLACED_AFTER_SECONDS });
  return leg;
}

/** The network has the leg. */
export function startPlacing(sb: Sandbox, sid: string): void {
  const leg = getLeg(sb, sid);
  if (leg?.status !== 'queued' || leg.startedAtMs !== null) return;
  const placed = changeLeg(sb, leg, { startedAtMs: sb.clock.nowMs() });
  tellStatus(sb, leg, 'initiated');
  if (leg.errorCode !== null) {
    endLeg(sb, leg, 'failed', { errorCode: leg.errorCode });
    return;
  }
  ringLine(sb, {
    ...{ provider: 'twilio', account: leg.account, legId: leg.sid },
    ...{ handset: leg.to, peer: leg.from },
  });
  plan(sb, leg, 'ring', { seconds: RINGS_AFTER_SECONDS });
  planTimer(sb, placed, 'unanswered', leg.timeoutSeconds);
}

export function ring(sb: Sandbox, sid: string): void {
  const leg = getLeg(sb, sid);
  if (leg?.status !== 'queued') return;
  tellStatus(sb, changeLeg(sb, leg, { status: 'ringing' }), 'ringing');
}

/** Whoever was rung took the call. */
export function answered(sb: Sandbox, leg: Leg): Leg {
  const talking = changeLeg(sb, leg, { status: 'in-progress', answeredAtMs: sb.clock.nowMs() });
  tellStatus(sb, talking, 'answered');
  recordAnswered(sb, talking);
  limit(sb, leg, leg.limitSeconds);
  return begin(sb, leg, null);
}

/** A call that came in is taken, if it was not yet. */
export function takeCall(sb: Sandbox, { sid }: Pick<Leg, 'sid'>): Leg | undefined {
  const leg = getLeg(sb, sid);
  if (leg?.direction !== 'inbound' || leg.status !== 'ringing') return leg;
  changeLeg(sb, leg, { status: 'in-progress', answeredAtMs: sb.clock.nowMs() });
  connectLine(sb, sid);
  return limit(sb, leg, leg.limitSeconds);
}

/** Lets a leg last so long at most. */
export function limit(sb: Sandbox, { sid }: Pick<Leg, 'sid'>, seconds: number): Leg {
  const before = getLeg(sb, sid)?.limitTask ?? null;
  if (before !== null) sb.tasks.cancel(before);
  return changeLeg(sb, { sid }, { limitTask: planLimit(sb, { sid }, seconds) });
}

const SIP: Record<Declined, { status: LegStatus; sip: string }> = {
  busy: { status: 'busy', sip: '486' },
  // Twilio calls a phone that was declined busy as well.
  declined: { status: 'busy', sip: '603' },
  failed: { status: 'failed', sip: '404' },
};

/** The handset did not take it. */
export function declined(sb: Sandbox, leg: Leg, how: Declined): void {
  const { status, sip } = SIP[how];
  endLeg(sb, leg, status, { sip });
}

const OVER_SIP: Partial<Record<LegStatus, string>> = {
  completed: '200',
  canceled: '487',
  'no-answer': '487',
};

/** Ends a leg, and everything that it began. */
export function endLeg(
  sb: Sandbox,
  { sid }: Pick<Leg, 'sid'>,
  wanted: LegStatus,
  { sip, errorCode }: { sip?: string; errorCode?: string } = {},
): void {
  const leg = getLeg(sb, sid);
  if (leg === undefined || isOver(leg)) return;
  const unheard = leg.direction === 'inbound' ? 'no-answer' : 'canceled';
  const status = wanted === 'completed' && leg.answeredAtMs === null ? unheard : wanted;
  const ended = changeLeg(sb, leg, {
    ...{ status, endedAtMs: sb.clock.nowMs(), token: uuid(), doing: null, program: null },
    ...{ sip: sip ?? OVER_SIP[status] ?? null, errorCode: errorCode ?? leg.errorCode },
  });
  if (leg.limitTask !== null) sb.tasks.cancel(leg.limitTask);
  abandon(sb, ended, leg.doing);
  stopRecordings(sb, sid);
  endLine(sb, sid, status === 'busy' ? 'busy' : 'declined');
  tellStatus(sb, ended, 'completed');
  if (leg.parentSid !== null) plan(sb, { sid: leg.parentSid }, 'child_ended', { more: { child: sid } });
  plan(sb, ended, 'rate', { seconds: RATED_AFTER_SECONDS });
}

/** Leaves off what a leg was at, because it is over or does something else now. Whoever waits for its outcome is told. */
export function abandon(sb: Sandbox, leg: Leg, doing: Leg['doing']): void {
  const isEnd = isOver(leg);
  if (doing?.kind === 'dial') {
    for (const child of doing.children)
      endLeg(sb, { sid: child }, child === doing.winner ? 'completed' : 'canceled');
    if (doing.recordingSid !== null) stopRecording(sb, doing.recordingSid);
    const status = doing.winner === null ? 'canceled' : 'completed';
    if (isEnd) tellAddress(sb, leg, doing.action, dialParams(sb, doing, status));
  }
  if (doing?.kind === 'room') {
    leave(sb, leg, doing.conferenceSid, isEnd ? 'participant_hung_up' : 'participant_updated_via_api');
    if (isEnd) tellAddress(sb, leg, doing.action, { DialCallStatus: 'answered' });
  }
  if (doing?.kind !== 'record') return;
  stopRecording(sb, doing.recordingSid, !doing.spoke);
  const recorded = recordedParams(sb, doing.recordingSid);
  if (isEnd && doing.spoke) tellAddress(sb, leg, doing.action, { ...recorded, Digits: 'hangup' });
}

/** Twilio says what a leg costs some time after its end. */
export function rate(sb: Sandbox, sid: string): void {
  const leg = getLeg(sb, sid);
  if (leg === undefined || leg.rated || !isOver(leg)) return;
  const seconds = durationOf(leg) ?? 0;
  const price = seconds === 0 ? null : callPrice('twilio', pricedOf(leg), seconds);
  if (price !== null) adjustBalance(sb, leg.account, negate(price));
  changeLeg(sb, leg, { price, rated: true });
}

function pricedOf(leg: Leg) {
  const handset = handsetOfLeg(leg);
  const isBrowser = !handset.startsWith('+');
  const direction = leg.direction === 'inbound' ? ('inbound' as const) : ('outbound' as const);
  return { direction, isBrowser, country: isBrowser ? undefined : countryOfNumber(handset) };
}
