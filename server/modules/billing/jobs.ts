import type { Kernel } from '../../kernel/ctx.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import { checkBudgets, mailBudget } from './alerts.ts';

/** Nobody needs to know sooner; the stop itself waits for no timer. */
const CHECK_SECONDS = 10;

export function billingJobs(kernel: Kernel): JobDefinitions {
  return {
    handlers: {
      'billing.check_budgets': () => checkBudgets(kernel),
      'billing.mail_budget': (payload) => mailBudget(kernel, payload),
    },
    schedules: { 'billing.check_budgets': { everySeconds: CHECK_SECONDS } },
  };
}
