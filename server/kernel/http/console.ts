import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { HttpServer } from './server.ts';

/**
 * Serves the built console: files with a hash in their name for ever, the page itself always fresh. Any other address
 * that a browser asks for as a page gets the console, which routes it; programs get a 404 in JSON.
 */
export async function serveConsole(server: HttpServer, folder: string): Promise<void> {
  if (!existsSync(path.join(folder, 'index.html'))) {
    server.log.warn('The console is not built: npm start builds it');
    return;
  }
  await server.register(async (pages) => {
    pages.addHook('onRoute', (route) => {
      route.config = { ...route.config, authority: 'public', ...(route.url !== '/*' && { isFile: true }) };
      route.schema = { ...route.schema, hide: true } as never;
    });
    await pages.register(fastifyStatic, {
      root: folder,
      index: false,
      wildcard: false,
      // The build wrote each file compressed beside itself.
      preCompressed: true,
      setHeaders: (reply, file) => {
        const forEver = file.includes(`${path.sep}assets${path.sep}`);
        reply.header('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
    pages.get('/', (_request, reply) => reply.sendFile('index.html'));
    pages.get('/*', (request, reply) => {
      const wantsPage =
        (request.headers.accept ?? '').includes('text/html') && !request.url.startsWith('/api/');
      return wantsPage ? reply.sendFile('index.html') : reply.callNotFound();
    });
  });
}
