import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { loadConfig } from '../config.ts';
import { newSecret } from '../ids.ts';
import { assembleKernel } from '../open.ts';
import { createHttp } from './server.ts';

// Node keeps an idle connection for 72 s; a stop that waited for that would be cut off by whoever asked for it.
it('a stop answers what is under way and does not wait for connections that are kept alive', {
  timeout: 15_000,
}, async () => {
  const kernel = assembleKernel({
    ...loadConfig({ LOG_LEVEL: 'silent', DATABASE_URL: 'postgres://127.0.0.1:1/never-reached' }),
    SECRET_KEY: newSecret(),
  });
  const server = await createHttp(kernel, { authenticate: () => Promise.reject(new Error('nobody asks')) });
  let arrived = () => {};
  let finish = (_text: string) => {};
  const isUnderWay = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const result = new Promise<string>((resolve) => {
    finish = resolve;
  });
  server.get('/slow', { config: { authority: 'public' } }, () => {
    arrived();
    return result;
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const answer = new Promise<string>((resolve, reject) => {
    request({ port, path: '/slow', agent }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve(text);
    })
      .on('error', reject)
      .end();
  });
  await isUnderWay;
  const closed = server.close();
  setImmediate(() => finish('done'));
  expect(await answer).toBe('done');
  await closed;
  agent.destroy();
  await kernel.db.close();
});
