import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { listAnswer, sendCsv } from '../../kernel/http/csv.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { getSim } from './float.ts';
import { closeBoxDay, closeDay, type Day, listDays } from './float-days.ts';
import { simsOfBox } from './float-store.ts';
import { closeSchema, closeView, daySchema, dayView } from './float-views.ts';

const read = { authority: { permission: 'transactions:read' } } as const;
const manage = { authority: { permission: 'float:manage' } } as const;
const tags = ['float'];
const DAYS_MAX = 92;

const day = z.iso.date().describe("YYYY-MM-DD, in the company's time zone");
const query = z.object({
  until: day.optional().describe('The newest day; today when left out'),
  limit: z.coerce.number().int().min(1).max(DAYS_MAX).default(31).describe('How many days'),
  format: z.enum(['json', 'csv']).default('json'),
});
const balance = z.number().int().min(-1_000_000_000_000).max(1_000_000_000_000);
const note = z.string().max(1000).default('');
const daysAnswer = listAnswer(ok({ days: z.array(daySchema) }));

/** The days of SIMs and boxes, and their closing. */
export function floatDayRoutes(server: HttpServer): void {
  simDays(server);
  boxDays(server);
  closes(server);
}

const KINDS = ['opening', 'supply', 'adjustment', 'post', 'receive', 'reversal'] as const;
const CSV_HEADER = [
  ...[
    'day',
    'opening',
    ...KINDS.map((kind) => `moved_${kind}`),
    'closing',
    'held',
    'late_entries',
    'late_amount',
  ],
  ...['closed', 'statement_balance', 'reported_balance', 'difference', 'notes'],
];

function sendDays(reply: FastifyReply, days: Day[], format: 'json' | 'csv') {
  if (format === 'json') return reply.send({ success: true as const, days: days.map(dayView) });
  const rows = days.map((each) => [
    ...[each.day, each.opening, ...KINDS.map((kind) => each.movements[kind]?.amount ?? 0)],
    ...[each.closing, each.held, each.lateCount, each.lateAmount, each.closes.length],
    ...(['statementBalance', 'reportedBalance', 'difference'] as const).map((field) => {
      const known = each.closes.flatMap((close) => close[field] ?? []);
      return known.length > 0 ? known.reduce((left, right) => left + right) : null;
    }),
    each.closes
      .map((close) => close.note)
      .join(' ')
      .trim(),
  ]);
  return sendCsv(reply, 'float-days.csv', CSV_HEADER, rows);
}

function simDays(server: HttpServer): void {
  server.get(
    '/api/float/:simId/days',
    {
      config: read,
      schema: {
        tags,
        summary: 'The days of a SIM, newest first',
        params: z.object({ simId: z.string().max(100) }),
        querystring: query,
        response: { 200: daysAnswer, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { until, limit, format } = request.query;
      const days = await transact(ctx, async (tx) => {
        const { id } = await getSim(tx, request.params.simId);
        return listDays(ctx, tx, [id], { last: until ?? null, count: limit });
      });
      return sendDays(reply, days, format);
    },
  );
}

function boxDays(server: HttpServer): void {
  server.get(
    '/api/float/boxes/:boxId/days',
    {
      config: read,
      schema: {
        tags,
        summary: 'The days of all SIMs of a box together, newest first',
        params: z.object({ boxId: z.string().max(100) }),
        querystring: query,
        response: { 200: daysAnswer, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { until, limit, format } = request.query;
      const days = await transact(ctx, async (tx) => {
        const sims = await simsOfBox(tx, request.params.boxId);
        if (sims.length === 0) fail('not_found', { what: 'box' });
        const ids = sims.map(({ id }) => id);
        return listDays(ctx, tx, ids, { last: until ?? null, count: limit });
      });
      return sendDays(reply, days, format);
    },
  );
}

function closes(server: HttpServer): void {
  server.post(
    '/api/float/:simId/closes',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Close a day of a SIM, for ever',
        params: z.object({ simId: z.string().max(100) }),
        body: z.object({ day, statementBalance: balance.nullish(), note }),
        response: { 201: ok({ close: closeSchema }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { statementBalance = null, ...rest } = request.body;
      const input = { ...rest, statementBalance };
      const row = await closeDay(withCompany(request.ctx), request.params.simId, input);
      return reply.status(201).send({ success: true as const, close: closeView(row) });
    },
  );
  server.post(
    '/api/float/boxes/:boxId/closes',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Close a day of every SIM of a box, all or none, for ever',
        params: z.object({ boxId: z.string().max(100) }),
        body: z.object({
          day,
          statements: z
            .array(z.object({ simId: z.string().max(100), statementBalance: balance }))
            .max(100)
            .default([]),
          note,
        }),
        response: { 201: ok({ closes: z.array(closeSchema) }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { day: closed, note: words, statements } = request.body;
      const rows = await closeBoxDay(withCompany(request.ctx), request.params.boxId, {
        ...{ day: closed, note: words },
        statements: new Map(statements.map((each) => [each.simId, each.statementBalance])),
      });
      return reply.status(201).send({ success: true as const, closes: rows.map(closeView) });
    },
  );
}
