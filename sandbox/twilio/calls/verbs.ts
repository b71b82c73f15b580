import { closeLine, lineOfLeg, tellLine } from '../../core/calls/lines.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { type Verb, verbsOf, wordsOf } from '../messages/twiml.ts';
import { absolute, addressOf, countOf, isTrue, listenerOf, methodOf } from './attributes.ts';
import { bridge, startDial } from './dial.ts';
import { fetchDocument, recordedParams } from './documents.ts';
import { endLeg, takeCall } from './legs.ts';
import { begin, changeLeg, getLeg, isOver, type Leg } from './model.ts';
import { startRecording, stopRecording } from './recordings.ts';
import { plan, planFull, planTimer } from './steps.ts';

/** Gives a leg a document and begins with it. */
export function load(sb: Sandbox, leg: Leg, verbs: Verb[], base: string): void {
  changeLeg(sb, leg, { program: { base, verbs, at: 0 } });
  run(sb, leg.sid);
}

/** Does the verb that a leg is at. The end of a document hangs up. */
function run(sb: Sandbox, sid: string): void {
  const leg = getLeg(sb, sid);
  if (leg === undefined || isOver(leg) || leg.program === null) return;
  const { verbs, at, base } = leg.program;
  const verb = verbs[at];
  if (verb === undefined && leg.whispering) {
    bridge(sb, leg);
    return;
  }
  if (verb === undefined) {
    takeCall(sb, leg);
    endLeg(sb, leg, 'completed');
    return;
  }
  const act = leg.whispering && !WHISPERED.has(verb.name) ? undefined : VERBS[verb.name];
  if (act === undefined) next(sb, sid);
  else act(sb, leg, verb, base);
}

/** Goes on with the next verb; a leg that was given none is hung up. */
export function next(sb: Sandbox, sid: string): void {
  const leg = getLeg(sb, sid);
  if (leg === undefined || isOver(leg)) return;
  if (leg.program === null) {
    endLeg(sb, leg, 'completed');
    return;
  }
  changeLeg(sb, leg, { program: { ...leg.program, at: leg.program.at + 1 } });
  run(sb, sid);
}

type Act = (sb: Sandbox, leg: Leg, verb: Verb, base: string) => void;

const LETTERS_PER_SECOND = 15;
const SOUND_SECONDS = 2;
/** Longer loops are for ever. */
const LOOPS_MAX = 1000;

/** What a verb lets its leg hear, and for how long; endless with a loop of 0. */
function sounding(verb: Verb): { heard: string; seconds: number } {
  const loops = countOf(verb.attributes.loop, 1, LOOPS_MAX);
  const times = loops === 0 ? Number.POSITIVE_INFINITY : loops;
  const words = wordsOf(verb).trim();
  if (verb.name === 'Pause') return { heard: '', seconds: countOf(verb.attributes.length, 1, 600) };
  if (verb.name === 'Say')
    return { heard: words, seconds: times * Math.max(0.5, words.length / LETTERS_PER_SECOND) };
  const { digits } = verb.attributes;
  if (digits !== undefined) return { heard: `tones ${digits}`, seconds: digits.length * 0.4 };
  return { heard: `♪ ${words}`, seconds: times * SOUND_SECONDS };
}

const sound: Act = (sb, leg, verb) => {
  const { heard, seconds } = sounding(verb);
  // A pause at the very beginning lets the phone ring on.
  if (verb.name !== 'Pause' || leg.program?.at !== 0) takeCall(sb, leg);
  if (heard !== '') tellLine(sb, leg.sid, heard);
  const { token } = begin(sb, leg, { kind: 'waiting' });
  if (Number.isFinite(seconds)) plan(sb, leg, 'next', { seconds, token });
};

const gather: Act = (sb, leg, verb, base) => {
  takeCall(sb, leg);
  const prompts = verbsOf(verb).map(sounding);
  for (const { heard } of prompts) if (heard !== '') tellLine(sb, leg.sid, heard);
  const promptSeconds = prompts.reduce((sum, { seconds }) => sum + Math.min(seconds, 600), 0);
  const { attributes } = verb;
  const waiting = begin(sb, leg, {
    ...{ kind: 'gather', digits: '', wanted: countOf(attributes.numDigits, 0, 100) },
    finishOnKey: attributes.finishOnKey ?? '#',
    action: addressOf(verb, base) ?? { url: base, method: methodOf(attributes.method) },
    always: isTrue(attributes.actionOnEmptyResult, false),
  });
  planTimer(sb, waiting, 'gathered', promptSeconds + countOf(attributes.timeout, 5, 600));
};

/** Nobody pressed a key any more. */
export function gathered(sb: Sandbox, leg: Leg, key = ''): void {
  if (leg.doing?.kind !== 'gather') return;
  const { digits, action, always } = leg.doing;
  if (digits === '' && !always && key === '') next(sb, leg.sid);
  else {
    const extra = { Digits: digits, FinishedOnKey: key, msg: 'Gather End' };
    fetchDocument(sb, leg, { address: action, extra });
  }
}

const record: Act = (sb, leg, verb, base) => {
  takeCall(sb, leg);
  const { attributes } = verb;
  if (isTrue(attributes.playBeep, true)) tellLine(sb, leg.sid, '(beep)');
  const recording = startRecording(
    sb,
    { account: leg.account, callSid: leg.sid, conferenceSid: null },
    {
      channels: 1,
      source: 'RecordVerb',
      listener: listenerOf(verb, base, 'recordingStatusCallback', 'completed'),
    },
  );
  const recordingLeg = begin(sb, leg, {
    ...{ kind: 'record', recordingSid: recording.sid, spoke: false },
    timeoutSeconds: countOf(attributes.timeout, 5, 600),
    finishOnKey: attributes.finishOnKey ?? '1234567890*#',
    action: addressOf(verb, base) ?? { url: base, method: methodOf(attributes.method) },
  });
  planFull(sb, leg, recording.sid, countOf(attributes.maxLength, 3600, 14_400));
  planTimer(sb, recordingLeg, 'silence', countOf(attributes.timeout, 5, 600));
};

/** A recording of the leg's user ends: by a key, by silence, or because it is full. Silence alone leaves nothing. */
export function recordEnded(sb: Sandbox, leg: Leg, digits = ''): void {
  if (leg.doing?.kind !== 'record') return;
  const { recordingSid, spoke, action } = leg.doing;
  const isEmpty = !spoke && digits === '';
  stopRecording(sb, recordingSid, isEmpty);
  if (isEmpty) next(sb, leg.sid);
  else {
    const extra = { ...recordedParams(sb, recordingSid), Digits: digits };
    fetchDocument(sb, leg, { address: action, extra });
  }
}

const redirect: Act = (sb, leg, verb, base) => {
  const url = absolute(wordsOf(verb).trim(), base);
  fetchDocument(sb, leg, { address: { url, method: methodOf(verb.attributes.method) } });
};

const hangup: Act = (sb, leg) => {
  takeCall(sb, leg);
  endLeg(sb, leg, 'completed');
};

/** A call that is rejected was never taken; one that was is hung up. */
const reject: Act = (sb, leg, verb) => {
  const isBusy = verb.attributes.reason === 'busy';
  const line = lineOfLeg(sb, leg.sid);
  const words = isBusy ? '(busy tone)' : 'The number you have dialed is not in service.';
  if (line !== undefined && leg.status === 'ringing')
    closeLine(sb, line, words, isBusy ? 'busy' : 'declined');
  endLeg(sb, leg, leg.status === 'ringing' ? (isBusy ? 'busy' : 'no-answer') : 'completed');
};

/** What a document before the talk may hold; Twilio passes over all else. */
const WHISPERED = new Set(['Say', 'Play', 'Pause', 'Gather', 'Hangup']);

const VERBS: Record<string, Act> = {
  ...{ Say: sound, Play: sound, Pause: sound, Gather: gather, Record: record },
  ...{ Dial: startDial, Redirect: redirect, Reject: reject, Hangup: hangup },
};
