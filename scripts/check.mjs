// npm run check: the quick inner loop. Types, lint and the tests beside the code; flows and the browser are for npm test.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ensureInstalled, pinnedNode, root } from './lib.mjs';

ensureInstalled();
const bin = (name) => path.join(root, 'node_modules', name);
const steps = [
  [bin('typescript/bin/tsc'), '-p', 'tsconfig.json'],
  [bin('typescript/bin/tsc'), '-p', 'console/tsconfig.json'],
  [bin('@biomejs/biome/bin/biome'), 'ci', '--diagnostic-level=warn', '.'],
  [
    bin('vitest/vitest.mjs'),
    'run',
    'server',
    'sandbox',
    'console',
    'box/drivers',
    'box/ussd',
    'box/queue.test.ts',
    '--reporter=dot',
    ...process.argv.slice(2),
  ],
];
const failed = steps.filter(
  (args) => spawnSync(pinnedNode, args, { cwd: root, stdio: 'inherit' }).status !== 0,
);
process.exit(failed.length === 0 ? 0 : 1);
