import { tellLine } from '../../core/calls/lines.ts';
import { uuid } from '../../core/ids.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { type Gather, getLeg, type Leg, partiesOf, patchLeg, type Sound, saveLeg, tell } from './model.ts';
import { after, onTimers } from './timers.ts';

const SECONDS_PER_WORD = 0.35;
const FILE_SECONDS = 5;

/** How long words take to be spoken. */
export const speechSeconds = (words: string): number =>
  Math.max(0.5, words.split(/\s+/).filter(Boolean).length * SECONDS_PER_WORD);

/** Words that are spoken to a leg. */
export const speech = (words: string): Sound => ({
  ...{ id: uuid(), kind: 'speak', what: `“${words}”`, media: {}, seconds: speechSeconds(words) },
});

/** A file that is played to a leg. Its length is not known here: it is a short one. */
export function file(media: Record<string, unknown>, times: number | 'infinity'): Sound {
  const seconds = times === 'infinity' ? null : FILE_SECONDS * times;
  const what = `♪ ${String(media.media_name ?? media.media_url ?? '')}`;
  return { id: uuid(), kind: 'playback', what, media: { ...media, overlay: false }, seconds };
}

/** Plays a sound to a leg, after those that are playing. */
export function play(sb: Sandbox, leg: Leg, sound: Sound): void {
  const saved = saveLeg(sb, { ...leg, playing: [...leg.playing, sound] });
  if (saved.playing.length === 1) begin(sb, saved, sound);
}

function begin(sb: Sandbox, leg: Leg, sound: Sound): void {
  tell(sb, leg, `call.${sound.kind}.started`, sound.media);
  tellLine(sb, leg.id, sound.what);
  if (sound.seconds !== null) after(sb, sound.seconds, { what: 'sound', legId: leg.id, about: sound.id });
}

type End = 'completed' | 'cancelled' | 'call_hangup';

/** Ends the sound that plays; the next one begins. */
function finish(sb: Sandbox, legId: string, status: End): void {
  const leg = getLeg(sb, legId);
  const [sound, ...rest] = leg?.playing ?? [];
  if (leg === undefined || sound === undefined) return;
  const saved = saveLeg(sb, { ...leg, playing: rest });
  // A speech that was stopped is told as completed: its event knows no other word.
  const told = sound.kind === 'speak' && status === 'cancelled' ? 'completed' : status;
  tell(sb, saved, `call.${sound.kind}.ended`, { ...sound.media, status: told });
  const [next] = rest;
  if (next !== undefined && status !== 'call_hangup') begin(sb, saved, next);
}

/** Stops what plays, and all that waits as well if asked to. */
export function stopSounds(sb: Sandbox, leg: Leg, all: boolean): void {
  if (all) saveLeg(sb, { ...leg, playing: leg.playing.slice(0, 1) });
  finish(sb, leg.id, 'cancelled');
}

/** Ends all sounds and the gathering of a leg that is hung up. */
export function silence(sb: Sandbox, leg: Leg): void {
  if (leg.playing.length > 0) {
    saveLeg(sb, { ...leg, playing: leg.playing.slice(0, 1) });
    finish(sb, leg.id, 'call_hangup');
  }
  endGather(sb, leg.id, 'call_hangup');
}

/** Waits for keys to be pressed. */
export function gather(sb: Sandbox, leg: Leg, wanted: Omit<Gather, 'id' | 'digits'>, seconds: number): void {
  const whole: Gather = { ...wanted, id: uuid(), digits: '' };
  saveLeg(sb, { ...leg, gather: whole });
  after(sb, seconds, { what: 'gather', legId: leg.id, about: whole.id });
}

/** Ends a gathering, if there is one. */
export function endGather(
  sb: Sandbox,
  legId: string,
  status: 'valid' | 'invalid' | 'timeout' | 'cancelled' | 'call_hangup',
): void {
  const leg = getLeg(sb, legId);
  if (leg === undefined || leg.gather === null) return;
  const { digits } = leg.gather;
  const saved = patchLeg(sb, legId, { gather: null }) ?? leg;
  tell(sb, saved, 'call.gather.ended', { ...partiesOf(saved), digits, status });
}

/** A key of the far end was pressed. */
export function hearKey(sb: Sandbox, legId: string, digit: string): void {
  const leg = getLeg(sb, legId);
  if (leg?.state !== 'answered') return;
  tell(sb, leg, 'call.dtmf.received', { ...partiesOf(leg), digit });
  const { gather: wanted } = leg;
  if (wanted === null) return;
  const isLast = digit === wanted.terminator;
  const digits = isLast ? wanted.digits : wanted.digits + digit;
  saveLeg(sb, { ...leg, gather: { ...wanted, digits } });
  if (!isLast && digits.length < wanted.max) return;
  const fits = digits.length >= wanted.min && [...digits].every((one) => wanted.valid.includes(one));
  endGather(sb, legId, fits ? 'valid' : 'invalid');
}

/** Teaches the task runner when sounds and gatherings are over. */
export function registerSounds(sb: Sandbox): void {
  onTimers(sb, {
    sound: (_sb, { legId, about }) => {
      if (getLeg(sb, legId)?.playing[0]?.id === about) finish(sb, legId, 'completed');
    },
    gather: (_sb, { legId, about }) => {
      const wanted = getLeg(sb, legId)?.gather;
      if (!wanted || wanted.id !== about) return;
      endGather(sb, legId, wanted.digits.length >= wanted.min ? 'valid' : 'timeout');
    },
  });
}
