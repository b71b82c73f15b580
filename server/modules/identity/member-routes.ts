import { z } from 'zod';
import { withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { changeRole, getMembers, removeMember } from './members.ts';
import { byId, memberSchema, roleSchema, tags } from './schemas.ts';

const manage = { authority: { permission: 'members:manage' } } as const;

/** The members of the company. */
export function memberRoutes(server: HttpServer): void {
  server.get(
    '/api/members',
    {
      config: { authority: { permission: 'members:read' } },
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
        body: z.object({ role: roleSchema }),
        response: { 200: ok({ member: memberSchema }), ...errorResponses },
      },
    },
    async (request) => {
      const member = await changeRole(withCompany(request.ctx), request.params.id, request.body.role);
      return { success: true as const, member };
    },
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
}
