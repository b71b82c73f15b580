import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { type CallSettings, ruleSchema, settingsSchema, spentTodaySchema } from './rule-model.ts';
import { changeRoute, changeSettings, dropRoute, listRules, ruleFor, type ShownRule } from './rules.ts';
import { findSettings, type Versioned } from './settings-store.ts';
import { spentToday } from './spend.ts';

const read = { authority: { permission: 'calls:read' } } as const;
const manage = { authority: { permission: 'calls:manage' } } as const;
const tags = ['calls'];
const params = z.object({ numberId: z.string().max(100).describe('A number’s id, or `default`') });
const version = z.number().int().min(0).describe('As it was read: somebody else may have changed it since');

const routeSchema = z
  .object({
    numberId: z.string().nullable().describe('Null: what holds for numbers without a rule of their own'),
    phoneNumber: z.string().nullable(),
    isOwn: z.boolean().describe('false: nobody has written one, and the default holds'),
    rule: ruleSchema,
    version,
    updatedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'CallRoute' });

function view({ updatedAt, ...route }: ShownRule): z.infer<typeof routeSchema> {
  return { ...route, updatedAt: updatedAt?.toISOString() ?? null };
}

/** What happens to calls: the rules of numbers, and the company's settings. */
export function ruleRoutes(server: HttpServer): void {
  routesOfNumbers(server);
  changesOfRoutes(server);
  settingsRoutes(server);
}

const one = ok({ route: routeSchema });

function routesOfNumbers(server: HttpServer): void {
  server.get(
    '/api/calls/routes',
    {
      config: read,
      schema: {
        tags,
        summary: 'What happens to calls, for each number',
        response: { 200: ok({ routes: z.array(routeSchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      return { success: true as const, routes: (await listRules(ctx)).map(view) };
    },
  );
  server.get(
    '/api/calls/routes/:numberId',
    {
      config: read,
      schema: {
        tags,
        summary: 'What happens to calls for a number',
        params,
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      return { success: true as const, route: view(await ruleFor(ctx, request.params.numberId)) };
    },
  );
}

function changesOfRoutes(server: HttpServer): void {
  server.put(
    '/api/calls/routes/:numberId',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change what happens to calls for a number',
        params,
        body: z.object({ rule: ruleSchema, version }),
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { rule, version: readVersion } = request.body;
      return {
        success: true as const,
        route: view(await changeRoute(ctx, request.params.numberId, rule, readVersion)),
      };
    },
  );
  server.delete(
    '/api/calls/routes/:numberId',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Have a number go by the default again',
        params,
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      return { success: true as const, route: view(await dropRoute(ctx, request.params.numberId)) };
    },
  );
}

function settingsRoutes(server: HttpServer): void {
  const answer = ok({ settings: settingsSchema, version, spentToday: z.array(spentTodaySchema) });
  const withSpent = async (
    ctx: CompanyCtx,
    { value: settings, version: current }: Versioned<CallSettings>,
  ) => ({
    ...{ success: true as const, settings, version: current },
    spentToday: await transact(ctx, (tx) => spentToday(ctx, tx, settings)),
  });
  server.get(
    '/api/calls/settings',
    {
      config: read,
      schema: {
        tags,
        summary: 'Limits of what calls may cost, and what counts as a bad line',
        response: { 200: answer, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      return withSpent(ctx, await transact(ctx, findSettings));
    },
  );
  server.put(
    '/api/calls/settings',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change the settings for calls',
        body: z.object({ settings: settingsSchema, version }),
        response: { 200: answer, ...errorResponses },
      },
    },
    async (request) => {
      const { settings, version: readVersion } = request.body;
      const ctx = withCompany(request.ctx);
      return withSpent(ctx, await changeSettings(ctx, settings, readVersion));
    },
  );
}
