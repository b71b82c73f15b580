import { z } from 'zod';
import { type Kernel, withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { accessRoutes } from './access-routes.ts';
import type { Auth } from './auth.ts';
import { authRoutes } from './auth-routes.ts';
import { changeCompany, createCompany, getCompany } from './companies.ts';
import { invitationRoutes } from './invitation-routes.ts';
import { requirePerson } from './me.ts';
import { meRoutes } from './me-routes.ts';
import { memberRoutes } from './member-routes.ts';
import { roleRoutes } from './role-routes.ts';
import { savedFilterRoutes } from './saved-filter-routes.ts';
import { companyChange, companySchema, country, nameSchema, tags } from './schemas.ts';

/** The doors of identity: sign-in, the caller, companies, members, invitations, API keys and the audit log. */
export function identityRoutes(server: HttpServer, kernel: Kernel, auth: Auth): void {
  authRoutes(server, kernel, auth);
  meRoutes(server, kernel, auth);
  companyRoutes(server);
  memberRoutes(server);
  roleRoutes(server);
  invitationRoutes(server, kernel, auth);
  accessRoutes(server);
  savedFilterRoutes(server);
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
      config: { authority: 'signed_in' },
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
