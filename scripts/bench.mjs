// npm run bench: what bench/README.md describes, in one run.
import path from 'node:path';
import { ensureConsole, ensureInstalled, pinnedNode, root, runOrExit } from './lib.mjs';

ensureInstalled();
ensureConsole();
runOrExit(pinnedNode, [path.join(root, 'bench/main.ts'), ...process.argv.slice(2)]);
