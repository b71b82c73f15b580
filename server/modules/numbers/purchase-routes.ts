import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type CompanyCtx, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { countrySchema, errorResponses, ok, optionalId } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { NUMBER_TYPES, PROVIDERS } from '../providers/index.ts';
import { type Pick, pickAndBuy } from './pick.ts';
import { purchaseNumber } from './purchase.ts';
import { numberSchema, numberView } from './views.ts';

const config = { authority: { permission: 'numbers:buy' } } as const;
const answer = ok({
  number: numberSchema,
  replayed: z.boolean().describe('True when an earlier purchase under the same id is answered again'),
});
const purchaseBody = z.object({
  phoneNumber: z.string().max(40).describe('E.164, from a search'),
  provider: z.enum(PROVIDERS).optional(),
  type: z.enum(NUMBER_TYPES).optional(),
  gigId: optionalId,
  companyId: optionalId,
  requirementGroupId: optionalId.describe("The provider's id of the requirement group, or ours"),
  id: z.uuid().optional().describe('Made by the client: repeating the purchase with it never buys twice'),
});

/** The client's name for this purchase: its Idempotency-Key, or the id in the body. */
function idempotencyKey(request: FastifyRequest, id: string | undefined): string | null {
  const header = request.headers['idempotency-key'];
  const key = typeof header === 'string' ? header.trim() : '';
  if (key.length > 255) fail('invalid_request', { reason: 'Idempotency-Key: 255 characters at most' });
  return key || id || null;
}

function assertOwnCompany(ctx: CompanyCtx, companyId: string | null): void {
  if (companyId && companyId !== ctx.companyId) fail('not_found', { what: 'company' });
}

export function purchaseRoutes(server: HttpServer): void {
  const doors = [
    ['/api/phone-numbers/purchase', null],
    ['/api/phone-numbers/purchase/twilio', 'twilio'],
  ] as const;
  for (const [url, fixedProvider] of doors) {
    server.post(
      url,
      {
        config,
        schema: {
          tags: ['numbers'],
          summary: `Buy a number${fixedProvider ? ' at Twilio' : ''}`,
          body: purchaseBody,
          response: { 200: answer, 201: answer, ...errorResponses },
        },
      },
      async (request, reply) => {
        const ctx = withCompany(request.ctx);
        const { companyId, id, provider, ...wanted } = request.body;
        assertOwnCompany(ctx, companyId);
        if (fixedProvider && provider && provider !== fixedProvider)
          fail('invalid_request', { reason: `provider: this address buys at ${fixedProvider}` });
        const key = idempotencyKey(request, id);
        const { number, replayed } = await purchaseNumber(ctx, {
          ...wanted,
          provider: fixedProvider ?? provider ?? 'telnyx',
          idempotencyKey: key,
        });
        return reply
          .status(replayed ? 200 : 201)
          .send({ success: true, number: numberView(number, ctx.language), replayed });
      },
    );
  }
  pickAndBuyRoute(server);
}

const pickBody = z.object({
  country: countrySchema,
  type: z.enum(NUMBER_TYPES).default('local'),
  area_code: z
    .string()
    .regex(/^\d{1,8}$/, 'digits only')
    .nullish(),
  gigId: optionalId,
  requirementGroupId: optionalId,
});

/** Buys the first number on sale that fits; a number that is taken meanwhile gives way to the next. */
function pickAndBuyRoute(server: HttpServer): void {
  server.post(
    '/api/telnyx/phone-numbers/purchase',
    {
      config,
      schema: {
        tags: ['telnyx'],
        summary: 'Buy any number of a country, kind and area',
        body: pickBody,
        response: { 200: answer, 201: answer, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const key = idempotencyKey(request, undefined);
      const { number, replayed } = await pickAndBuy(ctx, toPick(request.body), key);
      return reply
        .status(replayed ? 200 : 201)
        .send({ success: true, number: numberView(number, ctx.language), replayed });
    },
  );
}

function toPick(body: z.infer<typeof pickBody>): Pick {
  const { country, type, area_code: areaCode, gigId, requirementGroupId } = body;
  return { provider: 'telnyx', country, type, areaCode: areaCode ?? null, gigId, requirementGroupId };
}
