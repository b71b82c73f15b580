import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunningSandbox } from './index.ts';
import { findNumber, telnyxClient } from './testkit.ts';

const MAIN = new URL('./main.ts', import.meta.url).pathname;

const start = (dataDir: string, more: NodeJS.ProcessEnv = {}) =>
  fork(MAIN, [], {
    env: { ...process.env, SANDBOX_DATA_DIR: dataDir, SANDBOX_PORT: '0', ...more },
    silent: true,
  });

test('as a program: says when it is ready, keeps its keys to its user, and stops when its parent lets go', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-main-'));
  const keys: string[] = [];
  for (const stop of ['SIGTERM', 'disconnect']) {
    const child = start(dataDir);
    const [message] = (await once(child, 'message')) as [RunningSandbox & { ready: true }];
    expect(message).toMatchObject({
      ready: true,
      telnyx: { baseUrl: `${message.url}/v2` },
      twilio: { baseUrl: message.url },
    });
    expect((await telnyxClient(message).balance.retrieve()).data?.balance).toBe('1000.00');
    keys.push(message.telnyx.apiKey);
    const exit = once(child, 'exit');
    if (stop === 'disconnect') child.disconnect();
    else child.kill('SIGTERM');
    expect((await exit)[0]).toBe(0);
  }
  expect(keys[1]).toBe(keys[0]);
  expect((await stat(join(dataDir, 'sandbox.db'))).mode & 0o777).toBe(0o600);
  await rm(dataDir, { recursive: true });
});

test('killed at once after an order: the order is there again, and completes', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-main-'));
  const ready = async (child: ReturnType<typeof start>) =>
    ((await once(child, 'message')) as [RunningSandbox])[0];
  const first = start(dataDir, { SANDBOX_REVIEW_MS: '3600000' });
  const before = telnyxClient(await ready(first));
  const phone_number = await findNumber(before, 'US');
  const order = await before.numberOrders.create({ phone_numbers: [{ phone_number }] });
  const killed = once(first, 'exit');
  first.kill('SIGKILL');
  await killed;
  const second = start(dataDir);
  const running = await ready(second);
  await fetch(`${running.url}/sandbox/api/advance`, { method: 'POST' });
  const found = await telnyxClient(running).numberOrders.retrieve(order.data?.id ?? '');
  expect(found.data?.status).toBe('success');
  const stopped = once(second, 'exit');
  second.kill('SIGTERM');
  await stopped;
  await rm(dataDir, { recursive: true });
});

test('with a setting that makes no sense: says which one, and stops', async () => {
  const child = start(tmpdir(), { SANDBOX_PORT: 'many' });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const [code] = await once(child, 'exit');
  expect(code).not.toBe(0);
  expect(errors).toContain('SANDBOX_PORT must be a whole number');
});
