import { z } from 'zod';
import { type CompanyCtx, isGranted, transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { fromCursor, pageQuery, periodQuery, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { isId } from '../../kernel/ids.ts';
import { parseE164 } from '../../kernel/phone.ts';
import { audit } from '../identity/index.ts';
import { announce } from './recording-announce.ts';
import { deleteRecording, holdRecording, releaseRecording } from './recording-deletion.ts';
import { recordingLink } from './recording-links.ts';
import { playbackRoute } from './recording-playback.ts';
import { type RecordingView, recordingSchema, recordingViews } from './recording-views.ts';
import * as store from './recordings-store.ts';

const tags = ['recordings'];
const byId = z.object({ id: z.string().max(100) });
const read = { authority: { permission: 'calls:read' } } as const;
const listen = { authority: { permission: 'calls:listen' } } as const;
const manage = { authority: { permission: 'calls:manage' } } as const;
const one = { 200: ok({ recording: recordingSchema }), ...errorResponses };
const page = { recordings: z.array(recordingSchema), nextCursor: z.string().nullable() };

/** The doors of recordings and voicemails. */
export function recordingRoutes(server: HttpServer): void {
  listRoutes(server);
  voicemailRoutes(server);
  linkRoute(server);
  playbackRoute(server);
  deletionRoutes(server);
  holdRoutes(server);
}

function listRoutes(server: HttpServer): void {
  server.get(
    '/api/recordings',
    {
      config: read,
      schema: {
        tags,
        summary: 'Recordings and voicemails, newest first',
        querystring: pageQuery.extend({
          call: z.string().max(100).optional(),
          kind: z.enum(['call', 'voicemail']).optional(),
          ...periodQuery.shape,
          number: z
            .string()
            .max(40)
            .optional()
            .describe("Either party's, E.164; counts only for whoever may see whole numbers"),
          deleted: z
            .enum(['0', '1'])
            .default('0')
            .describe('1: also what is only left as evidence of a deletion'),
        }),
        response: { 200: ok(page), ...errorResponses },
      },
    },
    async (request) => {
      const { limit, cursor, call, kind, since, until, number, deleted } = request.query;
      const ctx = withCompany(request.ctx);
      const filter: store.RecordingFilter = {
        ...{ callId: call && callIdOf(call), kind, since, until },
        number: number && numberSought(ctx, number),
        deleted: deleted === '1' ? undefined : false,
      };
      return { success: true as const, ...(await list(ctx, filter, { limit, cursor })) };
    },
  );
  server.get(
    '/api/calls/:id/recordings',
    {
      config: read,
      schema: {
        tags,
        summary: 'What was recorded of a call, newest first; also what was deleted',
        params: byId,
        response: { 200: ok({ recordings: z.array(recordingSchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { id } = request.params;
      const recordings = await transact(ctx, async (tx) => {
        if (!(await store.hasCall(tx, id))) fail('not_found', { what: 'call' });
        return recordingViews(ctx, tx, await store.listRecordings(tx, { callId: id }, null, OF_CALL_MAX));
      });
      return { success: true as const, recordings };
    },
  );
}

const OF_CALL_MAX = 200;

/** Whoever may not see numbers does not find them out by asking for them one by one. */
function numberSought(ctx: CompanyCtx, text: string): string | undefined {
  const { e164 } = parseE164(text);
  return isGranted(ctx, 'contacts:reveal') ? e164 : undefined;
}

function callIdOf(text: string): string {
  if (!isId(text)) fail('not_found', { what: 'call' });
  return text;
}

function list(
  ctx: CompanyCtx,
  filter: store.RecordingFilter,
  { limit, cursor }: z.infer<typeof pageQuery>,
): Promise<{ recordings: RecordingView[]; nextCursor: string | null }> {
  const before = fromCursor(cursor);
  return transact(ctx, async (tx) => {
    const { rows, nextCursor } = toPage(await store.listRecordings(tx, filter, before, limit + 1), limit);
    return { recordings: await recordingViews(ctx, tx, rows), nextCursor };
  });
}

function voicemailRoutes(server: HttpServer): void {
  server.get(
    '/api/voicemails',
    {
      config: read,
      schema: {
        tags,
        summary: 'The voicemail box, newest first',
        querystring: pageQuery.extend({ unheard: z.enum(['0', '1']).default('0') }),
        response: {
          200: ok({ ...page, unheard: z.number().int().describe('How many wait for somebody to listen') }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { unheard, ...asked } = request.query;
      const filter = { kind: 'voicemail' as const, deleted: false, unheard: unheard === '1' };
      const found = await list(ctx, filter, asked);
      return { success: true as const, ...found, unheard: await transact(ctx, store.countUnheard) };
    },
  );
  server.post(
    '/api/voicemails/:id/heard',
    {
      config: listen,
      schema: {
        tags,
        summary: 'Mark a voicemail as heard, or with heard=false as new again',
        params: byId,
        body: z.object({ heard: z.boolean().default(true) }).nullish(),
        response: one,
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      return markHeard(ctx, request.params.id, request.body?.heard ?? true);
    },
  );
}

/** Who listened first is kept. */
async function markHeard(ctx: CompanyCtx, id: string, heard: boolean) {
  await transact(ctx, async (tx) => {
    const row = await store.findRecording(tx, id, 'change');
    if (row?.kind !== 'voicemail') fail('not_found', { what: 'voicemail' });
    if ((row.heardAt !== null) === heard) return;
    await store.updateRecording(tx, row.id, {
      heardAt: heard ? ctx.kernel.clock.now() : null,
      heardBy: heard ? ctx.actor.name.slice(0, 300) : null,
    });
    await announce(tx, ctx.companyId, row);
  });
  return show(ctx, id);
}

async function show(ctx: CompanyCtx, id: string) {
  return transact(ctx, async (tx) => {
    const row = await store.findListed(tx, id);
    if (!row) fail('not_found', { what: 'recording' });
    return { success: true as const, recording: (await recordingViews(ctx, tx, [row]))[0]! };
  });
}

function linkRoute(server: HttpServer): void {
  server.post(
    '/api/recordings/:id/link',
    {
      config: listen,
      schema: {
        tags,
        summary: 'A link to hear a recording, for some minutes; who asked for it stands in the audit log',
        params: byId,
        response: { 201: ok({ url: z.string(), expiresAt: z.iso.datetime() }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { url, expiresAt } = await makeLink(ctx, request.params.id);
      return reply.status(201).send({ success: true as const, url, expiresAt: expiresAt.toISOString() });
    },
  );
}

function makeLink(ctx: CompanyCtx, id: string): Promise<{ url: string; expiresAt: Date }> {
  return transact(ctx, async (tx) => {
    const row = await store.findRecording(tx, id);
    if (!row) fail('not_found', { what: 'recording' });
    if (row.status === 'deleted') fail('recording_deleted');
    if (row.status === 'pending') fail('recording_pending');
    if (row.status === 'failed') fail('recording_failed');
    const link = recordingLink(ctx, row);
    await audit(tx, ctx, {
      action: 'recording.played',
      entityType: 'recording',
      entityId: row.id,
      changes: { linkUntil: { from: null, to: link.expiresAt.toISOString() } },
    });
    return link;
  });
}

function deletionRoutes(server: HttpServer): void {
  server.delete(
    '/api/recordings/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: "Delete a recording, also the provider's copy; what is on legal hold is refused",
        params: byId,
        querystring: z.object({ reason: z.string().trim().max(500).default('') }),
        response: one,
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      await deleteRecording(ctx, request.params.id, request.query.reason);
      return show(ctx, request.params.id);
    },
  );
}

function holdRoutes(server: HttpServer): void {
  server.put(
    '/api/recordings/:id/hold',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Put a recording on legal hold: nothing and nobody deletes it until the hold ends',
        params: byId,
        body: z.object({ reason: z.string().trim().min(1).max(500) }),
        response: one,
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      await holdRecording(ctx, request.params.id, request.body.reason);
      return show(ctx, request.params.id);
    },
  );
  server.delete(
    '/api/recordings/:id/hold',
    { config: manage, schema: { tags, summary: 'End a legal hold', params: byId, response: one } },
    async (request) => {
      const ctx = withCompany(request.ctx);
      await releaseRecording(ctx, request.params.id);
      return show(ctx, request.params.id);
    },
  );
}
