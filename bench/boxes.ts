import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type EmbeddedDatabase, startEmbeddedDatabase } from '../server/kernel/db/embedded.ts';
import { fleetTable, measureFleets } from './boxes-fleet.ts';
import { flowTable, measureFlow } from './boxes-flow.ts';
import { measureMillion, millionTable } from './boxes-million.ts';
import { measureSubmit, submitTable } from './boxes-submit.ts';
import { createDatabase, prepareCluster } from './database.ts';
import { freePort, makeFolder, type Running } from './processes.ts';
import { printTable } from './table.ts';
import { startRelais } from './texts.ts';

export const BOX_PARTS = ['submit', 'flow', 'fleet', 'million'] as const;

export interface BoxOptions {
  parts: string[];
  rounds: number;
  durationMs: number;
  connections: number;
  /** That go through in one round. */
  transactions: number;
  /** Of the large fleet. */
  boxes: number;
  /** That wait already. */
  waiting: number;
  nodeOptions: string[];
}

/** What every part of this bench runs on: one PostgreSQL that syncs each commit to disk. */
export interface Ground {
  folder: string;
  cluster: EmbeddedDatabase;
  /** PostgreSQL's main process. */
  postgresPid: number;
  options: BoxOptions;
  progress(line: string): void;
}

export interface BoxRelais extends Running {
  databaseUrl: string;
  companyId: string;
  apiKey: string;
  token: string;
}

const TOKEN = 'callbox-token-of-the-bench';

/** Prints what bench/README.md says of boxes. */
export async function measureBoxes(options: BoxOptions, progress: (line: string) => void): Promise<void> {
  const folder = makeFolder();
  const cluster = await startEmbeddedDatabase(folder.path);
  try {
    await prepareCluster(cluster.url);
    const [pid] = readFileSync(path.join(folder.path, 'postgres/postmaster.pid'), 'utf8').split('\n');
    const ground = { folder: folder.path, cluster, postgresPid: Number(pid), options, progress };
    const { parts, rounds, connections, transactions, boxes, waiting } = options;
    if (parts.includes('submit')) {
      const results = await measureSubmit(ground);
      console.log(
        `Transactions submitted durably per second, ${connections} connections, median of ${rounds} rounds`,
      );
      printTable(submitTable(results));
    }
    if (parts.includes('flow')) {
      const results = await measureFlow(ground);
      console.log(
        `From submitted to completed: ${transactions} transactions over HTTP with 50 boxes, and job queues in one process; median of ${rounds} rounds`,
      );
      printTable(flowTable(results));
    }
    if (parts.includes('fleet')) {
      const results = await measureFleets(ground);
      console.log(`From submitted to a waiting box, and what ${boxes} boxes cost that are only there`);
      printTable(fleetTable(results));
    }
    if (parts.includes('million')) {
      const results = await measureMillion(ground);
      console.log(`Beside ${waiting} transactions that wait`);
      printTable(millionTable(results));
    }
  } finally {
    await cluster.stop();
    folder.remove();
  }
}

/** Relais with the example company, whose boxes share a token. */
export async function startBoxRelais(ground: Ground, name: string, role: 'api' | 'all'): Promise<BoxRelais> {
  const databaseUrl = await createDatabase(ground.cluster.url, `boxes ${name}`);
  const environment = {
    ...{ PORT: String(await freePort()), DATABASE_URL: databaseUrl, RELAIS_ROLE: role },
    ...{ CALLBOX_TOKEN: TOKEN, DEMO_BOX: 'off', RATE_LIMIT_ANONYMOUS_PER_MINUTE: '10000000' },
  };
  const { program, companyId, apiKey } = await startRelais(
    ground.folder,
    environment,
    ground.options.nodeOptions,
  );
  return { ...program, databaseUrl, companyId, apiKey, token: TOKEN };
}
