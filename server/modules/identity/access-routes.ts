import { z } from 'zod';
import { type CompanyCtx, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { exportQuery, listAnswer, sendCsv } from '../../kernel/http/csv.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { createApiKey, listApiKeys, revokeApiKey } from './api-keys.ts';
import { chainHead, checkChain } from './audit-chain.ts';
import { AUDIT_COLUMNS, exportAudit, listAudit } from './audit-list.ts';
import type { Permission } from './model.ts';
import { apiKeySchema, auditEntrySchema, byId, newApiKeySchema, tags } from './schemas.ts';

const manage = { authority: { permission: 'api_keys:manage' } } as const;
const secret = z.string().describe('Shown once');

/** API keys and the audit log. */
export function accessRoutes(server: HttpServer): void {
  server.get(
    '/api/api-keys',
    {
      config: manage,
      schema: {
        tags,
        summary: 'API keys',
        response: { 200: ok({ apiKeys: z.array(apiKeySchema) }), ...errorResponses },
      },
    },
    async (request) => ({ success: true as const, apiKeys: await listApiKeys(withCompany(request.ctx)) }),
  );
  server.post(
    '/api/api-keys',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Make an API key, with scopes that you have yourself',
        body: newApiKeySchema,
        response: { 201: ok({ apiKey: apiKeySchema, secret }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { name, scopes, expiresAt } = request.body;
      requireScopes(ctx, scopes);
      const made = await createApiKey(ctx, {
        name,
        scopes,
        expiresAt: expiresAt ? new Date(expiresAt) : null,
      });
      return reply.status(201).send({ success: true as const, ...made });
    },
  );
  revokeRoute(server);
  auditRoute(server);
  chainRoutes(server);
}

function revokeRoute(server: HttpServer): void {
  server.delete(
    '/api/api-keys/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Revoke an API key',
        params: byId,
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async (request) => {
      await revokeApiKey(withCompany(request.ctx), request.params.id);
      return { success: true as const };
    },
  );
}

/** Nobody hands on more than they have. @throws forbidden, scope_missing */
function requireScopes(ctx: CompanyCtx, scopes: Permission[]): void {
  const permission = scopes.find((scope) => !ctx.grants.includes(scope));
  if (permission === undefined) return;
  if (ctx.actor.kind === 'api_key') fail('scope_missing', { permission });
  fail('forbidden', { role: ctx.actor.role ?? '', permission });
}

const text = z.string().max(200).optional();
const instant = z.iso.datetime({ offset: true }).optional();
const auditQuery = exportQuery.extend({
  actor: text.describe('An id, or part of a name'),
  action: text.describe('Whole (member.removed), or its noun (member)'),
  entityType: text,
  entityId: text,
  from: instant,
  to: instant.describe('Exclusive'),
});
const auditAnswer = listAnswer(ok({ entries: z.array(auditEntrySchema), nextCursor: z.string().nullable() }));

function auditRoute(server: HttpServer): void {
  server.get(
    '/api/audit',
    {
      config: { authority: { permission: 'audit:read' } },
      schema: {
        tags,
        summary: 'Who did what, newest first',
        querystring: auditQuery,
        response: { 200: auditAnswer, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { limit, cursor, format, ...filters } = request.query;
      if (format === 'csv')
        return sendCsv(reply, 'audit.csv', AUDIT_COLUMNS, await exportAudit(ctx, filters));
      return reply.send({ success: true as const, ...(await listAudit(ctx, filters, { limit, cursor })) });
    },
  );
}

const headSchema = z
  .object({ seq: z.number().int(), mark: z.string().max(64).describe('HMAC-SHA-256 in hex') })
  .meta({ id: 'AuditMark' });
const faultSchema = z
  .object({
    kind: z
      .enum(['changed', 'removed', 'unmarked', 'gap', 'cut_off'])
      .describe('cut_off: the mark that was asked for is gone, and all after it'),
    seq: z.number().int().nullable(),
    entryId: z.string().nullable(),
  })
  .meta({ id: 'AuditFault' });

/** Whether somebody changed the log behind Relais's back. */
function chainRoutes(server: HttpServer): void {
  const config = { authority: { permission: 'audit:read' } } as const;
  server.get(
    '/api/audit/chain',
    {
      config,
      schema: {
        tags,
        summary: 'The newest mark of the audit log: keep it elsewhere, and ask for it when you check',
        response: {
          200: ok({
            head: headSchema.nullable(),
            waiting: z.number().int().describe('Entries without a mark yet'),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => ({ success: true as const, ...(await chainHead(withCompany(request.ctx))) }),
  );
  server.get(
    '/api/audit/check',
    {
      config,
      schema: {
        tags,
        summary: 'Make every mark of the audit log again: was an entry changed, added or taken away?',
        querystring: z.object({
          seq: z.coerce.number().int().min(1).optional().describe('Of a mark that you kept'),
          mark: z.string().max(64).optional().describe('The mark that you kept: it must still be there'),
        }),
        response: {
          200: ok({
            intact: z.boolean(),
            checked: z.number().int(),
            faults: z.array(faultSchema),
            head: headSchema.nullable(),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const { seq, mark } = request.query;
      const known = seq !== undefined && mark !== undefined ? { seq, mark } : null;
      const result = await checkChain(withCompany(request.ctx), known);
      return { success: true as const, intact: result.faults.length === 0, ...result };
    },
  );
}
