import type { BoxTask, BoxTaskResult } from './box-load.ts';
import { type BoxRelais, type Ground, startBoxRelais } from './boxes.ts';
import { query } from './database.ts';
import type { Round, RoundResult } from './load.ts';
import { startHelper } from './processes.ts';
import { type Table, verdict } from './table.ts';

interface Measured {
  submittedPerSecond: number;
  submitP50Ms: number;
  /** By 50 boxes, from what waits. */
  completedPerSecond: number;
  /** One pull for one transaction, as the first that a box makes. */
  pullMs: number;
}

export interface MillionResults {
  empty: Measured;
  full: Measured;
}

const PULLER = 'bench_puller';
const BOXES = 50;
const ROOM = 5;
const HEARTBEAT_MS = 10_000;
const PER_SECOND_MAX = 12_000;

/** The same server with nothing that waits, and with a great many. */
export async function measureMillion(ground: Ground): Promise<MillionResults> {
  const relais = await startBoxRelais(ground, 'million', 'all');
  try {
    // What waits in the first half is what was just submitted.
    await measureOne(ground, relais, null);
    // What the database does by itself within a minute.
    await query(relais.databaseUrl, 'analyze');
    const empty = await measureOne(ground, relais, 'drain all');
    await fill(relais, ground.options.waiting);
    ground.progress(`${ground.options.waiting} wait`);
    const full = await measureOne(ground, relais, null);
    return { empty, full };
  } finally {
    await relais.stop();
  }
}

/** Submits for a while without boxes, then lets boxes take. @param until whether they empty the queue. */
async function measureOne(ground: Ground, relais: BoxRelais, until: 'drain all' | null): Promise<Measured> {
  const { durationMs, connections, transactions } = ground.options;
  const load = startHelper<Round, RoundResult>('bench/load.ts');
  const submitted = await load.ask({
    job: { kind: 'transactions', token: relais.token },
    port: relais.port,
    connections,
    requests: Math.ceil((durationMs / 1000) * PER_SECOND_MAX),
    durationMs,
  });
  await load.stop();
  if (submitted.refused > 0) throw new Error(`${submitted.refused} transactions were refused`);
  const fleet = startHelper<BoxTask, BoxTaskResult>('bench/box-load.ts');
  try {
    const pullMs = await pullOnce(relais);
    const { port, token } = relais;
    await fleet.ask({ kind: 'open', port, token, boxes: BOXES, room: ROOM, heartbeatMs: HEARTBEAT_MS });
    const waiting = await countWaiting(relais);
    const drained = await fleet.ask({ kind: 'drain', transactions: Math.min(transactions, waiting) });
    const completedPerSecond = (Math.min(transactions, waiting) * 1000) / drained.elapsedMs;
    const left = await countWaiting(relais);
    if (until === 'drain all' && left > 0) await fleet.ask({ kind: 'drain', transactions: left });
    return {
      ...{ submittedPerSecond: (submitted.answered * 1000) / submitted.elapsedMs },
      ...{ submitP50Ms: submitted.p50Ms, completedPerSecond, pullMs },
    };
  } finally {
    await fleet.stop();
  }
}

/** A box that comes, takes one and reports nothing. */
async function pullOnce({ port, token }: BoxRelais): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const callboxId = PULLER;
  const body = JSON.stringify({
    callboxId,
    capabilities: { maxConcurrentTransactions: 1, supportedTypes: ['recharge'], fenced: true },
    ...{ version: '1.0.0', location: '' },
  });
  const address = `http://127.0.0.1:${port}/api/call-box`;
  await fetch(`${address}/register`, { method: 'POST', headers, body });
  const startMs = performance.now();
  const answer = await fetch(`${address}/transactions/pending?callboxId=${callboxId}&limit=1`, { headers });
  if (!answer.ok) throw new Error(`A pull was answered with ${answer.status}`);
  await answer.text();
  return performance.now() - startMs;
}

/** Without what the box has that takes one and is silent: nobody completes that. */
async function countWaiting({ databaseUrl }: BoxRelais): Promise<number> {
  const [row] = await query(
    databaseUrl,
    `select count(*)::int as count from transactions where status in ('pending', 'assigned', 'retry')
      and box_id is distinct from (select id from boxes where code = '${PULLER}')`,
  );
  return Number(row?.count);
}

/** As if they had been submitted over days in which no box was there. */
async function fill({ databaseUrl, companyId }: BoxRelais, count: number): Promise<void> {
  await query(
    databaseUrl,
    `insert into transactions (id, company_id, client_id, request_hash, type, phone_number, operator, amount, pay_item_id,
      customer_info, priority, status, due_at, max_retries, author_kind, author_id, author_name, created_at, updated_at)
    select gen_random_uuid(), $1, 'waiting-' || n, md5(n::text), (array['recharge', 'deposit', 'voucher', 'withdraw'])[1 + n % 4],
      '+2376' || (50000000 + n)::text, (array['mtn', 'orange', 'moov', null])[1 + n % 4], 1000, 'ITEM', '{}', n % 4, 'pending',
      now() - make_interval(secs => n % 100000), 3, 'system', '', 'bench', now(), now()
    from generate_series(1, $2::int) n`,
    [companyId, count],
  );
  await query(databaseUrl, 'vacuum analyze transactions');
}

const GOAL = 0.8;

export function millionTable({ empty, full }: MillionResults): Table {
  const row = (name: string, pick: (each: Measured) => number, moreIsBetter: boolean, digits = 0) => {
    const ratio = moreIsBetter ? pick(full) / pick(empty) : pick(empty) / pick(full);
    return [
      ...[name, pick(empty).toFixed(digits), pick(full).toFixed(digits)],
      `${ratio.toFixed(2)} ${verdict(ratio >= GOAL)}`,
    ];
  };
  return [
    ['', 'beside none', 'beside all', `as fast (≥ ${GOAL})`],
    row('submitted per second', (each) => each.submittedPerSecond, true),
    row('submitted, p50 ms', (each) => each.submitP50Ms, false, 1),
    row('completed per second by 50 boxes', (each) => each.completedPerSecond, true),
    row('one pull, ms', (each) => each.pullMs, false, 1),
  ];
}
