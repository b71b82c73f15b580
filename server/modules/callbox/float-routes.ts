import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { exportQuery, listAnswer, rowsWanted, sendCsv } from '../../kernel/http/csv.ts';
import { fromCursor, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { isId } from '../../kernel/ids.ts';
import * as float from './float.ts';
import { floatDayRoutes } from './float-day-routes.ts';
import { floatEntryRoutes } from './float-entry-routes.ts';
import { listSims, sumSims } from './float-store.ts';
import { settingsSchema, settingsView, simFloatSchema, simView } from './float-views.ts';
import { operatorKey } from './model.ts';

const read = { authority: { permission: 'transactions:read' } } as const;
const manage = { authority: { permission: 'float:manage' } } as const;
const tags = ['float'];

/** The money on SIMs: what there is, what moved, and the closing of days. */
export function floatRoutes(server: HttpServer): void {
  listRoute(server);
  simRoutes(server);
  settingsRoutes(server);
  floatEntryRoutes(server);
  floatDayRoutes(server);
}

const query = exportQuery.extend({
  boxId: z.string().max(100).optional(),
  operator: z.string().max(60).optional(),
  alarming: z
    .enum(['true', 'false'])
    .default('false')
    .describe('true: those alone that have little left, or another balance than the ledger says'),
});

const totals = z.object({ sims: z.number().int(), available: z.number().int(), held: z.number().int() });

const CSV_HEADER = [
  ...['callboxId', 'slot', 'operator', 'phoneNumber', 'available', 'held', 'total', 'lowFloatBelow'],
  ...['lowSince', 'reportedBalance', 'reportedAt', 'difference', 'differenceSince'],
] as const;

function listRoute(server: HttpServer): void {
  server.get(
    '/api/float',
    {
      config: read,
      schema: {
        tags,
        summary: 'SIMs with their money',
        querystring: query,
        response: {
          200: listAnswer(
            ok({
              sims: z.array(simFloatSchema),
              totals: totals.describe('Of all SIMs whose money is known'),
              nextCursor: z.string().nullable(),
            }),
          ),
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { boxId, operator, alarming, format, cursor } = request.query;
      const limit = rowsWanted(request.query);
      const beforeId = fromCursor(cursor);
      const filter = { alarming: alarming === 'true', operator: operatorKey(operator), beforeId, limit };
      const [found, sums] = await transact(ctx, async (tx) => [
        // What is no id names no box.
        boxId && !isId(boxId) ? [] : await listSims(tx, { ...filter, boxId: boxId || null }),
        await sumSims(tx),
      ]);
      const { rows, nextCursor } = toPage(found, limit);
      const sims = rows.map(simView);
      if (format === 'json') return reply.send({ success: true as const, sims, totals: sums, nextCursor });
      const cells = sims.map((sim) => ({ ...sim, callboxId: sim.box.callboxId }));
      return sendCsv(
        reply,
        'float.csv',
        CSV_HEADER,
        cells.map((sim) => CSV_HEADER.map((name) => sim[name])),
      );
    },
  );
}

const params = z.object({ simId: z.string().max(100) });
const francs = z.number().int().min(0).max(1_000_000_000_000);

function simRoutes(server: HttpServer): void {
  server.get(
    '/api/float/:simId',
    {
      config: read,
      schema: {
        tags,
        summary: 'The money on one SIM',
        params,
        response: { 200: ok({ sim: simFloatSchema }), ...errorResponses },
      },
    },
    async (request) => {
      const row = await transact(withCompany(request.ctx), (tx) => float.getSim(tx, request.params.simId));
      return { success: true as const, sim: simView(row) };
    },
  );
  server.patch(
    '/api/float/:simId',
    {
      config: manage,
      schema: {
        tags,
        summary: 'When the SIM counts as low, and whose SIM it is',
        params,
        body: z.object({
          lowFloatBelow: francs.nullish().describe('XAF; null: it never does'),
          operator: z.string().max(60).nullish().describe('Null: any'),
        }),
        response: { 200: ok({ sim: simFloatSchema }), ...errorResponses },
      },
    },
    async (request) => {
      const { lowFloatBelow, operator } = request.body;
      const row = await float.changeSim(withCompany(request.ctx), request.params.simId, {
        ...{ lowFloatBelow, operator: operator === undefined ? undefined : operatorKey(operator) },
      });
      return { success: true as const, sim: simView(row) };
    },
  );
}

function settingsRoutes(server: HttpServer): void {
  server.get(
    '/api/float/settings',
    {
      config: read,
      schema: {
        tags,
        summary: 'When the company is told about the money on SIMs, and where',
        response: { 200: ok({ settings: settingsSchema }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { settings, webhookUrl } = await transact(ctx, float.getFloatSettings);
      return { success: true as const, settings: settingsView(ctx, settings, webhookUrl) };
    },
  );
  server.put(
    '/api/float/settings',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change when the company is told; another webhook address gets a secret of its own',
        body: z.object({
          differenceAbove: francs,
          differenceMinutes: z.number().int().min(0).max(10_080),
          webhookUrl: z.string().max(2000).nullable(),
        }),
        response: {
          200: ok({
            settings: settingsSchema,
            webhookSecret: z
              .string()
              .nullable()
              .describe('Signs what is sent (Standard Webhooks); shown this once, when the address is new'),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const saved = await float.changeFloatSettings(ctx, request.body);
      const settings = settingsView(ctx, saved.settings, saved.webhookUrl);
      return { success: true as const, settings, webhookSecret: saved.webhookSecret };
    },
  );
}
