import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that a stand-in got. */
export interface Got {
  method: string;
  /** Path and query. */
  target: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** How a stand-in answers: a status and JSON, or whatever is done with the response. */
export type Answer =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | ((response: ServerResponse) => void);

/** A server that answers as it is told, in place of a provider that behaves badly. */
export interface StandIn {
  url: string;
  got: Got[];
  /** How the next requests are answered; the last one stays. */
  answers(...answers: Answer[]): void;
  close(): Promise<void>;
}

export async function startStandIn(): Promise<StandIn> {
  const got: Got[] = [];
  let queue: Answer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: target = '', headers } = request;
      got.push({ method, target, headers, body: Buffer.concat(chunks).toString() });
      const next = queue.length > 1 ? queue.shift()! : queue[0]!;
      if (typeof next === 'function') return next(response);
      response.writeHead(next.status, { 'content-type': 'application/json', ...next.headers });
      response.end(JSON.stringify(next.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    got,
    answers: (...answers) => {
      got.length = 0;
      queue = answers;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
