import { z } from 'zod';
import { type CompanyCtx, isGranted, transact, withCompany } from '../../kernel/ctx.ts';
import { exportQuery, listAnswer, rowsWanted, sendCsv } from '../../kernel/http/csv.ts';
import { fromCursor, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { normalisePhoneNumber } from '../../kernel/phone.ts';
import { maskPhone } from '../contacts/index.ts';
import { enterConsent } from './opt-outs.ts';
import { listCurrent, listOfNumber, type OptOutRow } from './opt-outs-store.ts';
import { regionOf } from './settings.ts';
import { findSettings } from './settings-store.ts';

const tags = ['opt-outs'];
const state = z.enum(['out', 'in']);

const optOutSchema = z
  .object({
    id: z.string(),
    phone_number: z.string(),
    state: state.describe('out: wants no texts'),
    source: z
      .enum(['message', 'provider', 'person'])
      .describe(
        'message: wrote a keyword. provider: refused a text for this reason. person: somebody entered it',
      ),
    keyword: z.string().nullable(),
    message_id: z.string().nullable().describe('The text that proves it'),
    conversation_id: z.string().nullable(),
    provider_code: z.string().nullable(),
    note: z.string(),
    actor_name: z.string(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'OptOut' });

function optOutView(ctx: CompanyCtx, row: OptOutRow): z.infer<typeof optOutSchema> {
  return {
    id: row.id,
    phone_number: maskPhone(ctx, row.phoneNumber),
    state: row.state,
    source: row.source,
    keyword: row.keyword,
    message_id: row.messageId,
    conversation_id: row.conversationId,
    provider_code: row.providerCode,
    note: row.note,
    actor_name: row.source === 'message' ? maskPhone(ctx, row.phoneNumber) : row.actorName,
    at: row.createdAt.toISOString(),
  };
}

const query = exportQuery.extend({
  state: state.optional(),
  search: z.string().max(40).optional().describe('Digits of a number'),
  phone_number: z.string().max(40).optional().describe('Every entry of one number instead'),
});

const CSV_HEADER = [
  'phone_number',
  'state',
  'source',
  'keyword',
  'provider_code',
  'note',
  'actor_name',
  'at',
];

/** Who wants no texts, and how that is known. */
export function optOutRoutes(server: HttpServer): void {
  server.get(
    '/inbox/opt-outs',
    {
      config: { authority: { permission: 'messages:read' } },
      schema: {
        tags,
        summary: 'The newest entry of each number, or every entry of one',
        querystring: query,
        response: {
          200: listAnswer(ok({ opt_outs: z.array(optOutSchema), nextCursor: z.string().nullable() })),
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { limit, cursor, format } = request.query;
      const rowsMax = rowsWanted({ limit, format });
      const rows = await list(ctx, request.query, fromCursor(cursor), rowsMax + 1);
      const page = toPage(rows, rowsMax);
      const entries = page.rows.map((row) => optOutView(ctx, row));
      if (format === 'json')
        return reply.send({ success: true as const, opt_outs: entries, nextCursor: page.nextCursor });
      return sendCsv(
        reply,
        'opt-outs.csv',
        CSV_HEADER,
        entries.map((entry) => CSV_HEADER.map((name) => entry[name as keyof typeof entry])),
      );
    },
  );
  enterRoute(server);
}

function list(
  ctx: CompanyCtx,
  given: z.infer<typeof query>,
  beforeId: string | null,
  limit: number,
): Promise<OptOutRow[]> {
  // Whoever may not see whole numbers may not find them out either.
  const mayAsk = isGranted(ctx, 'contacts:reveal');
  const digits = mayAsk ? given.search?.replace(/\D/g, '') || undefined : undefined;
  return transact(ctx, async (tx) => {
    if (!given.phone_number) return listCurrent(tx, { state: given.state, search: digits }, beforeId, limit);
    if (!mayAsk) return [];
    const region = regionOf(ctx, await findSettings(tx));
    const number = normalisePhoneNumber(given.phone_number, region);
    return listOfNumber(tx, number, beforeId, limit);
  });
}

function enterRoute(server: HttpServer): void {
  server.post(
    '/inbox/opt-outs',
    {
      config: { authority: { permission: 'inbox:manage' } },
      schema: {
        tags,
        summary: 'Enter that somebody wants no texts, or wants them again, with the reason',
        body: z.object({
          phone_number: z.string().trim().min(3).max(40),
          state,
          note: z.string().trim().min(3).max(1000).describe('How this is known'),
        }),
        response: { 201: ok({ opt_out: optOutSchema }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { phone_number: phoneNumber, ...entry } = request.body;
      const row = await enterConsent(ctx, { ...entry, phoneNumber });
      return reply.status(201).send({ success: true as const, opt_out: optOutView(ctx, row) });
    },
  );
}
