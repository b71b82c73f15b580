import type { CompanyCtx, Kernel } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import type { RemoteRecording } from '../providers/index.ts';

export type RecordingKind = 'call' | 'voicemail';

/** A recording as a call's view shows it. */
export interface RecordingSummary {
  id: string;
  kind: RecordingKind;
  status: 'pending' | 'stored' | 'failed' | 'deleted';
  durationSeconds: number | null;
}

/** The provider has (or failed to make) a recording of a call: it is written down once, and fetched by a job. */
export async function noteRecording(
  _ctx: CompanyCtx,
  _tx: Tx,
  _of: { callId: string; kind: RecordingKind },
  _remote: RemoteRecording,
): Promise<void> {}

/** Recordings of calls, by call id: one query, whatever their count. */
export async function recordingsOf(_tx: Tx, _callIds: string[]): Promise<Map<string, RecordingSummary[]>> {
  return new Map();
}

export function recordingRoutes(_server: HttpServer): void {}

export function recordingJobs(_kernel: Kernel): JobDefinitions {
  return { handlers: {}, schedules: {} };
}
