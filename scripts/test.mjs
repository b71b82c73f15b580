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

// More files than this that fail are broken, not unsteady.
const MOST_UNSTEADY_FILES = 4;
const folder = mkdtempSync(path.join(os.tmpdir(), 'relais-results-'));

/** @returns Vitest's results; of what it could not even load, none. */
function runTests(name, args) {
  const results = path.join(folder, `${name}.json`);
  const unhandled = path.join(folder, `${name}.unhandled`);
  const { status } = spawnSync(
    pinnedNode,
    [
      bin('vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      '--reporter=./scripts/unhandled.mjs',
      `--outputFile.json=${results}`,
      ...args,
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        CHROMIUM_PATH: chromium,
        UNHANDLED_FILE: unhandled,
        PATH: `${path.dirname(pinnedNode)}${path.delimiter}${process.env.PATH}`,
      },
    },
  );
  const { testResults = [] } = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : {};
  // A run that did not come to its end has said nothing.
  const isWhole = existsSync(unhandled) && readFileSync(unhandled, 'utf8') === '0';
  return { isGreen: status === 0, isWhole, files: testResults };
}

const failedFiles = ({ files }) => files.filter(({ status }) => status === 'failed').map(({ name }) => name);

let run = runTests('first', process.argv.slice(2));
const again = failedFiles(run);
const unsteady = [];
if (run.isWhole && again.length > 0 && again.length <= MOST_UNSTEADY_FILES) {
  // On a busy machine a browser or a killed process may miss a deadline that has nothing to do with what is tested. What fails
  // for a reason fails here as well; what does not is named, to be made steady.
  console.log(`\nOnce more, alone: ${again.map((file) => path.relative(root, file)).join(', ')}\n`);
  const second = runTests('second', again);
  const still = failedFiles(second);
  unsteady.push(...again.filter((file) => !still.includes(file)));
  const steady = run.files.filter(({ name }) => !again.includes(name));
  run = { ...second, files: [...steady, ...second.files] };
}
for (const { assertionResults } of run.files)
  for (const { status } of assertionResults) {
    if (status === 'passed') passed += 1;
    else if (status === 'failed') failed += 1;
    else skipped += 1;
  }
// A file that could not be loaded has no tests to count, and a run that broke must not look green.
if (!run.isGreen && failed === 0) failed = 1;
rmSync(folder, { recursive: true, force: true });
for (const file of unsteady)
  console.log(`unsteady: ${path.relative(root, file)} failed at first, and passed alone`);
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
