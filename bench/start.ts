import path from 'node:path';
import { freePort, makeFolder, ROOT, startProgram } from './processes.ts';
import { median, type Table, verdict } from './table.ts';

const GOAL_SECONDS = 5;
const REPEATS = 3;

/** `npm start` on an empty data folder (the database is made), and again on the same one. */
export async function measureStart(progress: (line: string) => void): Promise<Table> {
  const firstMs: number[] = [];
  const laterMs: number[] = [];
  for (let repeat = 1; repeat <= REPEATS; repeat++) {
    const folder = makeFolder();
    try {
      for (const times of [firstMs, laterMs]) times.push(await startOnce(folder.path));
    } finally {
      folder.remove();
    }
    progress(`start ${repeat} of ${REPEATS}`);
  }
  const row = (name: string, times: number[]) => [
    name,
    (median(times) / 1000).toFixed(2),
    verdict(median(times) <= GOAL_SECONDS * 1000),
  ];
  return [
    ['', 'seconds', `goal ≤ ${GOAL_SECONDS} s`],
    row('npm start, first', firstMs),
    row('npm start, later', laterMs),
  ];
}

async function startOnce(folder: string): Promise<number> {
  const environment = { PORT: String(await freePort()), DATA_DIR: path.join(folder, 'data') };
  const relais = await startProgram([path.join(ROOT, 'scripts/start.mjs')], environment, '/health/ready');
  await relais.stop();
  return relais.startedInMs;
}
