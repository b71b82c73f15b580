import { z } from 'zod';
import type { Kernel } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import type { Auth } from './auth.ts';
import { changeMe, describeCaller, issueToken, renewSession, switchCompany } from './me.ts';
import { languageSchema, meSchema, nameSchema, tags, userSchema } from './schemas.ts';

const config = { authority: 'signed_in' } as const;
const change = z.object({ name: nameSchema.optional(), language: languageSchema.optional() });
const token = ok({ token: z.string(), expiresAt: z.date() });

/** The caller, and what the caller changes about itself. */
export function meRoutes(server: HttpServer, kernel: Kernel, auth: Auth): void {
  server.get(
    '/api/me',
    {
      config,
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
  server.patch(
    '/api/me',
    {
      config,
      schema: {
        tags,
        summary: 'Change your name or language',
        body: change,
        response: { 200: ok({ user: userSchema }), ...errorResponses },
      },
    },
    async (request) => ({ success: true as const, user: await changeMe(request.ctx, request.body) }),
  );
  sessionRoutes(server, kernel, auth);
}

function sessionRoutes(server: HttpServer, kernel: Kernel, auth: Auth): void {
  server.post(
    '/api/me/company',
    {
      config,
      schema: {
        tags,
        summary: 'Work for another of your companies',
        body: z.object({ companyId: z.guid().toLowerCase() }),
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async (request, reply) => {
      await switchCompany(auth, request, reply, request.body.companyId);
      return { success: true as const };
    },
  );
  server.post(
    '/api/me/token',
    {
      config,
      schema: {
        tags,
        summary: 'A short-lived token (JWT) for a mobile client',
        response: { 200: token, ...errorResponses },
      },
    },
    async (request) => ({ success: true as const, ...(await issueToken(kernel, auth, request)) }),
  );
}
