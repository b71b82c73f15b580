import { z } from 'zod';
import { type CompanyCtx, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { countrySchema, errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { parseCountry } from '../../kernel/phone.ts';
import { NUMBER_TYPES, PROVIDERS, portFor } from '../providers/index.ts';
import { documentRoutes } from './document-routes.ts';
import { findZoneGroup, getGroup, getOrCreateGroup, listGroups, submitGroup } from './groups.ts';
import { checkAddress, checkText, progressOf } from './model.ts';
import { type Answer, findRequirement, inWords, submitAnswers } from './submissions.ts';
import {
  addressSchema,
  groupSchema,
  groupView,
  progressSchema,
  progressView,
  requirementSpecSchema,
  requirementView,
} from './views.ts';

const zoneChoice = {
  provider: z.enum(PROVIDERS).default('telnyx'),
  type: z.enum(NUMBER_TYPES).default('local').describe('Kind of number: each asks for its own paperwork'),
};
const read = { authority: { permission: 'compliance:read' } } as const;
const submit = { authority: { permission: 'compliance:submit' } } as const;
const tags = ['requirements'];

/** The doors of the paperwork: what a country asks for, groups, answers and their review. */
export function complianceRoutes(server: HttpServer): void {
  countryRoute(server);
  groupRoutes(server);
  zoneRoute(server);
  statusRoutes(server);
  answerRoutes(server);
  documentRoutes(server);
}

/** Another company's paperwork does not exist for the caller. */
function assertOwn(ctx: CompanyCtx, companyId: string | null | undefined): void {
  if (companyId && companyId !== ctx.companyId) fail('not_found', { what: 'company' });
}

function countryRoute(server: HttpServer): void {
  server.get(
    '/api/requirements/countries/:countryCode/requirements',
    {
      config: read,
      schema: {
        tags,
        summary: 'What a country asks for before a number can be bought',
        params: z.object({ countryCode: countrySchema }),
        querystring: z.object(zoneChoice),
        response: {
          200: ok({
            hasRequirements: z.boolean(),
            countryCode: z.string(),
            provider: z.string(),
            type: z.string(),
            requirements: z.array(requirementSpecSchema),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { provider, type } = request.query;
      const countryCode = parseCountry(request.params.countryCode);
      const { port } = await portFor(ctx, provider);
      const specs = await port.listRequirements(countryCode, type);
      const requirements = specs.map(({ criteria, ...spec }) => ({ ...spec, acceptanceCriteria: criteria }));
      return {
        success: true as const,
        hasRequirements: specs.length > 0,
        countryCode,
        provider,
        type,
        requirements,
      };
    },
  );
}

const groupAnswer = ok({ group: groupSchema });
const groupParams = z.object({ groupId: z.string().max(100).describe("Our id or the provider's") });

function groupRoutes(server: HttpServer): void {
  const created = ok({ group: groupSchema, isNew: z.boolean() });
  server.post(
    '/api/requirement-groups',
    {
      config: submit,
      schema: {
        tags,
        summary: "Make the company's group for a zone, or find it",
        body: z.object({ companyId: z.string().nullish(), destinationZone: countrySchema, ...zoneChoice }),
        response: { 200: created, 201: created, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { companyId, destinationZone, provider, type } = request.body;
      assertOwn(ctx, companyId);
      const { group, isNew } = await getOrCreateGroup(ctx, {
        provider,
        type,
        country: parseCountry(destinationZone),
      });
      return reply.status(isNew ? 201 : 200).send({ success: true, group: groupView(group), isNew });
    },
  );
  server.get(
    '/api/requirement-groups/:groupId',
    {
      config: read,
      schema: {
        tags,
        summary: 'One group',
        params: groupParams,
        response: { 200: groupAnswer, ...errorResponses },
      },
    },
    async (request) => ({
      success: true as const,
      group: groupView(await getGroup(withCompany(request.ctx), request.params.groupId)),
    }),
  );
}

function zoneRoute(server: HttpServer): void {
  server.get(
    '/api/requirement-groups/companies/:companyId/zones/:destinationZone',
    {
      config: read,
      schema: {
        tags,
        summary: "The company's group for a zone",
        params: z.object({ companyId: z.string(), destinationZone: countrySchema }),
        querystring: z.object(zoneChoice),
        response: { 200: groupAnswer, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      assertOwn(ctx, request.params.companyId);
      const group = await findZoneGroup(ctx, {
        ...request.query,
        country: parseCountry(request.params.destinationZone),
      });
      if (!group) fail('not_found', { what: 'requirement group' });
      return { success: true as const, group: groupView(group) };
    },
  );
}

function statusRoutes(server: HttpServer): void {
  server.get(
    '/api/requirement-groups/:groupId/status',
    {
      config: read,
      schema: {
        tags,
        summary: 'How far a group has come',
        params: groupParams,
        response: { 200: ok(progressSchema.shape), ...errorResponses },
      },
    },
    async (request) => ({
      success: true as const,
      ...progressView(await getGroup(withCompany(request.ctx), request.params.groupId)),
    }),
  );
  const boardRow = progressSchema.extend({
    destinationZone: z.string(),
    provider: z.string(),
    type: z.string(),
    expiresAt: z.iso.datetime().nullable(),
    rejectionReasons: z.array(z.string()),
  });
  server.get(
    '/api/requirement-groups/company/:companyId/status',
    {
      config: read,
      schema: {
        tags,
        summary: 'All groups of the company, for a board',
        params: z.object({ companyId: z.string() }),
        response: { 200: ok({ groups: z.array(boardRow) }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      assertOwn(ctx, request.params.companyId);
      const groups = (await listGroups(ctx)).map((group) => {
        const { destinationZone, provider, type, expiresAt, rejectionReasons } = groupView(group);
        return { ...progressView(group), destinationZone, provider, type, expiresAt, rejectionReasons };
      });
      return { success: true as const, groups };
    },
  );
}

const patchItem = z
  .object({
    field: z.string().optional(),
    requirementId: z.string().optional(),
    value: z.string().optional(),
    documentId: z.string().optional(),
    address: addressSchema.optional(),
  })
  .refine((item) => item.field || item.requirementId, 'name the requirement by field or requirementId');

function answerOf(item: {
  value?: string | undefined;
  documentId?: string | undefined;
  address?: z.infer<typeof addressSchema> | undefined;
}): Answer {
  if (item.address) return { address: item.address as Extract<Answer, { address: unknown }>['address'] };
  if (item.documentId) return { documentId: item.documentId };
  return { text: item.value ?? '' };
}

function answerRoutes(server: HttpServer): void {
  server.patch(
    '/api/requirement-groups/:groupId/requirements',
    {
      config: submit,
      schema: {
        tags,
        summary: 'Answer several requirements at once',
        params: groupParams,
        body: z.object({ requirements: z.array(patchItem).min(1).max(100) }),
        response: { 200: groupAnswer, ...errorResponses },
      },
    },
    async (request) => {
      const answers = request.body.requirements.map((item) => ({
        field: (item.field ?? item.requirementId)!,
        answer: answerOf(item),
      }));
      return {
        success: true as const,
        group: groupView(await submitAnswers(withCompany(request.ctx), request.params.groupId, answers)),
      };
    },
  );
  server.post(
    '/api/requirements/groups/:groupId/values/:field',
    {
      config: submit,
      schema: {
        tags,
        summary: 'Answer a requirement with a text or an address',
        params: groupParams.extend({ field: z.string().max(200) }),
        body: z
          .object({ value: z.string().max(5000).optional(), address: addressSchema.optional() })
          .refine((body) => body.value !== undefined || body.address, 'send value or address'),
        response: {
          200: ok({ group: groupSchema, requirement: groupSchema.shape.requirements.element }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const { groupId, field } = request.params;
      const group = await submitAnswers(withCompany(request.ctx), groupId, [
        { field, answer: answerOf(request.body) },
      ]);
      return {
        success: true as const,
        group: groupView(group),
        requirement: requirementView(findRequirement(group, field)),
      };
    },
  );
  validateRoute(server);
}

function validateRoute(server: HttpServer): void {
  server.post(
    '/api/requirements/groups/:groupId/validate',
    {
      config: submit,
      schema: {
        tags,
        summary: 'Check all answers and, when complete, send the group for review',
        params: groupParams,
        response: {
          200: ok({
            isValid: z.boolean(),
            isComplete: z.boolean(),
            errors: z.array(z.object({ field: z.string(), message: z.string() })),
            group: groupSchema,
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const group = await getGroup(ctx, request.params.groupId);
      const errors = group.requirements.flatMap((row) => {
        const violation =
          row.textValue !== null
            ? checkText(row.criteria, row.textValue)
            : row.address
              ? checkAddress(row.criteria, row.address, group.row.country)
              : null;
        const message = violation ? inWords(violation, ctx.language) : row.rejectionReason;
        return message ? [{ field: row.field, message }] : [];
      });
      const { isComplete } = progressOf(group.requirements);
      const isValid = errors.length === 0;
      const reviewed = isComplete && isValid ? await submitGroup(ctx, group.row.id) : group;
      return { success: true as const, isValid, isComplete, errors, group: groupView(reviewed) };
    },
  );
}
