import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server that is about to stop and lets its clients go on elsewhere. */
export interface Drain {
  /**
   * From now on every answer ends its connection, so that the client's next one is opened at another process.
   * @returns when no connection waits for a request any more: to end one that a client is just using again would cut it off.
   */
  begin(): Promise<void>;
}

/** Nobody is sent away sooner: a client between two requests comes back within this. */
const DRAIN_MS = 1500;
/** A connection that was not used for so long is ended all the same (RFC 9112, section 9.5: clients have to expect that). */
const DRAIN_MS_MAX = 10_000;
const LOOK_MS = 50;

/** Knows which connections of a server wait for their next request. */
export function createDrain(server: Server): Drain {
  const waiting = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    waiting.add(socket);
    socket.once('close', () => waiting.delete(socket));
  });
  server.prependListener('request', (request, response) => {
    const { socket } = request;
    waiting.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed && socket.writable) waiting.add(socket);
    });
  });
  return {
    async begin() {
      server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
      await sleep(DRAIN_MS);
      for (let leftMs = DRAIN_MS_MAX - DRAIN_MS; leftMs > 0 && waiting.size > 0; leftMs -= LOOK_MS)
        await sleep(LOOK_MS);
    },
  };
}
