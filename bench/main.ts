import os from 'node:os';
import { parseArgs } from 'node:util';
import { BOX_PARTS, measureBoxes } from './boxes.ts';
import { measureCalls } from './calls.ts';
import { HISTORY_PARTS, measureHistory } from './history.ts';
import { measureInbox } from './inbox.ts';
import { measureMemory } from './memory.ts';
import { diskSyncMicros } from './processes.ts';
import { measureStart } from './start.ts';
import { printTable, textTable, webhookTable } from './table.ts';
import { measureTexts } from './texts.ts';
import { measureProcesses } from './two-processes.ts';
import { measureWebhooks } from './webhooks.ts';

const { values } = parseArgs({
  options: {
    only: {
      type: 'string',
      multiple: true,
      default: [
        ...['webhooks', 'processes', 'texts', 'inbox', 'calls', 'boxes', ...HISTORY_PARTS],
        ...['start', 'memory'],
      ],
    },
    rounds: { type: 'string' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    texts: { type: 'string', default: '3000' },
    calls: { type: 'string', default: '2000' },
    messages: { type: 'string', default: '1000000' },
    transactions: { type: 'string', default: '5000' },
    boxes: { type: 'string', default: '1000' },
    waiting: { type: 'string', default: '1000000' },
    part: { type: 'string', multiple: true, default: [...BOX_PARTS] },
    streams: { type: 'string', default: '1000' },
    activity: { type: 'string', default: '10000000' },
    quick: { type: 'boolean', default: false },
    'cpu-prof': { type: 'string' },
  },
});

// Enough to see what a change did, in a few minutes; less than enough for a number to quote.
const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
const messages = Number(values.messages) / (values.quick ? 10 : 1);
const measuring = {
  rounds,
  durationMs: Number(values.seconds) * 1000,
  connections: Number(values.connections),
  nodeOptions: values['cpu-prof'] ? ['--cpu-prof', `--cpu-prof-dir=${values['cpu-prof']}`] : [],
};
const progress = (line: string) => console.error(`  ${line}`);
const [cpu] = os.cpus();
console.log(
  `${os.cpus().length} × ${cpu?.model ?? 'unknown processor'}, Node ${process.version}; the disk keeps a page in ${diskSyncMicros().toFixed(0)} µs
`,
);

if (values.only.includes('webhooks')) {
  const results = await measureWebhooks(measuring, progress);
  console.log(
    `Signed webhooks stored durably per second, ${values.connections} connections, median of ${rounds} rounds`,
  );
  printTable(webhookTable(results));
}
if (values.only.includes('processes')) {
  console.log(
    `One server process against two behind one port, ${values.connections} connections, median of ${rounds} rounds`,
  );
  printTable(await measureProcesses(measuring, progress));
}
if (values.only.includes('texts')) {
  const results = await measureTexts({ ...measuring, texts: Number(values.texts) }, progress);
  console.log(
    `Texts per second, from the signed webhook to the inbox, and answers accepted durably; ${values.connections} connections, median of ${rounds} rounds`,
  );
  printTable(textTable(results));
}
if (values.only.includes('inbox')) {
  const amounts = { messages, conversations: Math.ceil(messages / 20) };
  console.log(`The inbox over ${messages} messages beside another company's, 4 readers`);
  printTable(await measureInbox({ ...amounts, asked: values.quick ? 400 : 2000 }, progress));
}
if (values.only.includes('calls')) {
  console.log(
    `Events of calls per second, from the signed webhook to the state of the call, and the TwiML of 200 callers a second; median of ${rounds} rounds`,
  );
  const calls = Number(values.calls);
  printTable(await measureCalls({ ...measuring, calls, callersMs: measuring.durationMs * 2 }, progress));
}
if (values.only.includes('boxes')) {
  const less = values.quick ? 10 : 1;
  await measureBoxes(
    {
      ...measuring,
      parts: values.part,
      transactions: Number(values.transactions),
      boxes: Number(values.boxes),
      waiting: Number(values.waiting) / less,
    },
    progress,
  );
}
const historyParts = HISTORY_PARTS.filter((part) => values.only.includes(part));
if (historyParts.length > 0) {
  const activity = Number(values.activity) / (values.quick ? 10 : 1);
  const tables = await measureHistory(
    {
      ...{ ...measuring, parts: historyParts, activity, asked: values.quick ? 200 : 1000 },
      ...{ rounds: Math.min(rounds, 3), calls: Number(values.calls) / 4, texts: Number(values.texts) / 2 },
    },
    progress,
  );
  if (tables.growth) {
    console.log(`Events as a company grows to ${activity} calls and texts, each at the same cost`);
    printTable(tables.growth);
  }
  if (tables.insights) {
    console.log(`The dashboard and the reports over ${activity} calls and texts, 4 readers`);
    printTable(tables.insights);
  }
}
if (values.only.includes('start')) {
  console.log('Start of an installed Relais, until it is ready');
  printTable(await measureStart(progress));
}
if (values.only.includes('memory')) {
  console.log('Resident memory of the server process');
  printTable(await measureMemory(Number(values.streams), progress));
}
