import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { TEXT_CHARS_MAX, variablesOf } from './model.ts';
import * as templates from './templates.ts';
import { listTemplates, type TemplateRow } from './templates-store.ts';

const read = { authority: { permission: 'messages:read' } } as const;
const send = { authority: { permission: 'messages:send' } } as const;
const manage = { authority: { permission: 'inbox:manage' } } as const;
const tags = ['templates'];
const params = z.object({ id: z.string().max(100) });

const templateSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    text: z.string(),
    variables: z.array(z.string()).describe('The names in {{braces}}'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'MessageTemplate' });

function templateView(row: TemplateRow): z.infer<typeof templateSchema> {
  return {
    id: row.id,
    name: row.name,
    text: row.body,
    variables: variablesOf(row.body),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

const one = ok({ template: templateSchema });
const name = z.string().trim().min(1).max(100);
const text = z.string().trim().min(1).max(TEXT_CHARS_MAX);

/** Texts that a company writes again and again. */
export function templateRoutes(server: HttpServer): void {
  collectionRoutes(server);
  oneRoutes(server);
  renderRoute(server);
}

function collectionRoutes(server: HttpServer): void {
  server.get(
    '/inbox/templates',
    {
      config: read,
      schema: {
        tags,
        summary: 'Templates, by name',
        response: { 200: ok({ templates: z.array(templateSchema) }), ...errorResponses },
      },
    },
    async ({ ctx }) => ({
      success: true as const,
      templates: (await transact(withCompany(ctx), listTemplates)).map(templateView),
    }),
  );
  server.post(
    '/inbox/templates',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Add a template',
        body: z.object({ name, text }),
        response: { 201: one, ...errorResponses },
      },
    },
    async ({ ctx, body }, reply) =>
      reply.status(201).send({
        success: true as const,
        template: templateView(await templates.createTemplate(withCompany(ctx), body)),
      }),
  );
}

function oneRoutes(server: HttpServer): void {
  server.patch(
    '/inbox/templates/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change a template',
        params,
        body: z.object({ name: name.optional(), text: text.optional() }),
        response: { 200: one, ...errorResponses },
      },
    },
    async ({ ctx, params: { id }, body }) => ({
      success: true as const,
      template: templateView(await templates.changeTemplate(withCompany(ctx), id, body)),
    }),
  );
  server.delete(
    '/inbox/templates/:id',
    {
      config: manage,
      schema: { tags, summary: 'Remove a template', params, response: { 200: ok({}), ...errorResponses } },
    },
    async ({ ctx, params: { id } }) => {
      await templates.removeTemplate(withCompany(ctx), id);
      return { success: true as const };
    },
  );
}

function renderRoute(server: HttpServer): void {
  server.post(
    '/inbox/templates/:id/render',
    {
      config: send,
      schema: {
        tags,
        summary: 'Fill a template in',
        params,
        body: z.object({
          conversation_id: z.string().max(100).optional(),
          variables: z.record(z.string().max(40), z.string().max(400)).default({}),
        }),
        response: { 200: ok({ text: z.string(), missing: z.array(z.string()) }), ...errorResponses },
      },
    },
    async ({ ctx, params: { id }, body }) => ({
      success: true as const,
      ...(await templates.renderTemplate(withCompany(ctx), id, {
        conversationId: body.conversation_id,
        variables: body.variables,
      })),
    }),
  );
}
