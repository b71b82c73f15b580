import { z } from 'zod';
import { withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { changeOwnSettings, grantSoftphones, noteBrowser, ownSettings } from './softphones.ts';

const make = { authority: { permission: 'calls:make' } } as const;
const tags = ['calls'];

/** How the person who asks is rung: by telephone, and in the browser. */
export function meRoutes(server: HttpServer): void {
  phoneRoutes(server);
  browserRoutes(server);
}

function phoneRoutes(server: HttpServer): void {
  const url = '/api/calls/me/phone';
  const answer = ok({
    phoneNumber: z.string().nullable(),
    available: z.boolean().describe('Whether calls ring'),
    browserListens: z.boolean(),
  });
  server.get(
    url,
    {
      config: make,
      schema: { tags, summary: 'How you are rung', response: { 200: answer, ...errorResponses } },
    },
    async (request) => ({ success: true as const, ...(await ownSettings(withCompany(request.ctx))) }),
  );
  server.put(
    url,
    {
      config: make,
      schema: {
        tags,
        summary: 'Change how you are rung, and whether',
        body: z.object({ phoneNumber: z.string().trim().max(40).nullable(), available: z.boolean() }),
        response: { 200: answer, ...errorResponses },
      },
    },
    async (request) => ({
      success: true as const,
      ...(await changeOwnSettings(withCompany(request.ctx), request.body)),
    }),
  );
}

function browserRoutes(server: HttpServer): void {
  server.post(
    '/api/calls/softphone',
    {
      config: make,
      schema: {
        tags,
        summary: 'Make this browser your telephone: a token for each provider that your numbers are at',
        response: {
          200: ok({
            softphones: z.array(
              z.object({
                provider: z.enum(['telnyx', 'twilio']),
                token: z.string(),
                identity: z.string().describe('Where the browser is rung'),
                expiresAt: z.iso.datetime(),
                practiceUrl: z
                  .string()
                  .nullable()
                  .describe('The demo: where the sandbox stands in for the provider'),
              }),
            ),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const grants = await grantSoftphones(withCompany(request.ctx));
      const softphones = grants.map(({ provider, token, address, expiresAt, practiceUrl }) => ({
        ...{ provider, token, identity: address, expiresAt: expiresAt.toISOString(), practiceUrl },
      }));
      return { success: true as const, softphones };
    },
  );
  server.post(
    '/api/calls/me/presence',
    {
      config: make,
      schema: {
        tags,
        summary: 'A browser of yours listens, or stops; say it every half a minute',
        body: z.object({ state: z.enum(['listening', 'left']).default('listening') }),
        response: { 200: ok({ until: z.iso.datetime().nullable() }), ...errorResponses },
      },
    },
    async (request) => {
      const until = await noteBrowser(withCompany(request.ctx), request.body.state === 'listening');
      return { success: true as const, until: until?.toISOString() ?? null };
    },
  );
}
