import { z } from 'zod';
import { type CompanyCtx, isGranted, transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { pageQuery, periodQuery } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { audit } from '../identity/index.ts';
import { proveArchive, readPacked } from './archive-file.ts';
import { askRestore } from './archive-restore.ts';
import { searchArchives } from './archive-search.ts';
import * as store from './archive-store.ts';
import { archivedCallViews, archiveSchema, archiveView } from './archive-views.ts';
import { CALL_DIRECTIONS } from './model.ts';
import { begun } from './recording-playback.ts';
import { callSchema } from './views.ts';

const read = { authority: { permission: 'calls:read' } } as const;
const manage = { authority: { permission: 'retention:manage' } } as const;
const tags = ['retention'];
const params = z.object({ archiveId: z.string().max(100) });
const DAY_MS = 86_400_000;
const LISTED_MAX = 1000;
const RESTORED_DAYS = 30;
const RESTORED_DAYS_MAX = 366;
/** Fewer digits say next to nothing, and would open every file. */
const DIGITS_MIN = 4;

/** Old calls in their files: looked through, brought back, taken away. */
export function archiveRoutes(server: HttpServer): void {
  listRoute(server);
  searchRoute(server);
  remainsRoute(server);
  restoreRoute(server);
  fileRoutes(server);
}

function listRoute(server: HttpServer): void {
  server.get(
    '/api/call-archives',
    {
      config: read,
      schema: {
        tags,
        summary: 'The months of archived calls, newest first',
        response: { 200: ok({ archives: z.array(archiveSchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const states = ['writing', 'removing', 'kept', 'restoring', 'restored'] as const;
      const archives = await transact(withCompany(request.ctx), (tx) =>
        store.listArchives(tx, states, LISTED_MAX),
      );
      return { success: true as const, archives: archives.map(archiveView) };
    },
  );
}

const searchQuery = pageQuery.extend({
  ...periodQuery.shape,
  number: z.string().max(40).optional().describe('Four digits or more of either party’s number'),
  contactId: z.string().max(100).optional(),
  direction: z.enum(CALL_DIRECTIONS).optional(),
});

function searchRoute(server: HttpServer): void {
  const answer = ok({
    calls: z.array(callSchema),
    nextCursor: z.string().nullable().describe('Also when nothing was found yet: files are left to read'),
    filesRead: z.number().int(),
    filesLeft: z.number().int().describe('That may hold such calls and were not read yet'),
  });
  server.get(
    '/api/call-archives/search',
    {
      config: read,
      schema: {
        tags,
        summary: 'Look for archived calls; a request reads a few files, and the cursor goes on',
        querystring: searchQuery,
        response: { 200: answer, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { limit, cursor, number, ...filter } = request.query;
      const wanted = { ...filter, number: numberToFind(ctx, number) };
      const { found, ...rest } = await searchArchives(ctx, wanted, { cursor, limit });
      const calls = await transact(ctx, (tx) => archivedCallViews(ctx, tx, found));
      return { success: true as const, calls, ...rest };
    },
  );
}

const remainsSchema = z
  .object({
    id: z.string(),
    startedAt: z.iso.datetime(),
    direction: z.enum(CALL_DIRECTIONS),
    outcome: z
      .string()
      .describe('As reports count it: completed, missed, voicemail, busy, no_answer, failed, canceled'),
    duration: z.number().describe('Seconds'),
  })
  .meta({ id: 'ArchivedCallRemains' });
const REMAINS_MAX = 20;

function remainsRoute(server: HttpServer): void {
  server.get(
    '/api/call-archives/calls',
    {
      config: read,
      schema: {
        tags,
        summary: 'How many calls with a contact are archived, and the newest of them; no file is read for it',
        querystring: z.object({
          contactId: z.string().max(100),
          limit: z.coerce.number().int().min(1).max(REMAINS_MAX).default(5),
        }),
        response: { 200: ok({ total: z.number().int(), calls: z.array(remainsSchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const { contactId, limit } = request.query;
      const { total, newest } = await transact(withCompany(request.ctx), (tx) =>
        store.newestStubs(tx, { contactId }, limit),
      );
      const calls = newest.map(({ id, createdAt, direction, outcome, seconds }) => ({
        ...{ id, startedAt: createdAt.toISOString(), outcome, duration: seconds },
        direction: direction === 'inbound' ? ('INBOUND' as const) : ('OUTBOUND' as const),
      }));
      return { success: true as const, total, calls };
    },
  );
}

/** @throws forbidden, scope_missing for whoever may not see whole numbers. */
function requireReveal(ctx: CompanyCtx): void {
  const permission = 'contacts:reveal';
  if (isGranted(ctx, permission)) return;
  if (ctx.actor.kind === 'api_key') fail('scope_missing', { permission });
  fail('forbidden', { role: ctx.actor.role ?? '', permission });
}

/** Whoever may not see whole numbers may not find them out digit by digit either. @throws forbidden, invalid_request. */
function numberToFind(ctx: CompanyCtx, number: string | undefined): string | undefined {
  if (!number?.trim()) return undefined;
  requireReveal(ctx);
  const digits = number.replace(/\D/g, '').replace(/^0+/, '');
  if (digits.length < DIGITS_MIN)
    fail('invalid_request', { reason: `number: give ${DIGITS_MIN} digits or more` });
  return digits;
}

function restoreRoute(server: HttpServer): void {
  server.post(
    '/api/call-archives/:archiveId/restore',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Bring the calls of an archive back until a day; asking again moves the day',
        params,
        body: z.object({
          until: z.iso
            .datetime({ offset: true })
            .optional()
            .describe(`Not archived again before: ${RESTORED_DAYS} days from now, when absent`),
        }),
        response: { 202: ok({ archive: archiveSchema }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const nowMs = ctx.kernel.clock.nowMs();
      const { until } = request.body;
      const keepUntil = until ? new Date(until) : new Date(nowMs + RESTORED_DAYS * DAY_MS);
      const aheadMs = keepUntil.getTime() - nowMs;
      if (aheadMs <= 0 || aheadMs > RESTORED_DAYS_MAX * DAY_MS)
        fail('invalid_request', { reason: `until: a moment within the next ${RESTORED_DAYS_MAX} days` });
      const archive = await askRestore(ctx, request.params.archiveId, keepUntil);
      return reply.status(202).send({ success: true, archive: archiveView(archive) });
    },
  );
}

/** @throws not_found. */
async function keptArchive(ctx: CompanyCtx, id: string): Promise<store.ArchiveRow> {
  const archive = await transact(ctx, (tx) => store.findArchive(tx, id));
  if (!archive?.blobRef || archive.provenAt === null) fail('not_found', { what: 'archive' });
  return archive;
}

function fileRoutes(server: HttpServer): void {
  server.get(
    '/api/call-archives/:archiveId/file',
    {
      config: manage,
      schema: {
        tags,
        summary: 'The file itself: gzip, one line of JSON for each call',
        params,
        response: {
          200: { description: 'The file', content: { 'application/gzip': { schema: z.any() } } },
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const archive = await keptArchive(ctx, request.params.archiveId);
      requireReveal(ctx);
      await transact(ctx, (tx) =>
        audit(tx, ctx, {
          action: 'calls.archive_downloaded',
          entityType: 'call_archive',
          entityId: archive.id,
          changes: { month: { from: null, to: archive.month } },
        }),
      );
      return reply
        .type('application/gzip')
        .header('content-length', archive.sizeBytes!)
        .header('content-disposition', `attachment; filename="calls-${archive.month}.ndjson.gz"`)
        .send(await begun(readPacked(ctx, archive)));
    },
  );
  server.post(
    '/api/call-archives/:archiveId/check',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Read a file back whole, and compare it with what was written',
        params,
        response: { 200: ok({ intact: z.literal(true), calls: z.number().int() }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const archive = await keptArchive(ctx, request.params.archiveId);
      await proveArchive(ctx, archive);
      return { success: true as const, intact: true as const, calls: archive.lines! };
    },
  );
}
