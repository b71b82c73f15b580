import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { type Initiated, initiateCall } from './initiate.ts';
import { callSchema, viewCalls } from './views.ts';

const phone = z.string().trim().min(2).max(40);
const id = z.string().max(100).nullish();

/** The client's name for what it asks for. @throws invalid_request. */
export function keyOf(request: FastifyRequest): string | null {
  const header = request.headers['idempotency-key'];
  const key = typeof header === 'string' ? header.trim() : '';
  if (key.length > 255) fail('invalid_request', { reason: 'Idempotency-Key: 255 characters at most' });
  return key || null;
}

export async function viewInitiated(ctx: CompanyCtx, { call, sid }: Initiated) {
  const [view] = await transact(ctx, (tx) => viewCalls(ctx, tx, [call]));
  return { success: true as const, callId: call.id, status: 'initiated' as const, sid, call: view! };
}

/** The door for new calls. */
export function initiateRoute(server: HttpServer): void {
  const answer = ok({
    callId: z.string(),
    status: z.literal('initiated'),
    sid: z
      .string()
      .nullable()
      .describe("The provider's id; null while it is not known whether the call was taken"),
    call: callSchema,
  });
  server.post(
    '/api/calls/initiate',
    {
      config: { authority: { permission: 'calls:make' } },
      schema: {
        tags: ['calls'],
        summary: 'Call somebody: your own telephone or browser is rung first',
        description:
          'With an Idempotency-Key, a repeat answers with the first call. 202: the provider has not answered; the call is looked for, and never placed again.',
        body: z.object({
          from: phone.describe('One of your numbers'),
          to: phone,
          via: z
            .enum(['phone', 'browser'])
            .optional()
            .describe('Where you are rung; usually your saved telephone'),
          agentPhone: phone.nullish().describe('The telephone that is rung first; an API key must give it'),
          contactId: id,
          leadId: id,
          record: z.boolean().optional(),
        }),
        response: { 201: answer, 202: answer, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const initiated = await initiateCall(ctx, request.body, keyOf(request));
      return reply.status(initiated.sid === null ? 202 : 201).send(await viewInitiated(ctx, initiated));
    },
  );
}
