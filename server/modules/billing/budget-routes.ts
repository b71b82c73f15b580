import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { trimZeros } from '../../kernel/money.ts';
import { addBudget, changeBudget, listBudgets, removeBudget } from './budgets.ts';
import { type BudgetState, listAlerts } from './budgets-store.ts';
import { BUDGET_PERIODS, COST_KINDS, THRESHOLDS_DEFAULT } from './model.ts';
import { decimal } from './schemas.ts';

const read = { authority: { permission: 'reports:read' } } as const;
const manage = { authority: { permission: 'costs:manage' } } as const;
const tags = ['costs'];
const params = z.object({ budgetId: z.string().max(100) });
const ALERTS_MAX = 50;

const scope = {
  kind: z.enum(COST_KINDS).nullable().default(null).describe('Null: calls, texts and numbers'),
  number: z
    .string()
    .regex(/^\+[1-9]\d{5,14}$/, 'one of our numbers, as +33612345678')
    .nullable()
    .default(null)
    .describe('One of our numbers (E.164)'),
  gigId: z.uuid().nullable().default(null),
  userId: z.uuid().nullable().default(null).describe('Who calls and texts; rents are nobody’s'),
};
const input = z.object({
  name: z.string().trim().min(1).max(100),
  period: z.enum(BUDGET_PERIODS).describe("A day or a month of the company's calendar"),
  ...scope,
  currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 currency'),
  amount: decimal.refine((text) => Number(text) > 0, 'more than nothing'),
  thresholds: z
    .array(z.number().int().min(1).max(1000))
    .max(10)
    .default([...THRESHOLDS_DEFAULT])
    .transform((percents) => [...new Set(percents)].sort((left, right) => left - right))
    .describe('Percentages at which somebody is told, once each in a period'),
  hardStop: z.boolean().default(false).describe('Refuses what would go beyond the amount'),
  mailTo: z.array(z.email().max(200)).max(10).default([]).describe('Who is told by mail, if SMTP_URL is set'),
  enabled: z.boolean().default(true),
});
const budgetSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    period: z.enum(BUDGET_PERIODS),
    kind: z.enum(COST_KINDS).nullable(),
    number: z.string().nullable(),
    gigId: z.string().nullable(),
    userId: z.string().nullable(),
    currency: z.string(),
    amount: z.string(),
    thresholds: z.array(z.number().int()),
    hardStop: z.boolean(),
    mailTo: z.array(z.string()),
    enabled: z.boolean(),
    periodStart: z.string(),
    periodEnd: z.string().describe('The last day of the period'),
    spent: z.string().describe('A decimal'),
    held: z.string().describe('For calls under way, and numbers that are being bought'),
  })
  .meta({ id: 'Budget' });
const alertSchema = z
  .object({
    id: z.string(),
    budgetId: z.string(),
    name: z.string(),
    periodStart: z.string(),
    threshold: z.number().int(),
    spent: z.string(),
    amount: z.string(),
    currency: z.string(),
    createdAt: z.string(),
  })
  .meta({ id: 'BudgetAlert' });

/** What may be spent, how much of it is, and who was told of it. */
export function budgetRoutes(server: HttpServer): void {
  listRoutes(server);
  changeRoutes(server);
}

function listRoutes(server: HttpServer): void {
  server.get(
    '/api/budgets',
    {
      config: read,
      schema: {
        tags,
        summary: 'Budgets as they stand now, and the thresholds that were reached last',
        response: {
          200: ok({ budgets: z.array(budgetSchema), alerts: z.array(alertSchema) }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const budgets = (await listBudgets(ctx)).map(view);
      const rows = await transact(ctx, (tx) => listAlerts(tx, ALERTS_MAX));
      const alerts = rows.map(({ id, budgetId, name, periodStart, threshold, currency, ...row }) => ({
        ...{ id, budgetId, name, periodStart, threshold, currency },
        ...{ spent: trimZeros(row.spent), amount: trimZeros(row.amount) },
        createdAt: row.createdAt.toISOString(),
      }));
      return { success: true as const, budgets, alerts };
    },
  );
}

function changeRoutes(server: HttpServer): void {
  const one = ok({ budget: budgetSchema });
  server.post(
    '/api/budgets',
    {
      config: manage,
      schema: { tags, summary: 'Add a budget', body: input, response: { 201: one, ...errorResponses } },
    },
    async (request, reply) => {
      const { number, ...rest } = request.body;
      const budget = await addBudget(withCompany(request.ctx), { ...rest, ourNumber: number });
      return reply.status(201).send({ success: true, budget: view(budget) });
    },
  );
  server.put(
    '/api/budgets/:budgetId',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change a budget',
        params,
        body: input,
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => {
      const { number, ...rest } = request.body;
      const ctx = withCompany(request.ctx);
      const budget = await changeBudget(ctx, request.params.budgetId, { ...rest, ourNumber: number });
      return { success: true as const, budget: view(budget) };
    },
  );
  server.delete(
    '/api/budgets/:budgetId',
    {
      config: manage,
      schema: { tags, summary: 'Remove a budget', params, response: { 200: ok({}), ...errorResponses } },
    },
    async (request) => {
      await removeBudget(withCompany(request.ctx), request.params.budgetId);
      return { success: true as const };
    },
  );
}

function view(state: BudgetState): z.infer<typeof budgetSchema> {
  const { id, name, period, kind, ourNumber: number, gigId, userId, currency, thresholds, hardStop } = state;
  const { mailTo, enabled, periodStart, periodEnd } = state;
  return {
    ...{ id, name, period, kind, number, gigId, userId, currency, thresholds, hardStop, mailTo, enabled },
    ...{ periodStart, periodEnd, amount: trimZeros(state.amount) },
    ...{ spent: trimZeros(state.spent), held: trimZeros(state.held) },
  };
}
