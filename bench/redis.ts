import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { freePort, type Running } from './processes.ts';

/** A Redis of its own that keeps each write on disk before it answers; null when none is installed. */
export async function startRedis(folder: string): Promise<Running | null> {
  const port = await freePort();
  const dir = path.join(folder, 'redis');
  mkdirSync(dir);
  const settings = { port, dir, bind: '127.0.0.1', appendonly: 'yes', appendfsync: 'always', save: '' };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const missing = once(child, 'error').then(() => true);
  const ended = once(child, 'exit');
  while (!(await answers(port))) {
    const gone = await Promise.race([
      missing,
      new Promise<false>((resolve) => setTimeout(resolve, 20, false)),
    ]);
    if (gone || child.exitCode !== null) return null;
  }
  return {
    pid: child.pid!,
    port,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().startsWith('+PONG'));
    });
    socket.once('error', () => resolve(false));
  });
}
