import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import * as controls from './controls.ts';
import { cancelTransfer, completeTransfer, transferCall } from './transfer.ts';
import { callSchema, viewCalls } from './views.ts';

const make = { authority: { permission: 'calls:make' } } as const;
const tags = ['calls'];
const params = z.object({ id: z.string().max(100) });
export const oneCall = ok({ call: callSchema });

/** A call after something was done to it. */
export async function answerCall(ctx: CompanyCtx, { call }: controls.Shown) {
  const [view] = await transact(ctx, (tx) => viewCalls(ctx, tx, [call]));
  return { success: true as const, call: view! };
}

type Act = (ctx: CompanyCtx, id: string) => Promise<controls.Shown>;

const ACTIONS: Record<string, { summary: string; act: Act }> = {
  hangup: { summary: 'End a call; ending it again changes nothing', act: controls.hangUpCall },
  mute: { summary: 'Silence our side', act: (ctx, id) => controls.muteCall(ctx, id, true) },
  unmute: { summary: 'Let our side be heard again', act: (ctx, id) => controls.muteCall(ctx, id, false) },
  hold: { summary: 'Let the other side hear music', act: (ctx, id) => controls.holdCall(ctx, id, true) },
  unhold: { summary: 'Talk with the other side again', act: (ctx, id) => controls.holdCall(ctx, id, false) },
  'transfer/complete': { summary: 'Leave a warm transfer: the other two go on', act: completeTransfer },
  'transfer/cancel': { summary: 'Take a transfer back', act: cancelTransfer },
};

/** What can be done in a call. */
export function controlRoutes(server: HttpServer): void {
  for (const [name, { summary, act }] of Object.entries(ACTIONS)) {
    server.post(
      `/api/calls/:id/${name}`,
      { config: make, schema: { tags, summary, params, response: { 200: oneCall, ...errorResponses } } },
      async (request) => {
        const ctx = withCompany(request.ctx);
        return answerCall(ctx, await act(ctx, request.params.id));
      },
    );
  }
  digitsRoute(server);
  transferRoute(server);
  recordRoute(server);
}

function digitsRoute(server: HttpServer): void {
  server.post(
    '/api/calls/:id/dtmf',
    {
      config: make,
      schema: {
        tags,
        summary: 'Press keys for the other side, e.g. in the menu of a machine',
        params,
        body: z.object({
          digits: z
            .string()
            .regex(/^[0-9*#w]{1,40}$/, '0-9, *, #, and w for half a second')
            .meta({ example: '1' }),
        }),
        response: { 200: oneCall, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      return answerCall(ctx, await controls.sendDigits(ctx, request.params.id, request.body.digits));
    },
  );
}

function transferRoute(server: HttpServer): void {
  server.post(
    '/api/calls/:id/transfer',
    {
      config: make,
      schema: {
        tags,
        summary: 'Pass a call on: blind, or warm (talk first, then complete or cancel)',
        params,
        body: z.object({
          to: z.string().trim().min(2).max(40).describe('A number, or the id of a colleague'),
          mode: z.enum(['blind', 'warm']),
        }),
        response: { 200: oneCall, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      return answerCall(ctx, await transferCall(ctx, request.params.id, request.body));
    },
  );
}

function recordRoute(server: HttpServer): void {
  server.post(
    '/api/calls/:id/record',
    {
      config: make,
      schema: {
        tags,
        summary: 'Pause the recording of a call, or go on with it',
        params,
        body: z.object({ action: z.enum(['pause', 'resume']) }),
        response: { 200: oneCall, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const paused = request.body.action === 'pause';
      return answerCall(ctx, await controls.pauseRecording(ctx, request.params.id, paused));
    },
  );
}
