import { z } from 'zod';
import { type Kernel, withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { accessRoutes } from './access-routes.ts';
import type { Auth } from './auth.ts';
import { authRoutes } from './auth-routes.ts';
import { changeCompany, createCompany, getCompany } from './companies.ts';
import { changeMe, describeCaller, issueToken, renewSession, requirePerson, switchCompany } from './me.ts';
import { memberRoutes } from './member-routes.ts';
import { PERMISSIONS, ROLES } from './model.ts';
import {
  companyChange,
  companySchema,
  country,
  languageSchema,
  nameSchema,
  tags,
  userSchema,
} from './schemas.ts';

/** The doors of identity: sign-in, the caller, companies, members, invitations, API keys and the audit log. */
export function identityRoutes(server: HttpServer, kernel: Kernel, auth: Auth): void {
  authRoutes(server, kernel, auth);
  meRoutes(server, kernel, auth);
  companyRoutes(server);
  memberRoutes(server, kernel, auth);
  accessRoutes(server);
}

const signedIn = { authority: 'signed_in' } as const;

function meRoutes(server: HttpServer, kernel: Kernel, auth: Auth): void {
  const role = z.enum(ROLES);
  const permissions = z.array(z.enum(PERMISSIONS));
  const meSchema = ok({
    user: userSchema.nullable().describe('null for an API key'),
    company: z.object({ id: z.string(), name: z.string() }).nullable(),
    role: role.nullable(),
    permissions,
    companies: z.array(z.object({ id: z.string(), name: z.string(), role })),
    apiKey: z.object({ id: z.string(), name: z.string(), scopes: permissions }).optional(),
  });
  server.get(
    '/api/me',
    {
      config: signedIn,
      schema: {
        tags,
        summary: 'Who calls, and what they may do',
        response: { 200: meSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      await renewSession(auth, request, reply);
      return { success: true as const, ...(await describeCaller(request.ctx)) };
    },
  );
  const change = z.object({ name: nameSchema.optional(), language: languageSchema.optional() });
  server.patch(
    '/api/me',
    {
      config: signedIn,
      schema: {
        tags,
        summary: 'Change your name or language',
        body: change,
        response: { 200: ok({ user: userSchema }), ...errorResponses },
      },
    },
    async (request) => ({ success: true as const, user: await changeMe(request.ctx, request.body) }),
  );
  server.post(
    '/api/me/company',
    {
      config: signedIn,
      schema: {
        tags,
        summary: 'Work for another of your companies',
        body: z.object({ companyId: z.guid() }),
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async (request, reply) => {
      await switchCompany(auth, request, reply, request.body.companyId.toLowerCase());
      return { success: true as const };
    },
  );
  server.post(
    '/api/me/token',
    {
      config: signedIn,
      schema: {
        tags,
        summary: 'A short-lived token (JWT) for a mobile client',
        response: { 200: ok({ token: z.string(), expiresAt: z.date() }), ...errorResponses },
      },
    },
    async (request) => ({ success: true as const, ...(await issueToken(kernel, auth, request)) }),
  );
}

function companyRoutes(server: HttpServer): void {
  const answer = { 200: ok({ company: companySchema }), ...errorResponses };
  server.get(
    '/api/company',
    {
      config: { authority: { permission: 'company:read' } },
      schema: { tags, summary: 'The company', response: answer },
    },
    async (request) => ({ success: true as const, company: await getCompany(withCompany(request.ctx)) }),
  );
  server.patch(
    '/api/company',
    {
      config: { authority: { permission: 'company:update' } },
      schema: { tags, summary: 'Change the company', body: companyChange, response: answer },
    },
    async (request) => ({
      success: true as const,
      company: await changeCompany(withCompany(request.ctx), request.body),
    }),
  );
  server.post(
    '/api/companies',
    {
      config: signedIn,
      schema: {
        tags,
        summary: 'Make another company, which you own',
        body: z.object({ name: nameSchema, country }),
        response: { 201: ok({ company: companySchema }), ...errorResponses },
      },
    },
    async (request, reply) => {
      requirePerson(request.ctx);
      const company = await createCompany(request.ctx, request.body);
      return reply.status(201).send({ success: true as const, company });
    },
  );
}
