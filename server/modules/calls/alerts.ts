import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { sendOutgoing } from '../../kernel/outgoing.ts';
import { memberNames } from '../identity/index.ts';
import { decideAlert, findCulprit, type ScopeKind, type Tally } from './alerts-model.ts';
import * as store from './alerts-store.ts';
import { alertView } from './alerts-views.ts';

const DAY_MS = 86_400_000;
/** The last calls of a number may be days apart; what is older says nothing of today. */
const LOOK_BACK_DAYS = 30;
/** A cause is looked for among the calls of a day. */
const EVIDENCE_MS = DAY_MS;

/** Looks at every rule of a company: raises what is due and ends what is over, each once. */
export async function checkAlerts(kernel: Kernel, companyId: string): Promise<void> {
  const ctx = systemCtx(kernel, companyId, 'calls.check_alerts');
  await transact(ctx, async (tx) => {
    for (const rule of await store.listRules(tx, { enabledOnly: true })) await checkRule(ctx, tx, rule);
  });
}

/** Rules that look at a span of time change their minds without a call. */
export async function checkTimedAlerts(kernel: Kernel): Promise<void> {
  for (const companyId of await inSystem(kernel.db, store.companiesWithTimedRules)) {
    await checkAlerts(kernel, companyId).catch((error) =>
      kernel.log.warn({ err: error, companyId }, 'The alerts of a company could not be looked at'),
    );
  }
}

async function checkRule(ctx: CompanyCtx, tx: Tx, rule: store.RuleRow): Promise<void> {
  const nowMs = ctx.kernel.clock.nowMs();
  const span = rule.overMinutes === null ? LOOK_BACK_DAYS * DAY_MS : rule.overMinutes * 60_000;
  const figures = await store.ruleFigures(tx, rule, new Date(nowMs - span));
  const open = new Map((await store.openAlerts(tx, rule.id)).map((alert) => [alert.subject, alert]));
  for (const { subject, value, calls } of figures) {
    if (value === null) continue;
    const alert = open.get(subject);
    const decision = decideAlert(rule, { value, calls }, alert !== undefined);
    if (decision === 'raise') await raise(ctx, tx, rule, { subject, value, calls });
    else if (decision === 'clear' && alert) await clear(ctx, tx, rule, alert, value);
  }
}

async function raise(
  ctx: CompanyCtx,
  tx: Tx,
  rule: store.RuleRow,
  { subject, value, calls }: { subject: string; value: number; calls: number },
): Promise<void> {
  const { clock } = ctx.kernel;
  const tallies = await store.talliesSince(tx, new Date(clock.nowMs() - EVIDENCE_MS));
  const { name: ruleName, metric, comparison, threshold, scopeKind } = rule;
  const alert: store.AlertRow = {
    ...{
      id: newId(clock),
      companyId: ctx.companyId,
      ruleId: rule.id,
      ruleName,
      metric,
      comparison,
      threshold,
    },
    ...{ scopeKind, subject, value, calls, culprit: findCulprit(tallies, isAbout(scopeKind, subject)) },
    ...{ raisedAt: clock.now(), clearedAt: null, clearedValue: null },
    ...{ acknowledgedAt: null, acknowledgedBy: null, acknowledgedName: null },
  };
  if (await store.insertAlert(tx, alert)) await tell(ctx, tx, rule, alert, 'raised');
}

/** Whether calls are among those that an alert is about. */
function isAbout(kind: ScopeKind, subject: string): (tally: Tally) => boolean {
  const of: Record<ScopeKind, (tally: Tally) => string | null> = {
    all: () => '',
    number: ({ ourNumber }) => ourNumber,
    provider: ({ provider }) => provider,
    country: ({ country }) => country,
    user: ({ userId }) => userId,
  };
  return (tally) => of[kind](tally) === subject;
}

async function clear(
  ctx: CompanyCtx,
  tx: Tx,
  rule: store.RuleRow,
  alert: store.AlertRow,
  value: number,
): Promise<void> {
  const at = ctx.kernel.clock.now();
  if (!(await store.clearAlert(tx, alert.id, at, value))) return;
  await tell(ctx, tx, rule, { ...alert, clearedAt: at, clearedValue: value }, 'cleared');
}

async function tell(
  ctx: CompanyCtx,
  tx: Tx,
  rule: store.RuleRow,
  alert: store.AlertRow,
  what: 'raised' | 'cleared',
): Promise<void> {
  if (rule.notifyConsole) await publish(tx, ctx.companyId, 'call_alert', alert.id);
  if (!rule.addressId) return;
  const names = await memberNames(tx, peopleOf([alert]));
  const data = alertView(alert, names);
  await sendOutgoing(ctx, tx, { addressId: rule.addressId, type: `call_alert.${what}`, data });
}

/** The people whom alerts name. */
export function peopleOf(alerts: store.AlertRow[]): string[] {
  return alerts.flatMap(({ scopeKind, subject, culprit }) => [
    ...(scopeKind === 'user' ? [subject] : []),
    ...(culprit.kind === 'agent_network' && culprit.subject ? [culprit.subject] : []),
  ]);
}
