import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Random } from './random.ts';

/** How often the wire does what, from 0 to 1; what is left over goes through as it should. */
export interface Faults {
  /** The request never arrives. */
  requestLost: number;
  /** The request arrives, its answer does not. */
  answerLost: number;
  /** The request arrives twice at once. */
  doubled: number;
  /** The request arrives once more, when its answer is long known. */
  again: number;
  /** The request or its answer takes its time. */
  slow: number;
}

export const NO_FAULTS: Faults = { requestLost: 0, answerLost: 0, doubled: 0, again: 0, slow: 0 };

/** What lies between boxes and servers. */
export interface Wire {
  port: number;
  /** How often each fault happened. */
  counts: Record<keyof Faults | 'through', number>;
  /** From now on everything goes through. */
  heal(): void;
  close(): Promise<void>;
}

const SLOW_MS_MAX = 250;
const AGAIN_MS_MAX = 3000;
/** Half of the callers that vanish are noticed by the server at once; of the others it hears nothing. */
const NOTICED = 0.5;

interface Taken {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

interface Given {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/**
 * A program between two sockets that loses, repeats and delays whole requests and answers.
 * @param target the port of a server that should be there; asked for each request.
 */
export function openWire(target: () => number, faults: Faults, random: Random): Promise<Wire> {
  const agent = new Agent({ keepAlive: true });
  const counts: Wire['counts'] = {
    ...{ through: 0, requestLost: 0, answerLost: 0, doubled: 0, again: 0, slow: 0 },
  };
  let now = faults;

  function draw(): keyof Faults | 'through' {
    let place = random.next();
    for (const [name, share] of Object.entries(now) as [keyof Faults, number][]) {
      place -= share;
      if (place < 0) return name;
    }
    return 'through';
  }

  const pass = (taken: Taken, vanished?: AbortSignal) => forward(agent, target(), taken, vanished);

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const taken = await take(incoming);
    const fault = draw();
    counts[fault] += 1;
    const gone = new AbortController();
    outgoing.once('close', () => {
      if (!outgoing.writableFinished && random.chance(NOTICED)) gone.abort();
    });
    if (fault === 'requestLost') return void outgoing.destroy();
    if (fault === 'slow' && random.chance(0.5)) await pause(random.int(SLOW_MS_MAX));
    const given = await pass(taken, gone.signal);
    // Both are on their way at once; either may come first.
    if (fault === 'doubled') await pass(taken);
    if (fault === 'slow') await pause(random.int(SLOW_MS_MAX));
    if (fault === 'answerLost' || given === null) return void outgoing.destroy();
    outgoing.writeHead(given.status, given.headers as Record<string, string>).end(given.body);
    if (fault === 'again') {
      await pause(random.int(AGAIN_MS_MAX));
      await pass(taken);
    }
  }

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      resolve({
        port,
        counts,
        heal: () => {
          now = NO_FAULTS;
        },
        async close() {
          server.closeAllConnections();
          agent.destroy();
          await new Promise((closed) => server.close(closed));
        },
      });
    });
  });
}

async function take(incoming: IncomingMessage): Promise<Taken> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { connection: _connection, host: _host, ...headers } = incoming.headers;
  return {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers,
    body: Buffer.concat(chunks),
  };
}

/** @returns null when the server gave no whole answer. */
function forward(agent: Agent, port: number, taken: Taken, vanished?: AbortSignal): Promise<Given | null> {
  return new Promise((resolve) => {
    const { method, path, headers, body } = taken;
    const sent = request(
      { agent, port, method, path, headers, host: '127.0.0.1', signal: vanished },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('close', () => resolve(null));
        response.on('end', () => {
          const { connection: _connection, 'transfer-encoding': _coding, ...rest } = response.headers;
          resolve({ status: response.statusCode ?? 502, headers: rest, body: Buffer.concat(chunks) });
        });
        response.on('error', () => resolve(null));
      },
    );
    sent.on('error', () => resolve(null));
    sent.end(body.length > 0 ? body : undefined);
  });
}

/** Time that passes on the wire and in boxes; nothing here waits for an effect in this way. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
