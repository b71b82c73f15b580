import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { hasOwnToken } from './box-caller.ts';
import { type BoxWithPresence, countStates, listBoxes } from './boxes-store.ts';
import { FINAL_STATUSES, TRANSACTION_TYPES } from './model.ts';
import {
  countInHand,
  countWaiting,
  type Ended,
  endedByType,
  endedOf,
  inHandOf,
  WAITING_COUNTED_MAX,
} from './stats-store.ts';

const INSTANCES_MAX = 1000;

const figuresSchema = z.object({
  completed: z.number().int(),
  failed: z.number().int(),
  canceled: z.number().int(),
  expired: z.number().int(),
  amount: z.number().int().describe('XAF of what was completed'),
  successRate: z.number().nullable().describe('Completed of completed and failed; null: none ended'),
  averageSeconds: z.number().nullable().describe('From the moment a box began to its report'),
});

const statsSchema = z
  .object({
    connectedInstances: z.number().int(),
    queueLength: z.number().int().describe('Waiting, or assigned and not begun'),
    pendingTransactions: z.number().int().describe('Counted up to 10,000'),
    pendingIsMore: z.boolean(),
    assignedTransactions: z.number().int(),
    processingTransactions: z.number().int(),
    unknownTransactions: z.number().int(),
    completedTransactions: z.number().int(),
    failedTransactions: z.number().int(),
    byType: z.record(z.enum(TRANSACTION_TYPES), figuresSchema),
    total: figuresSchema,
    instances: z.array(
      z.object({
        id: z.string(),
        status: z.string().describe("The box's own word; disconnected, quarantined where that is so"),
        lastHeartbeat: z.iso.datetime(),
        queueSize: z.number().int(),
        processedTransactions: z.number().int(),
        inHand: z.number().int(),
        load: z.number().describe('What it has in hand, of what it can take'),
      }),
    ),
  })
  .meta({ id: 'CallBoxStats' });

/** How the company's boxes do. */
export function statsRoutes(server: HttpServer): void {
  server.get(
    '/api/call-box/stats',
    {
      config: { authority: { permission: 'boxes:read', orBox: true } },
      schema: {
        tags: ['call-box'],
        summary: 'Figures of the company’s boxes and transactions',
        response: { 200: ok({ stats: statsSchema }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      return { success: true as const, stats: await transact(ctx, (tx) => statsView(ctx, tx)) };
    },
  );
}

async function statsView(ctx: CompanyCtx, tx: Tx): Promise<z.infer<typeof statsSchema>> {
  const states = await countStates(tx);
  const pending = await countWaiting(tx);
  const inHand = await countInHand(tx);
  const ended = await endedByType(tx);
  const total = figuresOf(ended);
  return {
    connectedInstances: states.connected,
    queueLength: pending + inHand.assigned,
    pendingTransactions: pending,
    pendingIsMore: pending === WAITING_COUNTED_MAX,
    assignedTransactions: inHand.assigned,
    processingTransactions: inHand.processing,
    unknownTransactions: inHand.unknown,
    completedTransactions: total.completed,
    failedTransactions: total.failed,
    byType: Object.fromEntries(
      TRANSACTION_TYPES.map((type) => [type, figuresOf(ended.filter((each) => each.type === type))]),
    ) as z.infer<typeof statsSchema>['byType'],
    total,
    instances: await instancesOf(ctx, tx),
  };
}

function figuresOf(ended: Ended[]): z.infer<typeof figuresSchema> {
  const sum = (rows: Ended[], name: 'count' | 'amount' | 'seconds' | 'timed') =>
    rows.reduce((total, row) => total + row[name], 0);
  const of = (status: Ended['status']) => ended.filter((each) => each.status === status);
  const counts = Object.fromEntries(FINAL_STATUSES.map((status) => [status, sum(of(status), 'count')]));
  const { completed = 0, failed = 0, canceled = 0, expired = 0 } = counts;
  const timed = sum(of('completed'), 'timed');
  return {
    ...{ completed, failed, canceled, expired, amount: sum(of('completed'), 'amount') },
    successRate: completed + failed > 0 ? completed / (completed + failed) : null,
    averageSeconds: timed > 0 ? sum(of('completed'), 'seconds') / timed : null,
  };
}

/** The newest boxes that were ever heard of. A box with a token of its own reads of itself alone. */
async function instancesOf(ctx: CompanyCtx, tx: Tx) {
  const listed = await listBoxes(tx, {}, null, INSTANCES_MAX);
  const boxes = listed.filter(
    ({ id, lastSeenAt }) => lastSeenAt !== null && (!hasOwnToken(ctx) || id === ctx.actor.id),
  );
  const ids = boxes.map(({ id }) => id);
  const [inHand, ended] = [await inHandOf(tx, ids), await endedOf(tx, ids)];
  return boxes.map((box) => {
    const counts = inHand.get(box.id);
    const count = counts ? counts.assigned + counts.processing + counts.unknown : 0;
    return {
      id: box.code,
      status: statusOf(box),
      lastHeartbeat: box.lastSeenAt!.toISOString(),
      queueSize: box.queueSize ?? 0,
      processedTransactions: box.processedReported ?? ended.get(box.id) ?? 0,
      inHand: count,
      load: count / box.maxConcurrent,
    };
  });
}

function statusOf(box: BoxWithPresence): string {
  if (box.quarantinedAt) return 'quarantined';
  return box.connected ? box.status! : 'disconnected';
}
