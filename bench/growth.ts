import { EVENTS_PER_CALL } from './call-requests.ts';
import { openConnection } from './database.ts';
import { untilAddedUp } from './insights-check.ts';
import type { Round, RoundResult } from './load.ts';
import { familyMs, type Helper, processorMs, type Running } from './processes.ts';
import type { Keys } from './requests.ts';
import { median, type Table, verdict } from './table.ts';

/** What is sent at each size: calls by Telnyx, each told by three events, and texts by Twilio. */
export const GROWTH_LOADS = ['events of calls', 'texts'] as const;
export type GrowthLoad = (typeof GROWTH_LOADS)[number];
export const GROWTH_NUMBERS = { telnyx: '+33757050001', twilio: '+33757050002' } as const;
export const GROWTH_URL = 'https://relais.example.test';

/** A company's first ten thousand calls and texts; every size after it is ten times as much. */
const FIRST = 10_000;
const COST_GOAL = 1.25;
const CALLS_AT_ONCE = 100;
const SETTLED_WITHIN_MS = 60_000;

/** The sizes at which it is measured, up to all that the company will have. */
export function sizesUpTo(activity: number): number[] {
  const sizes = [];
  for (let size = FIRST; size < activity; size *= 10) sizes.push(size);
  return [...sizes, activity];
}

interface Measured {
  perSecond: number;
  p99Ms: number;
  /** Processor time for each event, of the program and of PostgreSQL. */
  micros: [number, number];
}

/** The rounds of one size. */
export interface SizeResult {
  size: number;
  rounds: Record<GrowthLoad, Measured[]>;
}

export interface GrowthMeans {
  keys: Keys;
  load: Helper<Round, RoundResult>;
  databaseUrl: string;
  /** PostgreSQL's first process. */
  postgresPid: number;
  connections: number;
  rounds: number;
  /** In one round: calls, and texts. */
  calls: number;
  texts: number;
}

/** Sends the same to a company of one size, round by round. The first round warms up and does not count. */
export async function measureSize(program: Running, size: number, means: GrowthMeans): Promise<SizeResult> {
  const rounds: SizeResult['rounds'] = { 'events of calls': [], texts: [] };
  for (let round = 0; round <= means.rounds; round++) {
    for (const kind of GROWTH_LOADS) {
      const measured = await measureRound(kind, program, means);
      if (round > 0) rounds[kind].push(measured);
    }
  }
  return { size, rounds };
}

async function measureRound(kind: GrowthLoad, program: Running, means: GrowthMeans): Promise<Measured> {
  const isCalls = kind === 'events of calls';
  const spentMs = () => [processorMs(program.pid)?.all ?? 0, familyMs(means.postgresPid) ?? 0] as const;
  const watch = isCalls
    ? await watchNew(means.databaseUrl, 'calls', 'ended_at is not null')
    : await watchNew(means.databaseUrl, 'messages', "kind = 'text'");
  try {
    const before = spentMs();
    const result = await means.load.ask(isCalls ? callsOf(program, means) : textsOf(program, means));
    if (result.refused > 0) throw new Error(`${result.refused} ${kind} were refused`);
    await watch.until(result.answered / (isCalls ? EVENTS_PER_CALL : 1));
    const elapsedMs = performance.timeOrigin + performance.now() - result.startedAtMs;
    // What adds up the figures comes within two seconds, and is part of the cost.
    await untilAddedUp(means.databaseUrl);
    const after = spentMs();
    const micros = (part: 0 | 1) => ((after[part] - before[part]) * 1000) / result.answered;
    return {
      ...{ perSecond: (result.answered * 1000) / elapsedMs, p99Ms: result.p99Ms },
      micros: [micros(0), micros(1)],
    };
  } finally {
    await watch.close();
  }
}

function callsOf({ port }: Running, { keys, connections, calls }: GrowthMeans): Round {
  return {
    job: {
      ...{ kind: 'call_events', keys, provider: 'telnyx', publicUrl: GROWTH_URL, to: GROWTH_NUMBERS.telnyx },
      atOnce: Math.min(CALLS_AT_ONCE, calls),
    },
    ...{ port, connections, requests: calls * EVENTS_PER_CALL, durationMs: SETTLED_WITHIN_MS },
  };
}

let writers = 0;

/** Each of somebody whom nobody knows yet, like the callers. */
function textsOf({ port }: Running, { keys, connections, texts }: GrowthMeans): Round {
  const senders = Array.from({ length: texts }, () => `+3376${String(writers++).padStart(7, '0')}`);
  return {
    job: {
      ...{ kind: 'texts', keys, provider: 'twilio', publicUrl: GROWTH_URL, to: GROWTH_NUMBERS.twilio },
      senders,
    },
    ...{ port, connections, requests: texts, durationMs: SETTLED_WITHIN_MS },
  };
}

/** Counts the rows that are made from now on, and are as they are to be. Only those are read, however many there are. */
async function watchNew(databaseUrl: string, table: 'calls' | 'messages', condition: string) {
  const connection = await openConnection(databaseUrl);
  const [last] = await connection.query(
    `select id::text as "${table}_id" from ${table} order by ${table}.id desc limit 1`,
  );
  return {
    close: connection.close,
    async until(count: number): Promise<void> {
      const endMs = performance.now() + SETTLED_WITHIN_MS;
      for (;;) {
        const [row] = await connection.query(
          `select count(*)::int as count from ${table} where id > $1::uuid and ${condition}`,
          [last?.[`${table}_id`]],
        );
        if (row?.count === count) return;
        if (Number(row?.count) > count || performance.now() > endMs)
          throw new Error(`${row?.count} ${table} are there of ${count}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

/** What an event costs at each size, beside the first. */
export function growthTable(results: SizeResult[]): Table {
  const table: Table = [
    [
      ...['', 'per second', 'p99 ms', 'CPU µs, process', 'CPU µs, PostgreSQL'],
      ...['speed × first', `CPU × first (≤ ${COST_GOAL})`],
    ],
  ];
  const first = results[0]!;
  for (const kind of GROWTH_LOADS) {
    for (const { size, rounds } of results) {
      const of = (pick: (round: Measured) => number, of = rounds[kind]) => median(of.map(pick));
      const spent = ({ micros }: Measured) => micros[0] + micros[1];
      const cost = of(spent) / of(spent, first.rounds[kind]);
      const speed = of(({ perSecond }) => perSecond) / of(({ perSecond }) => perSecond, first.rounds[kind]);
      table.push([
        `${kind}, ${size} before`,
        of(({ perSecond }) => perSecond).toFixed(0),
        of(({ p99Ms }) => p99Ms).toFixed(1),
        of(({ micros }) => micros[0]).toFixed(0),
        of(({ micros }) => micros[1]).toFixed(0),
        speed.toFixed(2),
        size === first.size ? '1.00' : `${cost.toFixed(2)} ${verdict(cost <= COST_GOAL)}`,
      ]);
    }
  }
  return table;
}
