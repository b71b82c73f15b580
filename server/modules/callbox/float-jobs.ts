import type { Kernel } from '../../kernel/ctx.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';

export function floatJobs(_kernel: Kernel): JobDefinitions {
  return { handlers: {}, schedules: {} };
}
