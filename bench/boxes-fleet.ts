import type { BoxTask, BoxTaskResult } from './box-load.ts';
import { type BoxRelais, type Ground, startBoxRelais } from './boxes.ts';
import { query } from './database.ts';
import { familyMs, processorMs, residentMb, startHelper } from './processes.ts';
import { type Table, verdict } from './table.ts';

export interface FleetMeasured {
  boxes: number;
  handoverP50Ms: number;
  handoverP99Ms: number;
  submitP50Ms: number;
  /** Of the server while boxes only wait and say that they are there. */
  residentMb: number | null;
  /** Of one processor, of the server and of PostgreSQL, in the same time. */
  serverShare: number;
  databaseShare: number;
  heartbeatsPerSecond: number;
}

const SMALL_FLEET = 50;
const ROOM = 5;
const HEARTBEAT_MS = 10_000;
const PER_SECOND = 50;
/** Each box is heard of at least once. */
const IDLE_MS = 12_000;

/** A small fleet and a large one, each on a server of its own: what they cost when nothing happens, and how fast they get work. */
export async function measureFleets(ground: Ground): Promise<FleetMeasured[]> {
  const measured: FleetMeasured[] = [];
  for (const boxes of [SMALL_FLEET, ground.options.boxes]) {
    const relais = await startBoxRelais(ground, `fleet ${boxes}`, 'all');
    try {
      measured.push(await measureFleet(ground, relais, boxes));
    } finally {
      await relais.stop();
    }
    ground.progress(`${boxes} boxes measured`);
  }
  return measured;
}

async function measureFleet(ground: Ground, relais: BoxRelais, boxes: number): Promise<FleetMeasured> {
  const load = startHelper<BoxTask, BoxTaskResult>('bench/box-load.ts');
  const { port, token, pid } = relais;
  try {
    await load.ask({ kind: 'open', port, token, boxes, room: ROOM, heartbeatMs: HEARTBEAT_MS });
    const seconds = Math.max(1, ground.options.durationMs / 1000);
    // Everything is warm after the first few.
    await load.ask({ kind: 'pace', perSecond: PER_SECOND, transactions: PER_SECOND * 2 });
    // What the database does by itself within a minute.
    await query(relais.databaseUrl, 'analyze');
    const before = [processorMs(pid)?.all ?? 0, familyMs(ground.postgresPid) ?? 0];
    const idle = await load.ask({ kind: 'idle', durationMs: IDLE_MS });
    const after = [processorMs(pid)?.all ?? 0, familyMs(ground.postgresPid) ?? 0];
    const share = (part: number) => (after[part]! - before[part]!) / idle.elapsedMs;
    const memory = residentMb(pid);
    const pace = await load.ask({
      ...{ kind: 'pace', perSecond: PER_SECOND },
      transactions: Math.round(PER_SECOND * seconds * ground.options.rounds),
    });
    return {
      ...{ boxes, residentMb: memory, serverShare: share(0), databaseShare: share(1) },
      ...{ handoverP50Ms: pace.handoverP50Ms, handoverP99Ms: pace.handoverP99Ms },
      submitP50Ms: pace.submitP50Ms,
      heartbeatsPerSecond: (idle.heartbeats * 1000) / idle.elapsedMs,
    };
  } finally {
    await load.stop();
  }
}

const P99_GOAL_MS = 50;
const MEMORY_GOAL_MB = 250;

export function fleetTable(measured: FleetMeasured[]): Table {
  return [
    [
      ...['', 'submitted, p50 ms', 'at the box, p50 ms', `p99 ms (≤ ${P99_GOAL_MS})`, 'heartbeats/s'],
      ...[`server MB (≤ ${MEMORY_GOAL_MB})`, 'server, of a processor', 'PostgreSQL, of a processor'],
    ],
    ...measured.map((each) => [
      ...[`${each.boxes} boxes`, each.submitP50Ms.toFixed(1), each.handoverP50Ms.toFixed(1)],
      `${each.handoverP99Ms.toFixed(1)} ${verdict(each.handoverP99Ms <= P99_GOAL_MS)}`,
      each.heartbeatsPerSecond.toFixed(0),
      each.residentMb === null
        ? 'unknown'
        : `${each.residentMb.toFixed(0)} ${verdict(each.residentMb <= MEMORY_GOAL_MB)}`,
      ...[`${(each.serverShare * 100).toFixed(1)} %`, `${(each.databaseShare * 100).toFixed(1)} %`],
    ]),
  ];
}
