import { z } from 'zod';
import { secretsEqual } from '../crypto.ts';
import type { Kernel } from '../ctx.ts';
import { sql } from '../db/index.ts';
import { fail } from '../errors.ts';
import { liveRoute } from './live-route.ts';
import type { HttpServer } from './server.ts';

/** Health, metrics and the live stream. @param isReady false while starting or stopping. */
export function systemRoutes(server: HttpServer, kernel: Kernel, isReady: () => boolean): void {
  healthRoutes(server, kernel, isReady);
  metricsRoute(server, kernel);
  liveRoute(server, kernel);
}

function healthRoutes(server: HttpServer, kernel: Kernel, isReady: () => boolean): void {
  const health = z.object({ status: z.string(), database: z.string().optional() });
  server.get(
    '/health/live',
    {
      config: { authority: 'public' },
      schema: { tags: ['system'], summary: 'Is the process alive?', response: { 200: health } },
    },
    async () => ({ status: 'ok' }),
  );
  server.get(
    '/health/ready',
    {
      config: { authority: 'public' },
      schema: { tags: ['system'], summary: 'Can it serve requests?', response: { 200: health, 503: health } },
    },
    async (_request, reply) => {
      const database = await sql`select 1`.execute(kernel.db.system).then(
        () => 'ok',
        () => 'unreachable',
      );
      const ready = isReady() && database === 'ok';
      return reply.status(ready ? 200 : 503).send({ status: ready ? 'ok' : 'not ready', database });
    },
  );
}

function metricsRoute(server: HttpServer, kernel: Kernel): void {
  server.get(
    '/metrics',
    {
      config: { authority: 'public' },
      schema: {
        tags: ['system'],
        summary: 'Prometheus metrics',
        description: 'With METRICS_TOKEN set, send it as a Bearer token.',
        response: { 200: { content: { 'text/plain': { schema: z.string() } } } },
      },
    },
    async (request, reply) => {
      const expected = kernel.config.METRICS_TOKEN;
      if (expected && !secretsEqual(request.headers.authorization ?? '', `Bearer ${expected}`))
        fail('unauthenticated');
      return reply.type(kernel.metrics.registry.contentType).send(await kernel.metrics.text());
    },
  );
}
