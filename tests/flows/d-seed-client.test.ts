import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../server/kernel/clock.ts';
import { issueApiKey, PERMISSIONS } from '../../server/modules/identity/index.ts';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import {
  COMPLETED,
  createReplay,
  createSeedClient,
  type Exchange,
  expectDone,
  expectError,
  expectHeartbeat,
  expectRegistered,
  expectStats,
  FAILED,
  HEARTBEAT,
  REGISTRATION,
  type SeedClient,
  SUBMISSION,
  type Tamper,
  TO_CALLBOX,
  TYPES,
  transactionOf,
} from '../harness/seed-client.ts';

// The ten checks that the published interface lists, by a client that knows nothing else, each on a server of its own company.

/** Moved ahead where a check would wait for a retry. */
const clock = {
  ahead: 0,
  nowMs: () => systemClock.nowMs() + clock.ahead,
  now: () => new Date(clock.nowMs()),
};

const PENDING = '/api/call-box/transactions/pending?callboxId=callbox_001&limit=5';
const SUBMIT = '/api/call-box/transactions/submit';
const statusOf = (id: string) => `/api/call-box/transactions/${id}/status`;

/** Registers and says that it is there, as every client does before anything else. */
async function connect(client: SeedClient): Promise<void> {
  expectRegistered(await client.box('POST', '/api/call-box/register', REGISTRATION));
  expectHeartbeat(await client.box('POST', '/api/call-box/heartbeat', HEARTBEAT));
}

// biome-ignore lint/suspicious/noExplicitAny: a transaction as it came
async function fetchOne(client: SeedClient): Promise<any> {
  return eventually(async () => {
    const answer = await client.box('GET', PENDING);
    expectDone(answer);
    expect(answer.body.transactions).toHaveLength(1);
    return answer.body.transactions[0];
  }, client.patienceMs);
}

interface Check {
  name: string;
  run(client: SeedClient): Promise<void>;
  /** What would be wrong, and has to be noticed. */
  spoil: Tamper;
}

const CHECKS: Check[] = [
  {
    name: 'connexion au serveur',
    async run(client) {
      await connect(client);
      for (const headers of [{}, { authorization: 'Bearer of-somebody-else' }] as Record<string, string>[]) {
        expectError(await client.send('GET', '/api/call-box/stats', undefined, headers), 401);
        expectError(await client.send('POST', '/api/call-box/heartbeat', HEARTBEAT, headers), 401);
      }
    },
    spoil: (_request, answer) => {
      if (answer.status === 401) answer.body = { message: 'Unauthorized' };
    },
  },
  {
    name: 'enregistrement CallBox',
    async run(client) {
      expectRegistered(await client.box('POST', '/api/call-box/register', REGISTRATION));
      // After a restart it says so again, and is the same box.
      expectRegistered(await client.box('POST', '/api/call-box/register', REGISTRATION));
      expectHeartbeat(await client.box('POST', '/api/call-box/heartbeat', HEARTBEAT));
      const { body } = await client.box('GET', '/api/call-box/stats');
      expect(body.stats.instances).toHaveLength(1);
      expectError(await client.box('POST', '/api/call-box/register', { location: 'Douala Centre' }), 400);
    },
    spoil: ({ path }, { body }) => {
      if (path.endsWith('/register') && body.config) body.config.timeoutMs = 60_000;
    },
  },
  {
    name: 'système de heartbeat',
    async run(client) {
      await connect(client);
      expectHeartbeat(await client.box('POST', '/api/call-box/heartbeat', HEARTBEAT), 0);
      const unknown = { ...HEARTBEAT, callboxId: 'callbox_404' };
      expectError(await client.box('POST', '/api/call-box/heartbeat', unknown), 404);
      expectError(await client.box('POST', '/api/call-box/heartbeat', { status: 'active' }), 400);
    },
    spoil: (_request, { body }) => {
      if (body.message === 'Heartbeat reçu') body.message = 'Heartbeat received';
    },
  },
  {
    name: 'soumission de transactions',
    async run(client) {
      for (const wanted of [SUBMISSION, ...TYPES]) expectDone(await client.box('POST', SUBMIT, wanted));
      const { type: _type, ...untyped } = SUBMISSION;
      const wrong = [
        untyped,
        { ...SUBMISSION, type: 'loan' },
        { ...SUBMISSION, phoneNumber: 'Jean' },
        { ...SUBMISSION, amount: -1000 },
        { ...SUBMISSION, amount: 0.5 },
      ];
      for (const body of wrong) expectError(await client.box('POST', SUBMIT, body), 400);
      const { body } = await client.box('GET', '/api/call-box/stats');
      expect(body.stats.pendingTransactions).toBe(5);
    },
    spoil: ({ path }, answer) => {
      if (path === SUBMIT && answer.status === 400) answer.status = 422;
    },
  },
  {
    name: 'récupération de transactions',
    async run(client) {
      await connect(client);
      const none = await client.box('GET', PENDING);
      expectDone(none);
      expect(none.body).toMatchObject({ transactions: [], count: 0, totalPending: 0 });
      expectDone(await client.box('POST', SUBMIT, SUBMISSION));
      await eventually(async () => {
        const answer = await client.box('GET', PENDING);
        expectDone(answer);
        expect(answer.body).toMatchObject({ transactions: [transactionOf(SUBMISSION)], count: 1 });
        expect(answer.body.totalPending).toEqual(expect.any(Number));
      }, client.patienceMs);
      const unknown = PENDING.replace('callbox_001', 'callbox_404');
      expectError(await client.box('GET', unknown), 404);
      expectError(await client.box('GET', '/api/call-box/transactions/pending?limit=5'), 400);
    },
    spoil: ({ path }, { body }) => {
      for (const transaction of path === PENDING ? body.transactions : []) delete transaction.assignedTo;
    },
  },
  {
    name: 'mise à jour de statut',
    async run(client) {
      await connect(client);
      expectDone(await client.box('POST', SUBMIT, SUBMISSION));
      const { id } = await fetchOne(client);
      const processing = { status: 'processing', callboxId: 'callbox_001' };
      expectDone(await client.box('PUT', statusOf(id), processing));
      // Whose is it?
      const other = { ...REGISTRATION, callboxId: 'callbox_002' };
      await client.box('POST', '/api/call-box/register', other);
      expectError(await client.box('PUT', statusOf(id), { ...COMPLETED, callboxId: 'callbox_002' }), 403);
      expectError(await client.box('PUT', statusOf('tx_1728307200_abc123'), COMPLETED), 404);
      expectError(await client.box('PUT', statusOf(id), { ...COMPLETED, status: 'done' }), 400);
      expectDone(await client.box('PUT', statusOf(id), COMPLETED));
      // The answer may have been lost: the same again is no harm.
      expectDone(await client.box('PUT', statusOf(id), COMPLETED));
      expectStats(await client.box('GET', '/api/call-box/stats'), {
        completedTransactions: 1,
        failedTransactions: 0,
      });
    },
    spoil: ({ path }, { body }) => {
      if (path.endsWith('/stats')) body.stats.completedTransactions = 0;
    },
  },
  {
    name: 'configuration dynamique',
    async run(client) {
      await connect(client);
      const read = () => client.box('GET', '/api/call-box/config?callboxId=callbox_001');
      const before = await read();
      expectDone(before);
      const defaults = { maxRetries: 3, timeoutMs: 30000, batchSize: 5, pollIntervalMs: 5000 };
      expect(before.body.config).toMatchObject(defaults);
      expectDone(await client.box('PUT', '/api/call-box/config', { pollIntervalMs: 2000, batchSize: 3 }));
      expect((await read()).body.config).toMatchObject({ ...defaults, pollIntervalMs: 2000, batchSize: 3 });
      const again = await client.box('POST', '/api/call-box/register', REGISTRATION);
      expect(again.body.config).toMatchObject({ pollIntervalMs: 2000, batchSize: 3 });
      expectError(await client.box('PUT', '/api/call-box/config', { batchSize: 'many' }), 400);
    },
    spoil: ({ method, path }, { body }) => {
      if (method === 'GET' && path.includes('/config')) body.config.pollIntervalMs = 5000;
    },
  },
  {
    name: 'service de synchronisation',
    async run(client) {
      await connect(client);
      for (const [method, path] of [
        ['GET', '/api/sync/status'],
        ['POST', '/api/sync/stop'],
        ['POST', '/api/sync/start'],
        ['POST', '/api/sync/force'],
      ] as const)
        expectError(await client.send(method, path, undefined, {}), 401);
      expect((await client.main('GET', '/api/sync/status')).body).toMatchObject({
        success: true,
        status: { running: true, intervalMs: 10000, connectedCallboxes: 1, pendingTransactions: 0 },
      });
      expectDone(await client.main('POST', '/api/sync/stop'));
      expect((await client.main('GET', '/api/sync/status')).body.status.running).toBe(false);
      expectDone(await client.box('POST', SUBMIT, SUBMISSION));
      expect((await client.box('GET', PENDING)).body).toMatchObject({ count: 0, totalPending: 1 });
      expectDone(await client.main('POST', '/api/sync/start'));
      expectDone(await client.main('POST', '/api/sync/force'));
      await fetchOne(client);
      expect((await client.main('GET', '/api/sync/status')).body.status.running).toBe(true);
    },
    spoil: ({ path }, { body }) => {
      if (path === '/api/sync/status' && body.status) body.status.running = true;
    },
  },
  {
    name: 'statistiques',
    async run(client) {
      await connect(client);
      expectDone(await client.box('POST', SUBMIT, SUBMISSION));
      const { id } = await fetchOne(client);
      expectStats(await client.box('GET', '/api/call-box/stats'), {
        ...{ connectedInstances: 1, assignedTransactions: 1, pendingTransactions: 0 },
        ...{ processingTransactions: 0, completedTransactions: 0, failedTransactions: 0, queueLength: 1 },
      });
      await client.box('PUT', statusOf(id), { status: 'processing', callboxId: 'callbox_001' });
      expectStats(await client.box('GET', '/api/call-box/stats'), {
        ...{ assignedTransactions: 0, processingTransactions: 1, queueLength: 0 },
      });
      await client.box('PUT', statusOf(id), COMPLETED);
      expectStats(await client.box('GET', '/api/call-box/stats'), {
        ...{ processingTransactions: 0, completedTransactions: 1 },
      });
    },
    spoil: ({ path }, { body }) => {
      if (path.endsWith('/stats')) body.stats.queueLength += 1;
    },
  },
  {
    name: 'intégration système principal',
    async run(client) {
      await connect(client);
      expectError(await client.send('POST', '/api/transaction/to-callbox', TO_CALLBOX, {}), 401);
      expectDone(await client.main('POST', '/api/transaction/to-callbox', TO_CALLBOX));
      expect(await fetchOne(client)).toMatchObject(transactionOf(TO_CALLBOX));
      const { amount: _amount, ...unpriced } = TO_CALLBOX;
      expectError(await client.main('POST', '/api/transaction/to-callbox', unpriced), 400);
    },
    spoil: ({ path }, { body }) => {
      for (const transaction of path === PENDING ? body.transactions : []) transaction.amount = '5000';
    },
  },
];

let relais: TestRelais;
let keys: { token: string; apiKey: string };

/** A server for each check: the shared token works for the first company, and each check begins with nothing. */
async function open(): Promise<void> {
  relais = await startRelais({ clock });
  const { secret: apiKey } = await issueApiKey(relais.kernel, {
    ...{ companyId: relais.companyId, name: 'main system', scopes: [...PERMISSIONS] },
    createdBy: relais.owner.userId,
  });
  keys = { token: relais.kernel.config.CALLBOX_TOKEN, apiKey };
}

describe('the ten checks of the published interface', () => {
  for (const check of CHECKS) {
    describe(check.name, () => {
      const record: Exchange[] = [];
      beforeAll(open);
      afterAll(() => relais.stop());

      it('holds', async () => {
        await check.run(createSeedClient(relais.baseUrl, keys, record));
      });

      it('would not hold with one wrong answer', async () => {
        await check.run(createReplay(record, keys, () => undefined));
        await expect(check.run(createReplay(record, keys, check.spoil))).rejects.toThrow(/expected/i);
      });
    });
  }

  it('are ten', () => {
    expect(CHECKS).toHaveLength(10);
  });
});

describe('a transaction that fails', () => {
  beforeAll(open);
  afterAll(() => relais.stop());

  it('is tried again after growing pauses, three times, and has failed then', {
    timeout: 60_000,
  }, async () => {
    const client = createSeedClient(relais.baseUrl, keys);
    await connect(client);
    expectDone(await client.box('POST', SUBMIT, SUBMISSION));
    const pausesMs: number[] = [];
    for (let retryCount = 0; retryCount <= 3; retryCount++) {
      const { transaction, waitedMs } = await whenGiven(client);
      expect(transaction).toMatchObject({ retryCount, maxRetries: 3, status: 'assigned' });
      if (retryCount > 0) pausesMs.push(waitedMs);
      await client.box('PUT', statusOf(transaction.id), { status: 'processing', callboxId: 'callbox_001' });
      expectDone(await client.box('PUT', statusOf(transaction.id), FAILED));
    }
    expect(pausesMs.every((ms, place) => place === 0 || ms > pausesMs[place - 1]!)).toBe(true);
    expectStats(await client.box('GET', '/api/call-box/stats'), {
      ...{ failedTransactions: 1, pendingTransactions: 0, queueLength: 0 },
    });
  });

  /** The time passes by the server's clock, second by second, while the box says that it is there. */
  // biome-ignore lint/suspicious/noExplicitAny: a transaction as it came
  async function whenGiven(client: SeedClient): Promise<{ transaction: any; waitedMs: number }> {
    for (let waitedMs = 0; waitedMs < 120_000; waitedMs += 1000) {
      await client.box('POST', '/api/call-box/heartbeat', HEARTBEAT);
      const { body } = await client.box('GET', PENDING);
      if (body.count > 0) return { transaction: body.transactions[0], waitedMs };
      clock.ahead += 1000;
    }
    throw new Error('It was not given again within two minutes');
  }
});
