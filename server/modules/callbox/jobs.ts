import type { Kernel } from '../../kernel/ctx.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import { boxJobs } from './box-jobs.ts';
import { floatJobs } from './float-jobs.ts';

/** What looks after boxes, transactions and their money by the clock. */
export function callboxJobs(kernel: Kernel): JobDefinitions {
  const parts = [boxJobs(kernel), floatJobs(kernel)];
  return {
    handlers: Object.assign({}, ...parts.map(({ handlers }) => handlers)),
    schedules: Object.assign({}, ...parts.map(({ schedules }) => schedules)),
    retention: parts.flatMap(({ retention }) => retention ?? []),
  };
}
