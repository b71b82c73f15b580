import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { fromCursor, pageQuery, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { findCalls } from './call-routes.ts';
import { hangUpCall, muteCall, type Shown, showCall } from './controls.ts';
import { initiateCall } from './initiate.ts';
import { keyOf } from './initiate-routes.ts';
import { CALL_DIRECTIONS, CALL_STATUSES } from './model.ts';
import { type CallView, viewCalls } from './views.ts';

const read = { authority: { permission: 'calls:read' } } as const;
const make = { authority: { permission: 'calls:make' } } as const;
const tags = ['telnyx'];
const phone = z.string().trim().min(2).max(40);
const at = z.iso.datetime().nullable();

const telnyxCallSchema = z
  .object({
    id: z.string(),
    call_control_id: z.string().nullable(),
    direction: z.enum(CALL_DIRECTIONS),
    status: z.enum(CALL_STATUSES),
    from: z.string(),
    to: z.string(),
    lead_id: z.string().nullable(),
    contact_id: z.string().nullable(),
    muted: z.boolean(),
    duration: z.number().int().nullable(),
    cost: z.object({ amount: z.string(), currency: z.string(), estimated: z.boolean() }).nullable(),
    created_at: z.iso.datetime(),
    answered_at: at,
    ended_at: at,
  })
  .meta({ id: 'TelnyxCall' });

function view(call: CallView): z.infer<typeof telnyxCallSchema> {
  const { id, sid, direction, status, from, to, leadId, contact, muted, duration, cost } = call;
  return {
    ...{
      id,
      call_control_id: sid,
      direction,
      status,
      from,
      to,
      lead_id: leadId,
      contact_id: contact?.id ?? null,
    },
    ...{
      muted,
      duration,
      cost,
      created_at: call.startedAt,
      answered_at: call.answeredAt,
      ended_at: call.endedAt,
    },
  };
}

const one = ok({ call: telnyxCallSchema });

/** Calls through Telnyx, in the words of its older door. */
export function telnyxRoutes(server: HttpServer): void {
  makeRoute(server);
  listRoute(server);
  actionRoutes(server);
}

function makeRoute(server: HttpServer): void {
  server.post(
    '/api/telnyx/calls',
    {
      config: make,
      schema: {
        tags,
        summary: 'Call somebody from one of the company’s Telnyx numbers',
        body: z.object({
          to: phone,
          from: phone,
          lead_id: z.string().max(100).nullish(),
          agent_phone: phone.nullish(),
        }),
        response: { 201: one, 202: one, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { to, from, lead_id: leadId, agent_phone: agentPhone } = request.body;
      const wanted = { to, from, leadId, agentPhone, provider: 'telnyx' as const };
      const { call, sid } = await initiateCall(ctx, wanted, keyOf(request));
      const [shown] = await transact(ctx, (tx) => viewCalls(ctx, tx, [call]));
      return reply.status(sid === null ? 202 : 201).send({ success: true as const, call: view(shown!) });
    },
  );
}

function listRoute(server: HttpServer): void {
  server.get(
    '/api/telnyx/calls',
    {
      config: read,
      schema: {
        tags,
        summary: 'Calls through Telnyx, newest first',
        querystring: pageQuery,
        response: {
          200: ok({ calls: z.array(telnyxCallSchema), nextCursor: z.string().nullable() }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { limit, cursor } = request.query;
      const page = { beforeId: fromCursor(cursor), offset: 0, limit: limit + 1 };
      const { rows, nextCursor } = toPage(await findCalls(ctx, {}, { provider: 'telnyx' }, page), limit);
      const calls = await transact(ctx, (tx) => viewCalls(ctx, tx, rows));
      return { success: true as const, calls: calls.map(view), nextCursor };
    },
  );
}

const ACTIONS: Record<
  string,
  { summary: string; act: (...of: Parameters<typeof hangUpCall>) => Promise<Shown> }
> = {
  hangup: { summary: 'End a call', act: hangUpCall },
  mute: { summary: 'Silence our side', act: (ctx, id) => muteCall(ctx, id, true) },
  unmute: { summary: 'Let our side be heard again', act: (ctx, id) => muteCall(ctx, id, false) },
};

function actionRoutes(server: HttpServer): void {
  for (const [name, { summary, act }] of Object.entries(ACTIONS)) {
    server.post(
      `/api/telnyx/calls/:callId/${name}`,
      {
        config: make,
        schema: {
          tags,
          summary,
          params: z.object({ callId: z.string().max(100) }),
          response: { 200: one, ...errorResponses },
        },
      },
      async (request) => {
        const ctx = withCompany(request.ctx);
        const { call } = await showCall(ctx, request.params.callId);
        if (call.provider !== 'telnyx') fail('not_found', { what: 'call' });
        const shown = await act(ctx, call.id);
        const [found] = await transact(ctx, (tx) => viewCalls(ctx, tx, [shown.call]));
        return { success: true as const, call: view(found!) };
      },
    );
  }
}
