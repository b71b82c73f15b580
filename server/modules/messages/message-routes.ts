import { z } from 'zod';
import { type CompanyCtx, isGranted, transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { exportQuery, listAnswer, rowsWanted, sendCsv } from '../../kernel/http/csv.ts';
import { fromCursor, pageQuery, periodQuery, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { isId } from '../../kernel/ids.ts';
import { cancelMessage, retryMessage } from './actions.ts';
import { findConversation } from './conversations-store.ts';
import { mediaOf } from './media-store.ts';
import { type HistoryFilter, listThread, listThreadSince, type MessageRow } from './messages-store.ts';
import { MESSAGE_STATUSES } from './model.ts';
import { priceTo } from './price-questions.ts';
import { keyOf, newMessageSchema, takeMessage } from './requests.ts';
import { findHistory } from './search.ts';
import { sendThrough } from './start.ts';
import { messageSchema, messageView } from './views.ts';

const read = { authority: { permission: 'messages:read' } } as const;
const send = { authority: { permission: 'messages:send' } } as const;
const tags = ['inbox'];
const params = z.object({ id: z.string().max(100) });
const answer = ok({
  message: messageSchema,
  replayed: z.boolean().describe('True when an earlier text under the same key is answered again'),
});
const page = ok({ messages: z.array(messageSchema), nextCursor: z.string().nullable() });

/** Texts: in a conversation, over all of them, and what can be done with one. */
export function messageRoutes(server: HttpServer): void {
  threadRoutes(server);
  historyRoute(server, '/inbox/messages', {});
  historyRoute(server, '/api/telnyx/messages', { provider: 'telnyx' });
  telnyxRoute(server);
  actionRoutes(server);
  priceRoute(server);
}

/** Messages as people see them, with their media: one question for all, none where there is no media. */
async function viewAll(ctx: CompanyCtx, rows: MessageRow[]) {
  const withMedia = rows.filter(({ isMms }) => isMms).map(({ id }) => id);
  const media = withMedia.length > 0 ? await transact(ctx, (tx) => mediaOf(tx, withMedia)) : new Map();
  return rows.map((row) => messageView(ctx, row, media.get(row.id)));
}

function threadRoutes(server: HttpServer): void {
  const url = '/inbox/conversations/:id/messages';
  server.get(
    url,
    {
      config: read,
      schema: {
        tags,
        summary: 'What was said in a conversation, newest first; with `after`, what came since, oldest first',
        params,
        querystring: pageQuery.extend({ after: z.uuid().optional().describe('A message’s id') }),
        response: { 200: page, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { limit, cursor, after } = request.query;
      const rows = await transact(ctx, async (tx) => {
        const conversation = await findConversation(tx, request.params.id);
        if (!conversation) fail('not_found', { what: 'conversation' });
        return after
          ? listThreadSince(tx, conversation.id, after, limit + 1)
          : listThread(tx, conversation.id, fromCursor(cursor), limit + 1);
      });
      const { rows: shown, nextCursor } = toPage(rows, limit);
      return { success: true as const, messages: await viewAll(ctx, shown), nextCursor };
    },
  );
  server.post(
    url,
    {
      config: send,
      schema: {
        tags,
        summary: 'Answer in a conversation, or write down what the customer said elsewhere',
        params,
        body: newMessageSchema,
        response: { 200: answer, 201: answer, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { message, replayed } = await takeMessage(ctx, request.params.id, request.body, keyOf(request));
      const [view] = await viewAll(ctx, [message]);
      return reply.status(replayed ? 200 : 201).send({ success: true as const, message: view!, replayed });
    },
  );
}

const historyQuery = exportQuery.extend({
  direction: z.enum(['inbound', 'outbound']).optional(),
  status: z.enum(MESSAGE_STATUSES).optional(),
  provider: z.enum(['telnyx', 'twilio']).optional(),
  number: z.string().max(40).optional().describe('Digits of either party’s number'),
  contact_id: z.string().max(100).optional(),
  conversation_id: z.string().max(100).optional(),
  ...periodQuery.shape,
  search: z.string().trim().max(100).optional(),
});

function toFilter(query: z.infer<typeof historyQuery>): HistoryFilter {
  return {
    direction: query.direction,
    status: query.status,
    provider: query.provider,
    contactId: query.contact_id,
    conversationId: query.conversation_id,
    since: query.since,
    until: query.until,
  };
}

function historyRoute(server: HttpServer, url: string, fixed: HistoryFilter): void {
  server.get(
    url,
    {
      config: read,
      schema: {
        tags,
        summary: fixed.provider ? 'Texts through Telnyx, newest first' : 'All texts, newest first',
        querystring: historyQuery,
        response: { 200: listAnswer(page), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { limit, cursor, format } = request.query;
      const rowsMax = rowsWanted({ limit, format });
      const { search: text = '', number = '' } = request.query;
      // Whoever may not see whole numbers may not find them out digit by digit either.
      const digits = isGranted(ctx, 'contacts:reveal') ? number.replace(/\D/g, '') : '';
      const filter = { ...toFilter(request.query), ...fixed };
      const rows = await findHistory(ctx, filter, { text, digits }, fromCursor(cursor), rowsMax + 1);
      const { rows: shown, nextCursor } = toPage(rows, rowsMax);
      const messages = await viewAll(ctx, shown);
      if (format === 'json') return reply.send({ success: true as const, messages, nextCursor });
      return sendCsv(reply, 'messages.csv', CSV_HEADER, messages.map(csvLine));
    },
  );
}

const CSV_HEADER = [
  ...[
    'created_at',
    'direction',
    'type',
    'from',
    'to',
    'text',
    'status',
    'error',
    'segments',
    'price',
    'currency',
  ],
  ...['provider', 'external_id', 'author', 'delivered_at'],
];

function csvLine(message: z.infer<typeof messageSchema>) {
  return [
    ...[message.created_at, message.direction, message.type, message.from, message.to, message.text],
    ...[message.status, message.error?.reason ?? null, message.segments],
    ...[message.price?.amount ?? null, message.price?.currency ?? null, message.provider],
    ...[message.external_id, message.author?.name ?? null, message.delivered_at],
  ];
}

function telnyxRoute(server: HttpServer): void {
  server.post(
    '/api/telnyx/messages',
    {
      config: send,
      schema: {
        tags: ['telnyx'],
        summary: 'Send a text from one of the company’s Telnyx numbers',
        body: z.object({
          to: z.string().trim().min(3).max(40),
          from: z.string().trim().min(3).max(40).describe('E.164'),
          text: z.string().max(4000).default(''),
          lead_id: z.string().max(100).nullish(),
          media_ids: z.array(z.uuid()).max(10).optional(),
        }),
        response: { 200: answer, 201: answer, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { lead_id: leadId, media_ids: mediaIds, ...text } = request.body;
      const { message, replayed } = await sendThrough(
        ctx,
        { ...text, mediaIds, leadId: leadId ?? null },
        keyOf(request),
      );
      const [view] = await viewAll(ctx, [message]);
      return reply.status(replayed ? 200 : 201).send({ success: true as const, message: view!, replayed });
    },
  );
}

const ACTIONS = {
  cancel: { summary: 'Cancel a text that has not left yet', act: cancelMessage },
  retry: { summary: 'Send a text that failed again', act: retryMessage },
} as const;

function actionRoutes(server: HttpServer): void {
  for (const [name, { summary, act }] of Object.entries(ACTIONS)) {
    server.post(
      `/inbox/messages/:id/${name}`,
      {
        config: send,
        schema: {
          tags,
          summary,
          params,
          response: { 200: ok({ message: messageSchema }), ...errorResponses },
        },
      },
      async (request) => {
        const ctx = withCompany(request.ctx);
        if (!isId(request.params.id)) fail('not_found', { what: 'message' });
        const [view] = await viewAll(ctx, [await act(ctx, request.params.id)]);
        return { success: true as const, message: view! };
      },
    );
  }
}

function priceRoute(server: HttpServer): void {
  server.get(
    '/inbox/price',
    {
      config: read,
      schema: {
        tags,
        summary: 'What one segment to a number costs',
        querystring: z.object({ to: z.string().max(40), integration_id: z.string().max(100).optional() }),
        response: {
          200: ok({
            price: z.object({ amount: z.string(), currency: z.string() }).nullable(),
            country: z.string().nullable(),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => ({
      success: true as const,
      ...(await priceTo(withCompany(request.ctx), request.query.to, request.query.integration_id ?? null)),
    }),
  );
}
