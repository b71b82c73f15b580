import { isAPIError } from 'better-auth/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Kernel, withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import type { Auth } from './auth.ts';
import { headersOf, passCookies } from './convert.ts';
import { guarded } from './guard.ts';
import { acceptInvitation, getOffer, invite, listInvitations, withdrawInvitation } from './invitations.ts';
import { limitedByAddress } from './limits.ts';
import { refuseForeignOrigin } from './origin.ts';
import {
  acceptanceSchema,
  byId,
  emailSchema,
  invitationSchema,
  offerSchema,
  roleNameSchema,
  roleSchema,
  tags,
} from './schemas.ts';

const manage = { authority: { permission: 'members:manage' } } as const;
const link = z.string().describe('Shown once; also mailed when SMTP_URL is set');
const byToken = z.object({
  id: z.string().min(1).max(100).describe("The last part of the invitation's link"),
});
const joined = ok({
  company: z.object({ id: z.string(), name: z.string() }),
  role: z.string(),
  roleName: roleNameSchema,
});

/** Invitations to the company, and the links that lead in. */
export function invitationRoutes(server: HttpServer, kernel: Kernel, auth: Auth): void {
  server.get(
    '/api/invitations',
    {
      config: { authority: { permission: 'members:read' } },
      schema: {
        tags,
        summary: 'Open invitations',
        response: { 200: ok({ invitations: z.array(invitationSchema) }), ...errorResponses },
      },
    },
    async (request) => ({
      success: true as const,
      invitations: await listInvitations(withCompany(request.ctx)),
    }),
  );
  server.post(
    '/api/invitations',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Invite somebody; inviting again renews the link',
        body: z.object({ email: emailSchema, role: roleSchema }),
        response: { 201: ok({ invitation: invitationSchema, link }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const invited = await invite(withCompany(request.ctx), request.body);
      return reply.status(201).send({ success: true as const, ...invited });
    },
  );
  withdrawRoute(server);
  linkRoutes(server, kernel, auth);
}

function withdrawRoute(server: HttpServer): void {
  server.delete(
    '/api/invitations/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Take an invitation back',
        params: byId,
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async (request) => {
      await withdrawInvitation(withCompany(request.ctx), request.params.id);
      return { success: true as const };
    },
  );
}

function linkRoutes(server: HttpServer, kernel: Kernel, auth: Auth): void {
  const config = { authority: 'public', ...limitedByAddress(kernel.config) } as const;
  server.get(
    '/api/invitations/by-token/:id',
    {
      config,
      schema: {
        tags,
        summary: 'What an invitation leads to',
        params: byToken,
        response: { 200: ok({ invitation: offerSchema }), ...errorResponses },
      },
    },
    async (request) => ({ success: true as const, invitation: await getOffer(kernel, request.params.id) }),
  );
  server.post(
    '/api/invitations/by-token/:id/accept',
    {
      config,
      schema: {
        tags,
        summary: 'Accept an invitation, as the signed-in person or with a new account',
        params: byToken,
        body: acceptanceSchema,
        response: { 200: joined, ...errorResponses },
      },
    },
    async (request, reply) => {
      refuseForeignOrigin(kernel, request);
      const session = await auth.api.getSession({
        headers: headersOf(request),
        query: { disableRefresh: true },
      });
      const account = { ...request.body, language: request.body.language ?? request.ctx.language };
      const accepted = await acceptInvitation(
        request.ctx,
        request.params.id,
        session?.user.id ?? null,
        account,
      );
      await enter(auth, request, reply, accepted, request.body.password);
      const company = { id: accepted.companyId, name: accepted.companyName };
      const { role, roleName } = accepted;
      return { success: true as const, company, role, roleName };
    },
  );
}

/** Signs a new account in, or makes the joined company the session's own. */
async function enter(
  auth: Auth,
  request: FastifyRequest,
  reply: FastifyReply,
  accepted: { companyId: string; email: string; isNewAccount: boolean },
  password: string | undefined,
): Promise<void> {
  const headers = headersOf(request);
  const { companyId, email, isNewAccount } = accepted;
  const signIn = () =>
    auth.api.signInEmail({ headers, body: { email, password: password ?? '' }, returnHeaders: true });
  const setActive = () =>
    auth.api.setActiveOrganization({ headers, body: { organizationId: companyId }, returnHeaders: true });
  try {
    const answer = await guarded(request.ctx, async () =>
      isNewAccount ? await signIn() : await setActive(),
    );
    passCookies(answer.headers, reply);
  } catch (error) {
    // The membership stands; an address that is locked at this moment signs in later.
    if (!isAPIError(error)) throw error;
  }
}
