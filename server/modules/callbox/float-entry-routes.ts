import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { exportQuery, listAnswer, rowsWanted, sendCsv } from '../../kernel/http/csv.ts';
import { fromCursor, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { enterFloat, getSim } from './float.ts';
import { listEntries } from './float-entries-store.ts';
import { entrySchema, entryView, simFloatSchema, simView } from './float-views.ts';
import { ENTRY_KINDS } from './ledger-plan.ts';

const tags = ['float'];
const params = z.object({ simId: z.string().max(100) });
const AMOUNT_MAX = 1_000_000_000_000;

const query = exportQuery.extend({
  kind: z.enum(ENTRY_KINDS).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
});

/** XAF has no decimals. */
const francs = (least: number) => z.number().int().min(least).max(AMOUNT_MAX);
const reason = z.string().trim().min(1).max(500).describe('For whoever checks the books');
const happened = z.iso.datetime({ offset: true }).optional().describe('When it happened, if not now');

const inputSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('opening'),
    amount: francs(0).describe('All that is on the SIM now'),
    reason,
  }),
  z.object({
    kind: z.literal('supply'),
    amount: francs(1).describe('What was put in'),
    reason,
    at: happened,
  }),
  z.object({
    kind: z.literal('adjustment'),
    amount: francs(-AMOUNT_MAX)
      .refine((amount) => amount !== 0, 'not 0')
      .describe('How much more there is than the ledger says; less: negative'),
    reason,
    at: happened,
  }),
]);

const CSV_HEADER = [
  ...['at', 'kind', 'amount', 'available', 'held', 'transactionId', 'attempt', 'reason', 'late', 'actor'],
] as const;

/** What moved on a SIM, and what people enter. */
export function floatEntryRoutes(server: HttpServer): void {
  listRoute(server);
  enterRoute(server);
}

function listRoute(server: HttpServer): void {
  server.get(
    '/api/float/:simId/entries',
    {
      config: { authority: { permission: 'transactions:read' } },
      schema: {
        tags,
        summary: 'What moved on a SIM, newest first',
        params,
        querystring: query,
        response: {
          200: listAnswer(ok({ entries: z.array(entrySchema), nextCursor: z.string().nullable() })),
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { kind, since, until, cursor, format } = request.query;
      const limit = rowsWanted(request.query);
      const [sinceAt, untilAt] = [since, until].map((text) => (text ? new Date(text) : null));
      const found = await transact(ctx, async (tx) => {
        const { id } = await getSim(tx, request.params.simId);
        const span = { since: sinceAt!, until: untilAt! };
        return listEntries(tx, id, { kind: kind ?? null, ...span, beforeId: fromCursor(cursor), limit });
      });
      const { rows, nextCursor } = toPage(found, limit);
      const entries = rows.map(entryView);
      if (format === 'json') return reply.send({ success: true as const, entries, nextCursor });
      const cells = entries.map((entry) => ({
        ...{ ...entry, late: entry.late ? 'late' : '', actor: entry.actor.name },
      }));
      return sendCsv(
        reply,
        'float-entries.csv',
        CSV_HEADER,
        cells.map((entry) => CSV_HEADER.map((name) => entry[name])),
      );
    },
  );
}

const entered = ok({
  entry: entrySchema.nullable().describe('Null: the ledger said so already'),
  sim: simFloatSchema,
});

function enterRoute(server: HttpServer): void {
  server.post(
    '/api/float/:simId/entries',
    {
      config: { authority: { permission: 'float:manage' } },
      schema: {
        tags,
        summary: 'Enter what a person counted, put in or found',
        description: 'With an Idempotency-Key, a repeat is answered with the first entry.',
        params,
        body: inputSchema,
        response: {
          200: entered,
          201: entered,
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const key = request.headers['idempotency-key'];
      const { body } = request;
      const at = 'at' in body && body.at ? new Date(body.at) : undefined;
      const { entry, sim, replayed } = await enterFloat(
        withCompany(request.ctx),
        request.params.simId,
        { kind: body.kind, amount: body.amount, reason: body.reason, at },
        typeof key === 'string' && key !== '' ? key.slice(0, 255) : null,
      );
      return reply
        .status(replayed ? 200 : 201)
        .send({ success: true as const, entry: entry && entryView(entry), sim: simView(sim) });
    },
  );
}
