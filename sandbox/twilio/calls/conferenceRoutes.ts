import type { Answer, Call, Route } from '../../core/http.ts';
import { badParameter, notFound } from '../dialect.ts';
import { apiPage, asked, created, longPage, noContent, ok, param } from '../shape.ts';
import { isTrue } from './attributes.ts';
import {
  changeSeat,
  endConference,
  getConference,
  leave,
  openConference,
  type SeatChange,
} from './conferences.ts';
import { fetchAnnouncement } from './documents.ts';
import { CONFERENCE, type Conference, getLeg, type Leg, type Participant, type Seat } from './model.ts';
import { addressAt, checkAndPlace, concernedByCall, listenerAt, partiesOf, recordAt } from './place.ts';
import { plan } from './steps.ts';
import { conferenceView, participantView } from './view.ts';

const PATH = '/2010-04-01/Accounts/:AccountSid/Conferences';
const SEATS = `${PATH}/:ConferenceSid/Participants`;

export const conferenceRoutes: Route[] = [
  { method: 'GET', path: PATH, handler: list },
  { method: 'GET', path: `${PATH}/:Sid`, handler: (call) => ok(conferenceView(find(call, call.params.Sid))) },
  { method: 'POST', path: `${PATH}/:Sid`, handler: update },
  { method: 'POST', path: SEATS, handler: addParticipant, concerns: concernedByCall },
  { method: 'GET', path: SEATS, handler: listParticipants },
  { method: 'GET', path: `${SEATS}/:CallSid`, handler: (call) => ok(seatView(call, seatAt(call))) },
  { method: 'POST', path: `${SEATS}/:CallSid`, handler: updateParticipant },
  { method: 'DELETE', path: `${SEATS}/:CallSid`, handler: kick },
];

export function find(call: Call, sid: string | undefined): Conference {
  const room = getConference(call.sb, sid ?? '');
  if (room === undefined || room.account !== call.account.id) throw notFound(call.path);
  return room;
}

function list(call: Call): Answer {
  const { sb, account } = call;
  const name = asked(call, 'FriendlyName');
  const status = asked(call, 'Status');
  const key = name === undefined ? account.id : `${account.id} ${name}`;
  return longPage<Conference>(call, 'conferences', {
    read: (options) => sb.store.find<Conference>(CONFERENCE, key, options),
    fits: (room) => room.account === account.id && (status === undefined || room.status === status),
    view: conferenceView,
  });
}

function update(call: Call): Answer {
  const { sb } = call;
  const room = find(call, call.params.Sid);
  const status = param(call, 'Status');
  if (status !== undefined && status !== 'completed') throw badParameter('Status can only be completed.');
  const announcement = addressAt(call, 'AnnounceUrl', 'AnnounceMethod');
  for (const { callSid } of room.participants) {
    const leg = getLeg(sb, callSid);
    if (announcement !== null && leg !== undefined)
      fetchAnnouncement(sb, leg, announcement, { ConferenceSid: room.sid });
  }
  if (status === 'completed') endConference(sb, room, 'conference-ended-via-api', null);
  return ok(conferenceView(find(call, room.sid)));
}

interface At {
  room: Conference;
  seat: Participant;
  leg: Leg;
}

/** The participant that an address names, by call or by label. */
function seatAt(call: Call): At {
  const room = find(call, call.params.ConferenceSid);
  const name = call.params.CallSid;
  const seat = room.participants.find(({ callSid, label }) => callSid === name || label === name);
  const leg = seat === undefined ? undefined : getLeg(call.sb, seat.callSid);
  if (seat === undefined || leg === undefined) throw notFound(call.path);
  return { room, seat, leg };
}

const seatView = (call: Call, { room, seat }: At) => participantView(call.sb, room, seat);

function listParticipants(call: Call): Answer {
  const room = find(call, call.params.ConferenceSid);
  const flags = (['Muted', 'Hold', 'Coaching'] as const).map((name) => asked(call, name));
  const fits = ({ muted, hold, coaching }: Participant) =>
    [muted, hold, coaching].every(
      (value, index) => flags[index] === undefined || String(value) === flags[index],
    );
  const views = room.participants.filter(fits).map((seat) => participantView(call.sb, room, seat));
  return apiPage(call, 'participants', views);
}

/** Rings somebody who is to sit in the conference. One that has no name yet is made for it. */
function addParticipant(call: Call): Answer {
  const { sb, account } = call;
  const wanted = call.params.ConferenceSid ?? '';
  const bySid = getConference(sb, wanted);
  const name = bySid?.name ?? wanted;
  if (bySid !== undefined && (bySid.account !== account.id || bySid.status === 'completed'))
    throw notFound(call.path);
  if (bySid === undefined && /^CF[0-9a-f]{32}$/.test(wanted)) throw notFound(call.path);
  const parties = partiesOf(call);
  const seat = seatOf(call, name);
  const leg = checkAndPlace(call, { ...parties, first: { kind: 'seat', seat } });
  const room = openConference(sb, account.id, name);
  const { name: _name, listener: _listener, record: _record, ...own } = seat;
  const shown = { callSid: leg.sid, ...own, coaching: false, callSidToCoach: null };
  return created({
    ...participantView(sb, room ?? pending(call, name), shown),
    conference_sid: room?.sid ?? null,
  });
}

/** Stands for a conference that its first participant will open. */
function pending(call: Call, name: string): Conference {
  const now = call.sb.clock.nowMs();
  return {
    ...{ sid: '', account: call.account.id, name, status: 'init', reason: null, endedBy: null },
    ...{ participants: [], listener: null, record: null, sequence: 0, createdAtMs: now, updatedAtMs: now },
  };
}

function seatOf(call: Call, name: string): Seat {
  const flag = (each: string, usual: boolean) => isTrue(param(call, each), usual);
  const record = param(call, 'ConferenceRecord') ?? 'do-not-record';
  return {
    ...{ name, label: param(call, 'Label') ?? null, muted: flag('Muted', false), hold: false },
    startOnEnter: flag('StartConferenceOnEnter', true),
    endOnExit: flag('EndConferenceOnExit', false),
    listener: listenerAt(call, 'ConferenceStatusCallback', 'start end'),
    record: /^(record-|true$)/.test(record)
      ? {
          ...recordAt(call, 'Conference'),
          listener: listenerAt(call, 'ConferenceRecordingStatusCallback', 'completed'),
        }
      : null,
  };
}

function updateParticipant(call: Call): Answer {
  const { sb } = call;
  const at = seatAt(call);
  const { room, leg } = at;
  const change: SeatChange = {};
  const flags = [
    ['Muted', 'muted'],
    ['Hold', 'hold'],
    ['EndConferenceOnExit', 'endOnExit'],
    ['Coaching', 'coaching'],
  ] as const;
  for (const [name, field] of flags) {
    const text = param(call, name);
    if (text !== undefined) change[field] = text === 'true';
  }
  const coached = param(call, 'CallSidToCoach');
  if (coached !== undefined) change.callSidToCoach = coached || null;
  addressAt(call, 'HoldUrl', 'HoldMethod');
  const announcement = addressAt(call, 'AnnounceUrl', 'AnnounceMethod');
  changeSeat(sb, room, leg, change);
  if (announcement !== null) fetchAnnouncement(sb, leg, announcement, { ConferenceSid: room.sid });
  return ok(seatView(call, seatAt(call)));
}

/** Lets a participant out, who goes on with its own document. */
function kick(call: Call): Answer {
  const { room, leg } = seatAt(call);
  leave(call.sb, leg, room.sid, 'participant_updated_via_api');
  plan(call.sb, leg, 'dialled', { token: leg.token, more: { DialCallStatus: 'answered' } });
  return noContent();
}
