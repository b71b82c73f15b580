import { z } from 'zod';
import { withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { addPhone, removePhone } from './contacts.ts';
import { mergeContacts } from './merge.ts';
import { LIMITS } from './model.ts';
import { contactSchema, contactView, type RegionOf } from './views.ts';

const manage = { authority: { permission: 'contacts:manage' } } as const;
const tags = ['contacts'];
const params = z.object({ contactId: z.string().max(100) });
const one = ok({ contact: contactSchema });

/** Single numbers of a contact, and two contacts that are one person. */
export function phoneRoutes(server: HttpServer, regionOf: RegionOf): void {
  server.post(
    '/api/contacts/:contactId/phones',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Add a number to a contact, or change the label or the rank of one that it has',
        params,
        body: z.object({
          phoneNumber: z.string().min(1).max(60).describe('As people write it, or E.164'),
          label: z.string().trim().max(LIMITS.label).optional(),
          isPrimary: z.boolean().default(false),
        }),
        response: { 201: one, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const contact = await addPhone(ctx, request.params.contactId, request.body, await regionOf(ctx));
      return reply.status(201).send({ success: true, contact: contactView(ctx, contact) });
    },
  );
  server.delete(
    '/api/contacts/:contactId/phones/:phoneId',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Take a number from a contact; one always stays',
        params: params.extend({ phoneId: z.string().max(100) }),
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { contactId, phoneId } = request.params;
      const contact = await removePhone(ctx, contactId, phoneId, await regionOf(ctx));
      return { success: true as const, contact: contactView(ctx, contact) };
    },
  );
  mergeRoute(server);
}

function mergeRoute(server: HttpServer): void {
  server.post(
    '/api/contacts/:contactId/merge',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Merge another contact into this one',
        params,
        body: z.object({ otherId: z.string().min(1).max(100) }),
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const contact = await mergeContacts(ctx, request.params.contactId, request.body.otherId);
      return { success: true as const, contact: contactView(ctx, contact) };
    },
  );
}
