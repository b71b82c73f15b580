import { z } from 'zod';
import { type Ctx, isGranted } from '../../kernel/ctx.ts';
import { METRICS, SCOPES } from './alerts-model.ts';
import type { AlertRow, RuleRow } from './alerts-store.ts';

export const ruleSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    metric: z.enum(METRICS),
    comparison: z.enum(['below', 'above']),
    threshold: z.number(),
    clearValue: z.number(),
    overCalls: z.number().int().nullable(),
    overMinutes: z.number().int().nullable(),
    callsMin: z.number().int(),
    scope: z.object({ kind: z.enum(SCOPES), value: z.string().nullable() }),
    notifyConsole: z.boolean(),
    webhookUrl: z.string().nullable().describe('Only its host, where the rest is not yours to see'),
    enabled: z.boolean(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'CallAlertRule' });

/**
 * A rule for people. @param urls where its news go, by address. Addresses of webhooks have secrets in them (a path, a query):
 * whoever may not change rules sees the host.
 */
export function ruleView(ctx: Ctx, row: RuleRow, urls: Map<string, string>): z.infer<typeof ruleSchema> {
  const url = row.addressId ? (urls.get(row.addressId) ?? null) : null;
  const { id, name, metric, comparison, threshold, clearValue, overCalls, overMinutes, callsMin } = row;
  return {
    ...{ id, name, metric, comparison, threshold, clearValue, overCalls, overMinutes, callsMin },
    scope: { kind: row.scopeKind, value: row.scopeValue },
    notifyConsole: row.notifyConsole,
    webhookUrl: url && !isGranted(ctx, 'calls:manage') ? new URL(url).host : url,
    enabled: row.enabled,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

const share = z.object({ bad: z.number().int(), calls: z.number().int() });

export const alertSchema = z
  .object({
    id: z.string(),
    ruleId: z.string().nullable().describe('Null: the rule was removed'),
    ruleName: z.string(),
    metric: z.enum(METRICS),
    comparison: z.enum(['below', 'above']),
    threshold: z.number(),
    scope: z.enum(SCOPES),
    subject: z.string().nullable().describe('The number, provider, country or person; null for all'),
    subjectName: z.string().nullable(),
    value: z.number().describe('When it was raised'),
    calls: z.number().int().describe('Of how many calls'),
    culprit: z
      .object({
        kind: z.enum(['agent_network', 'carrier', 'route', 'unknown']),
        subject: z.string().nullable().describe('The person, the provider, or the country or prefix'),
        subjectName: z.string().nullable(),
        measured: z.enum(['softphone', 'edge', 'all']).describe('What measured the shares'),
        inside: share.describe('Bad calls of those that have the subject in common'),
        outside: share.describe('And of all others'),
        spread: z.object({ users: z.number().int(), numbers: z.number().int(), countries: z.number().int() }),
      })
      .describe('The likely cause, and the figures that say so'),
    raisedAt: z.iso.datetime(),
    clearedAt: z.iso.datetime().nullable(),
    clearedValue: z.number().nullable(),
    acknowledgedAt: z.iso.datetime().nullable(),
    acknowledgedBy: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
  })
  .meta({ id: 'CallAlert' });

const round = (value: number) => Math.round(value * 100) / 100;

/** An alert for people and programs. @param names of the people whom it names. */
export function alertView(row: AlertRow, names: Map<string, string>): z.infer<typeof alertSchema> {
  const { id, ruleId, ruleName, metric, comparison, threshold, calls, culprit, acknowledgedBy } = row;
  return {
    ...{ id, ruleId, ruleName, metric, comparison, threshold, scope: row.scopeKind },
    subject: row.subject || null,
    subjectName: names.get(row.subject) ?? null,
    value: round(row.value),
    calls,
    culprit: { ...culprit, subjectName: names.get(culprit.subject ?? '') ?? null },
    raisedAt: row.raisedAt.toISOString(),
    clearedAt: row.clearedAt?.toISOString() ?? null,
    clearedValue: row.clearedValue === null ? null : round(row.clearedValue),
    acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
    acknowledgedBy: acknowledgedBy ? { id: acknowledgedBy, name: row.acknowledgedName } : null,
  };
}
