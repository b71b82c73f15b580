import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { enqueue } from '../../kernel/jobs.ts';
import { publish } from '../../kernel/live.ts';
import {
  addOutgoingAddress,
  dropOutgoingAddress,
  outgoingUrls,
  sendOutgoing,
} from '../../kernel/outgoing.ts';
import { audit, difference } from '../identity/index.ts';
import type { AlertRuleInput } from './alerts-model.ts';
import * as store from './alerts-store.ts';

/** A rule, and the secret of its address where that is new: it is shown this once. */
export interface SavedRule {
  rule: store.RuleRow;
  webhookSecret: string | null;
}

export async function getRule(tx: Tx, id: string): Promise<store.RuleRow> {
  return (await store.findRule(tx, id)) ?? fail('not_found', { what: 'alert rule' });
}

/** Adds a rule, and looks at once whether it has something to say. @throws outgoing_address_refused. */
export async function createRule(ctx: CompanyCtx, input: AlertRuleInput): Promise<SavedRule> {
  return transact(ctx, async (tx) => {
    const { clock } = ctx.kernel;
    const address = input.webhookUrl ? await addOutgoingAddress(ctx, tx, input.webhookUrl) : null;
    const at = clock.now();
    const rule: store.RuleRow = {
      ...{ id: newId(clock), companyId: ctx.companyId, addressId: address?.id ?? null },
      ...{ ...columnsOf(input), createdAt: at, updatedAt: at },
    };
    await store.insertRule(tx, rule);
    await note(ctx, tx, rule.id, 'call_alert_rule.created', { name: { from: null, to: rule.name } });
    return { rule, webhookSecret: address?.secret ?? null };
  });
}

function columnsOf(input: AlertRuleInput) {
  const { name, metric, comparison, threshold, clearValue, callsMin, notifyConsole, enabled, scope } = input;
  return {
    ...{ name, metric, comparison, threshold, clearValue, callsMin, notifyConsole, enabled },
    overCalls: input.overCalls ?? null,
    overMinutes: input.overMinutes ?? null,
    scopeKind: scope.kind,
    scopeValue: scope.kind === 'all' ? null : (scope.value ?? null),
  };
}

async function note(
  ctx: CompanyCtx,
  tx: Tx,
  id: string,
  action: string,
  changes: Record<string, { from: unknown; to: unknown }>,
): Promise<void> {
  await audit(tx, ctx, { action, entityType: 'call_alert_rule', entityId: id, changes });
  await publish(tx, ctx.companyId, 'call_alert_rule', id);
  const { companyId } = ctx;
  await enqueue(tx, 'calls.check_alerts', { companyId }, { key: `calls.check_alerts:${companyId}` });
}

/** What an alert is about: when one of these changes, what was raised before says nothing any more. */
const MEANING = [
  ...(['metric', 'comparison', 'threshold', 'clearValue', 'overCalls', 'overMinutes'] as const),
  ...(['callsMin', 'scopeKind', 'scopeValue', 'enabled'] as const),
];

/**
 * Changes a rule to what is given. Another address gets a secret of its own: whoever had the old one must not be able to sign
 * for the new one. @throws not_found, outgoing_address_refused.
 */
export async function changeRule(ctx: CompanyCtx, id: string, input: AlertRuleInput): Promise<SavedRule> {
  return transact(ctx, async (tx) => {
    const before = await getRule(tx, id);
    const { addressId, secret, urlFrom } = await moveAddress(
      ctx,
      tx,
      before.addressId,
      input.webhookUrl ?? null,
    );
    const at = ctx.kernel.clock.now();
    const rule: store.RuleRow = { ...before, ...columnsOf(input), addressId, updatedAt: at };
    await store.updateRule(tx, rule);
    if (before.addressId && before.addressId !== addressId) await dropOutgoingAddress(tx, before.addressId);
    if (MEANING.some((field) => before[field] !== rule[field])) await store.closeAlertsOf(tx, id, at);
    const { updatedAt: _from, addressId: _old, ...was } = before;
    const { updatedAt: _to, addressId: _new, ...is } = rule;
    await note(ctx, tx, id, 'call_alert_rule.updated', {
      ...difference(was, is),
      ...difference({ webhookUrl: urlFrom }, { webhookUrl: input.webhookUrl ?? null }),
    });
    return { rule, webhookSecret: secret };
  });
}

async function moveAddress(
  ctx: CompanyCtx,
  tx: Tx,
  addressId: string | null,
  url: string | null,
): Promise<{ addressId: string | null; secret: string | null; urlFrom: string | null }> {
  const urlFrom = addressId ? ((await outgoingUrls(tx, [addressId])).get(addressId) ?? null) : null;
  if (!url) return { addressId: null, secret: null, urlFrom };
  if (url === urlFrom) return { addressId, secret: null, urlFrom };
  const added = await addOutgoingAddress(ctx, tx, url);
  return { addressId: added.id, secret: added.secret, urlFrom };
}

/** Removes a rule; its alerts stay in the list, ended. @throws not_found. */
export async function removeRule(ctx: CompanyCtx, id: string): Promise<void> {
  await transact(ctx, async (tx) => {
    const rule = await getRule(tx, id);
    await store.closeAlertsOf(tx, rule.id, ctx.kernel.clock.now());
    await store.deleteRule(tx, rule.id);
    if (rule.addressId) await dropOutgoingAddress(tx, rule.addressId);
    await note(ctx, tx, rule.id, 'call_alert_rule.deleted', { name: { from: rule.name, to: null } });
  });
}

/** Sends a made-up piece of news to the rule's address, so that its receiver can be tried out. @throws alert_rule_without_address. */
export async function testRule(ctx: CompanyCtx, id: string): Promise<string> {
  return transact(ctx, async (tx) => {
    const { addressId, name } = await getRule(tx, id);
    if (!addressId) fail('alert_rule_without_address');
    return sendOutgoing(ctx, tx, {
      addressId,
      type: 'call_alert.test',
      data: { ruleId: id, ruleName: name },
    });
  });
}

/** Somebody looks after it. @throws not_found. */
export async function acknowledge(ctx: CompanyCtx, id: string): Promise<store.AlertRow> {
  return transact(ctx, async (tx) => {
    const alert = await store.findAlert(tx, id);
    if (!alert) fail('not_found', { what: 'alert' });
    const { id: by, name } = ctx.actor;
    await store.acknowledgeAlert(tx, alert.id, { at: ctx.kernel.clock.now(), by, name });
    await publish(tx, ctx.companyId, 'call_alert', alert.id);
    return (await store.findAlert(tx, alert.id)) ?? alert;
  });
}
