import { tellLine } from '../../core/calls/lines.ts';
import type { Answer, Call, Route } from '../../core/http.ts';
import { textAt } from '../../core/query.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { invalid, missing, notFound, refuse } from '../dialect.ts';
import { ok, page, textOf } from '../shape.ts';
import { answeredLeg, liveLeg, mediaOf, timesOf, wordsOf } from './commands.ts';
import { clientStateOf, remember, repeated, secondsOf } from './dial.ts';
import { endLeg } from './legs.ts';
import { getLeg, handsetOf, type Leg, oursOf, saveLeg } from './model.ts';
import { pauseRecordings, startRecording, stopRecordings } from './recordings.ts';
import {
  changeMembers,
  endRoom,
  findRoom,
  joined,
  joinRoom,
  leaveRoom,
  type Member,
  makeRoom,
  memberView,
  ROOM,
  type Room,
  roomView,
  tellSound,
} from './rooms.ts';
import { file, speechSeconds } from './sounds.ts';
import { after, onTimers } from './timers.ts';

const MEMBERS = { fallback: 250, min: 2, max: 800 };

type Action = (call: Call, room: Room) => void;

const ACTIONS: Record<string, Action> = {
  join,
  leave,
  mute: (call, room) => changeMembers(call.sb, room, namesOf(call), { muted: true }, '(muted)'),
  unmute: (call, room) => changeMembers(call.sb, room, namesOf(call), { muted: false }, '(no longer muted)'),
  hold: (call, room) => changeMembers(call.sb, room, namesOf(call), { onHold: true }, musicOf(call)),
  unhold: (call, room) =>
    changeMembers(call.sb, room, namesOf(call), { onHold: false }, '(no longer on hold)'),
  speak,
  play,
  stop: (call, room) => heardBy(call, room, '(silence)'),
  send_dtmf: (call, room) => heardBy(call, room, `♪ tones ${textOf(call.body, 'digits') ?? ''}`),
  record_start: record,
  record_stop: ({ sb }, room) => stopRecordings(sb, { roomId: room.id }),
  record_pause: ({ sb }, room) => pauseRecordings(sb, { roomId: room.id }, true),
  record_resume: ({ sb }, room) => pauseRecordings(sb, { roomId: room.id }, false),
  end: ({ sb }, room) => endAll(sb, room),
};

/** Conferences, by id or by name. */
export const conferenceRoutes: Route[] = [
  { method: 'POST', path: '/conferences', handler: create, concerns },
  { method: 'GET', path: '/conferences', handler: list },
  { method: 'GET', path: '/conferences/:id', handler: (call) => ok(roomView(find(call))) },
  { method: 'GET', path: '/conferences/:id/participants', handler: listMembers },
  { method: 'GET', path: '/conferences/:id/participants/:participant', handler: showMember },
  { method: 'PATCH', path: '/conferences/:id/participants/:participant', handler: patchMember },
  ...Object.entries(ACTIONS).map(
    ([name, action]): Route => ({
      method: 'POST',
      path: `/conferences/:id/actions/${name}`,
      handler: (call) => perform(call, name, action),
      concerns,
    }),
  ),
];

/** Knobs strike by the numbers of the leg that is named. */
function concerns(call: Call) {
  const leg = getLeg(call.sb, textOf(call.body, 'call_control_id') ?? '');
  return { topic: 'call' as const, others: leg === undefined ? [] : [handsetOf(leg), oursOf(leg)] };
}

function find(call: Call): Room {
  const room = findRoom(call.sb, call.account.id, call.params.id ?? '');
  if (room === undefined) throw refuse(404, '90058', 'Conference not found', 'There is no such conference.');
  return room;
}

function perform(call: Call, name: string, action: Action): Answer {
  const room = find(call);
  const commandId = textOf(call.body, 'command_id');
  if (room.status === 'completed')
    throw refuse(422, '90019', 'Conference has already ended', 'The conference has ended.');
  if (repeated(call.sb, `${room.id} ${name}`, commandId) === undefined) {
    action(call, room);
    remember(call.sb, `${room.id} ${name}`, commandId, 'ok');
  }
  return ok({ result: 'ok' });
}

function create(call: Call): Answer {
  const { sb, account, body } = call;
  const name = textOf(body, 'name') ?? '';
  if (name === '') throw missing('/name');
  if (textOf(body, 'call_control_id') === undefined) throw missing('/call_control_id');
  const commandId = textOf(body, 'command_id');
  const before = repeated(sb, `room ${account.id}`, commandId);
  const known = before === undefined ? undefined : findRoom(sb, account.id, before);
  if (known !== undefined) return ok(roomView(known));
  const leg = answeredLeg(call, body.call_control_id);
  const maxMembers = secondsOf(body, 'max_participants', MEMBERS);
  const room = makeRoom(sb, withState(call, leg), name, { maxMembers });
  remember(sb, `room ${account.id}`, commandId, room.id);
  return ok(roomView(room));
}

/** A command's client_state is the leg's from now on. */
function withState({ sb, body }: Call, leg: Leg): Leg {
  const clientState = clientStateOf(body);
  return clientState === undefined ? leg : saveLeg(sb, { ...leg, clientState });
}

function list(call: Call): Answer {
  const filter = (field: string) => textAt(call.query, 'filter', field);
  const [name, status, connection] = [filter('name'), filter('status'), filter('connection_id')];
  const rooms = call.sb.store
    .list<Room>(ROOM, call.account.id)
    .filter((room) => name === undefined || room.name === name)
    .filter((room) => status === undefined || room.status === status)
    .filter((room) => connection === undefined || room.connectionId === connection);
  return page(call, rooms.reverse().map(roomView));
}

function listMembers(call: Call): Answer {
  const room = find(call);
  const flag = (field: string) => textAt(call.query, 'filter', field);
  const fits = (member: Member) =>
    [
      [flag('muted'), member.muted],
      [flag('on_hold'), member.onHold],
    ].every(([wanted, is]) => wanted === undefined || wanted === String(is));
  return page(
    call,
    room.members.filter(fits).map((member) => memberView(call.sb, room, member)),
  );
}

function memberOf(call: Call, room: Room): Member {
  const wanted = call.params.participant ?? '';
  const member = room.members.find(({ id, legId }) => id === wanted || legId === wanted);
  if (member === undefined) throw notFound();
  return member;
}

function resourceView(call: Call, room: Room, member: Member): Record<string, unknown> {
  const { conference: _room, record_type: _type, ...view } = memberView(call.sb, room, member);
  return { ...view, conference_id: room.id };
}

function showMember(call: Call): Answer {
  const room = find(call);
  return ok(resourceView(call, room, memberOf(call, room)));
}

function patchMember(call: Call): Answer {
  const room = find(call);
  const member = memberOf(call, room);
  const { end_conference_on_exit: end, soft_end_conference_on_exit: soft } = call.body;
  const over = {
    endOnExit: typeof end === 'boolean' ? end : member.endOnExit,
    softEndOnExit: typeof soft === 'boolean' ? soft : member.softEndOnExit,
  };
  const members = room.members.map((entry) => (entry.id === member.id ? { ...entry, ...over } : entry));
  call.sb.store.put(ROOM, room.account, room.id, { ...room, members });
  return ok(resourceView(call, room, { ...member, ...over }));
}

function join(call: Call, room: Room): void {
  const { sb, body } = call;
  const leg = withState(call, answeredLeg(call, body.call_control_id));
  joinRoom(sb, room, leg, {
    ...{ muted: body.mute === true, onHold: body.hold === true },
    endOnExit: body.end_conference_on_exit === true,
    softEndOnExit: body.soft_end_conference_on_exit === true,
  });
}

function leave(call: Call, room: Room): void {
  const leg = liveLeg(call, call.body.call_control_id);
  if (leg.roomId !== room.id)
    throw refuse(422, '90015', 'Invalid Call Control ID', 'The call does not sit in the conference.');
  for (const other of leaveRoom(call.sb, leg.id)) endLeg(call.sb, other, CLEARED);
}

const CLEARED = { cause: 'normal_clearing', source: 'unknown', sip: '200' } as const;

/** Ends a conference, and hangs up whoever sits in it. */
function endAll(sb: Sandbox, room: Room): void {
  const members = joined(room);
  endRoom(sb, room, 'ended_via_api', null);
  for (const member of members) endLeg(sb, member.legId, CLEARED);
}

/** Whom a command is for; nobody named stands for everybody. */
function namesOf(call: Call): string[] {
  const { call_control_ids: names } = call.body;
  if (names === undefined || names === null) return [];
  if (!Array.isArray(names)) throw invalid('/call_control_ids', 'call_control_ids must be a list.');
  return names.map(String);
}

function musicOf({ body }: Call): string {
  return `♪ ${textOf(body, 'audio_url') ?? textOf(body, 'media_name') ?? 'hold music'}`;
}

/** Tells those a command is for what they hear. */
function heardBy(call: Call, room: Room, what: string): void {
  const names = namesOf(call);
  for (const { legId } of joined(room)) {
    if (names.length === 0 || names.includes(legId)) tellLine(call.sb, legId, what);
  }
}

function speak(call: Call, room: Room): void {
  const words = wordsOf(call.body);
  heardBy(call, room, `“${words}”`);
  announce(call, room, 'conference.speak', {}, speechSeconds(words));
}

function play(call: Call, room: Room): void {
  const media = mediaOf(call.body);
  const sound = file(media, timesOf(call.body));
  heardBy(call, room, sound.what);
  announce(call, room, 'conference.playback', media, sound.seconds);
}

/** Tells that a sound began, and in time that it ended. */
function announce(
  { sb }: Call,
  room: Room,
  name: string,
  media: Record<string, unknown>,
  seconds: number | null,
): void {
  tellSound(sb, room, `${name}.started`, media);
  if (seconds === null) return;
  const about = JSON.stringify({ roomId: room.id, name, media });
  after(sb, seconds, { what: 'room sound', legId: room.creatorId, about });
}

/** Teaches the task runner when sounds of conferences are over. */
export function registerConferences(sb: Sandbox): void {
  onTimers(sb, {
    'room sound': (_sb, { about }) => {
      const { roomId, name, media } = JSON.parse(about ?? '{}');
      const room = sb.store.get<Room>(ROOM, roomId);
      if (room?.status === 'in_progress') tellSound(sb, room, `${name}.ended`, media);
    },
  });
}

function record({ sb, body }: Call, room: Room): void {
  const { format } = body;
  if (format === undefined) throw missing('/format');
  if (format !== 'wav' && format !== 'mp3') throw invalid('/format', 'format must be wav or mp3.');
  const creator = getLeg(sb, room.creatorId);
  if (creator === undefined) throw notFound();
  const channels = body.channels === 'dual' ? ('dual' as const) : ('single' as const);
  startRecording(sb, creator, { channels, format, maxSecs: 0, silenceSecs: 0 }, room.id);
}
