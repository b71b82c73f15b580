import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { exportQuery, listAnswer, rowsWanted, sendCsv } from '../../kernel/http/csv.ts';
import { fromCursor, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { PROVIDERS } from '../providers/index.ts';
import { adoptFound, settle } from './drift.ts';
import { type DriftRow, listDrift } from './drift-store.ts';
import { DRIFT_KINDS, DRIFT_OUTCOMES } from './sync-model.ts';

const tags = ['sync'];
const driftSchema = z
  .object({
    id: z.string(),
    runId: z.string(),
    provider: z.enum(PROVIDERS),
    accountId: z.string().nullable(),
    kind: z.enum(DRIFT_KINDS),
    subject: z.string().describe('What people know it by: a phone number, a name'),
    entityId: z.string().nullable().describe('Ours, where we know the thing'),
    externalId: z.string().describe("The provider's"),
    field: z.string().describe('exists: one side alone has it'),
    ours: z.string().nullable(),
    theirs: z.string().nullable(),
    outcome: z
      .enum(DRIFT_OUTCOMES)
      .describe('person: somebody has to decide. gone: it looks right again by itself.'),
    reason: z.string().nullable().describe('Why it could not be set right'),
    foundAt: z.string(),
    seenAt: z.string(),
    settledAt: z.string().nullable(),
    settledBy: z.string().nullable(),
  })
  .meta({ id: 'Drift' });
const params = z.object({ driftId: z.string().max(100) });
const one = ok({ drift: driftSchema });

const listQuery = exportQuery.extend({
  runId: z.uuid().optional(),
  kind: z.enum(DRIFT_KINDS).optional(),
  provider: z.enum(PROVIDERS).optional(),
  outcome: z
    .enum([...DRIFT_OUTCOMES, 'waiting'])
    .optional()
    .describe('waiting: what is not over yet'),
});

/** What differed between us and the providers, and what somebody decided about it. */
export function driftRoutes(server: HttpServer): void {
  listRoute(server);
  decideRoutes(server);
}

function listRoute(server: HttpServer): void {
  server.get(
    '/api/drift',
    {
      config: { authority: { permission: 'provider_accounts:read' } },
      schema: {
        tags,
        summary: 'What we had, what the provider says, and what became of it; the newest first',
        querystring: listQuery,
        response: {
          200: listAnswer(ok({ drift: z.array(driftSchema), nextCursor: z.string().nullable() })),
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor, format, ...filter } = request.query;
      const rowsMax = rowsWanted({ limit, format });
      const rows = await transact(withCompany(request.ctx), (tx) =>
        listDrift(tx, filter, fromCursor(cursor), rowsMax + 1),
      );
      const page = toPage(rows, rowsMax);
      const { nextCursor } = page;
      if (format === 'json')
        return reply.send({ success: true as const, drift: page.rows.map(view), nextCursor });
      const header = [
        'found_at',
        'provider',
        'kind',
        'subject',
        'field',
        'ours',
        'theirs',
        'outcome',
        'reason',
      ];
      const lines = page.rows.map((row) => [
        ...[row.foundAt.toISOString(), row.provider, row.kind, row.subject, row.field, row.ours, row.theirs],
        ...[row.outcome, row.reason],
      ]);
      return sendCsv(reply, 'drift.csv', header, lines);
    },
  );
}

function decideRoutes(server: HttpServer): void {
  server.post(
    '/api/drift/:driftId/settle',
    {
      config: { authority: { permission: 'provider_accounts:manage' } },
      schema: {
        tags,
        summary: 'Say that it is well as it is; it comes back when the provider says something else',
        params,
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => ({
      success: true as const,
      drift: view(await settle(withCompany(request.ctx), request.params.driftId)),
    }),
  );
  server.post(
    '/api/drift/:driftId/adopt',
    {
      config: { authority: { permission: 'numbers:manage' } },
      schema: {
        tags,
        summary: 'Take over a number that the account has and nobody here holds; it is configured at once',
        params,
        response: { 200: one.extend({ numberId: z.string() }), ...errorResponses },
      },
    },
    async (request) => {
      const { drift, numberId } = await adoptFound(withCompany(request.ctx), request.params.driftId);
      return { success: true as const, drift: view(drift), numberId };
    },
  );
}

function view({
  companyId: _company,
  foundAt,
  seenAt,
  settledAt,
  ...row
}: DriftRow): z.infer<typeof driftSchema> {
  return {
    ...row,
    foundAt: foundAt.toISOString(),
    seenAt: seenAt.toISOString(),
    settledAt: settledAt?.toISOString() ?? null,
  };
}
