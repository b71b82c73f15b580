import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { withCompany } from '../../kernel/ctx.ts';
import { fail, RelaisError } from '../../kernel/errors.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { importContacts } from './import.ts';
import { IMPORT_BYTES_MAX, IMPORT_ROWS_MAX } from './model.ts';
import type { RegionOf } from './views.ts';

const resultSchema = ok({
  created: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  errors: z
    .array(
      z.object({
        line: z.number().describe('Of the file, from 1'),
        field: z.string().nullable().describe("The column's name in the file"),
        message: z.string(),
      }),
    )
    .describe('Rows that were left out, and why'),
});

export function importRoute(server: HttpServer, regionOf: RegionOf): void {
  // Encapsulated: only this route accepts multipart bodies.
  server.register(async (plain) => {
    const scoped = plain as HttpServer;
    await scoped.register(multipart, {
      limits: { fileSize: IMPORT_BYTES_MAX, files: 1, fields: 10, parts: 12 },
      throwFileSizeLimit: true,
    });
    scoped.post(
      '/api/contacts/import',
      {
        config: { authority: { permission: 'contacts:manage' } },
        schema: {
          tags: ['contacts'],
          summary: `Import contacts from a CSV file (multipart, up to 10 MB and ${IMPORT_ROWS_MAX} rows); rows are matched by number`,
          consumes: ['multipart/form-data'],
          response: { 200: resultSchema, ...errorResponses },
        },
      },
      async (request) => {
        const ctx = withCompany(request.ctx);
        const result = await importContacts(ctx, await readUpload(request), await regionOf(ctx));
        return { success: true as const, ...result };
      },
    );
  });
}

/** The one file of a multipart body. Throws file_missing, file_too_large, file_unreadable. */
async function readUpload(request: FastifyRequest): Promise<Buffer> {
  try {
    const part = await request.file();
    if (!part) fail('file_missing');
    return await part.toBuffer();
  } catch (error) {
    if (error instanceof RelaisError) throw error;
    const { code } = error as { code?: string };
    if (code === 'FST_REQ_FILE_TOO_LARGE') fail('file_too_large', { limit: '10 MB' });
    if (code === 'FST_INVALID_MULTIPART_CONTENT_TYPE') fail('file_missing');
    // The connection ended, or the body is not what its header says.
    fail('file_unreadable');
  }
}
