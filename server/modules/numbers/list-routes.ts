import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { exportQuery, listAnswer, rowsWanted, sendCsv } from '../../kernel/http/csv.ts';
import { fromCursor, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok, optionalId } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { PROVIDERS, portFor } from '../providers/index.ts';
import { getGig } from './gigs.ts';
import { assignNumber, getNumber, refreshOrder, releaseNumber, requestConfiguration } from './lifecycle.ts';
import { listEvents, listNumbers, listNumbersOfGig, type NumberFilter, type NumberRow } from './store.ts';
import { numberSchema, numberView, timelineSchema } from './views.ts';

const read = { authority: { permission: 'numbers:read' } } as const;
const manage = { authority: { permission: 'numbers:manage' } } as const;
const params = z.object({ id: z.string().max(100) });
const one = ok({ number: numberSchema });

const listQuery = exportQuery.extend({
  status: z.enum(['pending', 'active', 'error', 'released']).optional(),
  provider: z.enum(PROVIDERS).optional(),
  country: z.string().length(2).toUpperCase().optional(),
  gigId: z.string().max(100).optional(),
  search: z.string().max(100).optional().describe('Digits of the number, or part of the gig’s name'),
});

export function listRoutes(server: HttpServer): void {
  listRoute(server, '/api/phone-numbers', {});
  listRoute(server, '/api/telnyx/phone-numbers', { provider: 'telnyx' });
  detailRoutes(server);
  assignRoute(server);
  actionRoutes(server);
  gigCheckRoute(server);
  connectionsRoute(server);
}

function listRoute(server: HttpServer, url: string, fixed: NumberFilter): void {
  server.get(
    url,
    {
      config: read,
      schema: {
        tags: ['numbers'],
        summary: "The company's numbers",
        querystring: listQuery,
        response: {
          200: listAnswer(ok({ numbers: z.array(numberSchema), nextCursor: z.string().nullable() })),
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { limit, cursor, format, ...filter } = request.query;
      const rowsMax = rowsWanted({ limit, format });
      const rows = await transact(ctx, (tx) =>
        listNumbers(tx, { ...filter, ...fixed }, fromCursor(cursor), rowsMax + 1),
      );
      const page = toPage(rows, rowsMax);
      const numbers = page.rows.map((row) => numberView(row, ctx.language));
      if (format === 'json')
        return reply.send({ success: true as const, numbers, nextCursor: page.nextCursor });
      return sendCsv(reply, 'numbers.csv', CSV_HEADER, numbers.map(csvLine));
    },
  );
}

const CSV_HEADER = [
  'phoneNumber',
  'provider',
  'status',
  'country',
  'type',
  'gigName',
  'monthlyCost',
  'currency',
  'purchasedAt',
  'activatedAt',
];

function csvLine(number: ReturnType<typeof numberView>) {
  const { phoneNumber, provider, status, country, type, gigName, monthlyCost } = number;
  const price = [monthlyCost?.amount ?? null, monthlyCost?.currency ?? null];
  return [
    phoneNumber,
    provider,
    status,
    country,
    type,
    gigName,
    ...price,
    number.purchasedAt,
    number.activatedAt,
  ];
}

function detailRoutes(server: HttpServer): void {
  server.get(
    '/api/phone-numbers/:id',
    {
      config: read,
      schema: {
        tags: ['numbers'],
        summary: 'One number with its timeline',
        params,
        response: { 200: ok({ number: numberSchema, timeline: z.array(timelineSchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const number = await getNumber(ctx, request.params.id);
      const events = await transact(ctx, (tx) => listEvents(tx, number.id));
      const timeline = events.map(({ createdAt, kind, status, source, providerStatus, text }) => ({
        at: createdAt.toISOString(),
        kind,
        status,
        source,
        providerStatus,
        text,
      }));
      return { success: true as const, number: numberView(number, ctx.language), timeline };
    },
  );
}

function assignRoute(server: HttpServer): void {
  server.patch(
    '/api/phone-numbers/:id',
    {
      config: manage,
      schema: {
        tags: ['numbers'],
        summary: 'Give a number to another gig',
        params,
        body: z.object({ gigId: optionalId }),
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => ({
      success: true as const,
      number: numberView(
        await assignNumber(withCompany(request.ctx), request.params.id, request.body.gigId),
        request.ctx.language,
      ),
    }),
  );
}

/** Does something with a number and answers with what it is then. */
type NumberAction = (ctx: CompanyCtx, id: string) => Promise<NumberRow>;

const ACTIONS: Record<string, { summary: string; act: NumberAction }> = {
  release: { summary: 'Give a number back to the provider', act: releaseNumber },
  configure: { summary: 'Point a number at our webhooks again', act: requestConfiguration },
  refresh: { summary: 'Ask the provider how a number stands', act: refreshNumber },
};

async function refreshNumber(ctx: CompanyCtx, id: string): Promise<NumberRow> {
  const number = await getNumber(ctx, id);
  await refreshOrder(ctx, number.orderId, 'user');
  return getNumber(ctx, number.id);
}

function actionRoutes(server: HttpServer): void {
  for (const [name, { summary, act }] of Object.entries(ACTIONS)) {
    server.post(
      `/api/phone-numbers/:id/${name}`,
      {
        config: manage,
        schema: { tags: ['numbers'], summary, params, response: { 200: one, ...errorResponses } },
      },
      async (request) => ({
        success: true as const,
        number: numberView(await act(withCompany(request.ctx), request.params.id), request.ctx.language),
      }),
    );
  }
}

function gigCheckRoute(server: HttpServer): void {
  server.get(
    '/api/phone-numbers/gig/:gigId/check',
    {
      config: read,
      schema: {
        tags: ['numbers'],
        summary: 'Does a gig have a number?',
        params: z.object({ gigId: z.string().max(100) }),
        response: {
          200: ok({
            hasNumber: z.boolean(),
            number: numberSchema.nullable(),
            numbers: z.array(numberSchema),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const gig = await getGig(ctx, request.params.gigId);
      const numbers = (await transact(ctx, (tx) => listNumbersOfGig(tx, gig.id))).map((row) =>
        numberView(row, ctx.language),
      );
      return { success: true as const, hasNumber: numbers.length > 0, number: numbers[0] ?? null, numbers };
    },
  );
}

const connectionSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  active: z.boolean(),
  webhookUrl: z.string().nullable(),
});

function connectionsRoute(server: HttpServer): void {
  server.get(
    '/api/telnyx/connections',
    {
      config: read,
      schema: {
        tags: ['telnyx'],
        summary: "The Telnyx account's voice connections",
        response: { 200: ok({ connections: z.array(connectionSchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const { port } = await portFor(withCompany(request.ctx), 'telnyx');
      return { success: true as const, connections: await port.listConnections() };
    },
  );
}
