import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { fromCursor, pageQuery, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { isId } from '../../kernel/ids.ts';
import { PROVIDERS } from '../providers/index.ts';
import { outcomesOf } from './drift-store.ts';
import { startSync } from './sync.ts';
import { DRIFT_OUTCOMES, SYNC_STAGES, SYNC_STATES, shareDone } from './sync-model.ts';
import * as store from './sync-store.ts';

const read = { authority: { permission: 'provider_accounts:read' } } as const;
const manage = { authority: { permission: 'provider_accounts:manage' } } as const;
const tags = ['sync'];

const stageCounts = z.object({ pages: z.number().int(), seen: z.number().int(), findings: z.number().int() });
const runSchema = z
  .object({
    id: z.string(),
    provider: z.enum(PROVIDERS),
    accountId: z.string().nullable().describe("Null: the installation's account"),
    accountRef: z.string(),
    startedBy: z.enum(['clock', 'person']),
    starterName: z.string(),
    state: z.enum(SYNC_STATES).describe('paused: it goes on at resumeAt'),
    stage: z.enum(SYNC_STAGES),
    progress: z.number().describe('0 to 1'),
    stages: z.partialRecord(z.enum(SYNC_STAGES), stageCounts).describe('What was looked at, stage by stage'),
    outcomes: z.partialRecord(z.enum(DRIFT_OUTCOMES), z.number().int()).describe('What differed, by outcome'),
    windowFrom: z.string(),
    windowUntil: z.string(),
    reasonCode: z.string().nullable(),
    reason: z.string().nullable().describe('Why it waits, or was given up'),
    resumeAt: z.string().nullable(),
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
  })
  .meta({ id: 'SyncRun' });
const started = ok({
  message: z.string(),
  runs: z.array(runSchema).describe('One for each account; one that was under way already is among them'),
});

/** Comparing provider accounts with what we have: begun by a person here, and by the clock. */
export function syncRoutes(server: HttpServer): void {
  startRoutes(server);
  listRoutes(server);
}

function startRoutes(server: HttpServer): void {
  server.post(
    '/api/telnyx/sync',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Compare the Telnyx accounts with what we have, and set right what differs',
        response: { 202: started, ...errorResponses },
      },
    },
    async (request, reply) =>
      reply.status(202).send(await start(withCompany(request.ctx), { provider: 'telnyx' })),
  );
  server.post(
    '/api/sync-runs',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Compare the accounts of a provider, one account, or all of them',
        body: z.object({
          provider: z.enum(PROVIDERS).optional(),
          accountId: z.uuid().optional().describe('One account of the company'),
        }),
        response: { 202: started, ...errorResponses },
      },
    },
    async (request, reply) => reply.status(202).send(await start(withCompany(request.ctx), request.body)),
  );
}

async function start(
  ctx: CompanyCtx,
  wish: Parameters<typeof startSync>[1],
): Promise<z.infer<typeof started>> {
  const runs = await startSync(ctx, wish);
  const message =
    ctx.language === 'fr'
      ? 'Synchronisation lancée : suivez-la avec GET /api/sync-runs/{id}.'
      : 'Synchronisation started: follow it with GET /api/sync-runs/{id}.';
  return { success: true, message, runs: await transact(ctx, (tx) => views(tx, runs)) };
}

function listRoutes(server: HttpServer): void {
  server.get(
    '/api/sync-runs',
    {
      config: read,
      schema: {
        tags,
        summary: 'Comparisons with the providers, the newest first',
        querystring: pageQuery,
        response: {
          200: ok({ runs: z.array(runSchema), nextCursor: z.string().nullable() }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      return transact(withCompany(request.ctx), async (tx) => {
        const page = toPage(await store.listRuns(tx, fromCursor(cursor), limit + 1), limit);
        return { success: true as const, runs: await views(tx, page.rows), nextCursor: page.nextCursor };
      });
    },
  );
  server.get(
    '/api/sync-runs/:runId',
    {
      config: read,
      schema: {
        tags,
        summary: 'How far a comparison is',
        params: z.object({ runId: z.string().max(100) }),
        response: { 200: ok({ run: runSchema }), ...errorResponses },
      },
    },
    async (request) => {
      const { runId } = request.params;
      return transact(withCompany(request.ctx), async (tx) => {
        const row = isId(runId) ? await store.findRun(tx, runId) : null;
        const [run] = await views(tx, row ? [row] : []);
        return { success: true as const, run: run ?? fail('not_found', { what: 'sync' }) };
      });
    },
  );
}

async function views(tx: Tx, rows: readonly store.RunRow[]): Promise<z.infer<typeof runSchema>[]> {
  const counts = await outcomesOf(
    tx,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => {
    const { id, provider, accountId, accountRef, startedBy, starterName, state, stage, reasonCode, reason } =
      row;
    const mine = counts.filter(({ runId }) => runId === id);
    return {
      ...{ id, provider, accountId, accountRef, startedBy, starterName, state, stage, reasonCode, reason },
      progress: shareDone(stage, state),
      stages: row.progress,
      outcomes: Object.fromEntries(mine.map(({ outcome, count }) => [outcome, count])),
      windowFrom: row.windowFrom.toISOString(),
      windowUntil: row.windowUntil.toISOString(),
      resumeAt: row.resumeAt?.toISOString() ?? null,
      createdAt: row.createdAt.toISOString(),
      startedAt: row.startedAt?.toISOString() ?? null,
      finishedAt: row.finishedAt?.toISOString() ?? null,
    };
  });
}
