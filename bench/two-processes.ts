import { existsSync, readFileSync } from 'node:fs';
import { startEmbeddedDatabase } from '../server/kernel/db/embedded.ts';
import { type ProcessesState, stateFile } from '../server/processes.ts';
import { createDatabase, prepareCluster, query } from './database.ts';
import { checkFigures } from './insights-check.ts';
import { fillActivity, tidyUp } from './insights-fill.ts';
import type { Round, RoundResult } from './load.ts';
import {
  familyMs,
  freePort,
  type Helper,
  makeFolder,
  type Running,
  runProgram,
  startHelper,
} from './processes.ts';
import { type Keys, makeKeys } from './requests.ts';
import { median, type Table } from './table.ts';
import { startRelais } from './texts.ts';

/** Relais behind one port, as RELAIS_PROCESSES has it. */
const CONTENDERS = [1, 2] as const;
type Processes = (typeof CONTENDERS)[number];

/** What is sent: signed webhooks, questions, and both at once. */
const LOADS = ['webhooks', 'pages', 'both at once'] as const;
type Load = (typeof LOADS)[number];

export interface ProcessesOptions {
  rounds: number;
  durationMs: number;
  connections: number;
}

interface Measured {
  perSecond: number;
  p99Ms: number;
  micros: number;
}

type Results = Record<Load, Record<Processes, Measured[]>>;

interface Program extends Running {
  processes: Processes;
  databaseUrl: string;
  apiKey: string;
}

interface Means {
  keys: Keys;
  /** One for webhooks, one for questions. */
  loads: [Helper<Round, RoundResult>, Helper<Round, RoundResult>];
  options: ProcessesOptions;
}

const PUBLIC_URL = 'https://relais.example.test';
/** Calls and texts of the company whose pages are asked for. */
const ACTIVITY = 20_000;
const STARTED_WITHIN_MS = 60_000;
const WEBHOOKS_PER_SECOND_MAX = 8000;
const PAGES_PER_SECOND_MAX = 3000;
const PAGES = [
  '/inbox/conversations',
  '/inbox/counts',
  '/inbox/messages',
  '/api/insights/dashboard',
  '/api/insights/activity?by=number',
];

/**
 * One server process against two on the same load, in turns, each with a database of its own on one PostgreSQL.
 * @throws when an answer was no success, or an event that was answered for is not stored.
 */
export async function measureProcesses(
  options: ProcessesOptions,
  progress: (line: string) => void,
): Promise<Table> {
  const folder = makeFolder();
  const cluster = await startEmbeddedDatabase(folder.path);
  const loads: Means['loads'] = [startHelper('bench/load.ts'), startHelper('bench/load.ts')];
  const means = { keys: makeKeys(), loads, options };
  const running: Program[] = [];
  const results = Object.fromEntries(LOADS.map((kind) => [kind, { 1: [], 2: [] }])) as unknown as Results;
  try {
    await prepareCluster(cluster.url);
    for (const processes of CONTENDERS)
      running.push(await startContender(processes, folder.path, cluster.url, means.keys));
    // The first round warms everything up and does not count.
    for (let round = 0; round <= options.rounds; round++) {
      for (const kind of LOADS) {
        for (const program of running) {
          const measured = await measureRound(kind, program, means);
          if (round > 0) results[kind][program.processes].push(measured);
        }
      }
      progress(round === 0 ? 'warmed up' : `round ${round} of ${options.rounds}`);
    }
    return tableOf(results);
  } finally {
    for (const load of loads) await load.stop();
    for (const program of running) await program.stop();
    await cluster.stop();
    folder.remove();
  }
}

async function startContender(
  processes: Processes,
  folder: string,
  clusterUrl: string,
  keys: Keys,
): Promise<Program> {
  const databaseUrl = await createDatabase(clusterUrl, `processes ${processes}`);
  const { program, companyId, apiKey, settings } = await startRelais(folder, {
    PORT: String(await freePort()),
    DATABASE_URL: databaseUrl,
    PUBLIC_BASE_URL: PUBLIC_URL,
    TELNYX_PUBLIC_KEY: keys.telnyxPublic,
    RELAIS_PROCESSES: String(processes),
  });
  const half = ACTIVITY / 2;
  await fillActivity(databaseUrl, { companyId, from: 0, until: half, total: half });
  await runProgram(['server/cli/main.ts', 'recount', '--company', companyId], settings);
  await tidyUp(databaseUrl);
  await checkFigures(databaseUrl, companyId);
  await untilAllServe(settings.DATA_DIR!, processes);
  return { ...program, processes, databaseUrl, apiKey };
}

/** Waits until each of them serves: the first answers before the others have begun. */
async function untilAllServe(dataDir: string, processes: Processes): Promise<void> {
  if (processes === 1) return;
  const file = stateFile({ DATA_DIR: dataDir });
  const endMs = performance.now() + STARTED_WITHIN_MS;
  for (;;) {
    const workers = existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as ProcessesState).workers
      : [];
    if (workers.length === processes) return;
    if (performance.now() > endMs) throw new Error(`${workers.length} processes serve of ${processes}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function measureRound(kind: Load, program: Program, means: Means): Promise<Measured> {
  const { options, loads, keys } = means;
  const half = kind === 'both at once' ? 2 : 1;
  const place = { port: program.port, connections: Math.ceil(options.connections / half) };
  const requests = (perSecond: number) => Math.ceil((options.durationMs / 1000) * perSecond);
  const durationMs = options.durationMs;
  const beforeMs = familyMs(program.pid) ?? 0;
  const stored = await countEvents(program);
  const [webhooks, pages] = await Promise.all([
    kind !== 'pages' &&
      loads[0].ask({
        job: { kind: 'events', keys, provider: 'telnyx', publicUrl: PUBLIC_URL },
        ...{ ...place, requests: requests(WEBHOOKS_PER_SECOND_MAX), durationMs },
      }),
    kind !== 'webhooks' &&
      loads[1].ask({
        job: { kind: 'questions', apiKey: program.apiKey, paths: PAGES },
        ...{ ...place, requests: requests(PAGES_PER_SECOND_MAX), durationMs },
      }),
  ]);
  const spentMs = (familyMs(program.pid) ?? 0) - beforeMs;
  const parts = [webhooks, pages].filter((part) => part !== false);
  const refused = parts.reduce((sum, part) => sum + part.refused, 0);
  if (refused > 0) throw new Error(`${program.processes} processes refused ${refused} requests`);
  if (webhooks && (await countEvents(program)) - stored !== webhooks.answered)
    throw new Error(`${program.processes} processes did not store all of ${webhooks.answered} events`);
  const answered = parts.reduce((sum, part) => sum + part.answered, 0);
  return {
    perSecond: parts.reduce((sum, part) => sum + (part.answered * 1000) / part.elapsedMs, 0),
    p99Ms: Math.max(...parts.map((part) => part.p99Ms)),
    micros: (spentMs * 1000) / answered,
  };
}

async function countEvents({ databaseUrl }: Program): Promise<number> {
  const [row] = await query(databaseUrl, 'select count(*)::int as count from provider_events');
  return Number(row?.count);
}

/** Ratios are taken within each round, between neighbours in time. */
function tableOf(results: Results): Table {
  const table: Table = [['', 'per second', 'p99 ms', 'CPU µs each', '× one process', 'p99 × one process']];
  for (const kind of LOADS) {
    const [one, two] = CONTENDERS.map((processes) => results[kind][processes]) as [Measured[], Measured[]];
    for (const [processes, rounds] of [[1, one] as const, [2, two] as const]) {
      const of = (pick: (round: Measured) => number) => median(rounds.map(pick));
      const ratio = (pick: (round: Measured) => number) =>
        median(rounds.map((each, round) => pick(each) / pick(one[round]!))).toFixed(2);
      table.push([
        `${kind}: ${processes === 1 ? 'one process' : 'two processes'}`,
        of(({ perSecond }) => perSecond).toFixed(0),
        of(({ p99Ms }) => p99Ms).toFixed(1),
        of(({ micros }) => micros).toFixed(0),
        ratio(({ perSecond }) => perSecond),
        ratio(({ p99Ms }) => p99Ms),
      ]);
    }
  }
  return table;
}
