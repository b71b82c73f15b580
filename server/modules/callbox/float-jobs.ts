import type { Kernel } from '../../kernel/ctx.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import { compareFloats } from './float-alerts.ts';
import { judgeOpenTexts } from './operator-messages.ts';

/** What looks after the money on SIMs, and after what operators say about it, by the clock. */
export function floatJobs(kernel: Kernel): JobDefinitions {
  return {
    handlers: {
      'callbox.compare_floats': () => compareFloats(kernel),
      'callbox.judge_texts': () => judgeOpenTexts(kernel),
    },
    schedules: {
      'callbox.compare_floats': { everySeconds: 60 },
      'callbox.judge_texts': { everySeconds: 15 },
    },
  };
}
