import { secondsMs } from '../../core/calls/pace.ts';
import { rfc2822 } from '../../core/clock.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { sendWebhook } from '../../core/webhooks.ts';
import { ANSWER_TIMEOUT_MS } from '../messages/send.ts';
import { placeParams } from '../places.ts';
import {
  type Conference,
  changeLeg,
  durationOf,
  getLeg,
  isOver,
  type Leg,
  type Listener,
  type Recording,
} from './model.ts';

/** A shuffle holds a callback back for longer than the next one takes. */
const OVERTAKEN_SECONDS = 3;

export const handsetOfLeg = (leg: Pick<Leg, 'direction' | 'from' | 'to'>): string =>
  leg.direction === 'inbound' ? leg.from : leg.to;

/** Numbers of a leg's webhooks, for `sendWebhook`: the handset's digits are sentinels, the account's own are not. */
export function concernedByLeg(leg: Leg) {
  const handset = handsetOfLeg(leg);
  return { topic: 'call' as const, numbers: [handset], others: [handset === leg.to ? leg.from : leg.to] };
}

/** What every request about a leg tells. */
export function legParams(leg: Leg): Record<string, string> {
  const { from, to } = leg;
  return {
    ...placeParams('To', to),
    ...placeParams('From', from),
    ...placeParams('Called', to),
    ...placeParams('Caller', from),
    CallSid: leg.sid,
    AccountSid: leg.account,
    ApiVersion: '2010-04-01',
    From: from,
    To: to,
    Caller: from,
    Called: to,
    Direction: leg.direction,
    CallStatus: leg.status === 'queued' ? 'initiated' : leg.status,
    ...(leg.parentSid === null ? {} : { ParentCallSid: leg.parentSid }),
  };
}

/** Tells whoever asked for it what a leg has come to. */
export function tellStatus(
  sb: Sandbox,
  { sid }: Pick<Leg, 'sid'>,
  event: 'initiated' | 'ringing' | 'answered' | 'completed',
): void {
  const leg = getLeg(sb, sid);
  if (leg?.listener?.events.includes(event) !== true) return;
  const { listener, sequence } = leg;
  changeLeg(sb, leg, { sequence: sequence + 1 });
  send(sb, leg, listener, `call ${leg.status}`, {
    ...legParams(leg),
    Timestamp: rfc2822(sb.clock.nowMs()),
    CallbackSource: 'call-progress-events',
    SequenceNumber: String(sequence),
    ...(isOver(leg) ? endParams(leg) : {}),
  });
}

function endParams(leg: Leg): Record<string, string> {
  const seconds = durationOf(leg) ?? 0;
  return {
    CallDuration: String(seconds),
    Duration: String(Math.ceil(seconds / 60)),
    ...(leg.sip === null ? {} : { SipResponseCode: leg.sip }),
    ...(leg.errorCode === null ? {} : { ErrorCode: leg.errorCode }),
  };
}

function send(
  sb: Sandbox,
  leg: Leg | undefined,
  listener: Listener,
  eventType: string,
  content: Record<string, string>,
  account = leg?.account ?? '',
): void {
  sendWebhook(sb, {
    account,
    provider: 'twilio',
    eventType,
    url: listener.url,
    method: listener.method,
    timeoutMs: ANSWER_TIMEOUT_MS,
    content,
    ...(leg === undefined ? { topic: 'call' as const } : concernedByLeg(leg)),
    overtakenMs: leg !== undefined && isOver(leg) ? undefined : secondsMs(sb, OVERTAKEN_SECONDS),
  });
}

/** The address of a recording's sound. */
export const recordingUrl = (sb: Sandbox, { account, sid }: Pick<Recording, 'account' | 'sid'>): string =>
  `${sb.url}/2010-04-01/Accounts/${account}/Recordings/${sid}`;

/** Tells whoever asked for it how a recording stands. */
export function tellRecording(sb: Sandbox, recording: Recording): void {
  const { listener, status, account, callSid, conferenceSid } = recording;
  if (listener?.events.includes(status) !== true) return;
  const leg = callSid === null ? undefined : getLeg(sb, callSid);
  const content = {
    AccountSid: account,
    ...(callSid === null ? {} : { CallSid: callSid }),
    ...(conferenceSid === null ? {} : { ConferenceSid: conferenceSid }),
    RecordingSid: recording.sid,
    RecordingUrl: recordingUrl(sb, recording),
    RecordingStatus: status,
    ...(recording.durationSeconds === null ? {} : { RecordingDuration: String(recording.durationSeconds) }),
    RecordingChannels: String(recording.channels),
    RecordingStartTime: rfc2822(recording.startedAtMs),
    RecordingSource: recording.source,
    RecordingTrack: 'both',
    ErrorCode: status === 'absent' ? '16102' : '0',
  };
  send(sb, leg, listener, `recording ${status}`, content, account);
}

/** What an event of a conference is asked for by, and whom it is about. */
export interface RoomEvent {
  name: string;
  wish: 'start' | 'end' | 'join' | 'leave' | 'mute' | 'hold' | 'modify';
  leg: Leg | undefined;
  more?: Record<string, string>;
}

/** Tells whoever asked for it what happens in a conference. */
export function tellRoom(sb: Sandbox, room: Conference, sequence: number, event: RoomEvent): void {
  const { listener } = room;
  if (listener?.events.includes(event.wish) !== true) return;
  const seat = room.participants.find(({ callSid }) => callSid === event.leg?.sid);
  const content = {
    AccountSid: room.account,
    ConferenceSid: room.sid,
    FriendlyName: room.name,
    StatusCallbackEvent: event.name,
    SequenceNumber: String(sequence),
    Timestamp: rfc2822(sb.clock.nowMs()),
    ...(event.leg === undefined ? {} : { CallSid: event.leg.sid }),
    ...(seat === undefined
      ? {}
      : {
          Muted: String(seat.muted),
          Hold: String(seat.hold),
          Coaching: String(seat.coaching),
          StartConferenceOnEnter: String(seat.startOnEnter),
          EndConferenceOnExit: String(seat.endOnExit),
          ...(seat.label === null ? {} : { ParticipantLabel: seat.label }),
        }),
    ...event.more,
  };
  send(sb, event.leg, listener, `conference ${event.name}`, content, room.account);
}
