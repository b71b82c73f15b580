import { z } from 'zod';
import { type Config, isSandboxCredential } from '../../kernel/config.ts';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { publish } from '../../kernel/live.ts';
import { dropLabel, listLabels } from './conversations-store.ts';
import { CATEGORIES, KEYWORDS, WORD_RULES } from './model.ts';
import { changeSettings, regionOf, STANDARD_ANSWERS } from './settings.ts';
import { findSettings, type InboxSettings } from './settings-store.ts';

const read = { authority: { permission: 'messages:read' } } as const;
const manage = { authority: { permission: 'inbox:manage' } } as const;
const tags = ['inbox'];

const words = z.object({ en: z.string(), fr: z.string() });
const settingsSchema = z
  .object({
    default_region: z.string().nullable().describe("Null: the installation's"),
    region_in_force: z.string(),
    help_text: z.string().nullable().describe('Null: the standard answer. Empty: no answer'),
    stop_text: z.string().nullable(),
    start_text: z.string().nullable(),
    standard: z.object({ help: words, stop: words, start: words }),
    handsets_url: z
      .string()
      .nullable()
      .describe('In the demo: the page of the sandbox whose virtual handsets text the numbers'),
  })
  .meta({ id: 'InboxSettings' });

function settingsView(ctx: CompanyCtx, settings: InboxSettings): z.infer<typeof settingsSchema> {
  return {
    default_region: settings.defaultRegion,
    region_in_force: regionOf(ctx, settings),
    help_text: settings.helpText,
    stop_text: settings.stopText,
    start_text: settings.startText,
    standard: STANDARD_ANSWERS,
    handsets_url: handsetsUrl(ctx.kernel.config),
  };
}

function handsetsUrl({ TWILIO_AUTH_TOKEN, TWILIO_BASE_URL }: Config): string | null {
  return isSandboxCredential(TWILIO_AUTH_TOKEN) ? `${TWILIO_BASE_URL}/?handsets` : null;
}

/** How the inbox behaves: settings, the rules that classify, labels. */
export function settingsRoutes(server: HttpServer): void {
  settingsRoute(server);
  rulesRoute(server);
  labelRoutes(server);
}

const one = ok({ settings: settingsSchema });
const text = z.string().trim().max(640).nullable().optional();

function settingsRoute(server: HttpServer): void {
  server.get(
    '/inbox/settings',
    {
      config: read,
      schema: { tags, summary: 'How the inbox behaves', response: { 200: one, ...errorResponses } },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      return { success: true as const, settings: settingsView(ctx, await transact(ctx, findSettings)) };
    },
  );
  server.patch(
    '/inbox/settings',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change how the inbox behaves',
        body: z.object({
          default_region: z.string().trim().max(60).nullable().optional(),
          help_text: text,
          stop_text: text,
          start_text: text,
        }),
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { body } = request;
      const settings = await changeSettings(ctx, {
        ...(body.default_region === undefined ? {} : { defaultRegion: body.default_region || null }),
        ...(body.help_text === undefined ? {} : { helpText: body.help_text }),
        ...(body.stop_text === undefined ? {} : { stopText: body.stop_text }),
        ...(body.start_text === undefined ? {} : { startText: body.start_text }),
      });
      return { success: true as const, settings: settingsView(ctx, settings) };
    },
  );
}

function rulesRoute(server: HttpServer): void {
  const keywords = z.array(z.string());
  server.get(
    '/inbox/rules',
    {
      config: read,
      schema: {
        tags,
        summary: 'The rules that classify conversations, as they are applied, and the keywords',
        response: {
          200: ok({
            rules: z.array(
              z.object({
                id: z.string(),
                category: z.enum(CATEGORIES),
                words: z.array(z.string()),
                unless: z.array(z.string()).describe('With one of these beside it, the rule does not hold'),
                chars_max: z.number().int().nullable().describe('Holds for texts up to this length'),
                after_us: z.boolean().describe('Holds only when we wrote last'),
              }),
            ),
            keywords: z.object({ stop: keywords, start: keywords, help: keywords }),
          }),
          ...errorResponses,
        },
      },
    },
    async () => ({
      success: true as const,
      rules: WORD_RULES.map(({ id, category, words, unless, charsMax, afterUs }) => ({
        ...{ id, category, words: [...words], unless: [...(unless ?? [])] },
        ...{ chars_max: charsMax ?? null, after_us: afterUs === true },
      })),
      keywords: {
        stop: KEYWORDS.stop.map(({ word }) => word),
        start: KEYWORDS.start.map(({ word }) => word),
        help: KEYWORDS.help.map(({ word }) => word),
      },
    }),
  );
}

function labelRoutes(server: HttpServer): void {
  server.get(
    '/inbox/labels',
    {
      config: read,
      schema: {
        tags,
        summary: 'Labels that conversations have or had',
        response: { 200: ok({ labels: z.array(z.object({ name: z.string() })) }), ...errorResponses },
      },
    },
    async ({ ctx }) => ({
      success: true as const,
      labels: await transact(withCompany(ctx), listLabels),
    }),
  );
  server.delete(
    '/inbox/labels/:name',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Take a label from the list and from every conversation',
        params: z.object({ name: z.string().max(100) }),
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      await transact(ctx, async (tx) => {
        if (!(await dropLabel(tx, request.params.name))) fail('not_found', { what: 'label' });
        await publish(tx, ctx.companyId, 'label', 'all');
        await publish(tx, ctx.companyId, 'conversation', 'all');
      });
      return { success: true as const };
    },
  );
}
