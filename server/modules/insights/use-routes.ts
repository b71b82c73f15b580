import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { listAnswer, sendCsv } from '../../kernel/http/csv.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { ENDED_GROUPS, type EndedCount, endedBy } from '../callbox/index.ts';
import { memberNames } from '../identity/index.ts';
import { gigsOfNumbers } from '../numbers/upkeep.ts';
import { type Span, share } from './model.ts';
import { sumEnded } from './report-activity.ts';
import { spanOf, spanQuery, spanShape } from './report-span.ts';
import { costsBy } from './store.ts';
import { SOUND_GROUPS, soundBy, useBy } from './use-store.ts';

const read = { authority: { permission: 'reports:read' } } as const;
const tags = ['insights'];
const ROWS_MAX = 2000;

const soundShape = {
  mos: z.number().nullable().describe('1 to 5'),
  jitterMs: z.number().nullable(),
  latencyMs: z.number().nullable(),
  lossPercent: z.number().nullable(),
};
const numberRow = z
  .object({
    number: z.string(),
    gigId: z.string().nullable(),
    gigName: z.string().nullable(),
    calls: z.number().int(),
    callsIn: z.number().int(),
    answeredShare: z.number().nullable().describe('0 to 1 of the calls that ended'),
    meanSeconds: z.number().nullable().describe('Of calls that were talked in'),
    sent: z.number().int(),
    deliveredShare: z.number().nullable().describe('0 to 1 of the texts sent whose fate is known'),
    received: z.number().int(),
    mos: z.number().nullable(),
    costs: z.array(z.object({ currency: z.string(), amount: z.string().describe('A decimal') })),
  })
  .meta({ id: 'NumberPerformance' });
const soundRow = z
  .object({
    key: z.string().nullable().describe('The day, month, number, person or provider'),
    name: z.string().nullable().describe('Of the person'),
    ...{ calls: z.number().int(), good: z.number().int(), fair: z.number().int(), bad: z.number().int() },
    ...soundShape,
  })
  .meta({ id: 'SoundFigures' });
const endedRow = z
  .object({
    key: z.string().nullable().describe('The day, month, type, operator or box; null: none was named'),
    name: z.string().nullable().describe('Of the box'),
    completed: z.number().int(),
    failed: z.number().int(),
    canceled: z.number().int(),
    expired: z.number().int(),
    successRate: z.number().nullable().describe('Completed of completed and failed'),
    meanSeconds: z.number().nullable().describe('From the moment a box began to its report'),
    amount: z.number().int().describe('XAF that went through'),
  })
  .meta({ id: 'EndedFigures' });

/** How numbers, the sound of calls and boxes did in a time. */
export function useRoutes(server: HttpServer): void {
  numbersRoute(server);
  soundRoute(server);
  transactionsRoute(server);
}

function numbersRoute(server: HttpServer): void {
  server.get(
    '/api/insights/numbers',
    {
      config: read,
      schema: {
        tags,
        summary: 'What each number did in a time, how well, and for how much',
        querystring: spanQuery,
        response: { 200: listAnswer(ok({ ...spanShape, rows: z.array(numberRow) })), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const answer = await transact(ctx, async (tx) => {
        const { span, timeZone } = await spanOf(ctx, tx, request.query);
        const use = await useBy(tx, span, 'number', ROWS_MAX);
        const costs = await costsBy(tx, span, 'number', ROWS_MAX);
        const sound = new Map(
          (await soundBy(tx, span, 'number', ROWS_MAX)).map((each) => [each.key, each.mos]),
        );
        const gigs = new Map((await gigsOfNumbers(tx)).map((each) => [each.phoneNumber, each]));
        const rows = use.map((each) => ({
          ...{ number: each.key ?? '', calls: each.calls, callsIn: each.callsIn },
          gigId: gigs.get(each.key ?? '')?.gigId ?? null,
          gigName: gigs.get(each.key ?? '')?.gigName ?? null,
          answeredShare: share(each.answered, each.callsJudged),
          meanSeconds: each.answered === 0 ? null : Math.round(each.seconds / each.answered),
          ...{
            sent: each.sent,
            deliveredShare: share(each.delivered, each.sentJudged),
            received: each.received,
          },
          mos: sound.get(each.key) ?? null,
          costs: costs
            .filter(({ key }) => key === each.key)
            .map(({ currency, amount }) => ({ currency, amount })),
        }));
        return { ...span, timeZone, rows };
      });
      if (request.query.format === 'json') return reply.send({ success: true as const, ...answer });
      const currencies = [
        ...new Set(answer.rows.flatMap(({ costs }) => costs.map(({ currency }) => currency))),
      ];
      return sendRows(
        reply,
        'numbers',
        answer,
        currencies.map((currency) => `cost_${currency}`),
        ({ costs, ...row }) => [
          ...Object.values(row),
          ...currencies.map((currency) => costs.find((cost) => cost.currency === currency)?.amount ?? null),
        ],
      );
    },
  );
}

function soundRoute(server: HttpServer): void {
  server.get(
    '/api/insights/sound',
    {
      config: read,
      schema: {
        tags,
        summary: 'How the calls of a time sounded, by day, month, number, person or provider',
        querystring: spanQuery.extend({ by: z.enum(SOUND_GROUPS).default('day') }),
        response: { 200: listAnswer(ok({ ...spanShape, rows: z.array(soundRow) })), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { by } = request.query;
      const answer = await transact(ctx, async (tx) => {
        const { span, timeZone } = await spanOf(ctx, tx, request.query);
        const found = await soundBy(tx, span, by, ROWS_MAX);
        const ids = by === 'user' ? found.flatMap(({ key }) => key ?? []) : [];
        const names = await memberNames(tx, ids);
        const rows = found.map(({ key, ...figures }) => ({
          key,
          name: names.get(key ?? '') ?? null,
          ...figures,
        }));
        return { ...span, timeZone, rows };
      });
      if (request.query.format === 'json') return reply.send({ success: true as const, ...answer });
      return sendRows(reply, 'sound', answer);
    },
  );
}

function transactionsRoute(server: HttpServer): void {
  server.get(
    '/api/insights/transactions',
    {
      config: read,
      schema: {
        tags,
        summary: 'Transactions that ended in a time, by type, box, operator, day or month',
        querystring: spanQuery.extend({ by: z.enum(ENDED_GROUPS).default('type') }),
        response: { 200: listAnswer(ok({ ...spanShape, rows: z.array(endedRow) })), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { by } = request.query;
      const answer = await transact(ctx, async (tx) => {
        const { span, timeZone } = await spanOf(ctx, tx, request.query);
        return { ...span, timeZone, rows: endedRows(await endedBy(tx, span, by)) };
      });
      if (request.query.format === 'json') return reply.send({ success: true as const, ...answer });
      return sendRows(reply, 'transactions', answer);
    },
  );
}

function endedRows(ended: readonly EndedCount[]): z.infer<typeof endedRow>[] {
  return [...Map.groupBy(ended, ({ key }) => key)].map(([key, rows]) => {
    const { completed, failed, canceled, expired, success, boxSeconds, volume } = sumEnded(rows);
    return {
      ...{ key, name: rows[0]!.name, completed, failed, canceled, expired },
      ...{ successRate: success, meanSeconds: boxSeconds, amount: volume },
    };
  });
}

/** Rows as a file whose columns are named as in the answer. */
function sendRows<Row extends object>(
  reply: FastifyReply,
  name: string,
  { from, to, rows }: Span & { rows: readonly Row[] },
  more: readonly string[] = [],
  cellsOf: (row: Row) => (string | number | null)[] = (row) => Object.values(row),
) {
  const header = Object.entries(rows[0] ?? {}).flatMap(([key, value]) =>
    Array.isArray(value) ? [] : [snakeCase(key)],
  );
  return sendCsv(reply, `${name}-${from}-${to}.csv`, [...header, ...more], rows.map(cellsOf));
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
