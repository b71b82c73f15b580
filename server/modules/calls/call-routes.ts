import { z } from 'zod';
import { type CompanyCtx, isGranted, transact, withCompany } from '../../kernel/ctx.ts';
import { CSV_ROWS_MAX, sendCsv } from '../../kernel/http/csv.ts';
import { fromCursor, pageQuery, periodQuery, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { searchContactIds } from '../contacts/index.ts';
import { activeNumbers } from '../numbers/index.ts';
import { requireNotArchived, showArchived } from './archived-call.ts';
import { type CallRow, eventsOf, findCall } from './calls-store.ts';
import { initiateRoute } from './initiate-routes.ts';
import { linkCallTo } from './links.ts';
import { type CallFilter, listCalls, listLive } from './list-store.ts';
import { CALL_DIRECTIONS, CALL_STATUSES } from './model.ts';
import { type CallView, callDetailSchema, callSchema, viewCalls, viewDetail } from './views.ts';

const read = { authority: { permission: 'calls:read' } } as const;
const make = { authority: { permission: 'calls:make' } } as const;
const tags = ['calls'];
const params = z.object({ id: z.string().max(100) });
const LIVE_MAX = 200;

/** Calls: the list, one of them, and new ones. */
export function callRoutesOf(server: HttpServer): void {
  initiateRoute(server);
  listRoutes(server);
  exportRoute(server);
  oneRoute(server);
}

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const filterQuery = z.object({
  direction: z.enum(CALL_DIRECTIONS).optional(),
  status: z.enum(CALL_STATUSES).optional(),
  ...periodQuery.shape,
  contactId: z.string().max(100).optional(),
  number: z.string().max(40).optional().describe('Digits of either party’s number'),
  userId: z.string().max(100).optional(),
  missed: flag.optional(),
  search: z.string().trim().max(100).optional().describe('Part of a name or a number'),
});
const listQuery = pageQuery.extend(filterQuery.shape).extend({
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(0)
    .describe('Rows to pass over; cursors are faster'),
});

const FOUND_MAX = 500;

/** The rows of a list. Whoever may not see whole numbers may not find them out digit by digit either. */
export async function findCalls(
  ctx: CompanyCtx,
  query: z.infer<typeof filterQuery>,
  fixed: CallFilter,
  page: { beforeId: string | null; offset: number; limit: number },
): Promise<CallRow[]> {
  const { direction, status, contactId, userId, missed, since, until } = query;
  const filter: CallFilter = { direction, status, contactId, userId, missed, since, until, ...fixed };
  const wanted = [query.search ?? '', isGranted(ctx, 'contacts:reveal') ? (query.number ?? '') : ''].filter(
    Boolean,
  );
  return transact(ctx, async (tx) => {
    for (const text of wanted) {
      const contactIds = await searchContactIds(ctx, tx, text, FOUND_MAX);
      const digits = text.replace(/\D/g, '').replace(/^0+/, '');
      const own = digits.length >= 3 ? await activeNumbers(tx, 'all_of_company') : [];
      const numbers = own.map(({ phoneNumber }) => phoneNumber).filter((phone) => phone.includes(digits));
      const before = filter.found;
      filter.found = before
        ? {
            contactIds: contactIds.filter((id) => before.contactIds.includes(id)),
            numbers: numbers.filter((phone) => before.numbers.includes(phone)),
          }
        : { contactIds, numbers };
    }
    return listCalls(tx, ctx.companyId, filter, page);
  });
}

function listRoutes(server: HttpServer): void {
  const page = ok({
    calls: z.array(callSchema),
    nextCursor: z.string().nullable(),
    limit: z.number().int(),
    offset: z.number().int(),
  });
  server.get(
    '/api/calls',
    {
      config: read,
      schema: {
        tags,
        summary: 'All calls, newest first',
        querystring: listQuery,
        response: { 200: page, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { limit, offset, cursor, ...query } = request.query;
      const rows = await findCalls(
        ctx,
        query,
        {},
        { beforeId: fromCursor(cursor), offset, limit: limit + 1 },
      );
      const { rows: shown, nextCursor } = toPage(rows, limit);
      const calls = await transact(ctx, (tx) => viewCalls(ctx, tx, shown));
      return { success: true as const, calls, nextCursor, limit, offset };
    },
  );
  server.get(
    '/api/calls/live',
    {
      config: read,
      schema: {
        tags,
        summary: 'Calls under way',
        response: { 200: ok({ calls: z.array(callSchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const calls = await transact(ctx, async (tx) =>
        viewCalls(ctx, tx, await listLive(tx, ctx.companyId, LIVE_MAX)),
      );
      return { success: true as const, calls };
    },
  );
}

const CSV_HEADER = [
  ...[
    'started_at',
    'direction',
    'status',
    'from',
    'to',
    'contact',
    'user',
    'via',
    'duration',
    'cost',
    'currency',
  ],
  ...['end_reason', 'missed', 'voicemail', 'provider', 'sid', 'answered_at', 'ended_at', 'note'],
];

function csvLine(call: CallView) {
  return [
    ...[call.startedAt, call.direction, call.status, call.from, call.to, call.contact?.name ?? null],
    ...[
      call.user?.name ?? null,
      call.via,
      call.duration,
      call.cost?.amount ?? null,
      call.cost?.currency ?? null,
    ],
    ...[
      call.endReason?.message ?? null,
      String(call.missed),
      String(call.voicemail),
      call.provider,
      call.sid,
    ],
    ...[call.answeredAt, call.endedAt, call.note],
  ];
}

function exportRoute(server: HttpServer): void {
  server.get(
    '/api/calls/export',
    {
      config: read,
      schema: {
        tags,
        summary: 'Calls as a table for spreadsheets',
        querystring: filterQuery,
        response: {
          200: {
            description: `Up to ${CSV_ROWS_MAX} rows, newest first`,
            content: { 'text/csv': { schema: z.string() } },
          },
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const rows = await findCalls(
        ctx,
        request.query,
        {},
        { beforeId: null, offset: 0, limit: CSV_ROWS_MAX },
      );
      const calls = await transact(ctx, (tx) => viewCalls(ctx, tx, rows));
      return sendCsv(reply, 'calls.csv', CSV_HEADER, calls.map(csvLine));
    },
  );
}

function oneRoute(server: HttpServer): void {
  const url = '/api/calls/:id';
  const answer = ok({ call: callDetailSchema });
  const show = async (ctx: CompanyCtx, id: string) => {
    const call = await transact(ctx, async (tx) => {
      const found = await findCall(tx, id);
      return found && viewDetail(ctx, tx, found, await eventsOf(tx, found.id));
    });
    return { success: true as const, call: call ?? (await showArchived(ctx, id)) };
  };
  server.get(
    url,
    {
      config: read,
      schema: {
        tags,
        summary: 'A call with its legs, its events and its recordings',
        params,
        response: { 200: answer, ...errorResponses },
      },
    },
    (request) => show(withCompany(request.ctx), request.params.id),
  );
  server.patch(
    url,
    {
      config: make,
      schema: {
        tags,
        summary: 'Say whom a call is with, and write a note to it',
        params,
        body: z.object({
          contactId: z.string().max(100).nullable().optional(),
          leadId: z.string().max(100).nullable().optional(),
          note: z.string().trim().max(4000).nullable().optional(),
        }),
        response: { 200: answer, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      await requireNotArchived(ctx, request.params.id);
      await linkCallTo(ctx, request.params.id, request.body);
      return show(ctx, request.params.id);
    },
  );
}
