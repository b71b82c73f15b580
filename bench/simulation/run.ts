import pg from 'pg';
import { surviveBrokenConnections } from '../../server/kernel/db/index.ts';
import { type Box, type BoxPlan, type Standing, startBox } from './box.ts';
import { submitAll } from './customers.ts';
import { createCaller } from './http.ts';
import { createJournal, type Journal } from './journal.ts';
import { judge, judgeMoney, type SimMoney, type Told } from './judge.ts';
import { createRandom, type Random } from './random.ts';
import { startRealBox } from './real-box.ts';
import { type Faults, openWire, pause, type Wire } from './wire.ts';
import { startWorld, type World } from './world.ts';

export interface SimulationOptions {
  transactions: number;
  seed: string;
  boxes: number;
  /** Of the program that runs beside real SIMs, each a process of its own. */
  realBoxes: number;
  servers: number;
  /** How often one of the servers is killed, and how often PostgreSQL. */
  serverKills: number;
  databaseCrashes: number;
  clockSpeed: number;
  /** After that it has hung. */
  withinMs: number;
  /** Nothing more is wanted after this time: what was accepted by then is brought to its end and judged. */
  wantedForMs?: number;
  log: 'ignore' | 'inherit';
  /** Ends it, and everything that it started. */
  signal?: AbortSignal;
  progress(line: string): void;
}

export interface SimulationResult {
  /** What is wrong; nothing, if all is well. */
  wrong: string[];
  /** How often what happened. */
  counts: Record<string, number>;
}

const PROGRESS_MS = 30_000;
const PEOPLE = 12;
const OPERATORS = ['mtn', 'orange', 'moov'];
const TYPES = ['recharge', 'voucher', 'deposit', 'withdraw'];

const FAULTS: Faults = { requestLost: 0.02, answerLost: 0.03, doubled: 0.02, again: 0.02, slow: 0.04 };
/**
 * A box without attempts and leases cannot say which hand-over it speaks of, so nothing that it said before may arrive after
 * what it says now.
 */
const ORDERLY: Faults = { ...FAULTS, again: 0 };

/** Everything goes wrong that can, until the last transaction has come to its end; then it is judged. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const random = createRandom(options.seed);
  const startedMs = Date.now();
  const { clockSpeed, servers, log } = options;
  const world = await startWorld({ servers, clockSpeed, log, random: random.fork('world') });
  const pool = surviveBrokenConnections(new pg.Pool({ connectionString: world.databaseUrl, max: 2 }));
  const wires = {
    boxes: await openWire(world.anyPort, FAULTS, random.fork('wire of boxes')),
    orderly: await openWire(world.anyPort, ORDERLY, random.fork('wire of old boxes')),
    customers: await openWire(world.anyPort, FAULTS, random.fork('wire of customers')),
  };
  const journal = createJournal();
  const boxes = planBoxes(options, random.fork('fleet')).map((plan) => {
    const means = {
      port: plan.fenced ? wires.boxes.port : wires.orderly.port,
      token: world.callboxToken,
      journal,
      random: random.fork(plan.code),
      heartbeatMs: 10_000 / world.clockSpeed,
    };
    return isReal({ plan }) ? startRealBox(plan, { ...means, folder: world.folder }) : startBox(plan, means);
  });
  options.progress(
    `started within ${Date.now() - startedMs} ms; the servers' clock is ${world.clockSpeed.toFixed(1)} times as fast`,
  );
  const means = { world, pool, journal, boxes, wires, options, random };
  const telling = setInterval(() => {
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    options.progress(`after ${seconds} s: ${journal.dialled.length} dialled`);
  }, PROGRESS_MS);
  try {
    return await Promise.race([play(means), untilAborted(options.signal)]);
  } finally {
    clearInterval(telling);
    await Promise.all(boxes.map((box) => box.stop()));
    for (const wire of Object.values(wires)) await wire.close();
    await pool.end();
    await world.stop();
  }
}

interface Means {
  world: World;
  pool: pg.Pool;
  journal: Journal;
  boxes: Box[];
  wires: Record<string, Wire>;
  options: SimulationOptions;
  random: Random;
}

async function play(means: Means): Promise<SimulationResult> {
  const { world, wires, options, random, journal, boxes } = means;
  const { transactions, progress } = options;
  await configure(means);
  const endMs = Date.now() + (options.wantedForMs ?? Number.POSITIVE_INFINITY);
  const closed =
    options.wantedForMs === undefined ? new Promise<never>(() => undefined) : pause(options.wantedForMs);
  const struck = { serverKills: 0, databaseCrashes: 0 };
  const disasters = strike(means, closed, struck);
  const desk = settleUnknowns(means);
  // A failure of any part ends the run at once.
  const broken = Promise.all([disasters, desk.ended]).then(() => new Promise<never>(() => undefined));
  // What else breaks while everything is being taken down is nobody's news.
  for (const part of [disasters, desk.ended, broken]) part.catch(() => undefined);
  const wanted = await Promise.race([
    broken,
    submitAll({
      ...{ port: wires.customers!.port, apiKey: world.apiKey, transactions, operators: OPERATORS },
      random: random.fork('customers'),
      serverNowMs: world.nowMs,
      isClosed: () => Date.now() > endMs,
    }),
  ]);
  progress(`${wanted.length} accepted, ${journal.dialled.length} dialled`);
  await Promise.race([disasters, untilLate(options.withinMs)]);
  for (const box of boxes) box.heal();
  await Promise.race([broken, untilEnded(means)]);
  for (const wire of Object.values(wires)) wire.heal();
  desk.stop();
  await desk.ended;
  const told = await readTold(means.pool);
  const counts: Record<string, number> = {
    accepted: wanted.length,
    ...struck,
    dialled: journal.all().length,
    byRealBoxes: journal.all().length - journal.dialled.length,
    deaths: boxes.reduce((total, box) => total + box.deaths(), 0),
    settledByPeople: desk.settled(),
  };
  for (const { status } of told) counts[status] = (counts[status] ?? 0) + 1;
  for (const wire of Object.values(wires))
    for (const [name, count] of Object.entries(wire.counts)) counts[name] = (counts[name] ?? 0) + count;
  const money = await readMoney(means.pool);
  return { wrong: [...judge(wanted, told, journal), ...judgeMoney(money, journal)], counts };
}

/** Boxes of the program keep the machine's time: often enough for the servers' faster clock. */
async function configure({ world }: Means): Promise<void> {
  const caller = createCaller(world.anyPort(), { authorization: `Bearer ${world.callboxToken}` });
  const wanted = { heartbeatIntervalMs: 1000, pollIntervalMs: 100 };
  const answer = await caller.send('PUT', '/api/call-box/config', wanted);
  if (answer?.status !== 200) throw new Error(`The configuration was answered with ${answer?.status}`);
}

/** Every third box serves all operators, every fifth is of the old kind; types and room differ. */
function planBoxes({ transactions, boxes, realBoxes }: SimulationOptions, random: Random): BoxPlan[] {
  const real = Array.from({ length: realBoxes }, (_, place) => ({
    ...{ code: `real_${place + 1}`, fenced: true, concurrency: 3, types: TYPES, operators: OPERATORS },
    ...{ deathShare: 0, deathsMax: Number.POSITIVE_INFINITY },
  }));
  const own = Array.from({ length: boxes }, (_, place) => ({
    code: `box_${String(place + 1).padStart(4, '0')}`,
    fenced: place % 5 !== 4,
    concurrency: 1 + random.int(5),
    types: place % 4 === 3 ? TYPES.slice(0, 2) : TYPES,
    // Of one operator each, so that nobody takes what is for an operator without boxes.
    operators: place % 3 === 0 ? OPERATORS : [OPERATORS[place % OPERATORS.length]!],
    deathShare: place === 0 ? 0 : 0.004,
    // The first ones come back always: somebody has to do the work.
    deathsMax: place < 6 ? Number.POSITIVE_INFINITY : 1 + random.int(Math.max(12, transactions / 1000)),
  }));
  return [...real, ...own];
}

/** Kills servers and PostgreSQL, each when so many transactions have been dialled; nobody, once nothing more is wanted. */
async function strike(
  { world, journal, options, random }: Means,
  closed: Promise<unknown>,
  struck: { serverKills: number; databaseCrashes: number },
): Promise<void> {
  let isClosed = false;
  void closed.then(() => {
    isClosed = true;
  });
  const { serverKills, databaseCrashes, transactions, progress } = options;
  const own = random.fork('disasters');
  const kinds = [
    ...Array.from({ length: serverKills }, () => 'server' as const),
    ...Array.from({ length: databaseCrashes }, () => 'database' as const),
  ];
  const planned = kinds
    .map((kind) => ({ kind, at: Math.round(transactions * (0.05 + 0.55 * own.next())) }))
    .toSorted((left, right) => left.at - right.at);
  for (const { kind, at } of planned) {
    await Promise.race([journal.reached(at), closed]);
    if (isClosed) return;
    if (kind === 'server') await world.killServer();
    else await world.crashDatabase();
    struck[kind === 'server' ? 'serverKills' : 'databaseCrashes'] += 1;
    progress(`${kind} killed and back, ${journal.dialled.length} dialled`);
  }
}

/** People who look at what nobody else can tell, and have the operator's statement at hand. A box waits for them, so they are several. */
function settleUnknowns({ pool, world, boxes, journal, wires }: Means) {
  const caller = createCaller(wires.customers!.port, world.person);
  let stopped = false;
  let settled = 0;
  async function settle(id: string): Promise<void> {
    const outcome = journal.movedTimes(id) > 0 ? 'completed' : 'failed';
    const proof = 'Statement of the operator, line 7';
    const answer = await caller.send('POST', `/api/transactions/${id}/settle`, { outcome, proof });
    if (answer?.status === 200 || answer?.status === 201) settled += 1;
    else if (answer && answer.status < 500 && answer.status !== 409)
      throw new Error(`Settling ${id}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  async function look(): Promise<void> {
    while (!stopped) {
      const found = await unknownOnes(pool);
      for (let at = 0; at < found.length && !stopped; at += PEOPLE) {
        const some = found.slice(at, at + PEOPLE);
        const free = some.filter(({ id, ...standing }) => !boxes.some((box) => box.concerns(id, standing)));
        await Promise.all(free.map(({ id }) => settle(id)));
      }
      await pause(200);
    }
  }
  return {
    ended: look(),
    settled: () => settled,
    stop: () => {
      stopped = true;
    },
  };
}

/** Asks again while the database is away. */
async function read<Row>(pool: pg.Pool, statement: string): Promise<Row[]> {
  for (;;) {
    try {
      return (await pool.query(statement)).rows as Row[];
    } catch (error) {
      if (!isAway(error)) throw error;
      await pause(50);
    }
  }
}

function isAway(error: unknown): boolean {
  const { code, message } = error as { code?: string; message: string };
  // Administrative shutdown, crash, start-up; and sockets that were cut, or whose file is gone.
  return /^(57P0[1-3]|08|ECONN|EPIPE|ENOENT)/.test(code ?? '') || /Connection terminated/.test(message);
}

const NAME = `'tx_' || replace(transactions.id::text, '-', '')`;

function unknownOnes(pool: pg.Pool): Promise<(Standing & { id: string })[]> {
  return read(
    pool,
    `select ${NAME} as id, (select code from boxes where boxes.id = box_id) as holder
    from transactions where status = 'unknown' order by id limit 200`,
  );
}

const LOOK_MS = 250;
const QUIET_LOOKS = 16;
const isReal = ({ plan }: { plan: BoxPlan }) => plan.code.startsWith('real_');

/** Every transaction has ended, and every box has told all it had to tell. */
async function untilEnded({ pool, options, boxes }: Means): Promise<void> {
  const endMs = Date.now() + options.withinMs;
  let quietLooks = 0;
  for (let looked = 0; ; looked++) {
    const rows = await read<{ status: string; count: number }>(
      pool,
      `select status, count(*)::int as count from transactions
      where status not in ('completed', 'failed', 'canceled', 'expired') group by status order by status`,
    );
    if (rows.length === 0) return;
    quietLooks = rows.every(({ status }) => status === 'unknown') ? quietLooks + 1 : 0;
    // Whatever the programs had to say they have said: from now on they dial no more, and a person decides.
    if (quietLooks === QUIET_LOOKS) await Promise.all(boxes.filter(isReal).map((box) => box.stop()));
    const open = rows.map(({ status, count }) => `${count} ${status}`).join(', ');
    if (looked % 40 === 39) options.progress(`open: ${open}`);
    if (Date.now() > endMs) {
      options.progress(`deaths: ${boxes.map((box) => box.deaths()).join(' ')}`);
      throw new Error(`Not ended within ${options.withinMs} ms: ${open}`);
    }
    await pause(LOOK_MS);
  }
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal?.aborted) reject(new Error('It was stopped'));
    signal?.addEventListener('abort', () => reject(new Error('It was stopped')));
  });
}

async function untilLate(ms: number): Promise<never> {
  await pause(ms);
  throw new Error(`Not half way within ${ms} ms`);
}

function readTold(pool: pg.Pool): Promise<Told[]> {
  return read<Told>(
    pool,
    `select ${NAME} as id, client_id as "clientId", status, disputed,
      (select count(*)::int from transaction_events e where e.transaction_id = transactions.id and e.kind = 'completed') as completions
    from transactions`,
  );
}

async function readMoney(pool: pg.Pool): Promise<SimMoney[]> {
  const rows = await read<Record<keyof SimMoney, string>>(
    pool,
    `select code as box, slot, float_available as available, float_held as held
    from box_sims join boxes on boxes.id = box_id`,
  );
  // Sums of PostgreSQL come as texts.
  return rows.map((row) => ({ ...row, available: Number(row.available), held: Number(row.held) }));
}
