import { strike } from '../../core/faults.ts';
import { sid } from '../../core/ids.ts';
import { ownerOf } from '../../core/owned.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { isPhoneNumber } from '../../core/texts/model.ts';
import { type Verb, verbsOf, wordsOf } from '../messages/twiml.ts';
import { addressOf, countOf, isTrue, listenerOf, recordOf } from './attributes.ts';
import { join } from './conferences.ts';
import { dialParams, fetchDocument } from './documents.ts';
import { answered, endLeg, limit, placeLeg, takeCall } from './legs.ts';
import {
  begin,
  changeLeg,
  type Doing,
  getLeg,
  isOver,
  type Leg,
  type LegStatus,
  type Seat,
} from './model.ts';
import { startRecording, stopRecording } from './recordings.ts';
import { plan, planTimer } from './steps.ts';

type Dial = Extract<Doing, { kind: 'dial' }>;

const LIMIT_SECONDS = 14_400;

/** `<Dial>`: rings everybody that it names at once, or seats the leg in a conference. */
export function startDial(sb: Sandbox, leg: Leg, verb: Verb, base: string): void {
  const room = verbsOf(verb).find(({ name }) => name === 'Conference');
  if (room !== undefined) {
    const taken = takeCall(sb, leg) ?? leg;
    join(sb, taken, seatOf(room, base), addressOf(verb, base));
    const seconds = countOf(verb.attributes.timeLimit, LIMIT_SECONDS, LIMIT_SECONDS);
    if (seconds < LIMIT_SECONDS) planTimer(sb, getLeg(sb, taken.sid) ?? taken, 'seat_over', seconds);
    return;
  }
  if (!isTrue(verb.attributes.answerOnBridge, false)) takeCall(sb, leg);
  const nouns = verbsOf(verb);
  const alone = wordsOf(verb).trim();
  const wanted =
    nouns.length > 0 ? nouns : alone === '' ? [] : [{ ...verb, name: 'Number', children: [alone] }];
  const children = wanted.slice(0, NOUNS_MAX).map((noun) => ringNoun(sb, leg, verb, noun, base).sid);
  const record = recordOf(verb, base, 'DialVerb');
  const recordAtOnce = /^record-from-ringing/.test(verb.attributes.record ?? '');
  const dialling = begin(sb, leg, {
    ...{ kind: 'dial', children, winner: null, action: addressOf(verb, base), record, recordAtOnce },
    hangupOnStar: isTrue(verb.attributes.hangupOnStar, false),
    limitSeconds: countOf(verb.attributes.timeLimit, LIMIT_SECONDS, LIMIT_SECONDS),
    recordingSid: record !== null && recordAtOnce ? recordTalk(sb, leg, record) : null,
  });
  if (children.length === 0)
    plan(sb, leg, 'dialled', { token: dialling.token, more: { DialCallStatus: 'failed' } });
}

/** Twilio rings ten at once. */
const NOUNS_MAX = 10;

function recordTalk(sb: Sandbox, leg: Leg, order: NonNullable<Dial['record']>): string {
  return startRecording(sb, { account: leg.account, callSid: leg.sid, conferenceSid: null }, order).sid;
}

function ringNoun(sb: Sandbox, leg: Leg, dial: Verb, noun: Verb, base: string): Leg {
  const to = targetOf(noun);
  const from = dial.attributes.callerId || leg.from;
  return placeLeg(sb, {
    sid: sid('CA'),
    ...{ account: leg.account, parentSid: leg.sid, direction: 'outbound-dial', from, to },
    listener: listenerOf(noun, base, 'statusCallback', 'completed'),
    timeoutSeconds: countOf(dial.attributes.timeout, 30, 600),
    limitSeconds: LIMIT_SECONDS,
    first: whisperOf(noun, base),
    errorCode: problemOf(sb, leg, { from, to }),
  });
}

/** What whoever is rung hears alone, once they have answered. */
function whisperOf(noun: Verb, base: string): Leg['first'] {
  const address = addressOf(noun, base, 'url');
  return address && { kind: 'url', address, fallback: null };
}

function targetOf(noun: Verb): string {
  const identity = verbsOf(noun).find(({ name }) => name === 'Identity');
  const words = wordsOf(identity ?? noun).trim();
  if (noun.name === 'Client') return `client:${words}`;
  return noun.name === 'Sip' ? words : words.replace(/[\s().-]/g, '');
}

/** Why a noun cannot be rung. */
function problemOf(sb: Sandbox, leg: Leg, { from, to }: { from: string; to: string }): string | null {
  const isKnown = from === leg.from || from === leg.to || ownerOf(sb, from) === leg.account;
  if (!isKnown) return '13214';
  if (to.startsWith('client:')) return to.length > 'client:'.length ? null : '13225';
  if (!isPhoneNumber(to)) return '13224';
  const occasion = {
    provider: 'twilio' as const,
    account: leg.account,
    topic: 'call' as const,
    numbers: [to],
  };
  return strike(sb, ['region_blocked'], occasion) === undefined ? null : '13227';
}

/** How `<Conference>` seats a leg. */
function seatOf(noun: Verb, base: string): Seat {
  const { attributes } = noun;
  return {
    name: wordsOf(noun).trim(),
    label: attributes.participantLabel ?? null,
    muted: isTrue(attributes.muted, false),
    hold: false,
    startOnEnter: isTrue(attributes.startConferenceOnEnter, true),
    endOnExit: isTrue(attributes.endConferenceOnExit, false),
    listener: listenerOf(noun, base, 'statusCallback', 'start end'),
    record: recordOf(noun, base, 'Conference'),
  };
}

/** One of those who were rung took it: the others stop ringing. */
export function childAnswered(sb: Sandbox, child: Leg): void {
  const parent = getLeg(sb, child.parentSid ?? '');
  answered(sb, child);
  if (parent?.doing?.kind !== 'dial' || parent.doing.winner !== null) {
    endLeg(sb, child, 'completed');
    return;
  }
  const dial = parent.doing;
  const recordingSid =
    dial.record !== null && dial.recordingSid === null
      ? recordTalk(sb, parent, dial.record)
      : dial.recordingSid;
  changeLeg(sb, parent, { doing: { ...dial, winner: child.sid, recordingSid } });
  if (dial.limitSeconds < LIMIT_SECONDS) limit(sb, child, dial.limitSeconds);
  for (const other of dial.children) if (other !== child.sid) endLeg(sb, { sid: other }, 'canceled');
  if (child.first?.kind !== 'url') takeCall(sb, parent);
  else
    fetchDocument(sb, changeLeg(sb, child, { whispering: true }), {
      address: child.first.address,
      fallback: child.first.fallback,
    });
}

/** Whoever was rung has heard what they were to hear alone: the two are joined. */
export function bridge(sb: Sandbox, child: Leg): void {
  begin(sb, changeLeg(sb, child, { whispering: false, program: null }), null);
  const parent = getLeg(sb, child.parentSid ?? '');
  if (parent?.doing?.kind === 'dial' && parent.doing.winner === child.sid) takeCall(sb, parent);
  else endLeg(sb, child, 'completed');
}

/** A child is over: so is the Dial, if it was the one that talked or the last that rang. */
export function childEnded(sb: Sandbox, parentSid: string, childSid: string): void {
  const parent = getLeg(sb, parentSid);
  if (parent?.doing?.kind !== 'dial' || !parent.doing.children.includes(childSid)) return;
  const { winner, children } = parent.doing;
  if (winner === childSid) endDial(sb, parent, 'completed');
  if (winner !== null) return;
  const statuses = children.map((child) => getLeg(sb, child)).filter((leg) => leg !== undefined);
  if (statuses.every(isOver)) endDial(sb, parent, outcomeOf(statuses.map(({ status }) => status)));
}

function outcomeOf(statuses: LegStatus[]): LegStatus {
  const [first = 'failed'] = statuses;
  if (statuses.every((status) => status === first)) return first;
  return statuses.includes('no-answer') ? 'no-answer' : statuses.includes('busy') ? 'busy' : 'failed';
}

/** Ends a leg's Dial: its action, or the next verb, says what comes. */
export function endDial(sb: Sandbox, leg: Leg, status: LegStatus): void {
  if (leg.doing?.kind !== 'dial') return;
  if (leg.doing.recordingSid !== null) stopRecording(sb, leg.doing.recordingSid);
  const more = dialParams(sb, leg.doing, status);
  plan(sb, leg, 'dialled', { token: leg.token, more });
}

/** A child is given a document of its own: its parent's Dial is over, and both go on alone. */
export function release(sb: Sandbox, child: Leg): void {
  const parent = getLeg(sb, child.parentSid ?? '');
  if (parent?.doing?.kind !== 'dial' || parent.doing.winner !== child.sid) return;
  endDial(sb, parent, 'completed');
  // It is no longer the Dial's: the end of the one does not end the other.
  const children = parent.doing.children.filter((each) => each !== child.sid);
  changeLeg(sb, parent, { doing: { ...parent.doing, children, winner: null } });
  changeLeg(sb, child, { doing: null, whispering: false });
}

/** Those who hear what the user of a leg says. */
export function bridgedTo(sb: Sandbox, leg: Leg): string[] {
  if (leg.whispering) return [];
  if (leg.doing?.kind === 'dial') {
    const winner = getLeg(sb, leg.doing.winner ?? '');
    return winner === undefined || winner.whispering ? [] : [winner.sid];
  }
  const parent = getLeg(sb, leg.parentSid ?? '');
  return parent?.doing?.kind === 'dial' && parent.doing.winner === leg.sid ? [parent.sid] : [];
}
