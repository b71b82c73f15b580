import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readJournal } from '../../box/drivers/simulator.ts';
import { FAULT_POINTS } from '../../box/faults.ts';
import { ROOT } from '../processes.ts';
import type { Box, BoxMeans, BoxPlan } from './box.ts';
import type { Dialled } from './journal.ts';
import { pause } from './wire.ts';

const DOWN_MS_MAX = 1500;
/** It dies when it passes one of its places for one of the first so many times. */
const PASSES_MAX = 12;

/**
 * The program that runs beside real SIMs, as a process of its own that dies at the places in its own code where that hurts most.
 * Its SIMs are pretended; what they did stands in a journal on the disk that survives it.
 */
export function startRealBox(plan: BoxPlan, means: BoxMeans & { folder: string }): Box {
  const { random, journal } = means;
  const data = path.join(means.folder, plan.code);
  mkdirSync(data, { recursive: true });
  let deaths = 0;
  let healed = false;
  let stopped = false;
  let child: ChildProcess | null = null;
  journal.addBooks(() => dialledBy(plan.code, path.join(data, 'simulator.jsonl')));

  async function lives(): Promise<void> {
    while (!stopped) {
      const fault = healed ? '' : `${random.pick(FAULT_POINTS)}:${1 + random.int(PASSES_MAX)}`;
      child = spawn(process.execPath, [path.join(ROOT, 'box/main.ts'), 'run'], {
        env: { PATH: process.env.PATH, ...settings(plan, means, data), RELAIS_BOX_FAULT: fault },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      child = null;
      if (signal === 'SIGKILL') deaths += 1;
      else if (!stopped) throw new Error(`${plan.code} ended with exit code ${code}`);
      if (!stopped) await pause(random.int(DOWN_MS_MAX));
    }
  }

  const lived = lives();
  return {
    plan,
    deaths: () => deaths,
    concerns: (id, { holder }) =>
      holder === plan.code && !stopped && !hasToldOf(id, path.join(data, 'queue.db')),
    heal() {
      healed = true;
      // The next life has no fault to come to.
      child?.kill('SIGKILL');
    },
    async stop() {
      stopped = true;
      child?.kill('SIGKILL');
      await lived;
    },
  };
}

/** What was told, or given up, it never begins again: so says its own queue. */
function hasToldOf(id: string, file: string): boolean {
  const queue = new DatabaseSync(file, { readOnly: true });
  try {
    const row = queue.prepare('select state from work where id = ?').get(id) as { state: string } | undefined;
    return row?.state === 'acknowledged' || row?.state === 'dropped';
  } finally {
    queue.close();
  }
}

function settings(plan: BoxPlan, { port, token }: BoxMeans, data: string): Record<string, string> {
  const sims = plan.operators.map((operator) => ({ slot: operator, operator, balance: 500_000_000 }));
  const outcomes = { completed: 90, failed: 6, refused: 2, unknown: 2 };
  return {
    RELAIS_BOX_DATA: data,
    RELAIS_BOX_SERVER: `http://127.0.0.1:${port}`,
    RELAIS_BOX_TOKEN: token,
    RELAIS_BOX_ID: plan.code,
    RELAIS_BOX_DRIVER: 'simulator',
    RELAIS_BOX_MAX_CONCURRENT: String(plan.concurrency),
    RELAIS_BOX_SIMULATOR: JSON.stringify({ sims, outcomes, delayMs: 5, texts: true }),
    RELAIS_BOX_LOG_LEVEL: 'error',
  };
}

function dialledBy(box: string, file: string): Dialled[] {
  if (!existsSync(file)) return [];
  return readJournal(file).map(({ id, slot, type, amount }) => ({
    ...{ transactionId: id, attempt: 0, box, simSlot: slot, type, amount, moved: true },
  }));
}
