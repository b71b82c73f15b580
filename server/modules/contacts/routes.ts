import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { exportQuery, listAnswer, rowsWanted, sendCsv } from '../../kernel/http/csv.ts';
import { fromCursor, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { createContact, getContact, removeContact, updateContact } from './contacts.ts';
import { exportTable } from './export.ts';
import { importRoute } from './import-route.ts';
import { searchTerms } from './links.ts';
import { LIMITS, PHONES_MAX, STAGES } from './model.ts';
import { phoneRoutes } from './phone-routes.ts';
import { listContacts } from './search-store.ts';
import { contactSchema, contactView, type RegionOf } from './views.ts';

const read = { authority: { permission: 'contacts:read' } } as const;
const manage = { authority: { permission: 'contacts:manage' } } as const;
const tags = ['contacts'];
const params = z.object({ contactId: z.string().max(100) });
const one = ok({ contact: contactSchema });

const label = z.string().trim().max(LIMITS.label);
const facts = {
  name: z.string().trim().max(LIMITS.name),
  stage: z.enum(STAGES),
  email: z
    .union([z.literal(''), z.email().max(LIMITS.email), z.null()])
    .transform((text) => text || null)
    .describe('Empty or null: none'),
  note: z.string().trim().max(LIMITS.note),
};
const newPhone = z.object({
  phoneNumber: z.string().min(1).max(60).describe('As people write it, or E.164'),
  label: label.default(''),
  isPrimary: z.boolean().default(false),
});
const newContact = z.object({
  ...facts,
  stage: facts.stage.default('lead'),
  email: facts.email.default(null),
  note: facts.note.default(''),
  phones: z.array(newPhone).min(1).max(PHONES_MAX),
});
const changedPhone = z.object({
  id: z.string().max(100).optional().describe("One of the contact's own numbers; without it a new one"),
  phoneNumber: z.string().max(60).optional(),
  label: label.optional(),
  isPrimary: z.boolean().optional(),
});
const changedContact = z
  .object({
    ...facts,
    phones: z
      .array(changedPhone)
      .min(1)
      .max(PHONES_MAX)
      .describe('The whole list: what is not in it goes, the first primary one is the primary one'),
  })
  .partial();

/** The doors of contacts. @param regionOf of numbers that are written as at home; else the installation's. */
export function contactRoutes(
  server: HttpServer,
  regionOf: RegionOf = (ctx) => ctx.kernel.config.DEFAULT_REGION,
): void {
  listRoute(server, regionOf);
  createRoute(server, regionOf);
  readRoutes(server, regionOf);
  phoneRoutes(server, regionOf);
  importRoute(server, regionOf);
}

function listRoute(server: HttpServer, regionOf: RegionOf): void {
  server.get(
    '/api/contacts',
    {
      config: read,
      schema: {
        tags,
        summary: 'Contacts, newest first',
        querystring: exportQuery.extend({
          search: z
            .string()
            .max(200)
            .default('')
            .describe(
              'Beginnings of words of the name or the e-mail address; with contacts:reveal also the first or last digits of a number',
            ),
          stage: z.enum(STAGES).optional(),
        }),
        response: {
          200: listAnswer(ok({ contacts: z.array(contactSchema), nextCursor: z.string().nullable() })),
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { limit, cursor, search, stage, format } = request.query;
      const rowsMax = rowsWanted({ limit, format });
      const terms = search.trim() ? searchTerms(ctx, search, await regionOf(ctx)) : null;
      const rows = await transact(ctx, (tx) =>
        listContacts(tx, ctx.companyId, { search: terms, stage }, fromCursor(cursor), rowsMax + 1),
      );
      const page = toPage(rows, rowsMax);
      const contacts = page.rows.map((row) => contactView(ctx, row));
      if (format === 'json')
        return reply.send({ success: true as const, contacts, nextCursor: page.nextCursor });
      const { header, lines } = exportTable(contacts);
      return sendCsv(reply, 'contacts.csv', header, lines);
    },
  );
}

function createRoute(server: HttpServer, regionOf: RegionOf): void {
  server.post(
    '/api/contacts',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Make a contact',
        body: newContact,
        response: { 201: one, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const contact = await createContact(ctx, request.body, await regionOf(ctx));
      return reply.status(201).send({ success: true, contact: contactView(ctx, contact) });
    },
  );
}

function readRoutes(server: HttpServer, regionOf: RegionOf): void {
  server.get(
    '/api/contacts/:contactId',
    {
      config: read,
      schema: {
        tags,
        summary: 'One contact; the id of one that was merged leads to the one that was kept',
        params,
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      return {
        success: true as const,
        contact: contactView(ctx, await getContact(ctx, request.params.contactId)),
      };
    },
  );
  server.patch(
    '/api/contacts/:contactId',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change a contact',
        params,
        body: changedContact,
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const given = Object.fromEntries(
        Object.entries(request.body).filter(([, value]) => value !== undefined),
      );
      const contact = await updateContact(ctx, request.params.contactId, given, await regionOf(ctx));
      return { success: true as const, contact: contactView(ctx, contact) };
    },
  );
  server.delete(
    '/api/contacts/:contactId',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Delete a contact and its numbers',
        params,
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async (request) => {
      await removeContact(withCompany(request.ctx), request.params.contactId);
      return { success: true as const };
    },
  );
}
