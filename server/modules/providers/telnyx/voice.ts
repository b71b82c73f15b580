import type { VoicePort } from '../voice.ts';
import type { TelnyxParts } from './client.ts';
import { type Connection, dial, findDial, getLeg } from './voice-legs.ts';
import { legPrice } from './voice-prices.ts';
import { deleteRecording, fetchRecording, findRecordings } from './voice-recordings.ts';
import {
  commandsOf,
  hangUp,
  openRoom,
  pauseRecording,
  sendDigits,
  setHeld,
  setMuted,
} from './voice-rooms.ts';
import { ensureBrowsers, softphone } from './voice-softphone.ts';

/** Calls on one account. @param ensureConnection finds or makes what legs are placed on, and gives its id. */
export function voiceOf(parts: TelnyxParts, ensureConnection: () => Promise<string>): VoicePort {
  const connection = remembered(ensureConnection);
  const browsers = remembered(() => ensureBrowsers(parts));
  return {
    dial: (leg) => dial(parts, connection, leg),
    findDial: (leg) => findDial(parts, connection, leg),
    getLeg: (legId) => getLeg(parts, legId),
    hangUp: (legId) => hangUp(parts, legId),
    openRoom: (room, legs) => openRoom(parts, room, legs),
    setMuted: (room, legId, muted) => setMuted(parts, room, legId, muted),
    setHeld: (room, legId, held) => setHeld(parts, room, legId, held),
    removeFromRoom: (_room, legId) => hangUp(parts, legId),
    sendDigits: ({ legId }, digits) => sendDigits(parts, legId, digits),
    pauseRecording: ({ legId }, paused) => pauseRecording(parts, legId, paused),
    findRecordings: (recordIds) => findRecordings(parts, recordIds),
    fetchRecording: (recording, options) => fetchRecording(parts, recording, options),
    deleteRecording: (recordingId) => deleteRecording(parts, recordingId),
    // Telnyx measures once, and tells it with the end of the leg.
    quality: async () => null,
    legPrice: (leg) => legPrice(parts, leg),
    // Telnyx shows its prices to people only.
    minutePrice: async () => null,
    softphone: (identity, kept) => softphone(parts, browsers, identity, kept),
    configureCalls: ({ numberId }) => configureCalls(parts, connection, numberId),
    commands: commandsOf(parts),
  };
}

/** What was found once is not asked for again until it is forgotten; a failure is not remembered. */
function remembered(ensure: () => Promise<string>): Connection {
  let known: Promise<string> | null = null;
  return {
    id: () => {
      known ??= ensure().catch((error) => {
        known = null;
        throw error;
      });
      return known;
    },
    forget: () => {
      known = null;
    },
  };
}

/** Puts a number on our connection, whose webhook address is ours. */
async function configureCalls(
  { client, request }: TelnyxParts,
  connection: Connection,
  numberId: string,
): Promise<void> {
  const connectionId = await connection.id();
  await request('repeatable', () => client.phoneNumbers.update(numberId, { connection_id: connectionId }));
}
