import os from 'node:os';
import { parseArgs } from 'node:util';
import { measureMemory } from './memory.ts';
import { diskSyncMicros } from './processes.ts';
import { measureStart } from './start.ts';
import { printTable, webhookTable } from './table.ts';
import { measureWebhooks } from './webhooks.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: ['webhooks', 'start', 'memory'] },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    streams: { type: 'string', default: '1000' },
    'cpu-prof': { type: 'string' },
  },
});

const progress = (line: string) => console.error(`  ${line}`);
const [cpu] = os.cpus();
console.log(
  `${os.cpus().length} × ${cpu?.model ?? 'unknown processor'}, Node ${process.version}; the disk keeps a page in ${diskSyncMicros().toFixed(0)} µs
`,
);

if (values.only.includes('webhooks')) {
  const profile = values['cpu-prof'];
  const results = await measureWebhooks(
    {
      rounds: Number(values.rounds),
      durationMs: Number(values.seconds) * 1000,
      connections: Number(values.connections),
      nodeOptions: profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [],
    },
    progress,
  );
  console.log(
    `Signed webhooks stored durably per second, ${values.connections} connections, median of ${values.rounds} rounds`,
  );
  printTable(webhookTable(results));
}
if (values.only.includes('start')) {
  console.log('Start of an installed Relais, until it is ready');
  printTable(await measureStart(progress));
}
if (values.only.includes('memory')) {
  console.log('Resident memory of the server process');
  printTable(await measureMemory(Number(values.streams), progress));
}
