import { z } from 'zod';
import { withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { readUpload, uploadRoutes } from '../../kernel/http/upload.ts';
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

const LIMITS = { megabytesMax: IMPORT_BYTES_MAX / (1024 * 1024) };

export function importRoute(server: HttpServer, regionOf: RegionOf): void {
  uploadRoutes(server, LIMITS, (scoped) => {
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
        const result = await importContacts(
          ctx,
          (await readUpload(request, LIMITS)).bytes,
          await regionOf(ctx),
        );
        return { success: true as const, ...result };
      },
    );
  });
}
