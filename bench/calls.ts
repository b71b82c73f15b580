import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startEmbeddedDatabase } from '../server/kernel/db/embedded.ts';
import { EVENTS_PER_CALL } from './call-requests.ts';
import { createDatabase, openConnection, prepareCluster, query } from './database.ts';
import type { Round, RoundResult } from './load.ts';
import {
  familyMs,
  freePort,
  type Helper,
  makeFolder,
  processorMs,
  type Running,
  startHelper,
  startProgram,
} from './processes.ts';
import { type Keys, makeKeys, type ProviderName } from './requests.ts';
import { median, type Table, verdict } from './table.ts';
import { startRelais } from './texts.ts';

/** The programs that are compared; each is one process that does everything. */
const CONTENDERS = ['relais', 'hand-written'] as const;
type Contender = (typeof CONTENDERS)[number];

/** What is measured: events of calls until the state of each call is right, and callers who wait for what is to happen. */
const LOADS = ['telnyx events', 'twilio events', 'callers'] as const;
type Load = (typeof LOADS)[number];

export interface CallOptions {
  rounds: number;
  connections: number;
  /** That are told of during one round. */
  calls: number;
  /** How long callers ring. */
  callersMs: number;
  nodeOptions: string[];
}

interface Measured {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time for each event, of the program's process and of PostgreSQL together. */
  micros: number;
}

type Results = Record<Load, Record<Contender, Measured[]>>;

const PUBLIC_URL = 'https://relais.example.test';
const NUMBERS = { telnyx: '+33757050001', twilio: '+33757050002' } as const;
/** Whoever rings here waits for the document, and hangs up when the round is over. */
const CALLERS_NUMBER = '+33757050003';
const CALLS_AT_ONCE = 100;
const CALLERS_PER_SECOND = 200;
/** They come after a rest, in which the other program was measured. */
const FIRST_CALLERS_MS = 1000;
const TWIML_GOAL_MS = 20;
const RATIO_GOAL = 1;
const SETTLED_WITHIN_MS = 60_000;
/** Quiet is a second in which less than this much processor time was used. */
const QUIET_MS = 50;
const QUIET_WITHIN_S = 30;

interface Program extends Running {
  name: Contender;
  databaseUrl: string;
}

interface Means {
  keys: Keys;
  load: Helper<Round, RoundResult>;
  options: CallOptions;
}

/**
 * Events of calls from the signed webhook until the state of every call is right, and the TwiML that callers wait for, through
 * each program in turns, on one PostgreSQL that syncs each commit to disk.
 * @throws when an answer was no success, or a call has not ended.
 */
export async function measureCalls(options: CallOptions, progress: (line: string) => void): Promise<Table> {
  const folder = makeFolder();
  const cluster = await startEmbeddedDatabase(folder.path);
  const keys = makeKeys();
  const load = startHelper<Round, RoundResult>('bench/load.ts');
  const provider = await startProvider();
  const running: Program[] = [];
  const results = Object.fromEntries(
    LOADS.map((kind) => [kind, { relais: [], 'hand-written': [] }]),
  ) as unknown as Results;
  try {
    await prepareCluster(cluster.url);
    const [postgres] = readFileSync(path.join(folder.path, 'postgres/postmaster.pid'), 'utf8').split('\n');
    for (const name of CONTENDERS) {
      const databaseUrl = await createDatabase(cluster.url, `calls ${name}`);
      running.push(
        await startContender(name, { folder: folder.path, databaseUrl, keys, provider, ...options }),
      );
    }
    // The first round warms everything up and does not count.
    for (let round = 0; round <= options.rounds; round++) {
      for (const kind of LOADS) {
        for (const program of running) {
          const { spentMs, ...measured } = await measureOne(kind, program, postgres, { keys, load, options });
          const micros = (spentMs * 1000) / measured.answered;
          if (round > 0) results[kind][program.name].push({ ...measured, micros });
        }
      }
      if (round === 0) for (const { databaseUrl } of running) await query(databaseUrl, 'analyze');
      progress(round === 0 ? 'warmed up' : `round ${round} of ${options.rounds}`);
    }
    return tableOf(results);
  } finally {
    await load.stop();
    for (const program of running) await program.stop();
    await provider.stop();
    await cluster.stop();
    folder.remove();
  }
}

function spentMs({ pid }: Program, postgres: string | undefined): number {
  return (processorMs(pid)?.all ?? 0) + (familyMs(Number(postgres)) ?? 0);
}

async function measureOne(kind: Load, program: Program, postgres: string | undefined, means: Means) {
  if (kind === 'callers') return measureCallers(program, postgres, means);
  const beforeMs = spentMs(program, postgres);
  const measured = await measureEvents(program, kind === 'telnyx events' ? 'telnyx' : 'twilio', means);
  return { ...measured, spentMs: spentMs(program, postgres) - beforeMs };
}

async function measureEvents(program: Program, provider: ProviderName, { keys, load, options }: Means) {
  const watch = await watchCalls(program);
  try {
    const result = await load.ask({
      job: {
        ...{ kind: 'call_events', keys, provider, publicUrl: PUBLIC_URL, to: NUMBERS[provider] },
        atOnce: CALLS_AT_ONCE,
      },
      port: program.port,
      connections: options.connections,
      requests: options.calls * EVENTS_PER_CALL,
      durationMs: SETTLED_WITHIN_MS,
    });
    if (result.refused > 0) throw new Error(`${program.name} refused ${result.refused} signed events`);
    await watch.untilEnded(result.answered / EVENTS_PER_CALL);
    const elapsedMs = performance.timeOrigin + performance.now() - result.startedAtMs;
    return { ...result, perSecond: (result.answered * 1000) / elapsedMs };
  } finally {
    await watch.close();
  }
}

/**
 * Counts the calls that begin from now on and have ended. It is asked for all the time until they have: over one connection, and
 * of those calls alone, or the asking would be most of what is measured.
 */
async function watchCalls({ databaseUrl, name }: Program) {
  const [type, ended] =
    name === 'relais' ? ['uuid', 'ended_at is not null'] : ['bigint', "status = 'COMPLETED'"];
  const connection = await openConnection(databaseUrl);
  const [last] = await connection.query(
    'select calls.id::text as last_id from calls order by calls.id desc limit 1',
  );
  const sinceId = last?.last_id ?? (name === 'relais' ? '00000000-0000-0000-0000-000000000000' : '0');
  return {
    close: connection.close,
    async untilEnded(count: number): Promise<void> {
      const endMs = performance.now() + SETTLED_WITHIN_MS;
      for (;;) {
        const [row] = await connection.query(
          `select count(*)::int as count from calls where id > $1::${type} and ${ended}`,
          [sinceId],
        );
        if (row?.count === count) return;
        if (Number(row?.count) > count || performance.now() > endMs)
          throw new Error(`${name} ended ${row?.count} calls of ${count}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

/** Callers ring at a steady pace, whatever the program's answers take: each waits from the moment when it rang. */
async function measureCallers(program: Program, postgres: string | undefined, means: Means) {
  const { keys, load, options } = means;
  await untilQuiet(program, postgres);
  const watch = await watchCalls(program);
  const beforeMs = spentMs(program, postgres);
  const job = { keys, publicUrl: PUBLIC_URL, to: CALLERS_NUMBER };
  const place = { port: program.port, connections: options.connections };
  const requests = Math.ceil((options.callersMs / 1000) * CALLERS_PER_SECOND);
  const durationMs = options.callersMs * 2;
  try {
    const result = await load.ask({
      ...{ job: { kind: 'voice', ...job }, ...place, requests, durationMs },
      ...{ perSecond: CALLERS_PER_SECOND, uncountedMs: FIRST_CALLERS_MS },
    });
    if (result.refused > 0) throw new Error(`${program.name} refused ${result.refused} callers`);
    const spent = spentMs(program, postgres) - beforeMs;
    // What follows is not measured: who has rung hangs up, so that no later round begins with calls that never end.
    const left = await load.ask({
      ...{ job: { kind: 'hang_ups', ...job }, ...place, requests: result.answered, durationMs },
    });
    if (left.refused > 0) throw new Error(`${program.name} refused ${left.refused} callers who hung up`);
    await watch.untilEnded(result.answered);
    return { ...result, spentMs: spent, perSecond: (result.answered * 1000) / result.elapsedMs };
  } finally {
    await watch.close();
  }
}

/** What the load before left to be added up, planned and cleaned is not what callers of a steady day wait for. */
async function untilQuiet(program: Program, postgres: string | undefined): Promise<void> {
  for (let second = 0; second < QUIET_WITHIN_S; second++) {
    const beforeMs = spentMs(program, postgres);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (spentMs(program, postgres) - beforeMs < QUIET_MS) return;
  }
}

/** A provider that takes every command and does nothing: Telnyx is told what to do with each call. */
export function startProvider(): Promise<Running> {
  return freePort().then((port) =>
    startProgram(['bench/servers/quiet-provider.ts'], { PORT: String(port) }, '/'),
  );
}

interface Given {
  folder: string;
  databaseUrl: string;
  keys: Keys;
  provider: Running;
  nodeOptions: string[];
}

async function startContender(name: Contender, given: Given): Promise<Program> {
  const { databaseUrl, keys, provider } = given;
  const providerUrl = `http://127.0.0.1:${provider.port}`;
  const environment = {
    PORT: String(await freePort()),
    DATABASE_URL: databaseUrl,
    PUBLIC_BASE_URL: PUBLIC_URL,
    TELNYX_PUBLIC_KEY: keys.telnyxPublic,
    TELNYX_BASE_URL: `${providerUrl}/v2`,
    TWILIO_ACCOUNT_SID: keys.twilioSid,
    TWILIO_AUTH_TOKEN: keys.twilioToken,
    TWILIO_BASE_URL: providerUrl,
  };
  if (name === 'hand-written') {
    const program = await startProgram(['bench/servers/hand-written-calls.ts'], environment, '/');
    return { ...program, name, databaseUrl };
  }
  const { program, companyId } = await startRelais(given.folder, environment, given.nodeOptions);
  await addCallNumbers(databaseUrl, companyId, [
    ...(Object.entries(NUMBERS) as [ProviderName, string][]),
    ['twilio', CALLERS_NUMBER],
  ]);
  return { ...program, name, databaseUrl };
}

/** Numbers of a company that can be called. */
export async function addCallNumbers(
  databaseUrl: string,
  companyId: string,
  numbers: [provider: ProviderName, phone: string][],
): Promise<void> {
  await query(
    databaseUrl,
    `insert into numbers (id, company_id, provider, phone_number, country, number_type, status, features, configured_at, purchased_at,
      activated_at, created_at, updated_at)
    select gen_random_uuid(), $1, provider, phone, 'FR', 'mobile', 'active', '{"voice":true,"sms":true,"mms":false}', now(), now(), now(), now(), now()
    from unnest($2::text[], $3::text[]) as number (provider, phone)`,
    [companyId, numbers.map(([provider]) => provider), numbers.map(([, phone]) => phone)],
  );
}

/** Ratios are taken within each round, between neighbours in time. */
function tableOf(results: Results): Table {
  const table: Table = [
    [
      '',
      'per second',
      'p50 ms',
      'p99 ms',
      'CPU µs each',
      `× hand-written (≥ ${RATIO_GOAL})`,
      `TwiML p99 (≤ ${TWIML_GOAL_MS} ms)`,
    ],
  ];
  for (const kind of LOADS) {
    const theirs = results[kind]['hand-written'];
    for (const contender of CONTENDERS) {
      const rounds = results[kind][contender];
      const of = (pick: (round: Measured) => number, digits = 0) => median(rounds.map(pick)).toFixed(digits);
      const ratio = median(rounds.map((each, round) => each.perSecond / theirs[round]!.perSecond));
      const isCallers = kind === 'callers';
      const judged = contender === 'relais';
      const p99Ms = median(rounds.map((each) => each.p99Ms));
      table.push([
        ...[`${kind}: ${contender}`, of((each) => each.perSecond), of((each) => each.p50Ms, 1)],
        ...[of((each) => each.p99Ms, 1), of((each) => each.micros)],
        isCallers ? '' : `${ratio.toFixed(2)}${judged ? ` ${verdict(ratio >= RATIO_GOAL)}` : ''}`,
        isCallers && judged ? verdict(p99Ms <= TWIML_GOAL_MS) : '',
      ]);
    }
  }
  return table;
}
