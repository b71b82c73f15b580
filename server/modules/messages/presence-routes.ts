import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { publish } from '../../kernel/live.ts';
import { findConversation } from './conversations-store.ts';
import { dropViewer, listViewers, saveViewer, type Viewer } from './presence-store.ts';

/** Whoever has said nothing for this long is no longer there. */
const FORGOTTEN_AFTER_MS = 20_000;

const viewers = ok({
  viewers: z.array(z.object({ user_id: z.string(), name: z.string(), state: z.enum(['viewing', 'typing']) })),
});
const params = z.object({ id: z.string().max(100) });
const tags = ['inbox'];

/** Says that somebody looks at a conversation, types in it, or has left. @returns who is there. */
async function sayPresence(
  ctx: CompanyCtx,
  conversationId: string,
  state: 'viewing' | 'typing' | 'left',
): Promise<Viewer[]> {
  const { clock } = ctx.kernel;
  return transact(ctx, async (tx) => {
    const conversation = await findConversation(tx, conversationId);
    if (!conversation) fail('not_found', { what: 'conversation' });
    const { id, name } = ctx.actor;
    const changed =
      state === 'left'
        ? await dropViewer(tx, conversation.id, id)
        : await saveViewer(
            tx,
            { conversationId: conversation.id, userId: id, name, state },
            ctx.companyId,
            clock.now(),
          );
    if (changed) await publish(tx, ctx.companyId, 'presence', conversation.id);
    return listViewers(tx, conversation.id, since(ctx));
  });
}

function since(ctx: CompanyCtx): Date {
  return new Date(ctx.kernel.clock.nowMs() - FORGOTTEN_AFTER_MS);
}

function view(rows: Viewer[]) {
  return rows.map(({ userId, name, state }) => ({ user_id: userId, name, state }));
}

/** Who else is looking at a conversation, or typing in it. */
export function presenceRoutes(server: HttpServer): void {
  const url = '/inbox/conversations/:id/presence';
  server.get(
    url,
    {
      config: { authority: { permission: 'messages:read' } },
      schema: {
        tags,
        summary: 'Who is looking at a conversation',
        params,
        response: { 200: viewers, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const rows = await transact(ctx, async (tx) => {
        const conversation = await findConversation(tx, request.params.id);
        if (!conversation) fail('not_found', { what: 'conversation' });
        return listViewers(tx, conversation.id, since(ctx));
      });
      return { success: true as const, viewers: view(rows) };
    },
  );
  server.post(
    url,
    {
      config: { authority: { permission: 'messages:send' } },
      schema: {
        tags,
        summary: 'Say that you are looking, typing, or gone; forgotten after 20 s',
        params,
        body: z.object({ state: z.enum(['viewing', 'typing', 'left']) }),
        response: { 200: viewers, ...errorResponses },
      },
    },
    async (request) => ({
      success: true as const,
      viewers: view(await sayPresence(withCompany(request.ctx), request.params.id, request.body.state)),
    }),
  );
}
