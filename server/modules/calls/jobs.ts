import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import { pruneAttempts } from './attempts-store.ts';
import { pruneCommands } from './commands-store.ts';
import { pushJobs } from './push.ts';
import { qualityJobs } from './quality.ts';
import { recordingJobs } from './recordings.ts';

const DAY_MS = 24 * 3_600_000;
const COMMANDS_KEPT_MS = 7 * DAY_MS;
/** Auditors ask for a year. */
const ATTEMPTS_KEPT_MS = 365 * DAY_MS;

export function callJobs(kernel: Kernel): JobDefinitions {
  const parts = [recordingJobs(kernel), qualityJobs(kernel), pushJobs(kernel)];
  const ago = (ms: number) => new Date(kernel.clock.nowMs() - ms);
  const prune = async () => {
    await inSystem(kernel.db, (tx) => pruneCommands(tx, ago(COMMANDS_KEPT_MS)));
    await inSystem(kernel.db, (tx) => pruneAttempts(tx, ago(ATTEMPTS_KEPT_MS)));
  };
  return {
    handlers: Object.assign({ 'calls.prune': prune }, ...parts.map(({ handlers }) => handlers)),
    schedules: Object.assign(
      { 'calls.prune': { everySeconds: 3600 } },
      ...parts.map(({ schedules }) => schedules),
    ),
  };
}
