import { RelaisError } from '../../../kernel/errors.ts';
import type { VoicePort } from '../voice.ts';
import type { TwilioParts } from './client.ts';

const unbuilt = () => Promise.reject(new RelaisError('provider_error'));

/** Calls on one account. */
export function voiceOf(_parts: TwilioParts): VoicePort {
  return {
    dial: unbuilt,
    findDial: unbuilt,
    getLeg: unbuilt,
    hangUp: unbuilt,
    openRoom: unbuilt,
    setMuted: unbuilt,
    setHeld: unbuilt,
    removeFromRoom: unbuilt,
    sendDigits: unbuilt,
    pauseRecording: unbuilt,
    findRecordings: unbuilt,
    fetchRecording: unbuilt,
    deleteRecording: unbuilt,
    quality: unbuilt,
    legPrice: unbuilt,
    minutePrice: unbuilt,
    softphone: unbuilt,
    configureCalls: unbuilt,
  };
}
