import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import * as integrations from './integrations.ts';
import { listIntegrations } from './integrations-store.ts';
import { integrationSchema, integrationView } from './views.ts';

const read = { authority: { permission: 'messages:read' } } as const;
const manage = { authority: { permission: 'inbox:manage' } } as const;
const tags = ['inbox'];
const params = z.object({ id: z.string().max(100) });
const one = ok({ integration: integrationSchema });

const name = z.string().trim().min(1).max(100);
const secret = z
  .string()
  .trim()
  .min(8)
  .max(300)
  .regex(/^[\x21-\x7e]+$/, 'no spaces or line breaks');
const pace = z.number().min(0.01).max(1000).nullable();

const newIntegration = z.object({
  name,
  integration_type: z.literal('sms'),
  provider: z.enum(['telnyx', 'twilio']).optional().describe('twilio unless a public_key is given'),
  account_id: z.string().trim().max(100).optional().describe("Twilio's account SID"),
  api_key: secret.optional().describe("Twilio's auth token, or Telnyx's API key; never shown again"),
  public_key: z.string().trim().max(100).optional().describe("Telnyx's: verifies its webhooks"),
  provider_account_id: z
    .string()
    .max(60)
    .nullable()
    .optional()
    .describe("A provider account that is here already; null: the installation's"),
  phone_number: z.string().trim().min(3).max(40).describe('As people write it, or E.164'),
  is_active: z.boolean().default(true),
  is_default: z.boolean().optional(),
  messages_per_second: pace.optional(),
  configure_webhook: z
    .boolean()
    .default(true)
    .describe("Whether the number's texts are pointed here; otherwise that is yours to do"),
});

const patch = z.object({
  name: name.optional(),
  is_active: z.boolean().optional(),
  is_default: z.boolean().optional(),
  messages_per_second: pace.optional(),
  account_id: z.string().trim().max(100).optional(),
  api_key: secret.optional(),
  public_key: z.string().trim().max(100).optional(),
});

/** The inbox's channels: numbers, and the provider accounts that they live in. */
export function integrationRoutes(server: HttpServer): void {
  collectionRoutes(server);
  oneRoutes(server);
  testRoute(server);
}

function collectionRoutes(server: HttpServer): void {
  server.get(
    '/inbox/integrations',
    {
      config: read,
      schema: {
        tags,
        summary: 'The numbers of the inbox',
        response: { 200: ok({ integrations: z.array(integrationSchema) }), ...errorResponses },
      },
    },
    async ({ ctx }) => ({
      success: true as const,
      integrations: (await transact(withCompany(ctx), listIntegrations)).map(integrationView),
    }),
  );
  server.post(
    '/inbox/integrations',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Add a number to the inbox',
        body: newIntegration,
        response: { 201: one, ...errorResponses },
      },
    },
    async ({ ctx, body }, reply) => {
      const row = await integrations.createIntegration(withCompany(ctx), {
        name: body.name,
        provider: body.provider,
        accountId: body.account_id,
        apiKey: body.api_key,
        publicKey: body.public_key,
        providerAccountId: body.provider_account_id,
        phoneNumber: body.phone_number,
        isActive: body.is_active,
        isDefault: body.is_default,
        messagesPerSecond: body.messages_per_second,
        configureWebhook: body.configure_webhook,
      });
      return reply.status(201).send({ success: true as const, integration: integrationView(row) });
    },
  );
}

function oneRoutes(server: HttpServer): void {
  const url = '/inbox/integrations/:id';
  server.get(
    url,
    {
      config: read,
      schema: { tags, summary: 'One number of the inbox', params, response: { 200: one, ...errorResponses } },
    },
    async ({ ctx, params: { id } }) => ({
      success: true as const,
      integration: integrationView(await integrations.getIntegration(withCompany(ctx), id)),
    }),
  );
  server.patch(
    url,
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change a number of the inbox',
        params,
        body: patch,
        response: { 200: one, ...errorResponses },
      },
    },
    async ({ ctx, params: { id }, body }) => ({
      success: true as const,
      integration: integrationView(
        await integrations.changeIntegration(withCompany(ctx), id, {
          name: body.name,
          isActive: body.is_active,
          isDefault: body.is_default,
          messagesPerSecond: body.messages_per_second,
          accountId: body.account_id,
          apiKey: body.api_key,
          publicKey: body.public_key,
        }),
      ),
    }),
  );
  server.delete(
    url,
    {
      config: manage,
      schema: {
        tags,
        summary: 'Take a number out of the inbox',
        params,
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async ({ ctx, params: { id } }) => {
      await integrations.deleteIntegration(withCompany(ctx), id);
      return { success: true as const };
    },
  );
}

const checkSchema = z.object({
  name: z.enum(['credentials', 'number', 'webhook']),
  ok: z.boolean(),
  detail: z.string().nullable(),
});

function testRoute(server: HttpServer): void {
  server.post(
    '/inbox/integrations/:id/test',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Ask the provider whether a number can text and be texted; its webhook is repaired',
        params,
        response: {
          200: ok({
            ok: z.boolean(),
            message: z.string(),
            checks: z.array(checkSchema),
            integration: integrationSchema,
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { checks, integration } = await integrations.testIntegration(ctx, request.params.id);
      const failed = checks.find((check) => !check.ok);
      const fine = ctx.language === 'fr' ? 'Tout est en ordre.' : 'Everything is in order.';
      return {
        success: true as const,
        ok: !failed,
        message: failed?.detail ?? fine,
        checks,
        integration: integrationView(integration),
      };
    },
  );
}
