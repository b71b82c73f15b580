import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isoTime, pause, systemClock } from '../clock.ts';

// The server's side of the interface, as small as it can be: leases, attempts, and what may follow from a report.

export interface Task {
  id: string;
  type: string;
  phoneNumber: string;
  amount: number;
  payItemId: string | null;
  operator: string | null;
  status: 'pending' | 'assigned' | 'processing' | 'completed' | 'failed' | 'unknown';
  attempt: number;
  leaseId: string | null;
  retries: number;
  /** Every report that was taken, as `status@attempt`. */
  history: string[];
  result: Record<string, unknown> | null;
}

export interface MiniServer {
  url: string;
  token: string;
  tasks: Map<string, Task>;
  messages: Map<string, { sender: string; body: string }>;
  logs: string[];
  /** Everything that was said to it, as text. */
  heard: string[];
  /** What each heartbeat said. */
  heartbeats: Record<string, unknown>[];
  registrations: number;
  /** Lines break before a request is read, or after it was acted on. */
  faults: { offline: boolean; loseAnswers: number; portal: boolean; refuseToken: boolean };
  maxRetries: number;
  config: Record<string, unknown>;
  /** How far its clock is from this machine's. */
  clockOffsetMs: number;
  submit(task: Partial<Task> & { phoneNumber: string }): Task;
  /** Leases that were not begun end: the work is handed out again. Those that were begun become unknown. */
  endLeases(): void;
  close(): Promise<void>;
}

/** Starts one on a free port. */
export async function startMiniServer(): Promise<MiniServer> {
  const server = createServer((request, response) => {
    void handle(mini, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const mini: MiniServer = {
    ...{ url: `http://127.0.0.1:${port}`, token: 'rbx_test-token', registrations: 0 },
    ...{ tasks: new Map(), messages: new Map(), logs: [], heard: [], heartbeats: [] },
    faults: { offline: false, loseAnswers: 0, portal: false, refuseToken: false },
    ...{ maxRetries: 3, clockOffsetMs: 0 },
    config: { timeoutMs: 20_000, pollIntervalMs: 100, heartbeatIntervalMs: 200, logLevel: 'info' },
    submit(given) {
      const task: Task = {
        ...{ id: `tx_${randomUUID().replaceAll('-', '')}`, type: 'deposit', amount: 500, payItemId: null },
        ...{
          operator: 'mtn',
          status: 'pending',
          attempt: 0,
          leaseId: null,
          retries: 0,
          history: [],
          result: null,
        },
        ...given,
      };
      mini.tasks.set(task.id, task);
      return task;
    },
    endLeases() {
      for (const task of mini.tasks.values()) {
        if (task.status === 'assigned') task.status = 'pending';
        if (task.status === 'processing') task.status = 'unknown';
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return mini;
}

async function handle(mini: MiniServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (mini.faults.offline) return void request.destroy();
  const text = await bodyOf(request);
  mini.heard.push(`${request.method} ${request.url} ${text}`);
  if (mini.faults.portal) return void response.writeHead(200).end('<html>Please sign in</html>');
  const tokenIsRight = request.headers.authorization === `Bearer ${mini.token}`;
  const [status, body] =
    mini.faults.refuseToken || !tokenIsRight
      ? refuse(401, 'token_invalid')
      : await answerTo(mini, request.method ?? '', request.url ?? '', text ? JSON.parse(text) : {});
  if (mini.faults.loseAnswers > 0) {
    mini.faults.loseAnswers -= 1;
    return void response.destroy();
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const refuse = (status: number, code: string): [number, object] => [
  status,
  { success: false, error: `refused: ${code}`, code, details: code },
];

type Body = Record<string, unknown>;

async function answerTo(
  mini: MiniServer,
  method: string,
  url: string,
  body: Body,
): Promise<[number, object]> {
  const { pathname, searchParams } = new URL(url, mini.url);
  const serverTime = isoTime(systemClock.wallMs() + mini.clockOffsetMs);
  const door = pathname.replace('/api/call-box/', '');
  if (door === 'register') {
    mini.registrations += 1;
    return [
      200,
      {
        success: true,
        message: 'CallBox enregistré avec succès',
        config: mini.config,
        configVersion: '1',
        serverTime,
      },
    ];
  }
  if (door === 'heartbeat') {
    if (mini.registrations === 0) return refuse(404, 'box_not_registered');
    mini.heartbeats.push(body);
    return [
      200,
      {
        success: true,
        message: 'Heartbeat reçu',
        config: mini.config,
        configVersion: '1',
        serverTime,
        revoked: revokedOf(mini, body),
      },
    ];
  }
  if (door === 'transactions/pending')
    return [200, await handOut(mini, Number(searchParams.get('limit')), Number(searchParams.get('wait')))];
  if (door === 'messages') {
    for (const each of body.messages as { id: string; sender: string; body: string }[])
      mini.messages.set(each.id, each);
    return [200, { success: true }];
  }
  if (door === 'logs') {
    mini.logs.push(...(body.lines as { text: string }[]).map(({ text }) => text));
    return [200, { success: true }];
  }
  const id = /^transactions\/([^/]+)\/status$/.exec(door)?.[1];
  if (id && method === 'PUT') return judge(mini, mini.tasks.get(decodeURIComponent(id)), body);
  return refuse(404, 'not_found');
}

function revokedOf({ tasks }: MiniServer, body: Body): { id: string; attempt: number }[] {
  const open = (body.open ?? []) as { id: string; attempt: number; state: string }[];
  return open.filter(({ id, attempt, state }) => {
    const task = tasks.get(id);
    return state === 'queued' && (!task || task.attempt !== attempt || task.status !== 'assigned');
  });
}

async function handOut(mini: MiniServer, limit: number, waitSeconds: number): Promise<object> {
  const endMs = systemClock.monotonicMs() + Math.min(waitSeconds, 2) * 1000;
  for (;;) {
    const open = [...mini.tasks.values()]
      .filter(({ status }) => status === 'pending' || status === 'assigned')
      .slice(0, limit);
    if (open.length > 0 || systemClock.monotonicMs() > endMs || mini.faults.offline)
      return { success: true, count: open.length, totalPending: open.length, transactions: open.map(hand) };
    await pause(20);
  }
}

function hand(task: Task): object {
  if (task.status === 'pending') {
    task.status = 'assigned';
    task.attempt += 1;
    task.leaseId = randomUUID();
  }
  const { id, type, phoneNumber, amount, payItemId, operator, attempt, leaseId, retries } = task;
  return {
    ...{ id, type, phoneNumber, amount, payItemId, operator, attempt, leaseId },
    priority: 'normal',
    status: 'assigned',
    retryCount: retries,
    sim: null,
  };
}

function judge(mini: MiniServer, task: Task | undefined, body: Body): [number, object] {
  if (!task) return refuse(404, 'transaction_not_found');
  const { status, attempt, leaseId } = body as { status: string; attempt: number; leaseId: string };
  if (task.status === 'completed' || task.status === 'failed') {
    const same = status === task.status && attempt === task.attempt;
    return same ? taken(task) : refuse(409, status === 'completed' ? 'disputed' : 'already_final');
  }
  const own = attempt === task.attempt && leaseId === task.leaseId && task.status !== 'pending';
  if (!own && !['completed', 'unknown'].includes(status)) return refuse(409, 'lease_lost');
  if (own && status === 'processing' && task.status === 'unknown') return refuse(409, 'lease_lost');
  task.history.push(`${status}@${attempt}`);
  if (status === 'processing' && task.status === 'assigned') task.status = 'processing';
  if (status === 'pending') task.status = 'pending';
  if (status === 'completed' || status === 'unknown') task.status = status;
  if (status === 'failed') {
    const again =
      (body.result as { retryable: boolean }).retryable &&
      task.status !== 'unknown' &&
      task.retries < mini.maxRetries;
    task.status = again ? 'pending' : 'failed';
    task.retries += again ? 1 : 0;
  }
  task.result = (body.result as Task['result']) ?? task.result;
  return taken(task);
}

const taken = ({ id, status, attempt, leaseId }: Task): [number, object] => [
  200,
  { success: true, message: 'ok', transaction: { id, status, attempt, leaseId } },
];
