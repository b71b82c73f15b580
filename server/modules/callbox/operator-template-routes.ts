import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { operatorKey, TRANSACTION_TYPES } from './model.ts';
import { readText } from './operator-read.ts';
import { compileTemplate } from './operator-template.ts';
import * as templates from './operator-templates.ts';
import { parsedSchema, parsedView, templateSchema, templateView } from './operator-views.ts';
import { OUTCOMES } from './operator-words.ts';

const tags = ['operator-messages'];
const read = { authority: { permission: 'transactions:read' } } as const;
const manage = { authority: { permission: 'transactions:settle' } } as const;
const params = z.object({ id: z.string().max(100) });

const inputSchema = z.object({
  operator: z
    .string()
    .max(60)
    .refine((name) => operatorKey(name) !== null, "an operator's name"),
  name: z.string().trim().min(1).max(100),
  senders: z
    .array(z.string().trim().min(1).max(60))
    .min(1)
    .max(20)
    .describe('Whom such a text must come from, letter by letter; never a telephone'),
  type: z.enum(TRANSACTION_TYPES).nullable().describe('Null, for failures and balances: any'),
  outcome: z.enum(OUTCOMES),
  wording: z
    .string()
    .trim()
    .min(1)
    .max(1000)
    .describe(
      'The whole text, with holes: {amount}, {number}, {reference}, {balance}, {name}, {date}, {any}. Capitals, accents and spaces do not matter; a currency belongs to its amount',
    ),
  enabled: z.boolean().default(true),
});

function toInput(body: z.infer<typeof inputSchema>): templates.TemplateInput {
  const { name, senders, type, outcome, wording, enabled } = body;
  return { operator: operatorKey(body.operator)!, name, senders, type, outcome, wording, enabled };
}

/** How operators word what they confirm. */
export function operatorTemplateRoutes(server: HttpServer): void {
  listRoutes(server);
  changeRoutes(server);
  tryRoute(server);
}

function listRoutes(server: HttpServer): void {
  server.get(
    '/api/operator-templates',
    {
      config: read,
      schema: {
        tags,
        summary: "Wordings of operators: the company's own, and the built-in ones",
        response: { 200: ok({ templates: z.array(templateSchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const rows = await transact(withCompany(request.ctx), templates.templatesOf);
      return { success: true as const, templates: rows.map(templateView) };
    },
  );
  server.post(
    '/api/operator-templates',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Add a wording',
        body: inputSchema,
        response: { 201: ok({ template: templateSchema }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const row = await templates.createTemplate(withCompany(request.ctx), toInput(request.body));
      return reply.status(201).send({ success: true as const, template: templateView(row) });
    },
  );
}

function changeRoutes(server: HttpServer): void {
  server.put(
    '/api/operator-templates/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change a wording, or switch it off; of a built-in one the company gets its own',
        params,
        body: inputSchema,
        response: { 200: ok({ template: templateSchema }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const row = await templates.changeTemplate(ctx, request.params.id, toInput(request.body));
      return { success: true as const, template: templateView(row) };
    },
  );
  server.delete(
    '/api/operator-templates/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Remove a wording; a built-in one is what it was again',
        params,
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async (request) => {
      await templates.removeTemplate(withCompany(request.ctx), request.params.id);
      return { success: true as const };
    },
  );
}

function tryRoute(server: HttpServer): void {
  server.post(
    '/api/operator-templates/try',
    {
      config: manage,
      schema: {
        tags,
        summary: 'How a text would be read; nothing is stored',
        body: z.object({
          operator: z.string().max(60).nullish().describe("The SIM's; left out: any"),
          sender: z.string().max(60).default(''),
          body: z.string().max(2000),
          wording: z.string().max(1000).optional().describe('Read by this wording instead of the saved ones'),
        }),
        response: {
          200: ok({
            kind: z
              .enum(['trusted', 'untrusted', 'unclear', 'unread'])
              .describe(
                'untrusted: the words fit, the sender does not. unclear: two wordings say different things',
              ),
            template: z.string().nullable(),
            type: z.enum(TRANSACTION_TYPES).nullable(),
            outcome: z.enum(OUTCOMES).nullable(),
            parsed: parsedSchema.nullable(),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const { operator, sender, body, wording } = request.body;
      const readers = wording
        ? [trial(wording, sender)]
        : await transact(withCompany(request.ctx), templates.readersOf);
      const asked = wording ? null : operatorKey(operator);
      const reading = readText(readers, { operator: asked, sender, body });
      if (reading.kind === 'unread')
        return {
          success: true as const,
          ...{ kind: reading.kind, template: null, type: null, outcome: null, parsed: null },
        };
      const { kind, template, type, outcome, parsed } = reading;
      return { success: true as const, kind, template, type, outcome, parsed: parsedView(parsed) };
    },
  );
}

/** A wording that is only tried. @throws template_unreadable. */
function trial(wording: string, sender: string) {
  const template = compileTemplate(wording);
  if (typeof template === 'string') fail('template_unreadable', { reason: template });
  const outcome = 'completed' as const;
  return { id: 'trial', operator: '', senders: [sender], type: null, outcome, wording };
}
