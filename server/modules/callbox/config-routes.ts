import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { refuseOwnToken, requireBox } from './box-caller.ts';
import { callboxIdSchema, configSchema } from './box-schemas.ts';
import {
  changeBoxConfig,
  changeConfig,
  changeSettings,
  configFor,
  configPatchSchema,
  defaultsOf,
  rulesPatchSchema,
  type Settings,
  settingsOf,
} from './config.ts';
import { callboxRulesSchema } from './model.ts';

const read = { authority: { permission: 'boxes:read', orBox: true } } as const;
const manage = { authority: { permission: 'boxes:manage', orBox: true } } as const;

const configAnswer = ok({
  config: configSchema,
  configVersion: z.string().describe('Raised by every change; heartbeats carry it'),
});

/** What boxes are told: for them, and for the console. */
export function configRoutes(server: HttpServer): void {
  readRoute(server);
  changeRoute(server);
  settingsRoutes(server);
}

function readRoute(server: HttpServer): void {
  server.get(
    '/api/call-box/config',
    {
      config: read,
      schema: {
        tags: ['call-box'],
        summary: 'The configuration in force for a box, or for all of the company',
        querystring: z.object({ callboxId: callboxIdSchema.optional() }),
        response: { 200: configAnswer, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { callboxId } = request.query;
      const found = await transact(ctx, async (tx) => {
        const box = callboxId ? await requireBox(ctx, tx, callboxId) : null;
        return configFor(await settingsOf(ctx, tx), box);
      });
      return { success: true as const, ...found };
    },
  );
}

const basedOn = z
  .union([z.string().max(40), z.number()])
  .nullish()
  .describe('The version that the change is based on: 409 when it is no longer the present one');

function changeRoute(server: HttpServer): void {
  server.put(
    '/api/call-box/config',
    {
      config: manage,
      schema: {
        tags: ['call-box'],
        summary:
          'Change the configuration of all boxes, or with callboxId what differs for one; null goes back',
        body: configPatchSchema.extend({ callboxId: callboxIdSchema.nullish(), configVersion: basedOn }),
        response: {
          200: configAnswer.extend({ message: z.string() }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      refuseOwnToken(ctx);
      const { callboxId, configVersion, ...patch } = request.body;
      const version = configVersion?.toString();
      const boxId = callboxId ? (await transact(ctx, (tx) => requireBox(ctx, tx, callboxId))).id : null;
      const changed = boxId
        ? await changeBoxConfig(ctx, boxId, patch, version)
        : await changeConfig(ctx, patch, version);
      return { success: true as const, message: 'Configuration mise à jour avec succès', ...changed };
    },
  );
}

const settingsSchema = ok({
  config: configSchema,
  defaults: configSchema.describe('What holds where the company chose nothing'),
  rules: callboxRulesSchema.meta({ id: 'CallBoxRules' }),
  version: z.number().int(),
});

function settingsView(settings: Settings, defaults: Settings['config']) {
  const { config, rules, version } = settings;
  return { success: true as const, config, defaults, rules, version };
}

function settingsRoutes(server: HttpServer): void {
  server.get(
    '/api/callbox/settings',
    {
      config: { authority: { permission: 'boxes:read' } },
      schema: {
        tags: ['boxes'],
        summary: 'How the company runs its boxes',
        response: { 200: settingsSchema, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      return settingsView(await transact(ctx, (tx) => settingsOf(ctx, tx)), defaultsOf(ctx));
    },
  );
  server.put(
    '/api/callbox/settings',
    {
      config: { authority: { permission: 'boxes:manage' } },
      schema: {
        tags: ['boxes'],
        summary:
          'Change how the company runs its boxes; what is absent stays. Rules of money need money:rules',
        body: z.object({
          config: configPatchSchema.optional(),
          rules: rulesPatchSchema.optional(),
          version: z.number().int().min(0).describe('The version that the change is based on'),
        }),
        response: { 200: settingsSchema, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      return settingsView(await changeSettings(ctx, request.body), defaultsOf(ctx));
    },
  );
}
