import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { enqueue, type JobPayload } from '../../kernel/jobs.ts';
import { publish } from '../../kernel/live.ts';
import { toMillionths } from '../../kernel/money.ts';
import * as store from './budgets-store.ts';
import { sendBudgetMail } from './mail.ts';
import { reached } from './model.ts';

/** Looks at every budget, and tells of thresholds that were reached since. Safe in several processes at once. */
export async function checkBudgets(kernel: Kernel): Promise<void> {
  for (const companyId of await inSystem(kernel.db, store.companiesWithBudgets)) {
    const ctx = systemCtx(kernel, companyId, 'billing.check_budgets');
    await transact(ctx, (tx) => checkAll(ctx, tx)).catch((error) =>
      ctx.log.warn({ err: error }, 'The budgets of a company could not be looked at'),
    );
  }
}

async function checkAll(ctx: CompanyCtx, tx: Tx): Promise<void> {
  for (const state of await store.budgetStates(tx, ctx.kernel.clock.now(), 'enabled')) {
    const thresholds = reached(state.thresholds, toMillionths(state.amount), toMillionths(state.spent));
    const fresh: string[] = [];
    for (const threshold of thresholds) {
      const alertId = await raise(ctx, tx, state, threshold);
      if (alertId) fresh.push(alertId);
    }
    const last = fresh.at(-1);
    // Several thresholds may be passed at once: whoever reads mail wants to hear of the highest alone.
    if (last && state.mailTo.length > 0 && ctx.kernel.config.SMTP_URL)
      for (const to of state.mailTo)
        await enqueue(tx, 'billing.mail_budget', { companyId: ctx.companyId, alertId: last, to });
  }
}

/** The row makes sure that it is told once, whoever comes here at the same moment; programs hear of it by a trigger. */
async function raise(ctx: CompanyCtx, tx: Tx, state: store.BudgetState, threshold: number) {
  const { id: budgetId, periodStart, revision, spent, amount, currency } = state;
  const id = newId(ctx.kernel.clock);
  const row = { id, companyId: ctx.companyId, budgetId, periodStart, revision, threshold };
  const createdAt = ctx.kernel.clock.now();
  if (!(await store.insertAlert(tx, { ...row, spent, amount, currency, createdAt }))) return null;
  await publish(tx, ctx.companyId, 'budget_alert', id);
  ctx.log.info({ budgetId, threshold, spent, amount, currency }, 'A budget has reached a threshold');
  return id;
}

/** Mails one person of a threshold. A budget that is gone since has nothing to tell. */
export async function mailBudget(kernel: Kernel, { companyId, alertId, to }: JobPayload): Promise<void> {
  const ctx = systemCtx(kernel, companyId!, 'billing.mail_budget');
  const found = await transact(ctx, async (tx) => {
    const alert = await store.findAlert(tx, alertId!);
    const budget = alert && (await store.findBudget(tx, alert.budgetId));
    return budget && { alert, budget };
  });
  if (found) await sendBudgetMail(kernel, { ...found, to: to! });
}
