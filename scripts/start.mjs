// npm start: everything from a fresh clone to a running server.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureConsole, ensureInstalled, pinnedNode, root } from './lib.mjs';

ensureInstalled();
ensureConsole();

// In a process group of its own, so that Ctrl-C reaches the server only through us and it can stop its parts in order.
const server = spawn(pinnedNode, [path.join(root, 'server/main.ts')], {
  cwd: process.cwd(),
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  detached: true,
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => server.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
server.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
