import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import { pruneCommands } from './commands-store.ts';
import { pushJobs } from './push.ts';
import { qualityJobs } from './quality.ts';
import { recordingJobs } from './recordings.ts';

const KEPT_MS = 7 * 24 * 3_600_000;

export function callJobs(kernel: Kernel): JobDefinitions {
  const parts = [recordingJobs(kernel), qualityJobs(kernel), pushJobs(kernel)];
  const prune = () =>
    inSystem(kernel.db, (tx) => pruneCommands(tx, new Date(kernel.clock.nowMs() - KEPT_MS)));
  return {
    handlers: Object.assign({ 'calls.prune': prune }, ...parts.map(({ handlers }) => handlers)),
    schedules: Object.assign(
      { 'calls.prune': { everySeconds: 3600 } },
      ...parts.map(({ schedules }) => schedules),
    ),
  };
}
