// npm test: types, lint, generated files, then unit, flow and browser tests; ends with one line that counts them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureChromium, ensureConsole, ensureInstalled, pinnedNode, root } from './lib.mjs';

ensureInstalled();
const chromium = ensureChromium();
if (!chromium) {
  console.error(
    'The browser tests need Chromium: install it (Debian: apt-get install chromium), or name one in CHROMIUM_PATH.',
  );
  process.exit(1);
}
ensureConsole();

const bin = (name) => path.join(root, 'node_modules', name);
const steps = [
  ['types', [bin('typescript/bin/tsc'), '-p', 'tsconfig.json']],
  ['console types', [bin('typescript/bin/tsc'), '-p', 'console/tsconfig.json']],
  ['lint', [bin('@biomejs/biome/bin/biome'), 'ci', '--diagnostic-level=warn', '.']],
  ['database types', ['scripts/generate-schema.ts', '--check']],
];
let [passed, failed, skipped] = [0, 0, 0];
for (const [name, args] of steps) {
  const { status } = spawnSync(pinnedNode, args, { cwd: root, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  if (status === 0) passed += 1;
  else failed += 1;
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'relais-results-'));
const results = path.join(folder, 'results.json');
const { status } = spawnSync(
  pinnedNode,
  [
    bin('vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      CHROMIUM_PATH: chromium,
      PATH: `${path.dirname(pinnedNode)}${path.delimiter}${process.env.PATH}`,
    },
  },
);
if (existsSync(results)) {
  const counts = JSON.parse(readFileSync(results, 'utf8'));
  passed += counts.numPassedTests;
  failed += counts.numFailedTests;
  skipped += counts.numPendingTests + (counts.numTodoTests ?? 0);
}
// A file that could not be loaded has no tests to count, and a run that broke must not look green.
if (status !== 0 && failed === 0) failed = 1;
rmSync(folder, { recursive: true, force: true });
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
