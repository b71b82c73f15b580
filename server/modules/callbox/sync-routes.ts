import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { countStates } from './boxes-store.ts';
import { forceSync, settingsOf, switchSync } from './config.ts';
import { countInHand, countWaiting } from './stats-store.ts';

const tags = ['sync'];
const read = { authority: { permission: 'boxes:read' }, explains: true } as const;
const manage = { authority: { permission: 'boxes:manage' }, explains: true } as const;

const statusSchema = z
  .object({
    running: z.boolean().describe('Whether transactions are handed to boxes'),
    intervalMs: z.number().int(),
    lastSync: z.iso.datetime().nullable(),
    connectedCallboxes: z.number().int(),
    pendingTransactions: z.number().int().describe('Counted up to 10,000'),
    assignedTransactions: z.number().int(),
    processingTransactions: z.number().int(),
    unknownTransactions: z.number().int(),
    changedAt: z.iso.datetime().nullable(),
    changedBy: z.string().nullable(),
  })
  .meta({ id: 'SyncStatus' });

async function statusView(ctx: CompanyCtx): Promise<z.infer<typeof statusSchema>> {
  return transact(ctx, async (tx) => {
    const settings = await settingsOf(ctx, tx);
    const states = await countStates(tx);
    const inHand = await countInHand(tx);
    return {
      running: settings.syncRunning,
      intervalMs: ctx.kernel.config.SYNC_INTERVAL_MS,
      lastSync: settings.lastSyncAt?.toISOString() ?? null,
      connectedCallboxes: states.connected,
      pendingTransactions: await countWaiting(tx),
      assignedTransactions: inHand.assigned,
      processingTransactions: inHand.processing,
      unknownTransactions: inHand.unknown,
      changedAt: settings.syncChangedAt?.toISOString() ?? null,
      changedBy: settings.syncChangedBy,
    };
  });
}

const changed = ok({ message: z.string(), status: statusSchema });

/** Whether transactions are handed to boxes, and how to stop it. */
export function syncRoutes(server: HttpServer): void {
  statusRoute(server);
  switchRoute(server, 'start', 'Hand out transactions', 'Synchronisation démarrée');
  switchRoute(server, 'stop', 'Hand out nothing new; what is out continues', 'Synchronisation arrêtée');
  forceRoute(server);
}

function statusRoute(server: HttpServer): void {
  server.get(
    '/api/sync/status',
    {
      config: read,
      schema: {
        tags,
        summary: 'Whether transactions are handed out, and what waits',
        response: { 200: ok({ status: statusSchema }), ...errorResponses },
      },
    },
    async (request) => ({ success: true as const, status: await statusView(withCompany(request.ctx)) }),
  );
}

function switchRoute(server: HttpServer, word: 'start' | 'stop', summary: string, message: string): void {
  server.post(
    `/api/sync/${word}`,
    { config: manage, schema: { tags, summary, response: { 200: changed, ...errorResponses } } },
    async (request) => {
      const ctx = withCompany(request.ctx);
      await switchSync(ctx, word === 'start');
      return { success: true as const, message, status: await statusView(ctx) };
    },
  );
}

function forceRoute(server: HttpServer): void {
  server.post(
    '/api/sync/force',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Hand out at once what waits',
        response: {
          200: changed.extend({ forced: z.boolean().describe('False while it is stopped') }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const forced = await forceSync(ctx);
      const message = forced ? 'Synchronisation forcée' : 'Synchronisation arrêtée : démarrez-la d’abord';
      return { success: true as const, message, forced, status: await statusView(ctx) };
    },
  );
}
