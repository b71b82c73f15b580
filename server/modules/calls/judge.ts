import type { CallDirection, CallLegState, CallStatus } from './model.ts';

/** What a call's legs tell of it. Facts only ever grow, so news in any order come to the same. */
export interface LegFacts {
  party: 'caller' | 'callee' | 'agent';
  role: 'root' | 'target' | 'transfer';
  step: number | null;
  state: CallLegState;
  endCode: string | null;
  ringingAt: Date | null;
  answeredAt: Date | null;
  endedAt: Date | null;
  durationSeconds: number | null;
}

/** What is known of the call itself. */
export interface CallFacts {
  direction: CallDirection;
  /** The step that it has come to. */
  step: number;
  /** The last step that rings somebody; null when none does. */
  dialStep: number | null;
  hangupRequestedAt: Date | null;
  hasVoicemail: boolean;
  /** Why it ends, where its legs do not tell: one of OURS. */
  endCode?: string | null;
}

export interface Judgement {
  status: CallStatus;
  endCode: string | null;
  ringingAt: Date | null;
  answeredAt: Date | null;
  endedAt: Date | null;
  missed: boolean;
  durationSeconds: number | null;
}

/** Ranks of leg states; a leg never goes back. */
const RANK: Record<CallLegState, number> = { planned: 0, initiated: 1, ringing: 2, answered: 3, ended: 4 };

/** Whether a leg's state may take the place of another. */
export function legMoves(from: CallLegState, to: CallLegState): boolean {
  return RANK[to] > RANK[from];
}

const earliest = (dates: (Date | null)[]): Date | null =>
  dates.reduce((first, date) => (date && (!first || date < first) ? date : first), null);
const latest = (dates: (Date | null)[]): Date | null =>
  dates.reduce((last, date) => (date && (!last || date > last) ? date : last), null);

/** The leg of whoever is no colleague: the caller, or the one who is called. */
export function customerOf<Leg extends LegFacts>(legs: readonly Leg[]): Leg | undefined {
  return legs.find(({ party }) => party !== 'agent');
}

/** Colleagues, and whoever a colleague passed the call on to. */
export function oursOf<Leg extends LegFacts>(legs: readonly Leg[]): Leg[] {
  return legs.filter(({ party }) => party === 'agent');
}

/** Whether a leg talks, or could. */
export const talks = (leg: LegFacts): boolean => leg.answeredAt !== null && leg.state !== 'ended';

/**
 * When somebody of ours and the customer began to talk, or null. Who picks up after the other side has left talks to nobody,
 * whichever of the two is told first.
 */
export function talkSince(direction: CallDirection, legs: readonly LegFacts[]): Date | null {
  const isInbound = direction === 'INBOUND';
  const customer = customerOf(legs);
  const waitsUntil = (isInbound ? customer : legs.find(({ role }) => role === 'root'))?.endedAt ?? null;
  const answers = isInbound
    ? oursOf(legs).map(({ answeredAt }) => answeredAt)
    : [customer?.answeredAt ?? null];
  return earliest(answers.filter((answeredAt) => answeredAt && (!waitsUntil || answeredAt <= waitsUntil)));
}

/**
 * Why a call ends that we end because a provider did not do what it was told. provider_failed: nobody was brought together.
 * transfer_lost: whoever it was passed on to was not, after a talk.
 */
const OURS = ['provider_failed', 'transfer_lost'];

/** What a call has come to. */
export function judge(call: CallFacts, legs: readonly LegFacts[]): Judgement {
  const since = talkSince(call.direction, legs);
  const ringingAt = earliest(legs.map((leg) => leg.ringingAt ?? leg.answeredAt));
  const verdict = since ? judgeTalk(since, legs) : judgeSilence(call, legs);
  const over = verdict.endedAt !== null;
  const isOurs = OURS.includes(call.endCode ?? '');
  const failed = over && call.endCode === 'provider_failed';
  const unserved = failed || (!since && !call.hangupRequestedAt);
  return {
    ...{ endCode: null, answeredAt: since, durationSeconds: null },
    ...verdict,
    ...(isOurs ? { endCode: call.endCode! } : {}),
    ...(failed ? { status: 'FAILED' as const, durationSeconds: since && 0 } : {}),
    ringingAt,
    missed: over && unserved && call.direction === 'INBOUND',
  };
}

/**
 * Whether a leg of ours is there for the customer: it talks, or rings to. Our own person who called is there until their leg
 * ends, even if the news that they picked up is late.
 */
export function stays(leg: LegFacts): boolean {
  if (talks(leg)) return true;
  if (leg.state === 'ended') return false;
  return leg.role === 'root' || (leg.role === 'transfer' && leg.state !== 'planned');
}

type Verdict = Pick<Judgement, 'status' | 'endedAt'> & Partial<Judgement>;

function judgeTalk(since: Date, legs: readonly LegFacts[]): Verdict {
  const customer = customerOf(legs)!;
  const ours = oursOf(legs);
  const oursStay = ours.some(stays);
  const customerStays = customer.state !== 'ended';
  if (customerStays && oursStay) return { status: 'IN_PROGRESS', endedAt: null };
  const oursEnd = oursStay ? null : latest(ours.map(({ endedAt }) => endedAt));
  const endedAt = earliest([customer.endedAt, oursEnd])!;
  // The provider counts what it bills: its figure of the one leg that talked is better than two clocks.
  const talkers = legs.filter(
    ({ answeredAt, role, party }) => answeredAt && role === 'target' && party !== 'caller',
  );
  const counted =
    talkers.length === 1 && !legs.some(({ role }) => role === 'transfer')
      ? talkers[0]!.durationSeconds
      : null;
  const seconds = Math.max(0, Math.round((endedAt.getTime() - since.getTime()) / 1000));
  return { status: 'COMPLETED', endedAt, durationSeconds: counted ?? seconds };
}

/** Nobody has talked (yet). */
function judgeSilence(call: CallFacts, legs: readonly LegFacts[]): Verdict {
  const root = legs.find(({ role }) => role === 'root')!;
  return call.direction === 'INBOUND' ? judgeUnanswered(call, root, legs) : judgeOutbound(call, root, legs);
}

function judgeUnanswered(call: CallFacts, root: LegFacts, legs: readonly LegFacts[]): Verdict {
  const { endedAt } = root;
  if (!endedAt) return { status: 'RINGING', endedAt: null };
  if (call.hasVoicemail) return { status: 'COMPLETED', endedAt, endCode: 'voicemail' };
  if (call.hangupRequestedAt) return { status: 'CANCELED', endedAt, endCode: 'canceled' };
  if (root.endCode === 'busy') return { status: 'BUSY', endedAt, endCode: 'busy' };
  if (root.endCode === 'rejected') return { status: 'NO_ANSWER', endedAt, endCode: 'rejected' };
  if (call.dialStep === null || call.step > call.dialStep || allRefused(call.dialStep, legs))
    return { status: 'NO_ANSWER', endedAt, endCode: 'no_answer' };
  return { status: 'CANCELED', endedAt, endCode: 'caller_gave_up' };
}

/** Every telephone that was rung ended by itself: what is cut off because the caller left, ends as canceled. */
function allRefused(step: number, legs: readonly LegFacts[]): boolean {
  const rung = legs.filter((leg) => leg.step === step && leg.role === 'target');
  return (
    rung.length > 0 &&
    rung.every(({ state, endCode }) => state === 'ended' && endCode !== null && endCode !== 'canceled')
  );
}

const BY_CODE: Record<string, CallStatus> = {
  busy: 'BUSY',
  rejected: 'BUSY',
  no_answer: 'NO_ANSWER',
  canceled: 'CANCELED',
};

function judgeOutbound(call: CallFacts, root: LegFacts, legs: readonly LegFacts[]): Verdict {
  const callee = customerOf(legs);
  if (callee?.endedAt) return judgeCallee(call, root, callee);
  if (root.endedAt) return judgeOwn(call, root);
  const rings = legs.some(({ ringingAt, answeredAt }) => ringingAt ?? answeredAt);
  return { status: rings ? 'RINGING' : 'INITIATED', endedAt: null };
}

/** The one who was called did not answer: why. */
function judgeCallee(call: CallFacts, root: LegFacts, callee: LegFacts): Verdict {
  const endedAt = callee.endedAt!;
  const code = callee.endCode ?? 'canceled';
  const weLeft = call.hangupRequestedAt !== null || (root.endedAt !== null && root.endedAt <= endedAt);
  if (weLeft && (code === 'no_answer' || code === 'canceled'))
    return { status: 'CANCELED', endedAt, endCode: 'canceled' };
  return { status: BY_CODE[code] ?? 'FAILED', endedAt, endCode: code };
}

/** Our own person's leg ended before anybody was reached. */
function judgeOwn(call: CallFacts, root: LegFacts): Verdict {
  const endedAt = root.endedAt!;
  const code = root.endCode;
  if (call.hangupRequestedAt || root.answeredAt || code === 'canceled')
    return { status: 'CANCELED', endedAt, endCode: 'canceled' };
  if (code === null || code in BY_CODE) return { status: 'NO_ANSWER', endedAt, endCode: 'agent_no_answer' };
  return { status: 'FAILED', endedAt, endCode: code };
}
