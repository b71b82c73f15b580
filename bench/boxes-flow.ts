import { createRequire } from 'node:module';
import type { BoxTask, BoxTaskResult } from './box-load.ts';
import { type Ground, startBoxRelais } from './boxes.ts';
import { createDatabase, query } from './database.ts';
import { familyMs, type Helper, processorMs, type Running, startHelper } from './processes.ts';
import type { QueueResult, QueueRound } from './queues/contract.ts';
import { startRedis } from './redis.ts';
import { median, type Table, verdict } from './table.ts';

const QUEUES = ['pg-boss', 'graphile-worker', 'bullmq'] as const;
type Name = 'relais' | (typeof QUEUES)[number];

interface Measured {
  perSecond: number;
  /** Processor time for each, of the program and of its database. */
  programMicros: number;
  databaseMicros: number;
}

export interface FlowResults {
  measured: Partial<Record<Name, Measured[]>>;
  /** Why a column is not there. */
  missing: string[];
}

const BOXES = 50;
/** What a box may have in hand. */
const ROOM = 5;
const HEARTBEAT_MS = 10_000;

/** How one of them is put through a round. */
interface Contender {
  name: Name;
  /** Null: it has none of PostgreSQL. */
  databaseUrl: string | null;
  run(): Promise<Measured>;
  stop(): Promise<void>;
}

/** Relais over HTTP, and what one would pick instead without a network in between, in turns. */
export async function measureFlow(ground: Ground): Promise<FlowResults> {
  const { options, progress } = ground;
  const redis = await startRedis(ground.folder);
  const contenders: Contender[] = [];
  const results: FlowResults = { measured: {}, missing: [] };
  try {
    contenders.push(await openRelais(ground));
    for (const name of QUEUES) {
      const reason = name === 'bullmq' ? whyNoBullMq(redis) : null;
      if (reason) results.missing.push(reason);
      else contenders.push(await openQueue(ground, name, redis));
    }
    // The first round warms everything up and does not count.
    for (let round = 0; round <= options.rounds; round++) {
      for (const { name, run } of contenders) {
        const measured = await run();
        if (round > 0) results.measured[name] = [...(results.measured[name] ?? []), measured];
      }
      // What a database does by itself within a minute.
      if (round === 0)
        for (const { databaseUrl } of contenders) if (databaseUrl) await query(databaseUrl, 'analyze');
      progress(round === 0 ? 'warmed up' : `round ${round} of ${options.rounds}`);
    }
    return results;
  } finally {
    for (const { stop } of contenders) await stop();
    await redis?.stop();
  }
}

function whyNoBullMq(redis: Running | null): string | null {
  if (!redis) return 'bullmq: redis-server is not installed';
  const require = createRequire(import.meta.url);
  try {
    createRequire(require.resolve('bullmq')).resolve('ioredis');
    return null;
  } catch {
    return 'bullmq: the package ioredis is not installed';
  }
}

async function openRelais(ground: Ground): Promise<Contender> {
  const { transactions, connections } = ground.options;
  const relais = await startBoxRelais(ground, 'flow', 'all');
  const load = startHelper<BoxTask, BoxTaskResult>('bench/box-load.ts');
  const { port, token } = relais;
  await load.ask({ kind: 'open', port, token, boxes: BOXES, room: ROOM, heartbeatMs: HEARTBEAT_MS });
  return {
    name: 'relais',
    databaseUrl: relais.databaseUrl,
    async run() {
      const before = [processorMs(relais.pid)?.all ?? 0, familyMs(ground.postgresPid) ?? 0];
      const { elapsedMs } = await load.ask({ kind: 'flow', transactions, connections });
      const after = [processorMs(relais.pid)?.all ?? 0, familyMs(ground.postgresPid) ?? 0];
      const micros = (part: number) => ((after[part]! - before[part]!) * 1000) / transactions;
      return {
        ...{ perSecond: (transactions * 1000) / elapsedMs },
        ...{ programMicros: micros(0), databaseMicros: micros(1) },
      };
    },
    async stop() {
      await load.stop();
      await relais.stop();
    },
  };
}

async function openQueue(
  ground: Ground,
  name: (typeof QUEUES)[number],
  redis: Running | null,
): Promise<Contender> {
  const { transactions, connections } = ground.options;
  const url =
    name === 'bullmq'
      ? `redis://127.0.0.1:${redis!.port}`
      : await createDatabase(ground.cluster.url, `queue ${name}`);
  const helper: Helper<QueueRound, QueueResult> = startHelper(`bench/queues/${name}.ts`);
  const databaseMs = () =>
    (name === 'bullmq' ? processorMs(redis!.pid)?.all : familyMs(ground.postgresPid)) ?? 0;
  return {
    name,
    databaseUrl: name === 'bullmq' ? null : url,
    async run() {
      const before = databaseMs();
      const round = { url, jobs: transactions, submitters: connections, workers: BOXES };
      const { elapsedMs, cpuMs } = await helper.ask(round);
      const micros = (ms: number) => (ms * 1000) / transactions;
      return {
        perSecond: (transactions * 1000) / elapsedMs,
        ...{ programMicros: micros(cpuMs), databaseMicros: micros(databaseMs() - before) },
      };
    },
    stop: helper.stop,
  };
}

const GOAL = 1;

/** How many times as fast Relais is, taken within each round. */
export function flowTable({ measured, missing }: FlowResults): Table {
  const relais = measured.relais!;
  const rows = Object.entries(measured).map(([name, rounds]) => {
    const of = (pick: (each: Measured) => number) => median(rounds.map(pick)).toFixed(0);
    const ratio = median(rounds.map((each, round) => relais[round]!.perSecond / each.perSecond));
    return [
      ...[
        name,
        of((each) => each.perSecond),
        of((each) => each.programMicros),
        of((each) => each.databaseMicros),
      ],
      name === 'relais' ? '' : `${ratio.toFixed(2)} ${verdict(ratio >= GOAL)}`,
    ];
  });
  return [
    ['', 'per second', 'CPU µs, program', 'CPU µs, database', `Relais is × (≥ ${GOAL})`],
    ...rows,
    ...missing.map((reason) => [reason, '', '', '', '']),
  ];
}
