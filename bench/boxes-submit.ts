import { type BoxRelais, type Ground, startBoxRelais } from './boxes.ts';
import { createDatabase, query } from './database.ts';
import type { Round, RoundResult } from './load.ts';
import { freePort, processorMs, type Running, startHelper, startProgram } from './processes.ts';
import { median, type Table, verdict } from './table.ts';

const CONTENDERS = ['relais', 'relais, dispatching too', 'hand-written', 'nothing'] as const;
type Contender = (typeof CONTENDERS)[number];

interface Measured extends RoundResult {
  /** Processor time for each request, of all threads of the server. */
  micros: number;
}

export type SubmitResults = Record<Contender, Measured[]>;

const TOKEN = 'callbox-token-of-the-bench';
const PER_SECOND_MAX = 12_000;

interface Program extends Running {
  name: Contender;
  databaseUrl: string | null;
  token: string;
}

/**
 * Submissions through each program in turns, one process each.
 * @throws when an answer was no success, or a program stored fewer transactions than it answered for.
 */
export async function measureSubmit(ground: Ground): Promise<SubmitResults> {
  const { options, progress } = ground;
  const load = startHelper<Round, RoundResult>('bench/load.ts');
  const results: SubmitResults = {
    ...{ relais: [], 'relais, dispatching too': [], 'hand-written': [], nothing: [] },
  };
  const programs: Program[] = [];
  const stored = new Map<string, number>();
  try {
    for (const name of CONTENDERS) programs.push(await startContender(ground, name));
    // The first round warms everything up and does not count.
    for (let round = 0; round <= options.rounds; round++) {
      for (const program of programs) {
        const before = processorMs(program.pid);
        const result = await load.ask({
          job: { kind: 'transactions', token: program.token },
          port: program.port,
          connections: options.connections,
          requests: Math.ceil((options.durationMs / 1000) * PER_SECOND_MAX),
          durationMs: options.durationMs,
        });
        if (result.refused > 0) throw new Error(`${program.name} refused ${result.refused} transactions`);
        const after = processorMs(program.pid);
        const micros = before && after ? ((after.all - before.all) * 1000) / result.answered : 0;
        if (round > 0) results[program.name].push({ ...result, micros });
        await assertStored(program, result.answered, stored);
      }
      // What the database does by itself within a minute.
      if (round === 0)
        for (const { databaseUrl } of programs) if (databaseUrl) await query(databaseUrl, 'analyze');
      progress(round === 0 ? 'warmed up' : `round ${round} of ${options.rounds}`);
    }
    return results;
  } finally {
    await load.stop();
    for (const program of programs) await program.stop();
  }
}

async function startContender(ground: Ground, name: Contender): Promise<Program> {
  if (name === 'relais' || name === 'relais, dispatching too') {
    const relais: BoxRelais = await startBoxRelais(ground, name, name === 'relais' ? 'api' : 'all');
    return { ...relais, name };
  }
  const environment = { PORT: String(await freePort()), CALLBOX_TOKEN: TOKEN };
  if (name === 'nothing') {
    const program = await startProgram(['bench/servers/nothing.ts'], environment, '/');
    return { ...program, name, token: TOKEN, databaseUrl: null };
  }
  const databaseUrl = await createDatabase(ground.cluster.url, 'boxes hand-written');
  const program = await startProgram(
    ['bench/servers/hand-written-transactions.ts'],
    { ...environment, DATABASE_URL: databaseUrl },
    '/',
  );
  return { ...program, name, token: TOKEN, databaseUrl };
}

/** Every answered transaction is in the database. */
async function assertStored(program: Program, answered: number, stored: Map<string, number>): Promise<void> {
  if (program.databaseUrl === null) return;
  const [row] = await query(program.databaseUrl, 'select count(*)::int as count from transactions');
  const count = Number(row?.count);
  const expected = (stored.get(program.name) ?? 0) + answered;
  if (count !== expected) throw new Error(`${program.name} stored ${count} transactions of ${expected}`);
  stored.set(program.name, count);
}

const HAND_WRITTEN_GOAL = 2.5;
const NOTHING_GOAL = 0.6;

/** Ratios are taken within each round, as for webhooks. */
export function submitTable(results: SubmitResults): Table {
  const rate = (each: Measured) => (each.answered * 1000) / each.elapsedMs;
  const rows = CONTENDERS.map((name) => {
    const rounds = results[name];
    const of = (pick: (each: Measured) => number, digits = 0) => median(rounds.map(pick)).toFixed(digits);
    const ratio = (other: Measured[]) =>
      median(rounds.map((each, round) => rate(each) / rate(other[round]!)));
    const [overHandWritten, overNothing] = [ratio(results['hand-written']), ratio(results.nothing)];
    const judged = (value: number, goal: number) =>
      `${value.toFixed(2)}${name === 'relais' ? ` ${verdict(value >= goal)}` : ''}`;
    return [
      ...[
        name,
        of(rate),
        of((each) => each.p50Ms, 1),
        of((each) => each.p99Ms, 1),
        of((each) => each.micros),
      ],
      ...[judged(overHandWritten, HAND_WRITTEN_GOAL), judged(overNothing, NOTHING_GOAL)],
    ];
  });
  return [
    [
      ...['', 'per second', 'p50 ms', 'p99 ms', 'CPU µs, process'],
      ...[`× hand-written (≥ ${HAND_WRITTEN_GOAL})`, `× nothing (≥ ${NOTHING_GOAL})`],
    ],
    ...rows,
  ];
}
