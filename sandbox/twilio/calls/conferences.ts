import { tellLine } from '../../core/calls/lines.ts';
import { sid } from '../../core/ids.ts';
import { changed, type Sandbox } from '../../core/sandbox.ts';
import {
  type Address,
  begin,
  CONFERENCE,
  type Conference,
  getLeg,
  type Leg,
  type Participant,
  type Seat,
} from './model.ts';
import { type RoomEvent, tellRoom } from './notify.ts';
import { startRecording, stopRecordings } from './recordings.ts';
import { plan } from './steps.ts';

const NAME = (account: string, name: string) => `${account} ${name}`;

export function getConference(sb: Sandbox, conferenceSid: string): Conference | undefined {
  return sb.store.get<Conference>(CONFERENCE, conferenceSid);
}

/** The conference of a name that is not over. */
export function openConference(sb: Sandbox, account: string, name: string): Conference | undefined {
  const [entry] = sb.store.find<Conference>(CONFERENCE, NAME(account, name), { limit: 1 });
  return entry?.body.status === 'completed' ? undefined : entry?.body;
}

export function saveConference(sb: Sandbox, room: Conference, change: Partial<Conference>): Conference {
  const saved = { ...room, ...change, updatedAtMs: sb.clock.nowMs() };
  sb.store.put(CONFERENCE, saved.account, saved.sid, saved);
  changed(sb);
  return saved;
}

function makeConference(sb: Sandbox, account: string, seat: Seat): Conference {
  const now = sb.clock.nowMs();
  const room: Conference = {
    ...{ sid: sid('CF'), account, name: seat.name, status: 'init', reason: null, endedBy: null },
    ...{ participants: [], listener: seat.listener, record: seat.record, sequence: 1 },
    ...{ createdAtMs: now, updatedAtMs: now },
  };
  sb.store.put(CONFERENCE, account, room.sid, room, [account, NAME(account, room.name)]);
  return room;
}

function tell(sb: Sandbox, room: Conference, event: RoomEvent): Conference {
  const latest = getConference(sb, room.sid) ?? room;
  tellRoom(sb, room, latest.sequence, event);
  return saveConference(sb, latest, { sequence: latest.sequence + 1 });
}

/** Seats a leg in the conference of a name, which is made if there is none. */
export function join(sb: Sandbox, leg: Leg, seat: Seat, action: Address | null): Conference {
  let room = openConference(sb, leg.account, seat.name) ?? makeConference(sb, leg.account, seat);
  const now = sb.clock.nowMs();
  const { name: _name, listener: _listener, record: _record, ...own } = seat;
  const participant: Participant = {
    ...{ callSid: leg.sid, ...own, coaching: false, callSidToCoach: null },
    ...{ createdAtMs: now, updatedAtMs: now },
  };
  const others = room.participants.filter(({ callSid }) => callSid !== leg.sid);
  room = saveConference(sb, room, { participants: [...others, participant] });
  begin(sb, leg, { kind: 'room', conferenceSid: room.sid, action, joinedAtMs: now });
  tellLine(sb, leg.sid, others.length === 0 ? '♪' : '(in the conference)');
  room = tell(sb, room, { name: 'participant-join', wish: 'join', leg: getLeg(sb, leg.sid) });
  const canStart = room.participants.length > 1 && room.participants.some((each) => each.startOnEnter);
  return room.status === 'init' && canStart ? start(sb, room, leg) : room;
}

function start(sb: Sandbox, room: Conference, leg: Leg): Conference {
  const started = saveConference(sb, room, { status: 'in-progress' });
  if (started.record !== null) {
    const about = { account: room.account, callSid: null, conferenceSid: room.sid };
    startRecording(sb, about, started.record);
  }
  return tell(sb, started, { name: 'conference-start', wish: 'start', leg });
}

/** Takes a leg out of its conference. What it does then is not decided here. */
export function leave(sb: Sandbox, leg: Leg, conferenceSid: string, reason: string): void {
  const room = getConference(sb, conferenceSid);
  const seat = room?.participants.find(({ callSid }) => callSid === leg.sid);
  if (room === undefined || seat === undefined) return;
  const event = { name: 'participant-leave', wish: 'leave' as const, leg };
  tell(sb, room, { ...event, more: { ReasonParticipantLeft: reason } });
  const participants = room.participants.filter(({ callSid }) => callSid !== leg.sid);
  const left = saveConference(sb, getConference(sb, conferenceSid) ?? room, { participants });
  const kicked = reason === 'participant_updated_via_api' ? 'kicked' : 'left';
  if (seat.endOnExit && participants.length > 0)
    endConference(sb, left, `participant-with-end-conference-on-exit-${kicked}`, leg.sid);
  else if (participants.length === 0) endConference(sb, left, `last-participant-${kicked}`, leg.sid);
}

/** Ends a conference: whoever is in it goes on with its own document. */
export function endConference(
  sb: Sandbox,
  room: Conference,
  reason: string,
  endedBy: string | null,
): Conference {
  if (room.status === 'completed') return room;
  stopRecordings(sb, room.sid);
  const ended = saveConference(sb, room, { status: 'completed', reason, endedBy, participants: [] });
  for (const { callSid } of room.participants) {
    const leg = getLeg(sb, callSid);
    if (leg?.doing?.kind === 'room' && leg.doing.conferenceSid === room.sid)
      plan(sb, leg, 'dialled', { token: leg.token, more: { DialCallStatus: 'answered' } });
  }
  const more = {
    ReasonConferenceEnded: reason,
    ...(endedBy === null ? {} : { CallSidEndingConference: endedBy }),
  };
  return tell(sb, ended, { name: 'conference-end', wish: 'end', leg: undefined, more });
}

/** What may be changed of a seat. */
export type SeatChange = Partial<
  Pick<Participant, 'muted' | 'hold' | 'endOnExit' | 'coaching' | 'callSidToCoach'>
>;

/** Changes how a leg sits, and tells it and whoever asked for it. */
export function changeSeat(sb: Sandbox, room: Conference, leg: Leg, change: SeatChange): Conference {
  const now = sb.clock.nowMs();
  const before = room.participants.find(({ callSid }) => callSid === leg.sid);
  const participants = room.participants.map((seat) =>
    seat.callSid === leg.sid ? { ...seat, ...change, updatedAtMs: now } : seat,
  );
  let latest = saveConference(sb, room, { participants });
  const flips = [
    ['muted', 'mute', 'participant-mute', 'participant-unmute', '(you are muted)', '(you are heard again)'],
    ['hold', 'hold', 'participant-hold', 'participant-unhold', '♪ hold music', '(back in the conference)'],
  ] as const;
  for (const [field, wish, on, off, heardOn, heardOff] of flips) {
    if (change[field] === undefined || change[field] === before?.[field]) continue;
    tellLine(sb, leg.sid, change[field] ? heardOn : heardOff);
    latest = tell(sb, latest, { name: change[field] ? on : off, wish, leg });
  }
  return latest;
}

/** Those in a conference who hear one of its legs. */
export function listenersTo(sb: Sandbox, conferenceSid: string, legSid: string): string[] {
  const seats = getConference(sb, conferenceSid)?.participants ?? [];
  const own = seats.find(({ callSid }) => callSid === legSid);
  if (own === undefined || own.muted || own.hold) return [];
  return seats.filter(({ callSid, hold }) => callSid !== legSid && !hold).map(({ callSid }) => callSid);
}
