import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Kernel } from '../../server/kernel/ctx.ts';
import { onCallEvent } from '../../server/modules/calls/index.ts';
import { startCallWork } from '../../server/modules/calls/work.ts';
import { startProviderEvents } from '../../server/modules/providers/index.ts';
import type { TestRelais } from './relais.ts';

/** A worker of its own for calls, on the database of a server that has none. */
export interface Worker {
  kernel: Kernel;
  /** What it asked Telnyx for so far, as `speak`, `calls`, `conferences`, `join`. */
  asked: string[];
  isDead(): boolean;
  stop(): Promise<void>;
}

/** When a worker dies: at its n-th command to Telnyx, before it left, or when it was carried out and nobody heard of it. */
export interface Death {
  at: number;
  when: 'before' | 'after';
}

/**
 * Starts a worker that dies as by kill -9: from then on it reaches neither the database nor the provider.
 * @param gate no request of it arrives before.
 */
export async function startWorker(
  relais: TestRelais,
  death: Death | null = null,
  gate: Promise<void> = Promise.resolve(),
): Promise<Worker> {
  let dead = false;
  const asked: string[] = [];
  const server = createServer((incoming, outgoing) => {
    if (dead) return void incoming.socket.destroy();
    const isCommand = incoming.method === 'POST';
    if (isCommand) asked.push(incoming.url!.split('/').at(-1)!);
    const isLast = isCommand && asked.length === death?.at;
    if (isLast) dead = true;
    if (isLast && death?.when === 'before') return void incoming.socket.destroy();
    void gate.then(() => forward(relais, incoming, isLast ? null : outgoing));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { pathname } = new URL(relais.kernel.config.TELNYX_BASE_URL);
  const kernel: Kernel = {
    ...relais.kernel,
    config: {
      ...relais.kernel.config,
      TELNYX_BASE_URL: `http://127.0.0.1:${port}${pathname === '/' ? '' : pathname}`,
    },
    db: mortal(relais.kernel.db, () => dead),
  };
  const events = startProviderEvents(kernel, { 'telnyx.call': (event) => onCallEvent(kernel, event) });
  const calls = startCallWork(kernel);
  // Events are stored by another process here: they are not waited for longer than by the process that stores them.
  const nudging = setInterval(events.nudge, 50);
  return {
    ...{ kernel, asked, isDead: () => dead },
    stop: async () => {
      dead ||= death !== null;
      clearInterval(nudging);
      await events.stop();
      await calls.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Hands a request on; nobody hears the answer when there is nobody to tell. */
function forward(relais: TestRelais, incoming: IncomingMessage, outgoing: ServerResponse | null): void {
  const { origin } = new URL(relais.kernel.config.TELNYX_BASE_URL);
  const onward = request(
    `${origin}${incoming.url}`,
    { method: incoming.method, headers: { ...incoming.headers, host: new URL(origin).host } },
    (answer) => {
      if (outgoing) {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
        return;
      }
      answer.resume();
      answer.on('end', () => incoming.socket.destroy());
    },
  );
  onward.on('error', () => incoming.socket.destroy());
  incoming.pipe(onward);
}

/** Pools that a dead process does not reach; what it had begun is undone. */
function mortal(db: Kernel['db'], isDead: () => boolean): Kernel['db'] {
  const wrap = (pool: Kernel['db']['app']) =>
    new Proxy(pool, {
      get(target, name) {
        if (name !== 'transaction') return Reflect.get(target, name, target);
        return () => ({
          execute: async (work: (tx: never) => Promise<unknown>) => {
            if (isDead()) throw new Error('the process is dead');
            return target.transaction().execute(async (tx) => {
              const result = await work(tx as never);
              if (isDead()) throw new Error('the process is dead');
              return result;
            });
          },
        });
      },
    });
  return { ...db, app: wrap(db.app), system: wrap(db.system) };
}
