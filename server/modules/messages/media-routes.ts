import { z } from 'zod';
import { type CompanyCtx, systemCtx, withCompany } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { readUpload, uploadRoutes } from '../../kernel/http/upload.ts';
import { isId } from '../../kernel/ids.ts';
import { keepUpload, readMedia } from './media.ts';
import { isMediaLink } from './media-links.ts';
import { companyOfMedia } from './media-store.ts';
import { mediaSchema, mediaView } from './views.ts';

const tags = ['inbox'];

/** Pictures and files: taken in, and shown through links that were signed here. */
export function mediaRoutes(server: HttpServer, limits: { megabytesMax: number }): void {
  uploadRoutes(server, limits, (scoped) => uploadRoute(scoped, limits));
  contentRoute(server);
}

function uploadRoute(server: HttpServer, limits: { megabytesMax: number }): void {
  server.post(
    '/inbox/media',
    {
      config: { authority: { permission: 'messages:send' } },
      schema: {
        tags,
        summary: 'Take a picture or file that is to be sent (multipart, one file)',
        consumes: ['multipart/form-data'],
        response: { 201: ok({ media: mediaSchema }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const row = await keepUpload(ctx, await readUpload(request, limits));
      return reply.status(201).send({ success: true as const, media: mediaView(ctx, row) });
    },
  );
}

const link = z.object({
  expires: z.coerce.number().int(),
  signature: z.string().max(100),
});

/** Kinds that a browser shows in place; others are saved. */
const SHOWN = /^(image|audio|video)\//;

function contentRoute(server: HttpServer): void {
  server.get(
    '/inbox/media/:id',
    {
      // The signature in the address is the right to see it: pictures are fetched by browsers, and by providers for an MMS.
      config: { authority: 'public' },
      schema: {
        tags,
        summary: 'A picture or file of a message, through a link that was signed here',
        params: z.object({ id: z.string().max(100) }),
        querystring: link,
        response: {
          200: { content: { 'application/octet-stream': { schema: z.custom<Buffer>() } } },
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const { kernel } = request.ctx;
      const { id } = request.params;
      const { expires, signature } = request.query;
      if (!isId(id) || !isMediaLink(kernel, id, expires, signature)) fail('link_expired');
      const companyId = await inSystem(kernel.db, (tx) => companyOfMedia(tx, id));
      if (!companyId) fail('not_found', { what: 'file' });
      const ctx: CompanyCtx = systemCtx(kernel, companyId, 'messages.media');
      const file = await readMedia(ctx, id);
      if (!file) fail('not_found', { what: 'file' });
      const { contentType, filename } = file.row;
      const place = SHOWN.test(contentType) ? 'inline' : 'attachment';
      return reply
        .type(contentType)
        .header('cache-control', 'private, max-age=900, immutable')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('x-content-type-options', 'nosniff')
        .header('content-disposition', disposition(place, filename))
        .send(file.bytes);
    },
  );
}

/** RFC 6266: the name in UTF-8, for browsers that save the file. */
function disposition(place: string, filename: string): string {
  return filename ? `${place}; filename*=UTF-8''${encodeURIComponent(filename)}` : place;
}
