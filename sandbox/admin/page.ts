import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

const FOLDER = new URL('../page/', import.meta.url);

const SCRIPTS = ['app', 'calls', 'dom', 'handsets', 'rows', 'settings', 'texts', 'traffic', 'views'];

/** The page's files, by address. */
const FILES: Record<string, { file: string; type: string }> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/page/style.css': { file: 'style.css', type: 'text/css; charset=utf-8' },
  '/page/calls.css': { file: 'calls.css', type: 'text/css; charset=utf-8' },
  '/page/handsets.css': { file: 'handsets.css', type: 'text/css; charset=utf-8' },
  ...Object.fromEntries(
    SCRIPTS.map((name) => [
      `/page/${name}.js`,
      { file: `${name}.js`, type: 'text/javascript; charset=utf-8' },
    ]),
  ),
};

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** Serves the page at /. */
export function mountPage(app: FastifyInstance): void {
  for (const [url, { file, type }] of Object.entries(FILES)) {
    app.get(url, (_request, reply) =>
      reply
        .headers(HEADERS)
        .type(type)
        .send(readFileSync(new URL(file, FOLDER))),
    );
  }
}
