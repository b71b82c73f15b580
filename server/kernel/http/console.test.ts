import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../config.ts';
import { fail } from '../errors.ts';
import { newSecret } from '../ids.ts';
import { assembleKernel } from '../open.ts';
import { serveConsole } from './console.ts';
import { createHttp, type HttpServer } from './server.ts';

let folder: string;
let server: HttpServer;
let baseUrl: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'relais-console-'));
  mkdirSync(path.join(folder, 'assets'));
  writeFileSync(path.join(folder, 'index.html'), '<title>Relais</title>');
  writeFileSync(path.join(folder, 'assets/main-4f2a.js'), 'start()');
  writeFileSync(path.join(folder, 'assets/main-4f2a.js.gz'), gzipSync('start()'));
  server = await emptyServer();
  await serveConsole(server, folder);
  baseUrl = await server.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A server without routes; nobody can sign in and no database is reached. */
function emptyServer(): Promise<HttpServer> {
  const settings = { SECRET_KEY: newSecret(), DATABASE_URL: 'postgres://127.0.0.1:1/never-reached' };
  const config = loadConfig({ LOG_LEVEL: 'silent', RATE_LIMIT_ANONYMOUS_PER_MINUTE: String(REQUESTS_MAX) });
  const kernel = assembleKernel({ ...config, ...settings });
  return createHttp(kernel, { authenticate: async () => fail('unauthenticated') });
}

/** Of somebody who has not signed in, within a minute. */
const REQUESTS_MAX = 40;

async function get(address: string, accept = 'text/html,*/*;q=0.8') {
  const response = await fetch(baseUrl + address, { headers: { accept } });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('the built console', () => {
  it('answers every address that a browser opens as a page, never from a cache', async () => {
    for (const address of ['/', '/numbers', '/settings/members?tab=1', '/nothing/at/all']) {
      const page = await get(address);
      expect({ address, status: page.status, text: page.text }).toEqual({
        address,
        status: 200,
        text: '<title>Relais</title>',
      });
      expect(page.headers.get('cache-control')).toBe('no-cache');
    }
  });

  it('lets files with a hash in their name be kept for ever', async () => {
    const file = await get('/assets/main-4f2a.js', '*/*');
    expect(file).toMatchObject({ status: 200, text: 'start()' });
    expect(file.headers.get('cache-control')).toContain('immutable');
    // As the build wrote it beside itself, and with the name that a browser knows it by.
    expect(file.headers.get('content-encoding')).toBe('gzip');
    expect(file.headers.get('content-type')).toContain('javascript');
  });

  it('leaves programs, and everything under /api, a 404 in JSON', async () => {
    for (const [address, accept] of [
      ['/numbers', 'application/json'],
      ['/assets/gone.js', '*/*'],
      ['/api/nothing', 'text/html'],
    ]) {
      const { status, text } = await get(address!, accept);
      expect(status).toBe(404);
      expect(JSON.parse(text)).toMatchObject({ success: false, code: 'route_not_found' });
    }
  });

  it('has no limit on its files, and one on everything else', async () => {
    for (let count = 0; count <= REQUESTS_MAX * 2; count++)
      expect(await get('/assets/main-4f2a.js', '*/*')).toMatchObject({ status: 200 });
    const others = await Promise.all(
      Array.from({ length: REQUESTS_MAX * 2 }, (_, each) => get(`/nothing/${each}`, 'application/json')),
    );
    expect(others.map(({ status }) => status)).toContain(429);
    expect(await get('/')).toMatchObject({ status: 200 });
  });
});

describe('a route that names no authority', () => {
  it('keeps the server from starting', async () => {
    const careless = await emptyServer();
    careless.get('/careless', async () => 'open to all');
    await expect(careless.ready()).rejects.toThrow('GET /careless');
    await careless.close();
  });
});
