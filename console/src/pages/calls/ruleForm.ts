import type { AlertRule, AlertRuleInput, Metric, ScopeKind } from '../../api/callQuality.ts';

/** The fields of the drawer. */
export interface RuleForm {
  name: string;
  metric: Metric;
  comparison: 'below' | 'above';
  threshold: number;
  clearValue: number;
  window: 'calls' | 'minutes';
  windowValue: number;
  callsMin: number;
  scope: ScopeKind;
  scopeValue?: string;
  webhookUrl?: string;
  enabled: boolean;
}

/** Where each figure begins to be bad, and on which side. */
export const USUAL: Record<Metric, Pick<RuleForm, 'comparison' | 'threshold' | 'clearValue'>> = {
  mos: { comparison: 'below', threshold: 3.5, clearValue: 3.8 },
  bad_share: { comparison: 'above', threshold: 20, clearValue: 10 },
  jitter: { comparison: 'above', threshold: 30, clearValue: 20 },
  latency: { comparison: 'above', threshold: 200, clearValue: 150 },
  packet_loss: { comparison: 'above', threshold: 3, clearValue: 1 },
};

export function formOf(rule: AlertRule | null, name: string): RuleForm {
  if (!rule)
    return {
      ...{ name, metric: 'mos', ...USUAL.mos },
      ...{ window: 'calls', windowValue: 20, callsMin: 5, scope: 'user', enabled: true },
    };
  const { overCalls, overMinutes, scope, webhookUrl, ...same } = rule;
  return {
    ...same,
    ...(overCalls
      ? { window: 'calls', windowValue: overCalls }
      : { window: 'minutes', windowValue: overMinutes ?? 60 }),
    scope: scope.kind,
    scopeValue: scope.value ?? undefined,
    webhookUrl: webhookUrl ?? undefined,
  };
}

export function inputOf(form: RuleForm): AlertRuleInput {
  const { name, metric, comparison, threshold, clearValue, callsMin, enabled, window, windowValue } = form;
  return {
    ...{ name: name.trim(), metric, comparison, threshold, clearValue, enabled, notifyConsole: true },
    overCalls: window === 'calls' ? windowValue : null,
    overMinutes: window === 'minutes' ? windowValue : null,
    callsMin: window === 'calls' ? Math.min(callsMin, windowValue) : callsMin,
    scope: { kind: form.scope, value: form.scope === 'all' ? null : (form.scopeValue ?? null) },
    webhookUrl: form.webhookUrl?.trim() || null,
  };
}

/** Whether the value that ends an alert is on the good side of the one that raises it. */
export function isOnGoodSide({
  comparison,
  threshold,
  clearValue,
}: Pick<RuleForm, 'comparison' | 'threshold' | 'clearValue'>): boolean {
  return comparison === 'below' ? clearValue >= threshold : clearValue <= threshold;
}
