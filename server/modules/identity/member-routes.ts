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
import { changeRole, getMembers, removeMember } from './members.ts';
import { PASSWORD_MAX, PASSWORD_MIN, ROLES } from './model.ts';
import { refuseForeignOrigin } from './origin.ts';
import { emailSchema, invitationSchema, languageSchema, memberSchema, nameSchema, tags } from './schemas.ts';

const read = { authority: { permission: 'members:read' } } as const;
const manage = { authority: { permission: 'members:manage' } } as const;
const byId = z.object({ id: z.guid() });
const role = z.enum(ROLES);

/** Members of the company, and invitations to it. */
export function memberRoutes(server: HttpServer, kernel: Kernel, auth: Auth): void {
  server.get(
    '/api/members',
    {
      config: read,
      schema: {
        tags,
        summary: 'Members',
        response: { 200: ok({ members: z.array(memberSchema) }), ...errorResponses },
      },
    },
    async (request) => ({ success: true as const, members: await getMembers(withCompany(request.ctx)) }),
  );
  server.patch(
    '/api/members/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Give a member another role',
        params: byId,
        body: z.object({ role }),
        response: { 200: ok({ member: memberSchema }), ...errorResponses },
      },
    },
    async (request) => ({
      success: true as const,
      member: await changeRole(withCompany(request.ctx), request.params.id, request.body.role),
    }),
  );
  server.delete(
    '/api/members/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Remove a member',
        params: byId,
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async (request) => {
      await removeMember(withCompany(request.ctx), request.params.id);
      return { success: true as const };
    },
  );
  invitationRoutes(server);
  linkRoutes(server, kernel, auth);
}

function invitationRoutes(server: HttpServer): void {
  server.get(
    '/api/invitations',
    {
      config: read,
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
        body: z.object({ email: emailSchema, role }),
        response: {
          201: ok({
            invitation: invitationSchema,
            link: z.string().describe('Shown once; also mailed when SMTP_URL is set'),
          }),
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const invited = await invite(withCompany(request.ctx), request.body);
      return reply.status(201).send({ success: true as const, ...invited });
    },
  );
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
  const params = z.object({
    id: z.string().min(1).max(100).describe("The last part of the invitation's link"),
  });
  const offer = z.object({
    companyName: z.string(),
    email: z.string(),
    role,
    expiresAt: z.date(),
    needsAccount: z.boolean(),
  });
  server.get(
    '/api/invitations/by-token/:id',
    {
      config: { authority: 'public' },
      schema: {
        tags,
        summary: 'What an invitation leads to',
        params,
        response: { 200: ok({ invitation: offer }), ...errorResponses },
      },
    },
    async (request) => ({ success: true as const, invitation: await getOffer(kernel, request.params.id) }),
  );
  const body = z.object({
    name: nameSchema.optional().describe('For a new account'),
    password: z.string().min(PASSWORD_MIN).max(PASSWORD_MAX).optional().describe('For a new account'),
    language: languageSchema.optional(),
  });
  server.post(
    '/api/invitations/by-token/:id/accept',
    {
      config: { authority: 'public' },
      schema: {
        tags,
        summary: 'Accept an invitation, as the signed-in person or with a new account',
        params,
        body,
        response: {
          200: ok({ company: z.object({ id: z.string(), name: z.string() }), role }),
          ...errorResponses,
        },
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
      return {
        success: true as const,
        company: { id: accepted.companyId, name: accepted.companyName },
        role: accepted.role,
      };
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
