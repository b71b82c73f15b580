import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { simulate } from './run.ts';

const { values } = parseArgs({
  options: {
    transactions: { type: 'string', default: '100000' },
    seed: { type: 'string', default: randomUUID().slice(0, 8) },
    boxes: { type: 'string', default: '120' },
    'real-boxes': { type: 'string', default: '4' },
    servers: { type: 'string', default: '2' },
    kills: { type: 'string', default: '12' },
    crashes: { type: 'string', default: '4' },
    speed: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '60' },
    'wanted-minutes': { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const number = (
  name: 'transactions' | 'boxes' | 'real-boxes' | 'servers' | 'kills' | 'crashes' | 'speed' | 'minutes',
) => Number(values[name]);

// Servers, PostgreSQL and boxes are processes of their own, and would outlive this one.
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

console.log(`${values.transactions} transactions, seed ${values.seed}`);
const { wrong, counts } = await simulate({
  transactions: number('transactions'),
  seed: values.seed,
  boxes: number('boxes'),
  realBoxes: number('real-boxes'),
  servers: number('servers'),
  serverKills: number('kills'),
  databaseCrashes: number('crashes'),
  clockSpeed: number('speed'),
  withinMs: number('minutes') * 60_000,
  ...(values['wanted-minutes'] ? { wantedForMs: Number(values['wanted-minutes']) * 60_000 } : {}),
  signal: stopping.signal,
  log: values.verbose ? 'inherit' : 'ignore',
  progress: (line) => console.error(`  ${line}`),
});
for (const [name, count] of Object.entries(counts)) console.log(`${String(count).padStart(9)}  ${name}`);
for (const sentence of wrong) console.log(`WRONG: ${sentence}`);
console.log(
  wrong.length === 0
    ? 'Nothing lost, nothing done twice.'
    : `${wrong.length} wrong. Again: npm run simulate -- --transactions ${values.transactions} --seed ${values.seed}`,
);
process.exit(wrong.length === 0 ? 0 : 1);
