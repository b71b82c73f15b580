import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { exportQuery, listAnswer, rowsWanted, sendCsv } from '../../kernel/http/csv.ts';
import { fromCursor, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { isId } from '../../kernel/ids.ts';
import { boxTimeSchema, callboxIdSchema } from './box-schemas.ts';
import { transactionId } from './model.ts';
import { attachText } from './operator-attach.ts';
import { takeTexts } from './operator-messages.ts';
import { listMessages, VERDICTS } from './operator-messages-store.ts';
import { operatorTemplateRoutes } from './operator-template-routes.ts';
import { messageSchema, messageView } from './operator-views.ts';

const BATCH_MAX = 100;

/** What operators write to SIMs: boxes forward it, wordings read it, and people look at what is left. */
export function operatorRoutes(server: HttpServer): void {
  forwardRoute(server);
  listRoute(server);
  attachRoute(server);
  operatorTemplateRoutes(server);
}

const forwardBody = z.object({
  callboxId: callboxIdSchema,
  messages: z
    .array(
      z.object({
        id: z
          .string()
          .min(1)
          .max(100)
          .describe("The box's own name for the text: the same told twice is one"),
        simSlot: z.string().max(40).nullish().describe('May be left out by a box with one SIM'),
        sender: z.string().max(1000).describe("As the network says it: the operator's name or short number"),
        body: z.string().max(20_000),
        receivedAt: boxTimeSchema.describe("By the network's clock, else the box's"),
      }),
    )
    .max(BATCH_MAX),
});

const SENDER_MAX = 60;
const BODY_MAX = 2000;

function forwardRoute(server: HttpServer): void {
  server.post(
    '/api/call-box/messages',
    {
      config: { authority: 'box' },
      schema: {
        tags: ['call-box'],
        summary: 'Hand in texts that an operator sent to a SIM',
        body: forwardBody,
        response: {
          200: ok({
            stored: z.number().int(),
            duplicates: z.number().int().describe('Texts that were handed in before'),
            messages: z.array(z.object({ id: z.string(), verdict: z.enum(VERDICTS) })),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const { callboxId, messages } = request.body;
      const texts = messages.map(({ id, simSlot, sender, body, receivedAt }) => ({
        ...{ id, simSlot: simSlot || null, receivedAt: new Date(receivedAt) },
        // What is longer is no operator's: its beginning is kept for people.
        sender: sender.slice(0, SENDER_MAX).toWellFormed(),
        body: body.slice(0, BODY_MAX).toWellFormed(),
      }));
      const taken = await takeTexts(withCompany(request.ctx), callboxId, texts);
      const duplicates = taken.filter(({ duplicate }) => duplicate).length;
      return {
        success: true as const,
        ...{ stored: taken.length - duplicates, duplicates },
        messages: taken.map(({ id, verdict }) => ({ id, verdict })),
      };
    },
  );
}

const query = exportQuery.extend({
  verdict: z.enum(VERDICTS).optional(),
  boxId: z.string().max(100).optional(),
  transactionId: z.string().max(100).optional(),
  search: z.string().max(100).optional().describe('Words of the text, or its sender'),
});

const CSV_HEADER = [
  ...['receivedAt', 'callboxId', 'slot', 'sender', 'body', 'verdict', 'why', 'transactionId', 'attachedBy'],
] as const;

function listRoute(server: HttpServer): void {
  server.get(
    '/api/operator-messages',
    {
      config: { authority: { permission: 'transactions:read' } },
      schema: {
        tags: ['operator-messages'],
        summary: 'Texts of operators, newest first',
        querystring: query,
        response: {
          200: listAnswer(ok({ messages: z.array(messageSchema), nextCursor: z.string().nullable() })),
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const { verdict, boxId, search, format, cursor, transactionId: name } = request.query;
      const limit = rowsWanted(request.query);
      const wanted = name ? transactionId(name) : null;
      // What can name no row has no texts.
      const isNobody = (name && !wanted) || (boxId && !isId(boxId));
      const found = await transact(withCompany(request.ctx), async (tx) =>
        isNobody
          ? []
          : listMessages(tx, {
              ...{ verdict: verdict ?? null, boxId: boxId || null, transactionId: wanted },
              ...{ search: search || null, beforeId: fromCursor(cursor), limit },
            }),
      );
      const { rows, nextCursor } = toPage(found, limit);
      const messages = rows.map(messageView);
      if (format === 'json') return reply.send({ success: true as const, messages, nextCursor });
      const cells = messages.map((each) => ({
        ...{ ...each, callboxId: each.box.callboxId, slot: each.sim?.slot ?? null },
        attachedBy: each.attachedBy?.name ?? null,
      }));
      return sendCsv(
        reply,
        'operator-messages.csv',
        CSV_HEADER,
        cells.map((each) => CSV_HEADER.map((column) => each[column])),
      );
    },
  );
}

function attachRoute(server: HttpServer): void {
  server.post(
    '/api/operator-messages/:id/attach',
    {
      config: { authority: { permission: 'transactions:settle' } },
      schema: {
        tags: ['operator-messages'],
        summary: 'Say which transaction a text belongs to',
        description:
          "An operator's own word that fits the transaction settles it; any other text is kept beside it, and settles nothing.",
        params: z.object({ id: z.string().max(100) }),
        body: z.object({ transactionId: z.string().max(100) }),
        response: { 200: ok({ message: messageSchema }), ...errorResponses },
      },
    },
    async (request) => {
      const name = request.body.transactionId;
      if (!transactionId(name)) fail('not_found', { what: 'transaction' });
      const row = await attachText(withCompany(request.ctx), request.params.id, name);
      return { success: true as const, message: messageView(row) };
    },
  );
}
