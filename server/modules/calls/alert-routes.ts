import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { fromCursor, pageQuery, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { listOutgoing, outgoingUrls } from '../../kernel/outgoing.ts';
import { memberNames } from '../identity/index.ts';
import * as rules from './alert-rules.ts';
import { peopleOf } from './alerts.ts';
import { alertRuleSchema } from './alerts-model.ts';
import { type AlertRow, listAlerts, listRules, type RuleRow } from './alerts-store.ts';
import { alertSchema, alertView, ruleSchema, ruleView } from './alerts-views.ts';

const read = { authority: { permission: 'calls:read' } } as const;
const manage = { authority: { permission: 'calls:manage' } } as const;
const tags = ['calls'];
const params = z.object({ id: z.string().max(100) });
const DELIVERIES_MAX = 50;

const saved = ok({
  rule: ruleSchema,
  webhookSecret: z
    .string()
    .nullable()
    .describe(
      'Signs what is sent to the address (Standard Webhooks); shown this once, when the address is new',
    ),
});

async function rulesView(ctx: CompanyCtx, rows: RuleRow[]): Promise<z.infer<typeof ruleSchema>[]> {
  const urls = await transact(ctx, (tx) =>
    outgoingUrls(
      tx,
      rows.flatMap(({ addressId }) => addressId ?? []),
    ),
  );
  return rows.map((row) => ruleView(ctx, row, urls));
}

async function savedView(ctx: CompanyCtx, { rule, webhookSecret }: rules.SavedRule) {
  const [view] = await rulesView(ctx, [rule]);
  return { success: true as const, rule: view!, webhookSecret };
}

async function alertsView(ctx: CompanyCtx, rows: AlertRow[]): Promise<z.infer<typeof alertSchema>[]> {
  const names = await transact(ctx, (tx) => memberNames(tx, peopleOf(rows)));
  return rows.map((row) => alertView(row, names));
}

/** When a company wants to be told that calls sound bad, and what it was told. */
export function alertRoutes(server: HttpServer): void {
  ruleListRoutes(server);
  ruleRoutes(server);
  deliveryRoutes(server);
  alertListRoutes(server);
}

function ruleListRoutes(server: HttpServer): void {
  server.get(
    '/api/calls/alert-rules',
    {
      config: read,
      schema: {
        tags,
        summary: 'When the company wants to be told that calls sound bad',
        response: { 200: ok({ rules: z.array(ruleSchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const rows = await transact(ctx, (tx) => listRules(tx, { enabledOnly: false }));
      return { success: true as const, rules: await rulesView(ctx, rows) };
    },
  );
  server.post(
    '/api/calls/alert-rules',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Add a rule',
        body: alertRuleSchema,
        response: { 201: saved, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      return reply.status(201).send(await savedView(ctx, await rules.createRule(ctx, request.body)));
    },
  );
}

function ruleRoutes(server: HttpServer): void {
  server.get(
    '/api/calls/alert-rules/:id',
    {
      config: read,
      schema: {
        tags,
        summary: 'One rule',
        params,
        response: { 200: ok({ rule: ruleSchema }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const row = await transact(ctx, (tx) => rules.getRule(tx, request.params.id));
      return { success: true as const, rule: (await rulesView(ctx, [row]))[0]! };
    },
  );
  server.put(
    '/api/calls/alert-rules/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change a rule; another webhook address gets a secret of its own',
        params,
        body: alertRuleSchema,
        response: { 200: saved, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      return savedView(ctx, await rules.changeRule(ctx, request.params.id, request.body));
    },
  );
  server.delete(
    '/api/calls/alert-rules/:id',
    {
      config: manage,
      schema: { tags, summary: 'Remove a rule', params, response: { 200: ok({}), ...errorResponses } },
    },
    async (request) => {
      await rules.removeRule(withCompany(request.ctx), request.params.id);
      return { success: true as const };
    },
  );
}

const deliverySchema = z.object({
  id: z.string().describe('Travels as webhook-id'),
  type: z.string(),
  state: z.enum(['waiting', 'delivered', 'failed']),
  createdAt: z.iso.datetime(),
  doneAt: z.iso.datetime().nullable(),
  attempts: z.array(
    z.object({
      at: z.iso.datetime(),
      status: z.number().int().nullable().describe('Null: no answer came'),
      answer: z.string().describe('Its beginning, or why there was none'),
      durationMs: z.number().int(),
    }),
  ),
});

function deliveryRoutes(server: HttpServer): void {
  server.post(
    '/api/calls/alert-rules/:id/test',
    {
      config: manage,
      schema: {
        tags,
        summary: "Send a trial to the rule's webhook address",
        params,
        response: { 202: ok({ deliveryId: z.string() }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const deliveryId = await rules.testRule(withCompany(request.ctx), request.params.id);
      return reply.status(202).send({ success: true as const, deliveryId });
    },
  );
  server.get(
    '/api/calls/alert-rules/:id/deliveries',
    {
      config: manage,
      schema: {
        tags,
        summary: "What was sent to the rule's webhook address, with every try",
        params,
        response: { 200: ok({ deliveries: z.array(deliverySchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const rows = await transact(withCompany(request.ctx), async (tx) => {
        const { addressId } = await rules.getRule(tx, request.params.id);
        return addressId ? listOutgoing(tx, addressId, DELIVERIES_MAX) : [];
      });
      return {
        success: true as const,
        deliveries: rows.map(({ createdAt, doneAt, attempts, ...row }) => ({
          ...row,
          createdAt: createdAt.toISOString(),
          doneAt: doneAt?.toISOString() ?? null,
          attempts: attempts.map((attempt) => ({ ...attempt, at: new Date(attempt.at).toISOString() })),
        })),
      };
    },
  );
}

function alertListRoutes(server: HttpServer): void {
  server.get(
    '/api/calls/alerts',
    {
      config: read,
      schema: {
        tags,
        summary: 'Alerts, newest first, each with its likely cause',
        querystring: pageQuery.extend({ state: z.enum(['open', 'cleared']).optional() }),
        response: {
          200: ok({ alerts: z.array(alertSchema), nextCursor: z.string().nullable() }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { limit, cursor, state } = request.query;
      const beforeId = fromCursor(cursor);
      const found = await transact(ctx, (tx) => listAlerts(tx, { state, beforeId, limit }));
      const { rows, nextCursor } = toPage(found, limit);
      return { success: true as const, alerts: await alertsView(ctx, rows), nextCursor };
    },
  );
  server.post(
    '/api/calls/alerts/:id/acknowledge',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Say that you look after it',
        params,
        response: { 200: ok({ alert: alertSchema }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const [view] = await alertsView(ctx, [await rules.acknowledge(ctx, request.params.id)]);
      return { success: true as const, alert: view! };
    },
  );
}
