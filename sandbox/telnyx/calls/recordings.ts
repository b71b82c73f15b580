import { randomBytes } from 'node:crypto';
import { secondsMs } from '../../core/calls/pace.ts';
import { isoMicros } from '../../core/clock.ts';
import { uuid } from '../../core/ids.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { getLeg, type Leg, tellWith } from './model.ts';
import { after, onTimers } from './timers.ts';

/** A recording of a leg or a conference. */
export interface Recording {
  id: string;
  account: string;
  source: 'call' | 'conference';
  /** The call_control_id whose events tell of it. */
  controlId: string;
  legId: string;
  sessionId: string;
  connectionId: string;
  roomId: string | null;
  from: string;
  to: string;
  channels: 'single' | 'dual';
  format: 'wav' | 'mp3';
  status: 'recording' | 'processing' | 'completed';
  startedAtMs: number;
  endedAtMs: number | null;
  /** Since when it pauses, and for how long it paused before. */
  pausedAtMs: number | null;
  pausedMs: number;
  /** Ends after so much silence, in seconds; 0 for never. */
  silenceSecs: number;
  heardAtMs: number;
}

export const RECORDING = 'telnyx_recording';
const LINK = 'telnyx_recording_link';
const SAVED_AFTER_SECONDS = 1;
/** How long the address of a recording works. */
const LINK_LIVES_MS = 10 * 60_000;

type Wanted = Pick<Recording, 'channels' | 'format' | 'silenceSecs'> & { maxSecs: number };

/** Begins to record a leg, or the conference it sits in. */
export function startRecording(
  sb: Sandbox,
  leg: Leg,
  wanted: Wanted,
  roomId: string | null = null,
): Recording {
  const now = sb.clock.nowMs();
  const { maxSecs, ...more } = wanted;
  const recording: Recording = {
    ...{ id: uuid(), account: leg.account, source: roomId === null ? 'call' : 'conference', roomId },
    ...{ controlId: leg.id, legId: leg.legId, sessionId: leg.sessionId, connectionId: leg.connectionId },
    ...{ from: leg.from, to: leg.to, ...more, status: 'recording', startedAtMs: now, heardAtMs: now },
    ...{ endedAtMs: null, pausedAtMs: null, pausedMs: 0 },
  };
  sb.store.put(RECORDING, recording.account, recording.id, recording, [
    `control ${leg.id}`,
    ...(roomId === null ? [] : [`room ${roomId}`]),
  ]);
  const about = recording.id;
  if (maxSecs > 0) after(sb, maxSecs, { what: 'recording full', legId: leg.id, about });
  if (wanted.silenceSecs > 0)
    after(sb, wanted.silenceSecs, { what: 'recording silent', legId: leg.id, about });
  return recording;
}

/** What is recorded: a leg by itself, or a conference. */
export type Subject = { legId: string } | { roomId: string };

/** The recordings under way of a leg or a conference. */
export function runningRecordings(sb: Sandbox, subject: Subject): Recording[] {
  const key = 'legId' in subject ? `control ${subject.legId}` : `room ${subject.roomId}`;
  const source = 'legId' in subject ? 'call' : 'conference';
  return sb.store
    .find<Recording>(RECORDING, key)
    .map((entry) => entry.body)
    .filter((recording) => recording.status === 'recording' && recording.source === source);
}

function save(sb: Sandbox, recording: Recording): Recording {
  sb.store.put(RECORDING, recording.account, recording.id, recording);
  return recording;
}

/** Pauses recordings, or goes on with them. */
export function pauseRecordings(sb: Sandbox, subject: Subject, paused: boolean): void {
  const now = sb.clock.nowMs();
  for (const recording of runningRecordings(sb, subject)) {
    const { pausedAtMs, pausedMs } = recording;
    if (paused === (pausedAtMs !== null)) continue;
    const over = paused
      ? { pausedAtMs: now }
      : { pausedAtMs: null, pausedMs: pausedMs + now - (pausedAtMs ?? now) };
    save(sb, { ...recording, ...over });
  }
}

/** Ends recordings; a moment later they are saved, and told. */
export function stopRecordings(sb: Sandbox, subject: Subject): void {
  for (const recording of runningRecordings(sb, subject)) stop(sb, recording);
}

function stop(sb: Sandbox, recording: Recording): void {
  const now = sb.clock.nowMs();
  const pausedMs = recording.pausedMs + (recording.pausedAtMs === null ? 0 : now - recording.pausedAtMs);
  save(sb, { ...recording, status: 'processing', endedAtMs: now, pausedAtMs: null, pausedMs });
  const { controlId: legId, id: about } = recording;
  after(sb, SAVED_AFTER_SECONDS, { what: 'recording saved', legId, about });
}

/** Somebody was heard on a leg: its recordings are not silent. */
export function hearSound(sb: Sandbox, legId: string): void {
  const heardAtMs = sb.clock.nowMs();
  for (const recording of runningRecordings(sb, { legId })) save(sb, { ...recording, heardAtMs });
}

/** How long a recording is, without its pauses. */
export const recordingMs = (recording: Recording): number =>
  Math.max(0, (recording.endedAtMs ?? recording.startedAtMs) - recording.startedAtMs - recording.pausedMs);

/** Addresses where a recording can be fetched for ten minutes, without credentials. */
export function linksTo(sb: Sandbox, recording: Recording): Record<'mp3' | 'wav', string | null> {
  const token = randomBytes(24).toString('base64url');
  const expiresAtMs = sb.clock.nowMs() + LINK_LIVES_MS;
  sb.store.put(LINK, recording.account, token, { recordingId: recording.id, expiresAtMs });
  const url = `${sb.url}/_telnyx/recordings/${token}.${recording.format}?X-Amz-Expires=${LINK_LIVES_MS / 1000}`;
  return { mp3: recording.format === 'mp3' ? url : null, wav: recording.format === 'wav' ? url : null };
}

/** What an address leads to; undefined when it is over, or the recording was deleted. */
export function recordingOfLink(sb: Sandbox, token: string): Recording | undefined {
  const link = sb.store.get<{ recordingId: string; expiresAtMs: number }>(LINK, token);
  if (link === undefined || link.expiresAtMs < sb.clock.nowMs()) return undefined;
  return sb.store.get<Recording>(RECORDING, link.recordingId);
}

function saved(sb: Sandbox, id: string): void {
  const recording = sb.store.get<Recording>(RECORDING, id);
  const leg = recording === undefined ? undefined : getLeg(sb, recording.controlId);
  if (recording?.status !== 'processing' || leg === undefined) return;
  const completed = save(sb, { ...recording, status: 'completed' });
  const about = {
    channels: completed.channels,
    recording_started_at: isoMicros(completed.startedAtMs),
    recording_ended_at: isoMicros(completed.endedAtMs ?? completed.startedAtMs),
    recording_urls: linksTo(sb, completed),
    public_recording_urls: { mp3: null, wav: null },
  };
  if (completed.source === 'call') {
    tellWith(sb, leg, 'call.recording.saved', ({ call_control_id: _control, ...ids }) => ({
      ...ids,
      ...about,
    }));
    return;
  }
  const { id: recording_id, roomId: conference_id, format } = completed;
  tellWith(sb, leg, 'conference.recording.saved', ({ call_leg_id: _leg, ...ids }) => ({
    ...{ ...ids, conference_id, recording_id, format, ...about },
  }));
}

function endSilent(sb: Sandbox, id: string): void {
  const recording = sb.store.get<Recording>(RECORDING, id);
  if (recording?.status !== 'recording') return;
  const silentMs = sb.clock.nowMs() - recording.heardAtMs;
  const neededMs = secondsMs(sb, recording.silenceSecs);
  if (silentMs >= neededMs) stop(sb, recording);
  else {
    const seconds = recording.silenceSecs * (1 - silentMs / neededMs);
    after(sb, seconds, { what: 'recording silent', legId: recording.controlId, about: id });
  }
}

/** Teaches the task runner when recordings end and are saved. */
export function registerRecordings(sb: Sandbox): void {
  onTimers(sb, {
    'recording full': (_sb, { about }) => {
      const recording = sb.store.get<Recording>(RECORDING, about ?? '');
      if (recording?.status === 'recording') stop(sb, recording);
    },
    'recording silent': (_sb, { about }) => endSilent(sb, about ?? ''),
    'recording saved': (_sb, { about }) => saved(sb, about ?? ''),
  });
}
