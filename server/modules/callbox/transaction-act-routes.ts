import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { isId } from '../../kernel/ids.ts';
import { findBox } from './boxes-store.ts';
import { FINAL_STATUSES, TRANSACTION_TYPES } from './model.ts';
import { confirmSettling, rejectSettling, settle } from './settle.ts';
import { cancel, confirmHeld } from './transaction-acts.ts';
import { dayFigures } from './transaction-list-store.ts';
import { QUEUE_REASONS, queueOf } from './transaction-queue.ts';
import { transactionSchema, transactionView } from './transaction-views.ts';
import type { NamedTransaction } from './transactions-store.ts';

const tags = ['transactions'];
const params = z.object({ id: z.string().max(100) });
const answer = ok({ transaction: transactionSchema });
const SUBMIT = 'transactions:submit';
const SETTLE = 'transactions:settle';
const nothing = z.unknown();
const reasonBody = z
  .object({ reason: z.string().trim().max(500).nullish() })
  .nullish()
  .transform((body) => body?.reason || null);

const settleBody = z.object({
  outcome: z.enum(['completed', 'failed']),
  proof: z.string().trim().min(3).max(2000).describe('How you know: kept for ever, with your name'),
  transactionRef: z
    .string()
    .trim()
    .max(100)
    .nullish()
    .transform((ref) => ref || null)
    .describe('The operator’s own name for it'),
});

/** What people do about transactions. */
export function transactionActRoutes(server: HttpServer): void {
  act(
    server,
    { name: 'cancel', permission: SUBMIT, summary: 'Cancel what no box can have begun' },
    reasonBody,
    cancel,
  );
  const confirm = 'Let a transaction go that looks like another one';
  act(server, { name: 'confirm', permission: SUBMIT, summary: confirm }, nothing, confirmHeld);
  act(
    server,
    { name: 'settle', permission: SETTLE, summary: 'Say what became of a transaction' },
    settleBody,
    settle,
  );
  const agree = 'Agree to the outcome that somebody proposed';
  act(server, { name: 'settle/confirm', permission: SETTLE, summary: agree }, nothing, confirmSettling);
  const disagree = 'Disagree with the outcome that somebody proposed';
  act(server, { name: 'settle/reject', permission: SETTLE, summary: disagree }, reasonBody, rejectSettling);
  queueRoute(server);
  statsRoute(server);
}

function act<Body extends z.ZodType>(
  server: HttpServer,
  { name, permission, summary }: { name: string; permission: string; summary: string },
  body: Body,
  work: (ctx: CompanyCtx, id: string, body: z.infer<Body>) => Promise<NamedTransaction>,
): void {
  server.post(
    `/api/transactions/:id/${name}`,
    {
      config: { authority: { permission } },
      schema: { tags, summary, params, body, response: { 200: answer, ...errorResponses } },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const row = await work(ctx, request.params.id, request.body as z.infer<Body>);
      return { success: true as const, transaction: transactionView(ctx, row) };
    },
  );
}

function queueRoute(server: HttpServer): void {
  server.get(
    '/api/transactions/queue',
    {
      config: { authority: { permission: 'transactions:read' } },
      schema: {
        tags,
        summary: 'What waits, by operator and type, and why nothing takes it',
        response: {
          200: ok({
            lanes: z.array(
              z.object({
                operator: z.string().nullable(),
                type: z.enum(TRANSACTION_TYPES),
                count: z.number().int(),
                oldestAt: z.iso.datetime().nullable().describe('Null: nothing is due yet'),
                reason: z.enum(QUEUE_REASONS).nullable().describe('Null: boxes take it'),
              }),
            ),
            states: z
              .record(z.string(), z.number().int())
              .describe('How many are in each state that is no end'),
            countedUpTo: z.number().int().describe('Counts stop here'),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const { lanes, ...rest } = await queueOf(withCompany(request.ctx));
      const shown = lanes.map(({ oldestAt, ...lane }) => ({
        ...lane,
        oldestAt: oldestAt?.toISOString() ?? null,
      }));
      return { success: true as const, lanes: shown, ...rest };
    },
  );
}

const DAY_MS = 86_400_000;
const FIGURES_MAX = 20_000;
const figureSchema = z.object({
  day: z.string(),
  type: z.enum(TRANSACTION_TYPES),
  operator: z.string().nullable(),
  box: z.string().nullable(),
  status: z.enum(FINAL_STATUSES),
  count: z.number().int(),
  amount: z.number().int(),
  averageSeconds: z.number().nullable(),
});

function statsRoute(server: HttpServer): void {
  server.get(
    '/api/transactions/stats',
    {
      config: { authority: { permission: 'transactions:read' } },
      schema: {
        tags,
        summary:
          'What ended, by day, type, operator, box and outcome; the last 30 days unless told otherwise',
        querystring: z.object({
          since: z.iso.date().optional(),
          until: z.iso.date().optional(),
          boxId: z.string().max(100).optional().describe('Of one box alone'),
        }),
        response: {
          200: ok({
            since: z.string(),
            until: z.string(),
            figures: z.array(figureSchema),
            boxes: z.array(
              z.object({
                box: z.string(),
                completed: z.number().int(),
                failed: z.number().int(),
                successRate: z.number().nullable(),
                averageSeconds: z.number().nullable(),
              }),
            ),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => ({
      success: true as const,
      ...(await statsOf(withCompany(request.ctx), request.query)),
    }),
  );
}

interface StatsQuery {
  since?: string | undefined;
  until?: string | undefined;
  boxId?: string | undefined;
}

async function statsOf(ctx: CompanyCtx, asked: StatsQuery) {
  const dayAt = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  // A day more than today is not wrong: east of Greenwich it has begun.
  const until = asked.until ?? dayAt(ctx.kernel.clock.nowMs() + DAY_MS);
  const since = asked.since ?? dayAt(ctx.kernel.clock.nowMs() - 30 * DAY_MS);
  if (since > until) fail('invalid_request', { reason: 'since: later than until' });
  const boxId = asked.boxId ?? null;
  const rows = await transact(ctx, async (tx) => {
    if (boxId !== null && !(isId(boxId) && (await findBox(tx, boxId)))) fail('not_found', { what: 'box' });
    return dayFigures(tx, { since, until, boxId }, FIGURES_MAX);
  });
  const mean = (seconds: number, timed: number) => (timed > 0 ? seconds / timed : null);
  const boxes = [
    ...Map.groupBy(
      rows.filter(({ boxCode }) => boxCode !== null),
      ({ boxCode }) => boxCode!,
    ),
  ];
  const sum = (list: typeof rows, name: 'count' | 'seconds' | 'timed') =>
    list.reduce((total, row) => total + row[name], 0);
  return {
    ...{ since, until },
    figures: rows
      .filter(({ count }) => count !== 0)
      .map(({ boxCode, seconds, timed, ...row }) => ({
        ...{ ...row, box: boxCode, averageSeconds: mean(seconds, timed) },
      })),
    boxes: boxes.map(([box, list]) => {
      const completed = sum(
        list.filter(({ status }) => status === 'completed'),
        'count',
      );
      const failed = sum(
        list.filter(({ status }) => status === 'failed'),
        'count',
      );
      return {
        ...{ box, completed, failed },
        successRate: completed + failed > 0 ? completed / (completed + failed) : null,
        averageSeconds: mean(sum(list, 'seconds'), sum(list, 'timed')),
      };
    }),
  };
}
