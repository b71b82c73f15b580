import type { Kernel } from '../../kernel/ctx.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import { compareFloats } from './float-alerts.ts';

/** What looks after the money on SIMs by the clock. */
export function floatJobs(kernel: Kernel): JobDefinitions {
  return {
    handlers: { 'callbox.compare_floats': () => compareFloats(kernel) },
    schedules: { 'callbox.compare_floats': { everySeconds: 60 } },
  };
}
