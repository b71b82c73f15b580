import { fileURLToPath } from 'node:url';
import type { Kernel } from './kernel/ctx.ts';
import { serveConsole } from './kernel/http/console.ts';
import { createHttp, type HttpServer } from './kernel/http/server.ts';
import { systemRoutes } from './kernel/http/system-routes.ts';
import { type JobDefinitions, type JobRunner, startJobs } from './kernel/jobs.ts';
import { pruneLive } from './kernel/live.ts';

const CONSOLE_DIST = fileURLToPath(new URL('../console/dist/', import.meta.url));
const JOB_CONCURRENCY = 6;

/** A running Relais: every module wired to the others. */
export interface App {
  http: HttpServer;
  /** Opens the port and starts the background work of this process's role. @returns the address it listens on. */
  start(): Promise<string>;
  /** Stops taking work, lets what runs finish, and closes every connection. */
  stop(): Promise<void>;
}

/** Wires the modules. The only file that knows all of them. */
export async function compose(kernel: Kernel): Promise<App> {
  let ready = false;
  const http = await createHttp(kernel, { authenticate: identity.authenticate });
  systemRoutes(http, kernel, () => ready);
  await serveConsole(http, CONSOLE_DIST);

  const definitions: JobDefinitions = {
    handlers: { 'live.prune': () => pruneLive(kernel.db) },
    schedules: { 'live.prune': { everySeconds: 3600 } },
  };
  let jobs: JobRunner | null = null;

  return {
    http,
    async start() {
      const { RELAIS_ROLE, HOST, PORT } = kernel.config;
      await kernel.live.start();
      if (RELAIS_ROLE !== 'api')
        jobs = await startJobs(kernel.db.ownerPool, kernel.log, definitions, JOB_CONCURRENCY);
      const address = await http.listen({ host: HOST, port: PORT });
      ready = true;
      return address;
    },
    async stop() {
      ready = false;
      await http.close();
      await jobs?.stop();
      await kernel.live.stop();
      await kernel.db.close();
    },
  };
}
