import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { fail, RelaisError } from '../../kernel/errors.ts';
import { fromCursor, pageQuery, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { publish } from '../../kernel/live.ts';
import { maskPhone } from '../contacts/index.ts';
import { portFor } from '../providers/index.ts';
import { receiveForCompany } from './events.ts';
import { routeStored } from './routing.ts';
import { findUnroutable, listUnroutable, markDelivered, type UnroutableRow } from './unroutable-store.ts';

const tags = ['inbox'];
const manage = { authority: { permission: 'inbox:manage' } } as const;
const reason = z.enum([
  'unknown_number',
  'inactive_integration',
  'own_number',
  'sender_not_a_number',
  'wrong_account',
]);

const unroutableSchema = z
  .object({
    id: z.string(),
    provider: z.enum(['telnyx', 'twilio']),
    from: z.string(),
    to: z.string(),
    text: z.string(),
    reason,
    received_at: z.iso.datetime(),
    delivered_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'UnroutableText' });

function view(ctx: CompanyCtx, row: UnroutableRow): z.infer<typeof unroutableSchema> {
  return {
    id: row.id,
    provider: row.provider,
    from: row.fromNumber.startsWith('+') ? maskPhone(ctx, row.fromNumber) : row.fromNumber,
    to: row.toNumber,
    text: row.body,
    reason: row.reason,
    received_at: row.receivedAt.toISOString(),
    delivered_at: row.deliveredAt?.toISOString() ?? null,
  };
}

/** Texts that arrived and had nowhere to go. */
export function unroutableRoutes(server: HttpServer): void {
  server.get(
    '/inbox/unroutable',
    {
      config: { authority: { permission: 'messages:read' } },
      schema: {
        tags,
        summary: 'Texts that arrived and had nowhere to go, newest first',
        querystring: pageQuery,
        response: {
          200: ok({ messages: z.array(unroutableSchema), nextCursor: z.string().nullable() }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { limit, cursor } = request.query;
      const rows = await transact(ctx, (tx) => listUnroutable(tx, fromCursor(cursor), limit + 1));
      const page = toPage(rows, limit);
      return {
        success: true as const,
        messages: page.rows.map((row) => view(ctx, row)),
        nextCursor: page.nextCursor,
      };
    },
  );
  server.post(
    '/inbox/unroutable/:id/retry',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Deliver a text again, now that its number is set up',
        params: z.object({ id: z.string().max(100) }),
        response: { 200: ok({ message: unroutableSchema }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      return { success: true as const, message: view(ctx, await deliverAgain(ctx, request.params.id)) };
    },
  );
}

/** The Twilio account that signed a text: one that says it is for another account stays where it is. */
async function signerOf(ctx: CompanyCtx, row: UnroutableRow): Promise<string | null> {
  if (row.provider !== 'twilio') return null;
  try {
    return (await portFor(ctx, row.provider, row.providerAccountId)).accountRef;
  } catch (error) {
    if (error instanceof RelaisError) return null;
    throw error;
  }
}

/** Tries a text again. Delivering it twice stores it once. @throws not_found, still_unroutable. */
async function deliverAgain(ctx: CompanyCtx, id: string): Promise<UnroutableRow> {
  const { kernel } = ctx;
  const row = await transact(ctx, (tx) => findUnroutable(tx, id));
  if (!row) fail('not_found', { what: 'text' });
  const signerSid = await signerOf(ctx, row);
  const route = await inSystem(kernel.db, (tx) => routeStored(tx, row, signerSid));
  if (route.kind !== 'routed' || route.companyId !== ctx.companyId)
    fail('still_unroutable', { phoneNumber: row.toNumber });
  await receiveForCompany(kernel, ctx.companyId, [
    { integration: route.integration, text: row.content, receivedAt: row.receivedAt },
  ]);
  return transact(ctx, async (tx) => {
    await markDelivered(tx, row.id, kernel.clock.now());
    await publish(tx, ctx.companyId, 'unroutable', row.id);
    return (await findUnroutable(tx, row.id))!;
  });
}
