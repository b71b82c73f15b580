import parsePhoneNumber from 'libphonenumber-js/max';
import { rfc2822 } from '../../core/clock.ts';
import { negate } from '../../core/money.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import {
  type Conference,
  durationOf,
  getLeg,
  isOver,
  type Leg,
  type Participant,
  type Recording,
} from './model.ts';
import { recordingUrl } from './notify.ts';

const API = '2010-04-01';
const date = (atMs: number | null): string | null => (atMs === null ? null : rfc2822(atMs));
const pathOf = (account: string): string => `/${API}/Accounts/${account}`;

const SUBRESOURCES: Record<string, string> = {
  events: 'Events',
  notifications: 'Notifications',
  payments: 'Payments',
  recordings: 'Recordings',
  siprec: 'Siprec',
  streams: 'Streams',
  transcriptions: 'Transcriptions',
  user_defined_message_subscriptions: 'UserDefinedMessageSubscriptions',
  user_defined_messages: 'UserDefinedMessages',
};

/** As people of the country write it to each other. */
function formatted(number: string): string {
  if (!number.startsWith('+1')) return number;
  return parsePhoneNumber(number)?.formatNational() ?? number;
}

/** A call as the API shows it. */
export function callView(leg: Leg): Record<string, unknown> {
  const path = `${pathOf(leg.account)}/Calls/${leg.sid}`;
  const seconds = durationOf(leg);
  return {
    account_sid: leg.account,
    annotation: null,
    answered_by: null,
    api_version: API,
    caller_name: null,
    date_created: rfc2822(leg.createdAtMs),
    date_updated: rfc2822(leg.updatedAtMs),
    direction: leg.direction,
    duration: seconds === null ? null : String(seconds),
    end_time: date(leg.endedAtMs),
    forwarded_from: null,
    from: leg.from,
    from_formatted: formatted(leg.from),
    group_sid: null,
    parent_call_sid: leg.parentSid,
    phone_number_sid: leg.numberSid,
    price: leg.price === null ? null : `${negate(leg.price)}0`,
    price_unit: 'USD',
    queue_time: '0',
    sid: leg.sid,
    start_time: date(leg.startedAtMs),
    status: leg.status,
    subresource_uris: Object.fromEntries(
      Object.entries(SUBRESOURCES).map(([key, name]) => [key, `${path}/${name}.json`]),
    ),
    to: leg.to,
    to_formatted: formatted(leg.to),
    trunk_sid: null,
    uri: `${path}.json`,
  };
}

function recordingBase(recording: Recording): Record<string, unknown> {
  const isDone = recording.status === 'completed';
  return {
    account_sid: recording.account,
    api_version: API,
    call_sid: recording.callSid,
    channels: recording.channels,
    conference_sid: recording.conferenceSid,
    date_created: rfc2822(recording.startedAtMs),
    date_updated: rfc2822(recording.updatedAtMs),
    duration: isDone ? String(recording.durationSeconds) : null,
    encryption_details: null,
    error_code: recording.status === 'absent' ? 16102 : null,
    price: null,
    price_unit: 'USD',
    sid: recording.sid,
    source: recording.source,
    start_time: rfc2822(recording.startedAtMs),
    status: recording.status,
  };
}

/** A recording in the account's own list. */
export function recordingView(sb: Sandbox, recording: Recording): Record<string, unknown> {
  const path = `${pathOf(recording.account)}/Recordings/${recording.sid}`;
  return {
    ...recordingBase(recording),
    media_url: recordingUrl(sb, recording),
    subresource_uris: {
      add_on_results: `${path}/AddOnResults.json`,
      transcriptions: `${path}/Transcriptions.json`,
    },
    uri: `${path}.json`,
  };
}

/** A recording among those of a call or a conference. */
export function ownRecordingView(recording: Recording): Record<string, unknown> {
  const { account, callSid, conferenceSid, sid } = recording;
  const owner = conferenceSid === null ? `Calls/${callSid}` : `Conferences/${conferenceSid}`;
  const track = conferenceSid === null ? { track: 'both' } : {};
  return { ...recordingBase(recording), ...track, uri: `${pathOf(account)}/${owner}/Recordings/${sid}.json` };
}

const conferencePath = ({ account, sid }: Conference): string => `${pathOf(account)}/Conferences/${sid}`;

export function conferenceView(room: Conference): Record<string, unknown> {
  const path = conferencePath(room);
  return {
    account_sid: room.account,
    api_version: API,
    call_sid_ending_conference: room.endedBy,
    date_created: rfc2822(room.createdAtMs),
    date_updated: rfc2822(room.updatedAtMs),
    friendly_name: room.name,
    reason_conference_ended: room.reason ?? undefined,
    region: 'us1',
    sid: room.sid,
    status: room.status,
    subresource_uris: {
      participants: `${path}/Participants.json`,
      recordings: `${path}/Recordings.json`,
    },
    uri: `${path}.json`,
  };
}

/** How far the leg of a participant is, in this resource's words. */
function seatStatus(leg: Leg | undefined, isIn: boolean): string {
  if (leg === undefined || isOver(leg)) return leg?.answeredAtMs === null ? 'failed' : 'complete';
  if (isIn) return 'connected';
  return leg.status === 'in-progress' ? 'connecting' : leg.status;
}

export function participantView(
  sb: Sandbox,
  room: Conference,
  seat: Omit<Participant, 'createdAtMs' | 'updatedAtMs'> & Partial<Participant>,
): Record<string, unknown> {
  const leg = getLeg(sb, seat.callSid);
  const isIn = room.participants.some(({ callSid }) => callSid === seat.callSid);
  return {
    account_sid: room.account,
    call_sid: seat.callSid,
    call_sid_to_coach: seat.callSidToCoach,
    coaching: seat.coaching,
    conference_sid: room.sid,
    date_created: rfc2822(seat.createdAtMs ?? sb.clock.nowMs()),
    date_updated: rfc2822(seat.updatedAtMs ?? sb.clock.nowMs()),
    end_conference_on_exit: seat.endOnExit,
    hold: seat.hold,
    label: seat.label,
    muted: seat.muted,
    queue_time: null,
    start_conference_on_enter: seat.startOnEnter,
    status: seatStatus(leg, isIn),
    uri: `${conferencePath(room)}/Participants/${seat.callSid}.json`,
  };
}
