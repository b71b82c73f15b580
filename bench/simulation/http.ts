import { Agent, request } from 'node:http';

/** An answer that came whole. */
export interface Answer {
  status: number;
  // Whatever the route documents.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  body: any;
}

/** Somebody who calls over connections of their own. */
export interface Caller {
  /** @returns null when no answer came: nobody knows then whether the request arrived. */
  send(method: string, path: string, body?: unknown): Promise<Answer | null>;
  /** Closes every connection, also those in use: as when the power goes. */
  cut(): void;
}

const PATIENCE_MS = 8000;

/** @param headers go with each request. */
export function createCaller(port: number, headers: Record<string, string>): Caller {
  let agent = new Agent({ keepAlive: true });
  return {
    send: (method, path, body) =>
      new Promise((resolve) => {
        const text = body === undefined ? null : JSON.stringify(body);
        const sent = request(
          {
            ...{ agent, port, method, path, host: '127.0.0.1', timeout: PATIENCE_MS },
            headers: text === null ? headers : { ...headers, ...jsonHeaders(text) },
          },
          (response) => {
            let received = '';
            response.setEncoding('utf8');
            response.on('data', (chunk: string) => {
              received += chunk;
            });
            response.on('end', () => resolve(parsed(response.statusCode ?? 0, received)));
            response.on('close', () => resolve(null));
          },
        );
        sent.on('timeout', () => sent.destroy());
        sent.on('error', () => resolve(null));
        sent.end(text ?? undefined);
      }),
    cut() {
      agent.destroy();
      agent = new Agent({ keepAlive: true });
    },
  };
}

function jsonHeaders(text: string) {
  return { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
}

function parsed(status: number, text: string): Answer {
  try {
    return { status, body: JSON.parse(text) };
  } catch {
    return { status, body: text };
  }
}
