import { sid } from '../../core/ids.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { type Leg, RECORDING, type Recording, type RecordOrder, secondsBetween } from './model.ts';
import { tellRecording } from './notify.ts';
import { plan } from './steps.ts';

/** How long a recording is worked on before it can be had. */
const PROCESSING_SECONDS = 1;

export function getRecording(sb: Sandbox, recordingSid: string): Recording | undefined {
  return sb.store.get<Recording>(RECORDING, recordingSid);
}

function save(sb: Sandbox, recording: Recording, change: Partial<Recording>): Recording {
  const saved = { ...recording, ...change, updatedAtMs: sb.clock.nowMs() };
  sb.store.put(RECORDING, saved.account, saved.sid, saved);
  return saved;
}

/** Begins to record a leg or a conference. */
export function startRecording(
  sb: Sandbox,
  about: { account: string; callSid: string | null; conferenceSid: string | null },
  { channels, source, listener }: RecordOrder,
): Recording {
  const now = sb.clock.nowMs();
  const recording: Recording = {
    ...{ sid: sid('RE'), ...about, status: 'in-progress', channels, source, listener },
    ...{ startedAtMs: now, updatedAtMs: now, durationSeconds: null },
  };
  const keys = [about.account, `of ${about.callSid}`, `of ${about.conferenceSid}`];
  sb.store.put(RECORDING, recording.account, recording.sid, recording, keys);
  tellRecording(sb, recording);
  return recording;
}

/** Recordings of a leg or a conference, newest first. */
export function recordingsOf(sb: Sandbox, ofSid: string): Recording[] {
  return sb.store.find<Recording>(RECORDING, `of ${ofSid}`).map((entry) => entry.body);
}

const isRunning = ({ status }: Recording) => status === 'in-progress' || status === 'paused';

/** The recording of a leg or a conference that runs. */
export const runningRecording = (sb: Sandbox, ofSid: string): Recording | undefined =>
  recordingsOf(sb, ofSid).find(isRunning);

export function pauseRecording(sb: Sandbox, recording: Recording, paused: boolean): Recording {
  return save(sb, recording, { status: paused ? 'paused' : 'in-progress' });
}

/** Ends a recording, which can be had a moment later. One without a sound is none. */
export function stopRecording(sb: Sandbox, recordingSid: string, isEmpty = false): Recording | undefined {
  const recording = getRecording(sb, recordingSid);
  if (recording === undefined || !isRunning(recording)) return recording;
  const durationSeconds = secondsBetween(recording.startedAtMs, sb.clock.nowMs());
  const status = isEmpty ? 'absent' : 'processing';
  const stopped = save(sb, recording, { status, durationSeconds: isEmpty ? null : durationSeconds });
  if (isEmpty) tellRecording(sb, stopped);
  else plan(sb, { sid: recordingSid }, 'recorded', { seconds: PROCESSING_SECONDS });
  return stopped;
}

/** The sound can be had. */
export function completeRecording(sb: Sandbox, recordingSid: string): void {
  const recording = getRecording(sb, recordingSid);
  if (recording?.status === 'processing') tellRecording(sb, save(sb, recording, { status: 'completed' }));
}

/** Ends every recording of a leg or a conference. */
export function stopRecordings(sb: Sandbox, ofSid: string): void {
  for (const recording of recordingsOf(sb, ofSid)) if (isRunning(recording)) stopRecording(sb, recording.sid);
}

/** Begins what was ordered for a leg when it was placed. */
export function recordAnswered(sb: Sandbox, leg: Leg): void {
  if (leg.record === null) return;
  startRecording(sb, { account: leg.account, callSid: leg.sid, conferenceSid: null }, leg.record);
}
