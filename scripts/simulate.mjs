// npm run simulate: what bench/README.md says of the simulation.
import path from 'node:path';
import { ensureInstalled, pinnedNode, root, runOrExit } from './lib.mjs';

ensureInstalled();
runOrExit(pinnedNode, [path.join(root, 'bench/simulation/main.ts'), ...process.argv.slice(2)]);
