import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import { sweepArchives } from './archive.ts';
import { carryOutRestore } from './archive-restore.ts';
import { pruneCommands } from './commands-store.ts';
import { pushJobs } from './push.ts';
import { qualityJobs } from './quality.ts';
import { recordingJobs } from './recordings.ts';
import { callRetention } from './retention.ts';

const DAY_MS = 24 * 3_600_000;
const COMMANDS_KEPT_MS = 7 * DAY_MS;

export function callJobs(kernel: Kernel): JobDefinitions {
  const parts = [recordingJobs(kernel), qualityJobs(kernel), pushJobs(kernel), archiveJobs(kernel)];
  const before = () => new Date(kernel.clock.nowMs() - COMMANDS_KEPT_MS);
  return {
    handlers: Object.assign(
      { 'calls.prune': () => inSystem(kernel.db, (tx) => pruneCommands(tx, before())) },
      ...parts.map(({ handlers }) => handlers),
    ),
    schedules: Object.assign(
      { 'calls.prune': { everySeconds: 3600 } },
      ...parts.map(({ schedules }) => schedules),
    ),
    retention: callRetention(kernel),
  };
}

function archiveJobs(kernel: Kernel): JobDefinitions {
  return {
    handlers: {
      'calls.restore_archive': ({ companyId, archiveId }) => carryOutRestore(kernel, companyId!, archiveId!),
      'calls.sweep_archives': () => sweepArchives(kernel),
    },
    schedules: { 'calls.sweep_archives': { everySeconds: 6 * 3600 } },
  };
}
