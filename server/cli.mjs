#!/usr/bin/env node
// npx relais: hands over to the pinned Node, which runs TypeScript directly. Plain JavaScript for any Node >= 20.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const node = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
const program = fileURLToPath(new URL('./cli/main.ts', import.meta.url));
// What Node has compiled is kept for the next command, which starts twice as fast.
const compiled = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));

if (!existsSync(node)) {
  console.error(
    'Relais is not installed yet: run "npm ci" in its folder (or "npm start", which does it).\n' +
      "Relais n'est pas encore installé : lancez « npm ci » dans son dossier (ou « npm start », qui s'en charge).",
  );
  process.exit(1);
}
const child = spawn(node, [program, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { NODE_COMPILE_CACHE: compiled, ...process.env },
});
// The terminal sends its signals to both; this one waits for the other to end in order.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
