import { z } from 'zod';
import { withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { SERVICE_REASONS, SERVICE_STATES, SERVICES, worstOf } from './service-model.ts';
import { serviceStatus } from './service-status.ts';
import { sentenceFor } from './service-words.ts';

const standingSchema = z
  .object({
    name: z.enum(SERVICES),
    state: z.enum(SERVICE_STATES).describe('degraded: it works, and somebody should look'),
    reason: z.enum(SERVICE_REASONS),
    sentence: z.string().describe('What is the matter, and what to do'),
    figures: z.record(z.string(), z.number()),
    moments: z.record(z.string(), z.string().nullable()),
    words: z.string().nullable().describe('In the provider’s own words'),
  })
  .meta({ id: 'ServiceStanding' });

/** How everything stands that calls, texts and transactions depend on. */
export function serviceRoute(server: HttpServer): void {
  server.get(
    '/api/insights/status',
    {
      config: { authority: { permission: 'reports:read' } },
      schema: {
        tags: ['insights'],
        summary: 'Providers, queues, modules and the last comparison: ok, degraded or down, and what to do',
        response: {
          200: ok({ state: z.enum(SERVICE_STATES), services: z.array(standingSchema), at: z.string() }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const standings = await serviceStatus(ctx);
      return {
        success: true as const,
        state: worstOf(standings),
        at: ctx.kernel.clock.now().toISOString(),
        services: standings.map(({ moments, ...rest }) => ({
          ...rest,
          sentence: sentenceFor(rest, ctx.language),
          moments: Object.fromEntries(
            Object.entries(moments).map(([name, at]) => [name, at?.toISOString() ?? null]),
          ),
        })),
      };
    },
  );
}
