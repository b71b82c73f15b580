import { z } from 'zod';
import { withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { PERMISSIONS } from './model.ts';
import { changeRoleOf, createRole, getRoles, removeRole } from './roles.ts';
import { tags } from './schemas.ts';

const manage = { authority: { permission: 'members:manage' } } as const;
const params = z.object({ roleId: z.string().max(100) });

const roleSchema = z
  .object({
    id: z.string().describe('owner, admin, agent or viewer; or the id of a role of the company’s own'),
    name: z.string().nullable().describe('Null for the four that every company has'),
    description: z.string(),
    permissions: z.array(z.enum(PERMISSIONS)),
    members: z.number().int(),
    invitations: z.number().int().describe('Open ones'),
    givable: z.boolean().describe('Whether you may give it: it allows nothing that you may not do'),
    version: z.number().int().nullable().describe('Null for the four, which nobody changes'),
  })
  .meta({ id: 'CompanyRole' });

const input = z.object({
  name: z.string().trim().min(1).max(60),
  description: z.string().trim().max(300).default(''),
  permissions: z
    .array(z.enum(PERMISSIONS))
    .min(1)
    .max(PERMISSIONS.length)
    .describe('Seeing comes with doing: numbers:buy brings numbers:read, and everybody sees the company'),
});

/** What people may do: the four roles that every company has, and its own. */
export function roleRoutes(server: HttpServer): void {
  server.get(
    '/api/roles',
    {
      config: { authority: { permission: 'members:read' } },
      schema: {
        tags,
        summary: 'Roles, and how many have each',
        response: { 200: ok({ roles: z.array(roleSchema) }), ...errorResponses },
      },
    },
    async (request) => ({ success: true as const, roles: await getRoles(withCompany(request.ctx)) }),
  );
  server.post(
    '/api/roles',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Make a role of the company’s own, of what you may do yourself',
        body: input,
        response: { 201: ok({ role: roleSchema }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const role = await createRole(withCompany(request.ctx), request.body);
      return reply.status(201).send({ success: true as const, role });
    },
  );
  changeRoutes(server);
}

function changeRoutes(server: HttpServer): void {
  server.patch(
    '/api/roles/:roleId',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change a role; it holds for everybody who has it from their next request on',
        params,
        body: z.object({
          name: input.shape.name.optional(),
          description: z.string().trim().max(300).optional(),
          permissions: input.shape.permissions.optional(),
          version: z.number().int(),
        }),
        response: { 200: ok({ role: roleSchema }), ...errorResponses },
      },
    },
    async (request) => ({
      success: true as const,
      role: await changeRoleOf(withCompany(request.ctx), request.params.roleId, request.body),
    }),
  );
  server.delete(
    '/api/roles/:roleId',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Remove a role that nobody has',
        params,
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async (request) => {
      await removeRole(withCompany(request.ctx), request.params.roleId);
      return { success: true as const };
    },
  );
}
