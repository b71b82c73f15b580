import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { fromTimeCursor, pageQuery, toTimePage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { addNote, changeConversation, surroundingsOf, viewConversation } from './conversations.ts';
import { countConversations, listConversations } from './conversations-store.ts';
import { CATEGORIES } from './model.ts';
import { keyOf, newMessageSchema } from './requests.ts';
import { findConversations } from './search.ts';
import { startConversation } from './start.ts';
import { conversationSchema, conversationView, messageSchema, messageView } from './views.ts';

const read = { authority: { permission: 'messages:read' } } as const;
const send = { authority: { permission: 'messages:send' } } as const;
const tags = ['inbox'];
const params = z.object({ id: z.string().max(100) });
const one = ok({ conversation: conversationSchema });
const category = z.enum(CATEGORIES);
const labels = z.array(z.string().trim().min(1).max(40)).max(20);

/** Conversations: the list, one, and what people do with it. */
export function conversationRoutes(server: HttpServer): void {
  listRoute(server);
  countsRoute(server);
  startRoute(server);
  oneRoutes(server);
  actionRoutes(server);
  noteRoute(server);
}

const listQuery = pageQuery.extend({
  // What a screen shows, and some: each row is looked up with its contact, its colleague and its last text.
  limit: pageQuery.shape.limit.unwrap().default(30),
  status: z.enum(['open', 'closed', 'all']).default('open'),
  assignee: z.string().max(100).optional().describe('me, none, or a person’s id'),
  category: category.optional(),
  label: z.string().max(40).optional(),
  unread: z.enum(['true', 'false']).optional(),
  contact_id: z.string().max(100).optional(),
  search: z.string().trim().max(100).optional().describe('A name, a number, or words that were written'),
});

function listRoute(server: HttpServer): void {
  server.get(
    '/inbox/conversations',
    {
      config: read,
      schema: {
        tags,
        summary: 'Conversations, the latest activity first',
        querystring: listQuery,
        response: {
          200: ok({ conversations: z.array(conversationSchema), nextCursor: z.string().nullable() }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { limit, cursor, search, assignee, unread, contact_id: contactId, ...filter } = request.query;
      return transact(ctx, async (tx) => {
        const found = search ? await findConversations(ctx, tx, search) : undefined;
        const rows = await listConversations(
          tx,
          {
            ...filter,
            contactId,
            found,
            unread: unread === 'true',
            assignee: assignee === 'me' ? ctx.actor.id : assignee,
          },
          fromTimeCursor(cursor),
          limit + 1,
        );
        const page = toTimePage(rows, limit, (row) => row.lastActivityAt);
        const around = await surroundingsOf(tx, page.rows);
        return {
          success: true as const,
          conversations: page.rows.map((row) => conversationView(ctx, row, around)),
          nextCursor: page.nextCursor,
        };
      });
    },
  );
}

function countsRoute(server: HttpServer): void {
  const counts = z.object({
    open: z.number(),
    unread: z.number(),
    mine: z.number(),
    unassigned: z.number(),
    categories: z.partialRecord(category, z.number()),
  });
  server.get(
    '/inbox/counts',
    {
      config: read,
      schema: {
        tags,
        summary: 'How many conversations are open, by what people look for',
        response: { 200: ok(counts.shape), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const userId = ctx.actor.kind === 'user' ? ctx.actor.id : null;
      return {
        success: true as const,
        ...(await transact(ctx, (tx) => countConversations(tx, userId))),
      };
    },
  );
}

const started = ok({ conversation: conversationSchema, message: messageSchema.nullable() });

function startRoute(server: HttpServer): void {
  server.post(
    '/inbox/conversations',
    {
      config: send,
      schema: {
        tags,
        summary: 'Start a conversation, or go on in the open one, perhaps with a first text',
        body: z.object({
          source: z.literal('sms'),
          phone_number: z.string().trim().min(3).max(40).optional().describe('As people write it, or E.164'),
          contact_id: z.string().max(100).optional(),
          name: z.string().trim().max(200).optional().describe('Of a contact that is made'),
          integration_id: z.string().max(100).nullish(),
          message: newMessageSchema.optional(),
        }),
        response: { 200: started, 201: started, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { body } = request;
      const { conversationId, isNew, accepted } = await startConversation(
        ctx,
        {
          phoneNumber: body.phone_number,
          contactId: body.contact_id,
          name: body.name,
          integrationId: body.integration_id,
        },
        body.message ?? null,
        keyOf(request),
      );
      const conversation = await transact(ctx, (tx) => viewConversation(ctx, tx, conversationId));
      return reply.status(isNew && !accepted?.replayed ? 201 : 200).send({
        success: true as const,
        conversation,
        message: accepted ? messageView(ctx, accepted.message) : null,
      });
    },
  );
}

function oneRoutes(server: HttpServer): void {
  server.get(
    '/inbox/conversations/:id',
    {
      config: read,
      schema: { tags, summary: 'One conversation', params, response: { 200: one, ...errorResponses } },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const conversation = await transact(ctx, (tx) => viewConversation(ctx, tx, request.params.id));
      return { success: true as const, conversation };
    },
  );
  server.patch(
    '/inbox/conversations/:id',
    {
      config: send,
      schema: {
        tags,
        summary: 'Assign, label, classify, close or reopen a conversation',
        params,
        body: z.object({
          assignee_id: z.uuid().nullable().optional(),
          category: category.optional(),
          labels: labels.optional(),
          status: z.enum(['open', 'closed']).optional(),
        }),
        response: { 200: one, ...errorResponses },
      },
    },
    async ({ ctx, params: { id }, body }) => {
      const { assignee_id: assigneeId, ...patch } = body;
      const conversation = await changeConversation(withCompany(ctx), id, { ...patch, assigneeId });
      return { success: true as const, conversation };
    },
  );
}

type Change = (ctx: CompanyCtx, id: string) => ReturnType<typeof changeConversation>;

/** Changes that need no body. */
const ACTIONS: Record<string, { summary: string; act: Change }> = {
  close: {
    summary: 'Close a conversation',
    act: (ctx, id) => changeConversation(ctx, id, { status: 'closed' }),
  },
  reopen: {
    summary: 'Open a conversation again',
    act: (ctx, id) => changeConversation(ctx, id, { status: 'open' }),
  },
  read: { summary: 'Mark as read', act: (ctx, id) => changeConversation(ctx, id, { unread: false }) },
  unread: { summary: 'Mark as unread', act: (ctx, id) => changeConversation(ctx, id, { unread: true }) },
};

function actionRoutes(server: HttpServer): void {
  for (const [name, { summary, act }] of Object.entries(ACTIONS)) {
    server.post(
      `/inbox/conversations/:id/${name}`,
      { config: send, schema: { tags, summary, params, response: { 200: one, ...errorResponses } } },
      async (request) => ({
        success: true as const,
        conversation: await act(withCompany(request.ctx), request.params.id),
      }),
    );
  }
  server.post(
    '/inbox/conversations/:id/assign',
    {
      config: send,
      schema: {
        tags,
        summary: 'Give a conversation to a colleague, or to nobody',
        params,
        body: z.object({ user_id: z.uuid().nullable() }),
        response: { 200: one, ...errorResponses },
      },
    },
    async ({ ctx, params: { id }, body }) => ({
      success: true as const,
      conversation: await changeConversation(withCompany(ctx), id, { assigneeId: body.user_id }),
    }),
  );
  server.post(
    '/inbox/conversations/:id/labels',
    {
      config: send,
      schema: {
        tags,
        summary: 'Set the labels of a conversation',
        params,
        body: z.object({ labels }),
        response: { 200: one, ...errorResponses },
      },
    },
    async ({ ctx, params: { id }, body }) => ({
      success: true as const,
      conversation: await changeConversation(withCompany(ctx), id, { labels: body.labels }),
    }),
  );
}

const noted = ok({ message: messageSchema });

function noteRoute(server: HttpServer): void {
  server.post(
    '/inbox/conversations/:id/notes',
    {
      config: send,
      schema: {
        tags,
        summary: 'Leave a note for colleagues; the customer never sees it',
        params,
        body: z.object({ text: z.string().trim().min(1).max(4000) }),
        response: { 200: noted, 201: noted, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { message, replayed } = await addNote(ctx, request.params.id, request.body.text, keyOf(request));
      return reply
        .status(replayed ? 200 : 201)
        .send({ success: true as const, message: messageView(ctx, message) });
    },
  );
}
