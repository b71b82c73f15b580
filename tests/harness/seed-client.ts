import { expect } from 'vitest';

/**
 * A CallBox and a main system as somebody writes them who has read the published interface and nothing else: payloads, fields and
 * texts are copied from there. What is asked for or answered beyond it is unknown here.
 */
export interface SeedClient {
  /** How long it waits for what happens by itself. */
  patienceMs: number;
  /** As a CallBox: the Bearer token. */
  box(method: string, path: string, body?: unknown): Promise<SeedAnswer>;
  /** As the main system: x-api-key. */
  main(method: string, path: string, body?: unknown): Promise<SeedAnswer>;
  /** With headers of one's own. */
  send(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<SeedAnswer>;
}

export interface SeedAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever came; the checks say what it has to be
  body: any;
}

/** Changes an answer on its way, to see that somebody notices. */
export type Tamper = (request: Asked, answer: SeedAnswer) => void;

interface Asked {
  method: string;
  path: string;
  body: unknown;
  headers: Record<string, string>;
}

type Ask = (asked: Asked) => Promise<SeedAnswer>;

/** What was asked and answered, in this order. */
export interface Exchange {
  asked: Asked;
  answer: SeedAnswer;
}

export function createSeedClient(
  baseUrl: string,
  keys: { token: string; apiKey: string },
  record: Exchange[] = [],
): SeedClient {
  return clientOf(keys, 15_000, async (asked) => {
    const { method, path, body, headers } = asked;
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = { status: response.status, body: await response.json() };
    record.push({ asked, answer: structuredClone(answer) });
    return answer;
  });
}

/** Answers as it was recorded, but for what is tampered with; the last answer to a request is given again when there are no more. */
export function createReplay(
  record: Exchange[],
  keys: { token: string; apiKey: string },
  tamper: Tamper,
): SeedClient {
  const answers = new Map<string, SeedAnswer[]>();
  for (const { asked, answer } of record) {
    const key = JSON.stringify(asked);
    answers.set(key, [...(answers.get(key) ?? []), structuredClone(answer)]);
  }
  return clientOf(keys, 30, async (asked) => {
    const left = answers.get(JSON.stringify(asked));
    if (!left) throw new Error(`Nobody ever asked ${asked.method} ${asked.path}`);
    const answer = structuredClone(left.length > 1 ? left.shift()! : left[0]!);
    tamper(asked, answer);
    return answer;
  });
}

function clientOf(keys: { token: string; apiKey: string }, patienceMs: number, ask: Ask): SeedClient {
  const send: SeedClient['send'] = (method, path, body, headers) => ask({ method, path, body, headers });
  return {
    ...{ patienceMs, send },
    box: (method, path, body) => send(method, path, body, { authorization: `Bearer ${keys.token}` }),
    main: (method, path, body) => send(method, path, body, { 'x-api-key': keys.apiKey }),
  };
}

export const CALLBOX_ID = 'callbox_001';

export const REGISTRATION = {
  callboxId: 'callbox_001',
  capabilities: {
    maxConcurrentTransactions: 5,
    supportedTypes: ['recharge', 'voucher', 'deposit', 'withdraw'],
  },
  version: '1.0.0',
  location: 'Douala Centre',
};

export const HEARTBEAT = {
  callboxId: 'callbox_001',
  status: 'active',
  queueSize: 3,
  metrics: { uptime: 86400, memoryUsage: 45.2, processedTransactions: 152 },
};

export const SUBMISSION = {
  type: 'recharge',
  phoneNumber: '+237677123456',
  amount: 1000,
  payItemId: 'MTN_RECHARGE_1000',
  customerInfo: { name: 'Jean Dupont', operator: 'MTN' },
  priority: 'normal',
};

/** The four types, as they are shown. */
export const TYPES = [
  {
    type: 'recharge',
    phoneNumber: '+237677123456',
    amount: 1000,
    payItemId: 'MTN_RECHARGE_1000',
    customerInfo: { name: 'Client', operator: 'MTN' },
  },
  {
    type: 'voucher',
    phoneNumber: '+237677123456',
    payItemId: 'ORANGE_DATA_1GB',
    customerInfo: { name: 'Client', operator: 'Orange' },
  },
  {
    type: 'deposit',
    phoneNumber: '+237699123456',
    amount: 5000,
    payItemId: 'MOOV_DEPOSIT',
    customerInfo: { name: 'Client', operator: 'Moov' },
  },
  {
    type: 'withdraw',
    phoneNumber: '+237677123456',
    amount: 2000,
    payItemId: 'MTN_WITHDRAW',
    customerInfo: { name: 'Client', operator: 'MTN' },
  },
];

export const TO_CALLBOX = {
  type: 'deposit',
  phoneNumber: '+237699876543',
  amount: 5000,
  payItemId: 'ORANGE_DEPOSIT_5000',
  customerInfo: { name: 'Marie Foukou', operator: 'Orange' },
};

export const COMPLETED = {
  status: 'completed',
  callboxId: 'callbox_001',
  result: {
    success: true,
    transactionRef: 'MTN123456789',
    balance: 2500,
    message: 'Recharge effectuée avec succès',
  },
};

export const FAILED = {
  status: 'failed',
  callboxId: 'callbox_001',
  result: { success: false, message: 'Réseau indisponible' },
};

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);

/** Some success of the 200s. */
export function expectDone({ status, body }: SeedAnswer): void {
  expect([200, 201], JSON.stringify(body)).toContain(status);
  expect(body).toMatchObject({ success: true });
}

/** { success: false, error, details }, both of them sentences. */
export function expectError({ status, body }: SeedAnswer, expected: number): void {
  expect(status, JSON.stringify(body)).toBe(expected);
  expect(body).toMatchObject({
    success: false,
    error: expect.stringMatching(/\S/),
    details: expect.stringMatching(/\S/),
  });
}

export function expectRegistered(answer: SeedAnswer): void {
  expectDone(answer);
  expect(answer.body).toMatchObject({
    message: 'CallBox enregistré avec succès',
    config: { maxRetries: 3, timeoutMs: 30000, batchSize: 5, pollIntervalMs: 5000 },
    instance: { id: CALLBOX_ID, status: 'active', lastHeartbeat: TIME },
  });
}

export function expectHeartbeat(answer: SeedAnswer, pendingTransactions: unknown = expect.any(Number)): void {
  expectDone(answer);
  expect(answer.body).toMatchObject({
    message: 'Heartbeat reçu',
    pendingTransactions,
    config: { maxRetries: 3, timeoutMs: 30000 },
  });
}

/** One transaction as a CallBox gets it, of what was asked for. */
export function transactionOf(wanted: { customerInfo: object }): Record<string, unknown> {
  return {
    ...wanted,
    id: expect.stringMatching(/^tx_\w+$/),
    priority: 'normal',
    status: 'assigned',
    createdAt: TIME,
    assignedTo: CALLBOX_ID,
    retryCount: 0,
    maxRetries: 3,
  };
}

export function expectStats(answer: SeedAnswer, counts: Record<string, number>): void {
  expectDone(answer);
  const { stats } = answer.body;
  for (const name of [
    'connectedInstances',
    'queueLength',
    'pendingTransactions',
    'assignedTransactions',
    'processingTransactions',
    'completedTransactions',
    'failedTransactions',
  ])
    expect(stats[name], name).toEqual(expect.any(Number));
  expect(stats).toMatchObject(counts);
  // What waits and what is handed out, as the example counts it: 8 and 4 are 12.
  expect(stats.queueLength).toBe(stats.pendingTransactions + stats.assignedTransactions);
  expect(stats.instances).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        id: CALLBOX_ID,
        status: 'active',
        lastHeartbeat: TIME,
        queueSize: 3,
        processedTransactions: expect.any(Number),
      }),
    ]),
  );
}
