import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { exportQuery, listAnswer, rowsWanted, sendCsv } from '../../kernel/http/csv.ts';
import { fromCursor, toPage } from '../../kernel/http/paging.ts';
import { countrySchema, errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { createGig, getGig, removeGig, updateGig } from './gigs.ts';
import { listGigs } from './gigs-store.ts';
import { gigSchema, gigView } from './views.ts';

const read = { authority: { permission: 'gigs:read' } } as const;
const manage = { authority: { permission: 'gigs:manage' } } as const;
const tags = ['gigs'];
const params = z.object({ gigId: z.string().max(100) });
const one = ok({ gig: gigSchema });
const gigBody = z.object({
  name: z.string().trim().min(1).max(120),
  destinationZone: countrySchema,
  description: z.string().trim().max(2000).default(''),
});

export function gigRoutes(server: HttpServer): void {
  listRoute(server);
  createRoute(server);
  oneGigRoutes(server);
}

function listRoute(server: HttpServer): void {
  server.get(
    '/api/gigs',
    {
      config: read,
      schema: {
        tags,
        summary: 'Gigs, newest first',
        querystring: exportQuery.extend({
          search: z.string().max(100).default('').describe('Part of the name, or a zone'),
        }),
        response: {
          200: listAnswer(ok({ gigs: z.array(gigSchema), nextCursor: z.string().nullable() })),
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor, search, format } = request.query;
      const rowsMax = rowsWanted({ limit, format });
      const rows = await transact(withCompany(request.ctx), (tx) =>
        listGigs(tx, search.trim(), fromCursor(cursor), rowsMax + 1),
      );
      const page = toPage(rows, rowsMax);
      const gigs = page.rows.map(gigView);
      if (format === 'json') return reply.send({ success: true as const, gigs, nextCursor: page.nextCursor });
      const lines = gigs.map((gig) => [
        gig.name,
        gig.destinationZone,
        gig.description,
        gig.numberCount,
        gig.createdAt,
      ]);
      return sendCsv(
        reply,
        'gigs.csv',
        ['name', 'destinationZone', 'description', 'numberCount', 'createdAt'],
        lines,
      );
    },
  );
}

function createRoute(server: HttpServer): void {
  server.post(
    '/api/gigs',
    {
      config: manage,
      schema: { tags, summary: 'Make a gig', body: gigBody, response: { 201: one, ...errorResponses } },
    },
    async (request, reply) =>
      reply
        .status(201)
        .send({ success: true, gig: gigView(await createGig(withCompany(request.ctx), request.body)) }),
  );
}

function oneGigRoutes(server: HttpServer): void {
  server.get(
    '/api/gigs/:gigId',
    { config: read, schema: { tags, summary: 'One gig', params, response: { 200: one, ...errorResponses } } },
    async (request) => ({
      success: true as const,
      gig: gigView(await getGig(withCompany(request.ctx), request.params.gigId)),
    }),
  );
  server.patch(
    '/api/gigs/:gigId',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change a gig',
        params,
        body: gigBody.partial(),
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => ({
      success: true as const,
      gig: gigView(await updateGig(withCompany(request.ctx), request.params.gigId, request.body)),
    }),
  );
  server.delete(
    '/api/gigs/:gigId',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Delete a gig without numbers',
        params,
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async (request) => {
      await removeGig(withCompany(request.ctx), request.params.gigId);
      return { success: true as const };
    },
  );
}
