import { fail } from '../../../kernel/errors.ts';
import { newId } from '../../../kernel/ids.ts';
import { hasProviderStatus } from '../failure.ts';
import { word } from '../parse.ts';
import type { CallCommands, LegOutcome, RecordingOrder, Room, Spoken } from '../voice.ts';
import type { TelnyxParts } from './client.ts';
import { codeOf } from './voice-legs.ts';

/** The leg is not there (any more), or the room is not. */
const GONE = new Set(['90015', '90018', '90019', '90058']);
/** The leg sits in a room already. */
const JOINED = '90044';

/** Sends a command. A leg or room that has ended takes none, and that is no failure: nothing is left to be done. */
export async function command({ request }: TelnyxParts, send: () => Promise<unknown>): Promise<LegOutcome> {
  try {
    await request('repeatable', send);
    return 'done';
  } catch (error) {
    if (isGone(error)) return 'gone';
    throw error;
  }
}

const isGone = (error: unknown) => hasProviderStatus(error, 404) || GONE.has(codeOf(error) ?? '');

/** A path with an empty id is another path. */
function known(legId: string): string {
  return legId || fail('invalid_request', { reason: 'legId: missing' });
}

export function hangUp(parts: TelnyxParts, legId: string): Promise<LegOutcome> {
  return command(parts, () => parts.client.calls.actions.hangup(known(legId), {}));
}

/**
 * Makes a room of a first leg, or joins the leg to the one that is there. Names are unique among rooms under way, and
 * stand for the id wherever Telnyx asks for one.
 */
export async function join(
  parts: TelnyxParts,
  room: Room,
  legId: string,
  commandId: string | null,
): Promise<Room | 'gone'> {
  if (room.roomId === null) {
    const made = await makeRoom(parts, room, legId, commandId);
    if (made) return made;
  }
  const existing = room.roomId === null ? await findRoom(parts, room.name) : room;
  const place = existing?.roomId ?? room.name;
  try {
    const outcome = await command(parts, () =>
      parts.client.conferences.actions.join(place, {
        call_control_id: known(legId),
        beep_enabled: 'never',
        ...withId(commandId),
      }),
    );
    return outcome === 'gone' ? 'gone' : (existing ?? room);
  } catch (error) {
    if (codeOf(error) === JOINED) return existing ?? room;
    throw error;
  }
}

/** @returns null when there is a room of that name, or when Telnyx took the command for a repeat and names no room. */
async function makeRoom(
  { client, request }: TelnyxParts,
  room: Room,
  legId: string,
  commandId: string | null,
): Promise<Room | 'gone' | null> {
  try {
    const { data } = await request('repeatable', () =>
      client.conferences.create({
        call_control_id: known(legId),
        name: room.name,
        beep_enabled: 'never',
        start_conference_on_create: true,
        ...withId(commandId),
      }),
    );
    const roomId = word(data?.id, 100);
    return roomId ? { name: room.name, roomId } : null;
  } catch (error) {
    if (isGone(error)) return 'gone';
    if (hasProviderStatus(error, 422) || hasProviderStatus(error, 409)) {
      if (await findRoom({ client, request } as TelnyxParts, room.name)) return null;
    }
    throw error;
  }
}

/** The room of a name that is under way. */
async function findRoom({ client, request }: TelnyxParts, name: string): Promise<Room | null> {
  const page = await request('repeatable', () =>
    client.conferences.list({ filter: { name, status: 'in_progress' }, 'page[size]': 50 }),
  );
  const found = (page.data ?? []).find((item) => item.name === name && item.status !== 'completed');
  const roomId = word(found?.id, 100);
  return roomId ? { name, roomId } : null;
}

export async function openRoom(
  parts: TelnyxParts,
  room: Room,
  { root, other }: { root: string; other: string | null },
): Promise<Room | 'gone'> {
  const opened = await join(parts, room, root, null);
  if (opened === 'gone' || other === null) return opened;
  return join(parts, opened, other, null);
}

const withId = (commandId: string | null) => (commandId === null ? {} : { command_id: commandId });
/** For Telnyx a list without anybody means everybody. */
const alone = (legId: string) => ({ call_control_ids: [known(legId)] });
const placeOf = (room: Room) =>
  room.roomId ?? (room.name || fail('invalid_request', { reason: 'room: missing' }));

export function setMuted(parts: TelnyxParts, room: Room, legId: string, muted: boolean) {
  const { actions } = parts.client.conferences;
  return command(parts, () =>
    muted ? actions.mute(placeOf(room), alone(legId)) : actions.unmute(placeOf(room), alone(legId)),
  );
}

export function setHeld(parts: TelnyxParts, room: Room, legId: string, held: boolean) {
  const { actions } = parts.client.conferences;
  return command(parts, () =>
    held ? actions.hold(placeOf(room), alone(legId)) : actions.unhold(placeOf(room), alone(legId)),
  );
}

export function sendDigits(parts: TelnyxParts, legId: string, digits: string): Promise<LegOutcome> {
  if (!/^[0-9A-D*#wW]{1,100}$/.test(digits)) fail('invalid_request', { reason: 'digits: 0-9, *, # and w' });
  // Sent again when no answer came, and played once.
  const command_id = newId(parts.deps.clock);
  return command(parts, () => parts.client.calls.actions.sendDtmf(known(legId), { digits, command_id }));
}

export function pauseRecording(parts: TelnyxParts, legId: string, paused: boolean): Promise<LegOutcome> {
  const { actions } = parts.client.calls;
  return command(parts, () =>
    paused ? actions.pauseRecording(known(legId), {}) : actions.resumeRecording(known(legId), {}),
  );
}

/** Voices of Amazon Polly, which Telnyx documents by this form of name. */
const VOICES = {
  fr: { voice: 'AWS.Polly.Lea-Neural', language: 'fr-FR' },
  en: { voice: 'AWS.Polly.Joanna-Neural', language: 'en-US' },
} as const;
const PAYLOAD_MAX_CHARS = 3000;

/** What Telnyx does on command, each command once however often it is sent within a minute. */
export function commandsOf(parts: TelnyxParts): CallCommands {
  const { actions } = parts.client.calls;
  return {
    answer: (legId, commandId) =>
      command(parts, () => actions.answer(known(legId), { command_id: commandId })),
    reject: (legId, reason, commandId) => {
      const cause = reason === 'busy' ? ('USER_BUSY' as const) : ('CALL_REJECTED' as const);
      return command(parts, () => actions.reject(known(legId), { cause, command_id: commandId }));
    },
    speak: (legId, words, commandId) =>
      command(parts, () => actions.speak(known(legId), { ...speechOf(words), command_id: commandId })),
    join: (room, legId, commandId) => join(parts, room, legId, commandId),
    startRecording: (legId, order, commandId) =>
      command(parts, () =>
        actions.startRecording(known(legId), { ...recordingOf(order), command_id: commandId }),
      ),
    stopRecording: (legId, commandId) =>
      command(parts, () => actions.stopRecording(known(legId), { command_id: commandId })),
  };
}

function speechOf({ text, language }: Spoken) {
  const payload = text.slice(0, PAYLOAD_MAX_CHARS).toWellFormed();
  return { payload, payload_type: 'text' as const, ...VOICES[language] };
}

function recordingOf({ channels, beep, maxSeconds, silenceSeconds }: RecordingOrder) {
  return {
    channels: channels === 'dual' ? ('dual' as const) : ('single' as const),
    format: 'mp3' as const,
    play_beep: beep,
    max_length: Math.min(maxSeconds, 14_400),
    timeout_secs: silenceSeconds,
  };
}
