import { afterAll, beforeAll, expect, it } from 'vitest';
import { inCompany, sql } from '../../server/kernel/db/index.ts';
import { type HandedOver, RECHARGE, testBox } from '../harness/engine.ts';
import { sharedBoxes } from '../harness/fleet.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Several processes on one database: one that only answers, one that only works, and two that do both at once.

let first: TestRelais;
let second: TestRelais;

beforeAll(async () => {
  first = await startRelais({ config: { RELAIS_ROLE: 'api' } });
  const { DATABASE_URL, SECRET_KEY, CALLBOX_TOKEN } = first.kernel.config;
  // The company of the shared token is named: the second process has a company of its own.
  second = await startRelais({
    config: { DATABASE_URL, SECRET_KEY, CALLBOX_TOKEN, CALLBOX_COMPANY_ID: first.companyId },
  });
});
afterAll(async () => {
  await second?.stop();
  await first?.stop();
});

it('a transaction taken in by one process reaches a box that waits at it through the one that distributes', async () => {
  const box = testBox(first, 'waits', { fencing: true, sims: [{ slot: '1', operator: 'one' }] });
  await box.register();
  for (let round = 0; round < 3; round++) {
    const waiting = box.pull('limit=1&wait=30');
    const body = { ...RECHARGE, amount: 10 + round, customerInfo: { operator: 'one' } };
    const given = await first.api.post('/api/transactions', body);
    const [work] = await waiting;
    expect(work).toMatchObject({ id: given.body.transactionId });
    const { attempt, leaseId } = work!;
    expect((await box.report(work!.id, 'completed', { attempt, leaseId })).status).toBe(200);
  }
});

it('two processes hand out at once: each transaction once, in turn, and nothing is left', {
  timeout: 60_000,
}, async () => {
  const total = 40;
  const codes = ['p1', 'p2', 'p3', 'p4'];
  const boxes = codes.map((code, index) =>
    testBox(index % 2 === 0 ? first : second, code, {
      fencing: true,
      sims: [{ slot: '1', operator: 'two' }],
    }),
  );
  for (const box of boxes) await box.register();
  const shared = sharedBoxes(first);
  const dialed: string[] = [];
  let handedIn = 0;
  const handIn = async () => {
    while (handedIn < total) {
      handedIn += 1;
      const door = '/api/call-box/transactions/submit';
      const body = { ...RECHARGE, id: `two-${handedIn}`, customerInfo: { operator: 'two' } };
      expect((await shared.post(door, body)).status).toBe(201);
    }
  };
  const work = async (box: (typeof boxes)[number]) => {
    while (dialed.length < total) {
      const list: HandedOver[] = await box.pull('limit=3&wait=1');
      for (const { id, attempt, leaseId } of list) {
        const begun = await box.report(id, 'processing', { attempt, leaseId });
        if (begun.status !== 200) continue;
        dialed.push(id);
        expect((await box.report(id, 'completed', { attempt, leaseId })).status).toBe(200);
      }
    }
  };
  const forces = async () => {
    for (let round = 0; round < 8; round++) {
      await first.api.post('/api/sync/force');
      await first.api.post('/api/sync/stop');
      await first.api.post('/api/sync/start');
    }
  };
  await Promise.all([handIn(), handIn(), forces(), ...boxes.map(work)]);
  expect(dialed.length).toBe(total);
  expect(new Set(dialed).size).toBe(total);
  const { rows } = await inCompany(first.kernel.db, first.companyId, (tx) =>
    sql<{ status: string; count: number; attempts: number }>`
      select status, count(*) as count, sum(attempt)::int as attempts from transactions where operator = 'two' group by status`.execute(
      tx,
    ),
  );
  expect(rows).toEqual([{ status: 'completed', count: total, attempts: total }]);
});
