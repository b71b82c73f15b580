import { Readable } from 'node:stream';
import { z } from 'zod';
import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { rangeWanted } from '../../kernel/http/range.ts';
import { errorResponses } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { readFile } from './recording-file.ts';
import { recordingOfToken } from './recording-links.ts';
import { companyOfRecording, findRecording, type RecordingRow } from './recordings-store.ts';

const EXTENSIONS: Record<string, string> = {
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/ogg': 'ogg',
  'audio/mp4': 'm4a',
};

const sound = {
  'audio/mpeg': { schema: z.custom<Readable>() },
  'audio/wav': { schema: z.custom<Readable>() },
};

/** The sound itself, for players: a signed address, answered in the parts that they ask for. */
export function playbackRoute(server: HttpServer): void {
  server.get(
    '/api/recordings/play/:token',
    {
      // The address is the right: players of browsers send nothing else along, and it was given out to one who may listen.
      config: { authority: 'public' },
      schema: {
        tags: ['recordings'],
        summary: 'A recording, through a link that was made for it; whole, or the part that Range asks for',
        params: z.object({ token: z.string().max(200) }),
        querystring: z.object({ download: z.enum(['0', '1']).default('0').describe('1: save it as a file') }),
        response: {
          200: { description: 'The whole recording', content: sound },
          206: { description: 'The part that was asked for', content: sound },
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const { ctx, row } = await openLink(request.ctx.kernel, request.params.token);
      const sizeBytes = row.sizeBytes!;
      const etag = `"${row.sha256!.slice(0, 32)}"`;
      reply.headers({
        ...{ etag, 'accept-ranges': 'bytes', 'cache-control': 'private, no-store' },
        ...{ 'x-content-type-options': 'nosniff', 'x-robots-tag': 'noindex' },
        'content-security-policy': "default-src 'none'; media-src 'self'; sandbox",
        'content-disposition': `${request.query.download === '1' ? 'attachment' : 'inline'}; filename="${nameOf(row)}"`,
      });
      const wanted = rangeWanted(request.headers, { sizeBytes, etag });
      if (wanted.kind === 'outside') {
        reply.header('content-range', `bytes */${sizeBytes}`).removeHeader('content-disposition');
        fail('range_not_satisfiable', { size: sizeBytes });
      }
      const { start, end } = wanted.kind === 'part' ? wanted : { start: 0, end: sizeBytes };
      // A file that does not open is an error of its own, not a sound that breaks off: its first part is read before anything is said.
      const body =
        request.method === 'HEAD' ? Readable.from([]) : await begun(readFile(ctx, row, { start, end }));
      if (wanted.kind === 'part')
        reply.status(206).header('content-range', `bytes ${start}-${end - 1}/${sizeBytes}`);
      return reply
        .type(row.contentType!)
        .header('content-length', end - start)
        .send(body);
    },
  );
}

/** What a link opens. @throws recording_link_expired, recording_deleted, not_found. */
async function openLink(kernel: Kernel, token: string): Promise<{ ctx: CompanyCtx; row: RecordingRow }> {
  const id = recordingOfToken(kernel, token);
  if (!id) fail('recording_link_expired');
  const companyId = await inSystem(kernel.db, (tx) => companyOfRecording(tx, id));
  if (!companyId) fail('not_found', { what: 'recording' });
  const ctx = systemCtx(kernel, companyId, 'calls.play_recording');
  const row = await transact(ctx, (tx) => findRecording(tx, id));
  if (row?.status === 'deleted') fail('recording_deleted');
  if (row?.status !== 'stored') fail('not_found', { what: 'recording' });
  return { ctx, row };
}

/** A stream whose first piece has come. */
export async function begun(pieces: AsyncGenerator<Buffer>): Promise<Readable> {
  const first = await pieces.next();
  return Readable.from(
    (async function* whole() {
      if (first.done) return;
      yield first.value;
      yield* pieces;
    })(),
    { objectMode: false },
  );
}

/** A name for the file that tells when, and nothing of who. */
function nameOf(row: RecordingRow): string {
  const day = (row.startedAt ?? row.createdAt)
    .toISOString()
    .slice(0, 16)
    .replace(/[-:]/g, '')
    .replace('T', '-');
  return `${row.kind}-${day}-${row.id.slice(-6)}.${EXTENSIONS[row.contentType!] ?? 'bin'}`;
}
