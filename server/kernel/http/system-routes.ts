import { z } from 'zod';
import { secretsEqual } from '../crypto.ts';
import { type Kernel, withCompany } from '../ctx.ts';
import { sql } from '../db/index.ts';
import { fail } from '../errors.ts';
import { isLiveCursor, type LiveEvent } from '../live.ts';
import type { HttpServer } from './server.ts';

const HEARTBEAT_MS = 25_000;
const RESUME_MAX = 1000;

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
      return reply.type(kernel.metrics.registry.contentType).send(await kernel.metrics.registry.metrics());
    },
  );
}

/**
 * Server-sent events (HTML Living Standard, section 9.2) of the caller's company. Each carries its cursor as the event id, so
 * a browser that reconnects sends it back in Last-Event-ID and misses nothing; `reset` says that the gap is too long.
 */
function liveRoute(server: HttpServer, kernel: Kernel): void {
  const query = z.object({ cursor: z.string().refine(isLiveCursor, 'not a cursor').optional() });
  server.get(
    '/api/live',
    {
      config: { authority: { permission: 'company:read' } },
      schema: {
        tags: ['system'],
        summary: 'Live events (SSE)',
        querystring: query,
        response: { 200: { content: { 'text/event-stream': { schema: z.string() } } } },
      },
    },
    async (request, reply) => {
      const { companyId } = withCompany(request.ctx);
      const lastSeen = request.headers['last-event-id'];
      const asked = typeof lastSeen === 'string' && isLiveCursor(lastSeen) ? lastSeen : request.query.cursor;
      reply.hijack();
      const stream = reply.raw;
      stream.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-request-id': request.id,
      });

      const waiting: LiveEvent[] = [];
      let sendNow: (event: LiveEvent) => void = (event) => waiting.push(event);
      const write = (event: LiveEvent) =>
        stream.write(
          `id: ${event.cursor}\nevent: change\ndata: ${JSON.stringify({ topic: event.topic, id: event.entityId })}\n\n`,
        );
      // Listening starts before the past is read, so that nothing falls between the two.
      const unsubscribe = kernel.live.subscribe(companyId, (event) => sendNow(event));
      const heartbeat = setInterval(() => stream.write(': still here\n\n'), HEARTBEAT_MS);
      stream.on('close', () => {
        clearInterval(heartbeat);
        unsubscribe();
      });

      const start = asked ?? (await kernel.live.head());
      const missed = asked ? await kernel.live.since(companyId, asked, RESUME_MAX) : [];
      const head = await kernel.live.head();
      stream.write(`retry: 2000\nid: ${start}\nevent: ready\ndata: {}\n\n`);
      if (missed === null || missed.length === RESUME_MAX)
        stream.write(`id: ${head}\nevent: reset\ndata: {}\n\n`);
      else for (const event of missed) write(event);
      const sent = new Set((missed ?? []).map((event) => event.cursor));
      for (const event of waiting) if (!sent.has(event.cursor)) write(event);
      sendNow = (event) => void write(event);
    },
  );
}
