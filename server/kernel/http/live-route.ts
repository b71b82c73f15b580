import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Kernel, withCompany } from '../ctx.ts';
import { isAfter, isLiveCursor, type LiveEvent } from '../live.ts';
import type { HttpServer } from './server.ts';

const HEARTBEAT_MS = 25_000;
const RESUME_MAX = 1000;

const query = z.object({ cursor: z.string().refine(isLiveCursor, 'not a cursor').optional() });

/**
 * Server-sent events (HTML Living Standard, section 9.2) of the caller's company. Each carries its cursor as the event id, so
 * a browser that reconnects sends it back in Last-Event-ID and misses nothing; `reset` says that the gap is too long.
 */
export function liveRoute(server: HttpServer, kernel: Kernel): void {
  const streams = new Set<ServerResponse>();
  // A stream never ends by itself; on a stop each is ended, and its browser comes back to the next process.
  server.addHook('preClose', async () => {
    for (const stream of streams) stream.end();
  });
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
      const feed = await openFeed(kernel, companyId, asked);
      reply.hijack();
      const stream = reply.raw;
      streams.add(stream);
      kernel.metrics.liveStreams.set(streams.size);
      stream.on('close', () => {
        streams.delete(stream);
        kernel.metrics.liveStreams.set(streams.size);
        feed.close();
      });
      stream.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-request-id': request.id,
      });
      feed.pour((text) => stream.write(text));
    },
  );
}

/** What one client is owed: the past after its cursor, then what happens. */
interface Feed {
  /** Writes what has gathered, and from now on everything as it comes. */
  pour(write: (text: string) => void): void;
  close(): void;
}

/** Listening starts before the past is read, so that nothing falls between the two. */
async function openFeed(kernel: Kernel, companyId: string, asked: string | undefined): Promise<Feed> {
  const gathered: LiveEvent[] = [];
  let send = (event: LiveEvent): void => void gathered.push(event);
  const unsubscribe = kernel.live.subscribe(companyId, (event) => send(event));
  let heartbeat: NodeJS.Timeout | undefined;
  try {
    const head = await kernel.live.head();
    const missed = asked ? await kernel.live.since(companyId, asked, RESUME_MAX) : [];
    return {
      pour(write) {
        const isGapTooLong = missed === null || missed.length === RESUME_MAX;
        // An event may be among the missed ones and be announced here afterwards; each is written once, in order.
        let last = asked && !isGapTooLong ? asked : head;
        send = (event) => {
          if (!isAfter(event.cursor, last)) return;
          last = event.cursor;
          write(change(event));
        };
        write(`retry: 2000\n${frame(last, 'ready')}`);
        if (isGapTooLong) write(frame(last, 'reset'));
        else for (const event of missed) send(event);
        for (const event of gathered) send(event);
        heartbeat = setInterval(() => write(': still here\n\n'), HEARTBEAT_MS);
      },
      close() {
        clearInterval(heartbeat);
        unsubscribe();
      },
    };
  } catch (error) {
    unsubscribe();
    throw error;
  }
}

function change(event: LiveEvent): string {
  return frame(event.cursor, 'change', { topic: event.topic, id: event.entityId });
}

function frame(id: string, event: string, data: object = {}): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
