import { RelaisError } from '../../../kernel/errors.ts';
import type { LegOutcome, Room, RoomOrder } from '../voice.ts';
import type { TwilioParts } from './client.ts';
import { twilioAddresses } from './numbers.ts';
import { getLeg, ROOM_EVENTS, twiml, unlessGone } from './voice-legs.ts';

/** How often, and with which pauses, it is looked whether both legs have come in. */
const LOOKS_MAX = 16;
const PAUSE_MS = 350;
const CHARACTER_MS = 120;

/**
 * Moves two legs into a conference. The other leg, which the root's `<Dial>` rang, is given the conference as its document.
 * That ends the Dial, and the answer to its action brings the root. A leg alone is moved directly.
 */
export async function openRoom(
  parts: TwilioParts,
  room: Room,
  legs: { root: string; other: string | null },
  order: RoomOrder | null,
): Promise<Room | 'gone'> {
  const wanted = [legs.root, ...(legs.other === null ? [] : [legs.other])];
  const before = await look(parts, room);
  const moved = legs.other ?? legs.root;
  if (!before.inside.has(moved)) {
    const document = conferenceDocument(parts, room.name, order);
    const move = () =>
      parts.request('repeatable', () => parts.client.calls(moved).update({ twiml: document }));
    if ((await unlessGone(move)) === 'gone') return 'gone';
  }
  // Words are said first, and take their time.
  const looksMax = LOOKS_MAX + Math.ceil((order?.words?.text.length ?? 0) * (CHARACTER_MS / PAUSE_MS));
  for (let looks = 1; looks <= looksMax; looks++) {
    const { roomId, inside } = await look(parts, room);
    const missing = wanted.filter((legId) => !inside.has(legId));
    if (roomId && missing.length === 0) return { name: room.name, roomId };
    if (looks % 4 === 0 && (await anyEnded(parts, missing))) return 'gone';
    await parts.deps.sleep(PAUSE_MS);
  }
  throw new RelaisError('provider_timeout', { params: { provider: 'Twilio' } });
}

const SPOKEN = { fr: 'fr-FR', en: 'en-US' } as const;

/** The first leg of a conference decides how it is: whoever writes another document for it should write the same. */
function conferenceDocument(parts: TwilioParts, name: string, order: RoomOrder | null): string {
  const addresses = twilioAddresses(parts);
  const recorded = order?.recorded ?? null;
  const recording = recorded && {
    record: 'record-from-start' as const,
    recordingStatusCallback: addresses.recording(recorded.reference),
    recordingStatusCallbackEvent: ['completed', 'absent'] as never,
  };
  const document = twiml();
  if (order?.words)
    document.say({ voice: 'alice', language: SPOKEN[order.words.language] }, order.words.text);
  document.dial(order ? { timeLimit: order.limitSeconds } : {}).conference(
    {
      beep: 'false',
      startConferenceOnEnter: true,
      endConferenceOnExit: false,
      // Nobody should hear music while the other leg follows.
      waitUrl: '',
      statusCallback: addresses.status,
      statusCallbackEvent: ROOM_EVENTS as never,
      ...recording,
    },
    name,
  );
  return document.toString();
}

/** The conference of a name that goes on, and who is in it. */
async function look(
  parts: TwilioParts,
  room: Room,
): Promise<{ roomId: string | null; inside: ReadonlySet<string> }> {
  const roomId = await roomIdOf(parts, room);
  if (!roomId) return { roomId: null, inside: new Set() };
  const { client, request } = parts;
  const participants = await request('repeatable', () =>
    client.conferences(roomId).participants.list({ limit: 50 }),
  );
  const inside = participants.filter(({ status }) => status === 'connected').map(({ callSid }) => callSid);
  return { roomId, inside: new Set(inside) };
}

async function roomIdOf({ client, request }: TwilioParts, room: Room): Promise<string | null> {
  if (room.roomId) return room.roomId;
  const found = await request('repeatable', () =>
    client.conferences.list({ friendlyName: room.name, limit: 20 }),
  );
  return found.find(({ status }) => status !== 'completed')?.sid ?? null;
}

async function anyEnded(parts: TwilioParts, legIds: string[]): Promise<boolean> {
  for (const legId of legIds) {
    const leg = await getLeg(parts, legId);
    if (!leg || leg.state === 'ended') return true;
  }
  return false;
}

/** Changes a leg's seat. A conference or a seat that is not there any more: gone. */
async function seat(
  parts: TwilioParts,
  room: Room,
  change: (roomId: string) => Promise<unknown>,
): Promise<LegOutcome> {
  const roomId = await roomIdOf(parts, room);
  if (!roomId) return 'gone';
  return unlessGone(() => parts.request('repeatable', () => change(roomId)));
}

export function setMuted(parts: TwilioParts, room: Room, legId: string, muted: boolean): Promise<LegOutcome> {
  return seat(parts, room, (roomId) =>
    parts.client.conferences(roomId).participants(legId).update({ muted }),
  );
}

/** Twilio plays its own music to a leg on hold. */
export function setHeld(parts: TwilioParts, room: Room, legId: string, hold: boolean): Promise<LegOutcome> {
  return seat(parts, room, (roomId) => parts.client.conferences(roomId).participants(legId).update({ hold }));
}

export function removeFromRoom(parts: TwilioParts, room: Room, legId: string): Promise<LegOutcome> {
  return seat(parts, room, (roomId) => parts.client.conferences(roomId).participants(legId).remove());
}

/** Tones are announced to the one leg; Twilio fetches them from us. A leg that sits in no room cannot be given any. */
export function sendDigits(
  parts: TwilioParts,
  { room, legId }: { room: Room | null; legId: string },
  digits: string,
): Promise<LegOutcome> {
  if (!room) return Promise.reject(new Error('Tones need a room: it is opened first'));
  // A tone that is announced twice is typed twice: it is not repeated.
  return announce(parts, room, legId, twilioAddresses(parts).tones(digits));
}

async function announce(
  parts: TwilioParts,
  room: Room,
  legId: string,
  announceUrl: string,
): Promise<LegOutcome> {
  const roomId = await roomIdOf(parts, room);
  if (!roomId) return 'gone';
  const participant = parts.client.conferences(roomId).participants(legId);
  return unlessGone(() => parts.request('once', () => participant.update({ announceUrl })));
}

/** What is recorded is silent while it is paused, so that times stay true. */
export async function pauseRecording(
  parts: TwilioParts,
  { room, legId }: { room: Room | null; legId: string },
  paused: boolean,
): Promise<LegOutcome> {
  const { client, request } = parts;
  const change = paused
    ? { status: 'paused' as const, pauseBehavior: 'silence' }
    : { status: 'in-progress' as const };
  const roomId = room && (await roomIdOf(parts, room));
  if (roomId) {
    const recording = client.conferences(roomId).recordings('Twilio.CURRENT');
    const outcome = await unlessGone(() => request('repeatable', () => recording.update(change)));
    if (outcome === 'done') return outcome;
  }
  const recording = client.calls(legId).recordings('Twilio.CURRENT');
  return unlessGone(() => request('repeatable', () => recording.update(change)));
}

/** Tones that Twilio can play: keys, and w for half a second. */
const TONES = /^[0-9*#wA-D]{1,100}$/;

/** The document with the tones that the address of a request names; one that says nothing when it names none. */
export async function tonesDocument({ reference }: { reference: string | null }): Promise<string> {
  const document = twiml();
  if (reference && TONES.test(reference)) document.play({ digits: reference });
  return document.toString();
}
