import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import { attendRecording } from './recording-fetch.ts';
import { adoptStrays } from './recording-notes.ts';
import { sweepFiles } from './recording-retention.ts';
import { dueRecordings } from './recordings-store.ts';

const DUE_MAX = 50;

/** What is done for recordings in the background. */
export function recordingJobs(kernel: Kernel): JobDefinitions {
  return {
    handlers: {
      'calls.fetch_recording': ({ recordingId, companyId }) =>
        attendRecording(kernel, companyId!, recordingId!),
      'calls.tidy_recording': ({ recordingId, companyId }) =>
        attendRecording(kernel, companyId!, recordingId!),
      'calls.recordings_due': () => attendDue(kernel),
      'calls.sweep_files': () => sweepFiles(kernel),
    },
    schedules: {
      'calls.recordings_due': { everySeconds: kernel.config.RECONCILE_SECONDS },
      'calls.sweep_files': { everySeconds: 6 * 3600 },
    },
  };
}

/** Takes up what failed before, what a dead process left, and what came before its call. */
async function attendDue(kernel: Kernel): Promise<void> {
  await adoptStrays(kernel);
  const due = await inSystem(kernel.db, (tx) => dueRecordings(tx, kernel.clock.now(), DUE_MAX));
  for (const { id, companyId } of due) await attendRecording(kernel, companyId, id);
}
