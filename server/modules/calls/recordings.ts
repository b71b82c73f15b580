/** Recordings of calls and voicemails: noted when the provider has them, fetched, kept, heard, held and deleted. */
export { recordingJobs } from './recording-jobs.ts';
export { noteRecording, noteStrayRecording } from './recording-notes.ts';
export { recordingRoutes } from './recording-routes.ts';
/** Recordings of calls, by call id: one query, whatever their count. */
export { summariesOf as recordingsOf } from './recordings-store.ts';

export type RecordingKind = 'call' | 'voicemail';
export type RecordingStatus = 'pending' | 'stored' | 'failed' | 'deleted';

/** A recording as a call's view shows it. */
export interface RecordingSummary {
  id: string;
  kind: RecordingKind;
  status: RecordingStatus;
  durationSeconds: number | null;
}
