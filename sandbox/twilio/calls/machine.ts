import {
  type Declined,
  type Line,
  type LineHandler,
  registerLines,
  tellLine,
} from '../../core/calls/lines.ts';
import { CALL_STEPS, CALL_TIMERS } from '../../core/calls/pace.ts';
import { registerTokens } from '../../core/calls/softphones.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { DELIVERY, type Delivery } from '../../core/webhooks.ts';
import { wordsOf } from '../messages/twiml.ts';
import { join, leave, listenersTo } from './conferences.ts';
import { bridgedTo, childAnswered, childEnded, endDial, release } from './dial.ts';
import { ANNOUNCEMENT, fetchDocument, VOICE_ANSWER, verbsOfAnswer } from './documents.ts';
import { receiveCall } from './inbound.ts';
import { abandon, answered, declined, endLeg, rate, ring, startPlacing, takeCall } from './legs.ts';
import { begin, changeLeg, type First, getLeg, isOver, type Leg } from './model.ts';
import { completeRecording } from './recordings.ts';
import { CALL_LIMIT, planTimer, type Step } from './steps.ts';
import { readAccessToken } from './tokens.ts';
import { gathered, load, next, recordEnded } from './verbs.ts';

/** Teaches the sandbox to carry Twilio's calls. */
export function registerCalls(sb: Sandbox): void {
  const step = (body: unknown) => () => perform(sb, body as Step);
  sb.tasks.handle(CALL_STEPS.twilio, step);
  sb.tasks.handle(CALL_TIMERS.twilio, step);
  sb.tasks.handle(CALL_LIMIT, step);
  sb.tasks.handle(VOICE_ANSWER, (body) => () => readAnswer(sb, (body as { deliveryId: string }).deliveryId));
  sb.tasks.handle(ANNOUNCEMENT, (body) => () => announce(sb, (body as { deliveryId: string }).deliveryId));
  registerLines(sb, 'twilio', HANDSETS);
  registerTokens(sb, 'twilio', (token) => readAccessToken(sb, token));
}

function perform(sb: Sandbox, { sid, act, token, more }: Step): void {
  if (act === 'recorded') {
    completeRecording(sb, sid);
    return;
  }
  const leg = getLeg(sb, sid);
  if (leg === undefined || (token !== null && leg.token !== token)) return;
  const acts: Record<Exclude<Step['act'], 'recorded'>, () => void> = {
    place: () => startPlacing(sb, sid),
    ring: () => ring(sb, sid),
    unanswered: () => leg.answeredAtMs === null && endLeg(sb, leg, 'no-answer'),
    next: () => next(sb, sid),
    dialled: () => dialled(sb, leg, more),
    seat_over: () => seatOver(sb, leg),
    child_ended: () => childEnded(sb, sid, more.child ?? ''),
    gathered: () => gathered(sb, leg),
    silence: () => recordEnded(sb, leg),
    full: () => isAt(leg, more.recordingSid) && recordEnded(sb, leg),
    rate: () => rate(sb, sid),
    limit: () => endLeg(sb, leg, 'completed'),
  };
  acts[act]();
}

const isAt = ({ doing }: Leg, recordingSid: string | undefined): boolean =>
  doing?.kind === 'record' && doing.recordingSid === recordingSid;

/** A Dial is over: its action says what comes next, or else the next verb. */
function dialled(sb: Sandbox, leg: Leg, extra: Record<string, string>): void {
  const { doing } = leg;
  if (doing?.kind !== 'dial' && doing?.kind !== 'room') return;
  begin(sb, leg, null);
  if (doing.action === null) next(sb, leg.sid);
  else fetchDocument(sb, leg, { address: doing.action, extra });
}

/** A leg has sat in a conference for as long as its document lets it. */
function seatOver(sb: Sandbox, leg: Leg): void {
  if (leg.doing?.kind !== 'room') return;
  leave(sb, leg, leg.doing.conferenceSid, 'time_limit');
  dialled(sb, leg, { DialCallStatus: 'answered' });
}

const SORRY = 'We are sorry. An application error has occurred. Goodbye.';

/** An answer to a request for a document is there, or none will come. */
function readAnswer(sb: Sandbox, deliveryId: string): void {
  const delivery = sb.store.get<Delivery>(DELIVERY, deliveryId);
  const leg = getLeg(sb, String(delivery?.content.CallSid));
  if (delivery === undefined || leg?.doing?.kind !== 'fetching' || leg.doing.deliveryId !== deliveryId)
    return;
  const { responseBody = '', responseType = '', url = '' } = delivery.attempts.at(-1) ?? {};
  const verbs = delivery.status === 'delivered' ? verbsOfAnswer(responseBody, responseType) : undefined;
  begin(sb, leg, null);
  if (verbs !== undefined) load(sb, leg, verbs, url);
  else {
    takeCall(sb, leg);
    tellLine(sb, leg.sid, SORRY);
    endLeg(sb, leg, 'completed', { errorCode: delivery.status === 'delivered' ? '12100' : '11200' });
  }
}

/** What somebody wants a leg in a conference to hear is there. */
function announce(sb: Sandbox, deliveryId: string): void {
  const delivery = sb.store.get<Delivery>(DELIVERY, deliveryId);
  const leg = getLeg(sb, String(delivery?.content.CallSid));
  if (delivery?.status !== 'delivered' || leg === undefined || isOver(leg)) return;
  const { responseBody = '', responseType = '' } = delivery.attempts.at(-1) ?? {};
  for (const verb of verbsOfAnswer(responseBody, responseType) ?? []) {
    const { digits } = verb.attributes;
    const heard = digits === undefined ? wordsOf(verb).trim() : `tones ${digits}`;
    if (verb.name === 'Say' || verb.name === 'Play') tellLine(sb, leg.sid, heard);
  }
}

/** Begins what a leg was placed for. */
function beginFirst(sb: Sandbox, leg: Leg, first: First): void {
  if (first.kind === 'url') {
    const { address, fallback } = first;
    fetchDocument(sb, leg, { address, fallback });
  } else if (first.kind === 'twiml') load(sb, leg, first.verbs, sb.url);
  else join(sb, leg, first.seat, null);
}

/** Gives a leg that is under way another document. */
export function redirectLeg(sb: Sandbox, leg: Leg, first: Exclude<First, { kind: 'seat' }>): void {
  release(sb, leg);
  const latest = getLeg(sb, leg.sid) ?? leg;
  const free = begin(sb, leg, null);
  abandon(sb, free, latest.doing);
  beginFirst(sb, changeLeg(sb, leg, { program: null }), first);
}

const legOf = (sb: Sandbox, line: Line): Leg | undefined => getLeg(sb, line.legId);

/** What Twilio makes of what handsets do. */
const HANDSETS: LineHandler = {
  incoming: receiveCall,
  answered: (sb, line) => {
    const leg = legOf(sb, line);
    if (leg === undefined || isOver(leg)) return;
    if (leg.parentSid !== null) childAnswered(sb, leg);
    else {
      const talking = answered(sb, leg);
      if (leg.first !== null) beginFirst(sb, talking, leg.first);
    }
  },
  declined: (sb, line, how: Declined) => {
    const leg = legOf(sb, line);
    if (leg !== undefined) declined(sb, leg, how);
  },
  hungUp: (sb, line) => {
    const leg = legOf(sb, line);
    if (leg !== undefined) endLeg(sb, leg, 'completed');
  },
  pressed,
  spoke,
};

function othersOf(sb: Sandbox, leg: Leg): string[] {
  return leg.doing?.kind === 'room' ? listenersTo(sb, leg.doing.conferenceSid, leg.sid) : bridgedTo(sb, leg);
}

function pressed(sb: Sandbox, line: Line, digits: string): void {
  for (const digit of digits) {
    const leg = legOf(sb, line);
    if (leg === undefined || isOver(leg)) return;
    pressOne(sb, leg, digit);
  }
}

function pressOne(sb: Sandbox, leg: Leg, digit: string): void {
  const { doing } = leg;
  if (doing?.kind === 'gather') {
    if (digit === doing.finishOnKey) {
      gathered(sb, leg, digit);
      return;
    }
    const more = changeLeg(sb, leg, { doing: { ...doing, digits: doing.digits + digit } });
    if (doing.wanted > 0 && doing.digits.length + 1 >= doing.wanted) gathered(sb, more);
  } else if (doing?.kind === 'record' && doing.finishOnKey.includes(digit)) recordEnded(sb, leg, digit);
  else if (doing?.kind === 'dial' && doing.hangupOnStar && digit === '*') {
    for (const child of doing.children) endLeg(sb, { sid: child }, 'completed');
    endDial(sb, leg, 'completed');
  } else for (const other of othersOf(sb, leg)) tellLine(sb, other, `tones ${digit}`);
}

function spoke(sb: Sandbox, line: Line, words: string): void {
  const leg = legOf(sb, line);
  if (leg === undefined || isOver(leg)) return;
  if (leg.doing?.kind === 'record') {
    // The wait for silence begins anew.
    const { timeoutSeconds } = leg.doing;
    planTimer(sb, begin(sb, leg, { ...leg.doing, spoke: true }), 'silence', timeoutSeconds);
  }
  for (const other of othersOf(sb, leg)) tellLine(sb, other, words);
}
