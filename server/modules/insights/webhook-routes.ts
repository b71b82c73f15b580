import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { isId } from '../../kernel/ids.ts';
import { listOutgoing } from '../../kernel/outgoing.ts';
import { WEBHOOK_EVENTS } from './model.ts';
import * as webhooks from './webhooks.ts';

const config = { authority: { permission: 'webhooks:manage' } } as const;
const tags = ['webhooks'];
const DELIVERIES_MAX = 50;

const input = z.object({
  url: z.string().trim().min(1).max(2000).describe('https, and not on a private address'),
  description: z.string().trim().max(200).default(''),
  events: z.array(z.enum(WEBHOOK_EVENTS)).min(1).max(WEBHOOK_EVENTS.length),
});
const endpointSchema = z
  .object({
    id: z.string(),
    url: z.string(),
    description: z.string(),
    events: z.array(z.enum(WEBHOOK_EVENTS)),
    enabled: z.boolean(),
    disabledReason: z
      .enum(['gone', 'failing', 'person'])
      .nullable()
      .describe('gone: it answered 410. failing: it took nothing for three days.'),
    disabledAt: z.string().nullable(),
    formerSecretUntil: z.string().nullable().describe('Until then the secret before this one signs as well'),
    createdAt: z.string(),
  })
  .meta({ id: 'WebhookEndpoint' });
const deliverySchema = z
  .object({
    id: z.string(),
    type: z.string(),
    state: z.enum(['waiting', 'delivered', 'failed']),
    createdAt: z.string(),
    doneAt: z.string().nullable(),
    attempts: z.array(
      z.object({
        at: z.string(),
        status: z.number().int().nullable().describe('Null: no answer came'),
        answer: z.string(),
        durationMs: z.number(),
      }),
    ),
  })
  .meta({ id: 'WebhookDelivery' });
const params = z.object({ webhookId: z.string().max(100) });
const secret = z.string().describe('Signs what is sent (Standard Webhooks); shown this once');

/** What a company's own programs are told of, and how that went. */
export function webhookRoutes(server: HttpServer): void {
  listRoute(server);
  changeRoutes(server);
  testRoute(server);
  pastRoutes(server);
}

function listRoute(server: HttpServer): void {
  server.get(
    '/api/webhook-endpoints',
    {
      config,
      schema: {
        tags,
        summary: 'Programs that are told of things',
        response: { 200: ok({ webhooks: z.array(endpointSchema) }), ...errorResponses },
      },
    },
    async (request) => ({
      success: true as const,
      webhooks: (await webhooks.listEndpoints(withCompany(request.ctx))).map(view),
    }),
  );
  server.post(
    '/api/webhook-endpoints',
    {
      config,
      schema: {
        tags,
        summary: 'Tell a program of things',
        body: input,
        response: { 201: ok({ webhook: endpointSchema, secret }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const added = await webhooks.addEndpoint(withCompany(request.ctx), request.body);
      return reply.status(201).send({ success: true, webhook: view(added.endpoint), secret: added.secret });
    },
  );
}

function changeRoutes(server: HttpServer): void {
  server.patch(
    '/api/webhook-endpoints/:webhookId',
    {
      config,
      schema: {
        tags,
        summary: 'Change what a program is told of, or where; switch it off or on',
        params,
        body: z.object({
          url: input.shape.url.optional(),
          description: z.string().trim().max(200).optional(),
          events: input.shape.events.optional(),
          enabled: z.boolean().optional(),
        }),
        response: { 200: ok({ webhook: endpointSchema }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const changed = await webhooks.changeEndpoint(ctx, idOf(request.params), request.body);
      return { success: true as const, webhook: view(changed) };
    },
  );
  server.delete(
    '/api/webhook-endpoints/:webhookId',
    {
      config,
      schema: {
        tags,
        summary: 'Tell a program no more',
        params,
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async (request) => {
      await webhooks.removeEndpoint(withCompany(request.ctx), idOf(request.params));
      return { success: true as const };
    },
  );
  server.post(
    '/api/webhook-endpoints/:webhookId/rotate',
    {
      config,
      schema: {
        tags,
        summary: 'Give it a new secret; for a day the former one signs as well',
        params,
        response: { 200: ok({ secret }), ...errorResponses },
      },
    },
    async (request) => ({
      success: true as const,
      secret: await webhooks.rotateSecret(withCompany(request.ctx), idOf(request.params)),
    }),
  );
}

function testRoute(server: HttpServer): void {
  server.post(
    '/api/webhook-endpoints/:webhookId/test',
    {
      config,
      schema: {
        tags,
        summary: 'Send made-up news, to try out the receiver',
        params,
        response: { 202: ok({ deliveryId: z.string() }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const deliveryId = await webhooks.testEndpoint(withCompany(request.ctx), idOf(request.params));
      return reply.status(202).send({ success: true, deliveryId });
    },
  );
}

function pastRoutes(server: HttpServer): void {
  server.get(
    '/api/webhook-endpoints/:webhookId/deliveries',
    {
      config,
      schema: {
        tags,
        summary: 'The newest news for it, with every try',
        params,
        response: { 200: ok({ deliveries: z.array(deliverySchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const id = idOf(request.params);
      const deliveries = await transact(ctx, async (tx) => {
        await webhooks.getEndpoint(tx, id);
        return listOutgoing(tx, id, DELIVERIES_MAX);
      });
      return {
        success: true as const,
        deliveries: deliveries.map((each) => ({
          ...each,
          createdAt: each.createdAt.toISOString(),
          doneAt: each.doneAt?.toISOString() ?? null,
        })),
      };
    },
  );
  server.post(
    '/api/webhook-endpoints/:webhookId/deliveries/:deliveryId/replay',
    {
      config,
      schema: {
        tags,
        summary: 'Send a piece of news once more, under its own id',
        params: params.extend({ deliveryId: z.string().max(100) }),
        response: { 202: ok({}), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { deliveryId } = request.params;
      if (!isId(deliveryId)) fail('not_found', { what: 'delivery' });
      await webhooks.replay(withCompany(request.ctx), idOf(request.params), deliveryId);
      return reply.status(202).send({ success: true });
    },
  );
}

function idOf({ webhookId }: { webhookId: string }): string {
  return isId(webhookId) ? webhookId : fail('not_found', { what: 'webhook' });
}

function view(endpoint: webhooks.Endpoint): z.infer<typeof endpointSchema> {
  const { id, url, description, events, disabledAt, disabledReason, formerUntil, createdAt } = endpoint;
  return {
    ...{ id, url, description, events, enabled: disabledAt === null, disabledReason },
    disabledAt: disabledAt?.toISOString() ?? null,
    formerSecretUntil: formerUntil?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}
