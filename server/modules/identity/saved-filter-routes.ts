import { z } from 'zod';
import { withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { changeFilter, listFilters, removeFilter, saveFilter } from './saved-filters.ts';

const config = { authority: 'signed_in' } as const;
const tags = ['saved filters'];
const params = z.object({ filterId: z.string().max(100) });

const fields = {
  name: z.string().trim().min(1).max(80),
  page: z
    .string()
    .max(100)
    .regex(/^\/(?!\/)[a-z0-9/-]*$/)
    .describe('Where the console shows the list, e.g. /transactions'),
  query: z
    .string()
    .min(1)
    .max(2000)
    .regex(/^[^#?\s]+$/)
    .describe('The filters, as its address carries them: status=failed&operator=MTN'),
  shared: z.boolean().describe('Whether the whole company sees it'),
};
const filterSchema = z
  .object({
    ...{ id: z.string(), name: z.string(), page: z.string(), query: z.string(), shared: z.boolean() },
    mine: z.boolean(),
    mayChange: z.boolean(),
    owner: z.string().describe('The name of who saved it'),
  })
  .meta({ id: 'SavedFilter' });

/** Lists as people look at them, kept under names. */
export function savedFilterRoutes(server: HttpServer): void {
  listRoute(server);
  changeRoutes(server);
}

function listRoute(server: HttpServer): void {
  server.get(
    '/api/saved-filters',
    {
      config,
      schema: {
        tags,
        summary: 'Your saved filters, and those that others share with the company',
        response: { 200: ok({ filters: z.array(filterSchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const rows = await listFilters(withCompany(request.ctx));
      const filters = rows.map(({ id, name, page, query, isShared, isMine, mayChange, ownerName }) => ({
        ...{ id, name, page, query, shared: isShared, mine: isMine, mayChange, owner: ownerName },
      }));
      return { success: true as const, filters };
    },
  );
  server.post(
    '/api/saved-filters',
    {
      config,
      schema: {
        tags,
        summary: 'Save a filter; the same name on the same page takes the place of the one before',
        body: z.object({ ...fields, shared: fields.shared.default(false) }),
        response: { 201: ok({ id: z.string() }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const id = await saveFilter(withCompany(request.ctx), request.body);
      return reply.status(201).send({ success: true as const, id });
    },
  );
}

function changeRoutes(server: HttpServer): void {
  const answer = { 200: ok({}), ...errorResponses };
  server.patch(
    '/api/saved-filters/:filterId',
    {
      config,
      schema: {
        tags,
        summary: 'Rename a filter, give it other words, share it or keep it to yourself',
        params,
        body: z.object(fields).omit({ page: true }).partial(),
        response: answer,
      },
    },
    async (request) => {
      await changeFilter(withCompany(request.ctx), request.params.filterId, request.body);
      return { success: true as const };
    },
  );
  server.delete(
    '/api/saved-filters/:filterId',
    { config, schema: { tags, summary: 'Forget a filter', params, response: answer } },
    async (request) => {
      await removeFilter(withCompany(request.ctx), request.params.filterId);
      return { success: true as const };
    },
  );
}
