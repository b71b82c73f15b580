import { lineOfLeg, tellLine } from '../../core/calls/lines.ts';
import { isoMicros } from '../../core/clock.ts';
import { uuid } from '../../core/ids.ts';
import { changed, type Sandbox } from '../../core/sandbox.ts';
import { refuse } from '../dialect.ts';
import { getLeg, type Leg, patchLeg, saveLeg, tell, tellWith } from './model.ts';
import { stopRecordings } from './recordings.ts';

/** A leg in a conference. */
export interface Member {
  /** The participant's id. */
  id: string;
  /** The call_control_id. */
  legId: string;
  muted: boolean;
  onHold: boolean;
  endOnExit: boolean;
  softEndOnExit: boolean;
  status: 'joined' | 'left';
  createdAtMs: number;
  updatedAtMs: number;
}

export interface Room {
  id: string;
  account: string;
  name: string;
  connectionId: string;
  status: 'in_progress' | 'completed';
  endReason: 'all_left' | 'ended_via_api' | 'host_left' | null;
  endedBy: { call_control_id: string; call_session_id: string } | null;
  /** Whose leg it was made of: its events go where that leg's go. */
  creatorId: string;
  maxMembers: number;
  members: Member[];
  createdAtMs: number;
  updatedAtMs: number;
}

export const ROOM = 'telnyx_conference';
const LIVES_MS = 4 * 3_600_000;
const MEMBERS_MAX = 250;

/** A conference by its id, or by its name while it is under way. */
export function findRoom(sb: Sandbox, account: string, idOrName: string): Room | undefined {
  const byId = sb.store.getOwned<Room>(ROOM, account, idOrName);
  if (byId !== undefined) return byId;
  return sb.store
    .find<Room>(ROOM, `name ${account} ${idOrName}`)
    .map((entry) => entry.body)
    .find((room) => room.status === 'in_progress');
}

function saveRoom(sb: Sandbox, room: Room, isNew = false): Room {
  const saved = { ...room, updatedAtMs: sb.clock.nowMs() };
  sb.store.put(ROOM, room.account, room.id, saved, isNew ? [`name ${room.account} ${room.name}`] : []);
  changed(sb);
  return saved;
}

/** Makes a conference of a first leg. */
export function makeRoom(
  sb: Sandbox,
  leg: Leg,
  name: string,
  { maxMembers = MEMBERS_MAX, place }: { maxMembers?: number; place?: Place } = {},
): Room {
  if (findRoom(sb, leg.account, name)?.status === 'in_progress')
    throw refuse(422, '90033', 'Conference name conflict', 'There is a conference of that name already.', {
      pointer: '/name',
    });
  refuseJoined(leg);
  const now = sb.clock.nowMs();
  const room = saveRoom(
    sb,
    {
      ...{ id: uuid(), account: leg.account, name, connectionId: leg.connectionId, creatorId: leg.id },
      ...{ status: 'in_progress', endReason: null, endedBy: null, maxMembers, members: [] },
      ...{ createdAtMs: now, updatedAtMs: now },
    },
    true,
  );
  tellRoom(sb, room, leg.id, 'conference.created');
  return joinRoom(sb, room, leg, place);
}

function refuseJoined(leg: Leg): void {
  if (leg.roomId === null) return;
  throw refuse(422, '90044', 'Call already joined', 'The call sits in a conference already.');
}

export type Place = Partial<Pick<Member, 'muted' | 'onHold' | 'endOnExit' | 'softEndOnExit'>>;

/** Puts a leg into a conference. A leg that was bridged leaves its bridge, and the other one is parked. */
export function joinRoom(sb: Sandbox, room: Room, leg: Leg, place: Place = {}): Room {
  refuseJoined(leg);
  if (joined(room).length >= room.maxMembers)
    throw refuse(422, '90032', 'Conference full', 'The conference takes no more participants.');
  const now = sb.clock.nowMs();
  const member: Member = {
    ...{ id: uuid(), legId: leg.id, muted: false, onHold: false, endOnExit: false, softEndOnExit: false },
    ...{ status: 'joined', createdAtMs: now, updatedAtMs: now, ...place },
  };
  if (leg.bridgedTo !== null) patchLeg(sb, leg.bridgedTo, { bridgedTo: null });
  saveLeg(sb, { ...leg, roomId: room.id, bridgedTo: null });
  const saved = saveRoom(sb, { ...room, members: [...room.members, member] });
  tellRoom(sb, saved, leg.id, 'conference.participant.joined');
  if (member.onHold) tellLine(sb, leg.id, HOLD_MUSIC);
  return saved;
}

const HOLD_MUSIC = '♪ hold music';

/** Who sits in a conference now. */
export const joined = (room: Room): Member[] => room.members.filter((member) => member.status === 'joined');

/** Changes members of a conference who sit in it: those named, or all when nobody is named. */
export function changeMembers(
  sb: Sandbox,
  room: Room,
  legIds: readonly string[],
  over: Partial<Member>,
  heard: string,
): void {
  const updatedAtMs = sb.clock.nowMs();
  const isMeant = (member: Member) =>
    member.status === 'joined' && (legIds.length === 0 || legIds.includes(member.legId));
  saveRoom(sb, {
    ...room,
    members: room.members.map((member) => (isMeant(member) ? { ...member, ...over, updatedAtMs } : member)),
  });
  for (const member of room.members.filter(isMeant)) tellLine(sb, member.legId, heard);
}

/** Lets a leg out of its conference, if it is in one. @returns the legs whose end its leaving means. */
export function leaveRoom(sb: Sandbox, legId: string): string[] {
  const leg = getLeg(sb, legId);
  const room = leg?.roomId ? sb.store.get<Room>(ROOM, leg.roomId) : undefined;
  if (leg === undefined || room === undefined) return [];
  const member = joined(room).find((entry) => entry.legId === legId);
  saveLeg(sb, { ...leg, roomId: null });
  const updatedAtMs = sb.clock.nowMs();
  const members = room.members.map((entry) =>
    entry.id === member?.id ? { ...entry, status: 'left' as const, updatedAtMs } : entry,
  );
  const left = saveRoom(sb, { ...room, members });
  tellRoom(sb, left, legId, 'conference.participant.left');
  if (room.status !== 'in_progress') return [];
  const rest = joined(left).map((entry) => entry.legId);
  const isHost = member?.endOnExit === true || member?.softEndOnExit === true;
  if (!isHost && rest.length > 0) return [];
  endRoom(sb, left, rest.length === 0 ? 'all_left' : 'host_left', leg);
  return member?.endOnExit === true ? rest : [];
}

/** Ends a conference; whoever sits in it leaves it. */
export function endRoom(sb: Sandbox, room: Room, endReason: Room['endReason'], by: Leg | null): void {
  const endedBy = by === null ? null : { call_control_id: by.id, call_session_id: by.sessionId };
  const ended = saveRoom(sb, { ...room, status: 'completed', endReason, endedBy });
  stopRecordings(sb, { roomId: room.id });
  for (const member of joined(ended)) leaveRoom(sb, member.legId);
  const reason = endReason === 'ended_via_api' ? 'host_left' : endReason;
  tellRoom(sb, ended, room.creatorId, 'conference.ended', { reason });
}

/** Events that happen to a conference as a whole say when in their payload. */
const WHOLE = ['conference.created', 'conference.ended'];

/** Tells the owner of a conference what a leg did in it. */
export function tellRoom(
  sb: Sandbox,
  room: Room,
  legId: string,
  eventType: string,
  more: Record<string, unknown> = {},
): void {
  const leg = getLeg(sb, legId);
  const at = WHOLE.includes(eventType) ? { occurred_at: isoMicros(sb.clock.nowMs()) } : {};
  if (leg !== undefined) tell(sb, leg, eventType, { conference_id: room.id, ...at, ...more });
}

/** Tells the owner of a conference of a sound in it, which is nobody's. */
export function tellSound(sb: Sandbox, room: Room, eventType: string, media: Record<string, unknown>): void {
  const leg = getLeg(sb, room.creatorId);
  if (leg === undefined) return;
  tellWith(sb, leg, eventType, ({ connection_id, call_session_id: creator_call_session_id }) => ({
    ...{ conference_id: room.id, connection_id, creator_call_session_id, ...media },
    occurred_at: isoMicros(sb.clock.nowMs()),
  }));
}

/** What a leg's far end says is heard by whoever it is bridged with, or sits with, and not on hold. */
export function relay(sb: Sandbox, leg: Leg, what: string): void {
  if (leg.bridgedTo !== null) tellLine(sb, leg.bridgedTo, what);
  const room = leg.roomId === null ? undefined : sb.store.get<Room>(ROOM, leg.roomId);
  const members = room === undefined ? [] : joined(room);
  const speaker = members.find((member) => member.legId === leg.id);
  if (speaker === undefined || speaker.muted || speaker.onHold) return;
  for (const member of members) {
    if (member.legId !== leg.id && !member.onHold && lineOfLeg(sb, member.legId) !== undefined)
      tellLine(sb, member.legId, what);
  }
}

/** A conference as the API shows it. */
export function roomView(room: Room): Record<string, unknown> {
  return {
    ...{ record_type: 'conference', id: room.id, name: room.name, connection_id: room.connectionId },
    ...{ created_at: isoMicros(room.createdAtMs), updated_at: isoMicros(room.updatedAtMs) },
    ...{ expires_at: isoMicros(room.createdAtMs + LIVES_MS), region: 'Europe', status: room.status },
    ...(room.endReason === null ? {} : { end_reason: room.endReason }),
    ...(room.endedBy === null ? {} : { ended_by: room.endedBy }),
  };
}

/** A participant as a list shows it. */
export function memberView(sb: Sandbox, room: Room, member: Member): Record<string, unknown> {
  return {
    ...{ record_type: 'participant', id: member.id, call_control_id: member.legId },
    call_leg_id: getLeg(sb, member.legId)?.legId ?? '',
    conference: { id: room.id, name: room.name },
    ...{ muted: member.muted, on_hold: member.onHold, status: member.status },
    ...{ end_conference_on_exit: member.endOnExit, soft_end_conference_on_exit: member.softEndOnExit },
    whisper_call_control_ids: [],
    ...{ created_at: isoMicros(member.createdAtMs), updated_at: isoMicros(member.updatedAtMs) },
  };
}
