import { boxRequest, nextNumber, submission } from './box-requests.ts';
import { type Connection, openConnection } from './sockets.ts';

/** What the process that plays the boxes and the main system is asked. */
export type BoxTask =
  /** Boxes register, and from then on wait for work and do it at once. */
  | { kind: 'open'; port: number; token: string; boxes: number; room: number; heartbeatMs: number }
  /** So many transactions, as fast as they are taken, until the last is completed. */
  | { kind: 'flow'; transactions: number; connections: number }
  /** Transactions at a steady pace, for the time between their submission and their arrival at a box. */
  | { kind: 'pace'; perSecond: number; transactions: number }
  /** Until so many are completed that were there already. */
  | { kind: 'drain'; transactions: number }
  /** Heartbeats and waiting boxes alone. */
  | { kind: 'idle'; durationMs: number };

export interface BoxTaskResult {
  elapsedMs: number;
  /** From the submission to the answer, and from there to the box. */
  submitP50Ms: number;
  handoverP50Ms: number;
  handoverP99Ms: number;
  heartbeats: number;
}

const WAIT_SECONDS = 50;

interface Fleet {
  port: number;
  token: string;
  completed: number;
  heartbeats: number;
  /** When what was submitted for which number. */
  sentMs: Map<string, number>;
  handoverMs: number[];
  /** Told after each completion. */
  onCompleted: () => void;
}

let fleet: Fleet | null = null;

async function perform(task: BoxTask): Promise<BoxTaskResult> {
  if (task.kind === 'open') {
    const startMs = performance.now();
    await openFleet(task);
    return resultOf(performance.now() - startMs, []);
  }
  const { sentMs, handoverMs } = fleet!;
  sentMs.clear();
  handoverMs.length = 0;
  fleet!.heartbeats = 0;
  const submitMs: number[] = [];
  const startMs = performance.now();
  if (task.kind === 'flow') {
    const done = completions(task.transactions);
    await submitAll(task.transactions, task.connections, submitMs);
    await done;
  } else if (task.kind === 'pace') {
    const done = completions(task.transactions);
    await submitAtPace(task.perSecond, task.transactions, submitMs);
    await done;
  } else if (task.kind === 'drain') await completions(task.transactions);
  else await new Promise((resolve) => setTimeout(resolve, task.durationMs));
  return resultOf(performance.now() - startMs, submitMs);
}

function resultOf(elapsedMs: number, submitMs: number[]): BoxTaskResult {
  const quantile = (values: number[], share: number) =>
    values.toSorted((left, right) => left - right)[Math.floor(values.length * share)] ?? 0;
  const { handoverMs = [], heartbeats = 0 } = fleet ?? {};
  return {
    ...{ elapsedMs, heartbeats, submitP50Ms: quantile(submitMs, 0.5) },
    ...{ handoverP50Ms: quantile(handoverMs, 0.5), handoverP99Ms: quantile(handoverMs, 0.99) },
  };
}

function completions(count: number): Promise<void> {
  const own = fleet!;
  const until = own.completed + count;
  return new Promise((resolve) => {
    own.onCompleted = () => {
      if (own.completed >= until) resolve();
    };
  });
}

async function submitAll(count: number, connections: number, submitMs: number[]): Promise<void> {
  let sent = 0;
  const lanes = Array.from({ length: connections }, async () => {
    const connection = await openConnection(fleet!.port);
    while (sent < count) {
      sent += 1;
      await submitOne(connection, submitMs);
    }
    connection.close();
  });
  await Promise.all(lanes);
}

/** Each on a connection that is free; there are enough. */
async function submitAtPace(perSecond: number, count: number, submitMs: number[]): Promise<void> {
  const free = await Promise.all(Array.from({ length: 16 }, () => openConnection(fleet!.port)));
  const startMs = performance.now();
  const under: Promise<void>[] = [];
  for (let place = 0; place < count; place++) {
    const waitMs = startMs + (place * 1000) / perSecond - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const connection = free.pop() ?? (await openConnection(fleet!.port));
    under.push(submitOne(connection, submitMs).then(() => void free.push(connection)));
  }
  await Promise.all(under);
  for (const connection of free) connection.close();
}

async function submitOne(connection: Connection, submitMs: number[]): Promise<void> {
  const { token, sentMs } = fleet!;
  const number = nextNumber();
  const request = submission(token, number);
  const startMs = performance.now();
  sentMs.set(number, startMs);
  expectStatus(await connection.send(request), 201, 'a submission');
  submitMs.push(performance.now() - startMs);
}

async function openFleet(task: Extract<BoxTask, { kind: 'open' }>): Promise<void> {
  const { port, token } = task;
  const own: Fleet = {
    ...{ port, token, completed: 0, heartbeats: 0, sentMs: new Map(), handoverMs: [] },
    onCompleted: () => undefined,
  };
  fleet = own;
  const codes = Array.from(
    { length: task.boxes },
    (_, place) => `bench_${String(place + 1).padStart(4, '0')}`,
  );
  // Not all at once: a fleet does not start in one moment either.
  const starting = codes.values();
  const lanes = Array.from({ length: 8 }, async () => {
    for (const code of starting) await openBox(own, code, task);
  });
  await Promise.all(lanes);
}

async function openBox(own: Fleet, code: string, task: Extract<BoxTask, { kind: 'open' }>): Promise<void> {
  const reports = await openConnection(own.port);
  const pulls = await openConnection(own.port);
  // One request in flight on a connection: heartbeats take turns with reports.
  let turn: Promise<unknown> = Promise.resolve();
  const tell = (request: Buffer) => {
    const answer = turn.then(() => reports.send(request));
    turn = answer;
    return answer;
  };
  const register = {
    callboxId: code,
    capabilities: {
      maxConcurrentTransactions: task.room,
      supportedTypes: ['recharge', 'voucher', 'deposit', 'withdraw'],
      fenced: true,
    },
    ...{ version: '1.0.0', location: 'Douala Centre' },
  };
  expectStatus(
    await tell(boxRequest('POST', '/api/call-box/register', own.token, register)),
    200,
    'a registration',
  );
  const heartbeat = boxRequest('POST', '/api/call-box/heartbeat', own.token, {
    ...{ callboxId: code, status: 'active', queueSize: 0 },
    metrics: { uptime: 86400, memoryUsage: 45.2, processedTransactions: 152 },
  });
  const beat = () =>
    tell(heartbeat).then((answer) => {
      expectStatus(answer, 200, 'a heartbeat');
      own.heartbeats += 1;
    }, fail);
  // Spread over the interval, as they are when boxes start when they like.
  setTimeout(() => {
    void beat();
    setInterval(beat, task.heartbeatMs);
  }, Math.random() * task.heartbeatMs);
  work(own, code, task.room, pulls, tell).catch(fail);
}

/** Waits, takes, asks for permission, dials in no time, reports; again. */
async function work(
  own: Fleet,
  code: string,
  room: number,
  pulls: Connection,
  tell: (request: Buffer) => ReturnType<Connection['send']>,
): Promise<void> {
  const query = `callboxId=${code}&limit=${room}&wait=${WAIT_SECONDS}`;
  const pull = boxRequest('GET', `/api/call-box/transactions/pending?${query}`, own.token);
  for (;;) {
    const answer = await pulls.send(pull);
    const arrivedMs = performance.now();
    expectStatus(answer, 200, 'a pull');
    const { transactions } = JSON.parse(answer.body) as { transactions: Handed[] };
    for (const { phoneNumber } of transactions) {
      const sent = own.sentMs.get(phoneNumber);
      if (sent !== undefined) own.handoverMs.push(arrivedMs - sent);
    }
    for (const { id, attempt, leaseId } of transactions) {
      const path = `/api/call-box/transactions/${id}/status`;
      const base = { callboxId: code, attempt, leaseId };
      expectStatus(
        await tell(boxRequest('PUT', path, own.token, { ...base, status: 'processing' })),
        200,
        'a start',
      );
      const result = { success: true, transactionRef: `MTN${id.slice(-12)}`, balance: 2500, message: 'Done' };
      const done = boxRequest('PUT', path, own.token, { ...base, status: 'completed', result });
      expectStatus(await tell(done), 200, 'a completion');
      own.completed += 1;
      own.onCompleted();
    }
  }
}

interface Handed {
  id: string;
  phoneNumber: string;
  attempt: number;
  leaseId: string;
}

function expectStatus(answer: { status: number; body: string }, status: number, what: string): void {
  if (answer.status !== status)
    throw new Error(`The server answered ${answer.status} to ${what}: ${answer.body.slice(0, 300)}`);
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

process.on('message', (task: BoxTask) => {
  perform(task).then((result) => process.send!(result), fail);
});
process.on('disconnect', () => process.exit(0));
