import type { VoicePort } from '../voice.ts';
import type { TwilioParts } from './client.ts';
import { twilioAddresses } from './numbers.ts';
import * as figures from './voice-figures.ts';
import * as legs from './voice-legs.ts';
import * as recordings from './voice-recordings.ts';
import * as rooms from './voice-rooms.ts';
import { softphone } from './voice-softphone.ts';

/** Calls on one account. Our answers to Twilio's requests drive them, so there are no commands. */
export function voiceOf(parts: TwilioParts): VoicePort {
  return {
    dial: (dial) => legs.dial(parts, dial),
    findDial: (dial, since, known) => legs.findDial(parts, dial, since, known),
    getLeg: (legId) => legs.getLeg(parts, legId),
    hangUp: (legId) => legs.hangUp(parts, legId),
    openRoom: (room, both, order) => rooms.openRoom(parts, room, both, order ?? null),
    setMuted: (room, legId, muted) => rooms.setMuted(parts, room, legId, muted),
    setHeld: (room, legId, held) => rooms.setHeld(parts, room, legId, held),
    removeFromRoom: (room, legId) => rooms.removeFromRoom(parts, room, legId),
    sendDigits: (place, digits) => rooms.sendDigits(parts, place, digits),
    pauseRecording: (place, paused) => rooms.pauseRecording(parts, place, paused),
    findRecordings: (recordIds) => recordings.findRecordings(parts, recordIds),
    fetchRecording: (recording, options) => recordings.fetchRecording(parts, recording, options),
    deleteRecording: (recordingId) => recordings.deleteRecording(parts, recordingId),
    quality: (leg) => figures.quality(parts, leg),
    legPrice: (leg) => figures.legPrice(parts, leg),
    minutePrice: (phoneNumber) => figures.minutePrice(parts, phoneNumber),
    softphone: (identity, kept) => softphone(parts, identity, kept),
    configureCalls: (number) => configureCalls(parts, number),
  };
}

/** Points the calls of a number at us. An application or a trunk would go before the address: both are taken off. */
async function configureCalls(parts: TwilioParts, { numberId }: { numberId: string }): Promise<void> {
  const number = parts.client.incomingPhoneNumbers(numberId);
  const { voice: voiceUrl, status: statusCallback } = twilioAddresses(parts);
  const wanted = {
    ...{ voiceUrl, voiceMethod: 'POST', statusCallback, statusCallbackMethod: 'POST' },
    ...{ voiceApplicationSid: '', trunkSid: '' },
  };
  const current = await parts.request('repeatable', () => number.fetch());
  const isSo = Object.entries(wanted).every(
    ([name, value]) => (current[name as keyof typeof wanted] ?? '') === value,
  );
  if (!isSo) await parts.request('repeatable', () => number.update(wanted));
}
