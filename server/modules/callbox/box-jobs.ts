import type { Kernel } from '../../kernel/ctx.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';

export function boxJobs(_kernel: Kernel): JobDefinitions {
  return { handlers: {}, schedules: {} };
}
