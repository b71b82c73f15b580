import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that arrived. */
export interface Received {
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** What a receiver answers: at once, or never (null). */
export interface Reaction {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** A web server of somebody else's: keeps what arrives, and answers as it is told. */
export interface Receiver {
  url: string;
  port: number;
  received: Received[];
  /** How the next requests are answered. */
  react(to: (request: Received) => Reaction | null): void;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let reaction: (request: Received) => Reaction | null = () => ({ status: 200 });
  const server = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) };
    received.push(one);
    const answer = reaction(one);
    if (answer) response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    react: (to) => {
      reaction = to;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
