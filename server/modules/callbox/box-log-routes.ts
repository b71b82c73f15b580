import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { exportQuery, listAnswer, rowsWanted, sendCsv } from '../../kernel/http/csv.ts';
import { fromCursor, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { isId } from '../../kernel/ids.ts';
import { LOG_LEVELS, type LogRow, listLines } from './box-logs-store.ts';
import { findBox } from './boxes-store.ts';

const lineSchema = z
  .object({
    id: z.string(),
    at: z.iso.datetime().describe("By the box's own clock"),
    level: z.enum(LOG_LEVELS),
    text: z.string(),
    storedAt: z.iso.datetime(),
  })
  .meta({ id: 'BoxLogLine' });

const lineView = ({ id, at, level, text, storedAt }: LogRow): z.infer<typeof lineSchema> => ({
  ...{ id, at: at.toISOString(), level, text, storedAt: storedAt.toISOString() },
});

const COLUMNS = ['storedAt', 'at', 'level', 'text'] as const;

/** What a box wrote about itself, from afar. */
export function boxLogRoutes(server: HttpServer): void {
  server.get(
    '/api/boxes/:id/logs',
    {
      config: { authority: { permission: 'boxes:read' } },
      schema: {
        tags: ['boxes'],
        summary: 'What a box wrote about itself, what came last first',
        params: z.object({ id: z.string().max(100) }),
        querystring: exportQuery.extend({
          level: z.enum(LOG_LEVELS).default('debug').describe('Lines of this level and above'),
        }),
        response: {
          200: listAnswer(ok({ lines: z.array(lineSchema), nextCursor: z.string().nullable() })),
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { id } = request.params;
      const { limit, cursor, format, level } = request.query;
      const rowsMax = rowsWanted({ limit, format });
      const levels = LOG_LEVELS.slice(LOG_LEVELS.indexOf(level));
      const before = fromCursor(cursor);
      const rows = await transact(ctx, async (tx) => {
        if (!isId(id) || !(await findBox(tx, id))) fail('not_found', { what: 'box' });
        return listLines(tx, id, levels, before, rowsMax + 1);
      });
      const found = toPage(rows, rowsMax);
      const lines = found.rows.map(lineView);
      if (format === 'json')
        return reply.send({ success: true as const, lines, nextCursor: found.nextCursor });
      return sendCsv(
        reply,
        'box-log.csv',
        COLUMNS,
        lines.map((line) => COLUMNS.map((name) => line[name])),
      );
    },
  );
}
