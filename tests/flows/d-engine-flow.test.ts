import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stateOf } from '../../server/modules/callbox/state.ts';
import type { Client } from '../harness/client.ts';
import { RECHARGE, submitted, testBox } from '../harness/engine.ts';
import { eventually } from '../harness/eventually.ts';
import { REGISTRATION, sharedBoxes } from '../harness/fleet.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Flow D as a client written from the published interface alone goes through it, and what that interface promises.

let relais: TestRelais;
let seed: Client;

beforeAll(async () => {
  relais = await startRelais();
  seed = sharedBoxes(relais);
});
afterAll(() => relais?.stop());

describe('the published interface', () => {
  it('takes a transaction from its submission to its end', async () => {
    await seed.post('/api/call-box/register', REGISTRATION);
    const given = await seed.post('/api/call-box/transactions/submit', RECHARGE);
    expect(given.status, JSON.stringify(given.body)).toBe(201);
    expect(given.body).toMatchObject({ success: true, message: expect.any(String) });
    expect(given.body.transactionId).toMatch(/^tx_/);
    const pulled = await seed.get('/api/call-box/transactions/pending?callboxId=callbox_001&limit=5');
    expect(pulled.status, JSON.stringify(pulled.body)).toBe(200);
    expect(pulled.body).toMatchObject({
      ...{ success: true, count: 1, totalPending: 0 },
      transactions: [
        {
          ...RECHARGE,
          ...{ id: given.body.transactionId, status: 'assigned', assignedTo: 'callbox_001' },
          ...{ retryCount: 0, maxRetries: 3, createdAt: expect.any(String) },
          ...{ attempt: 1, operator: 'mtn', sim: { slot: 'default' } },
        },
      ],
    });
    const url = `/api/call-box/transactions/${given.body.transactionId}/status`;
    const begun = await seed.put(url, { status: 'processing', callboxId: 'callbox_001' });
    expect(begun.body, JSON.stringify(begun.body)).toMatchObject({
      success: true,
      transaction: { status: 'processing' },
    });
    const done = await seed.put(url, {
      status: 'completed',
      callboxId: 'callbox_001',
      result: {
        ...{ success: true, transactionRef: 'MTN123456789', balance: 2500 },
        message: 'Recharge effectuée avec succès',
      },
    });
    expect(done.body, JSON.stringify(done.body)).toMatchObject({
      success: true,
      transaction: { status: 'completed', transactionRef: 'MTN123456789', assignedTo: 'callbox_001' },
    });
  });

  it('lets the main system hand in with its API key', async () => {
    const { status, body } = await relais.api.post('/api/transaction/to-callbox', {
      ...{ type: 'deposit', phoneNumber: '+237699876543', amount: 5000, payItemId: 'ORANGE_DEPOSIT_5000' },
      customerInfo: { name: 'Marie Foukou', operator: 'Orange' },
    });
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body.transaction).toMatchObject({ operator: 'orange', status: 'pending', priority: 'normal' });
  });
});

describe('hand-over', () => {
  it('answers a box that waits as soon as there is something', async () => {
    const company = testBox(relais, 'waiting', { fencing: true, supportedTypes: ['withdraw'] });
    await company.register();
    const waiting = company.pull('limit=5&wait=20');
    const id = await submitted(relais.api, { type: 'withdraw' });
    expect(await waiting).toMatchObject([{ id, attempt: 1 }]);
  });

  it('answers one of a box’s requests, the newest: an older connection may be dead', async () => {
    const box = testBox(relais, 'twice', { fencing: true, supportedTypes: ['voucher'] });
    await box.register();
    const older = box.pull('limit=5&wait=3');
    await untilWaiting(1);
    const newer = box.pull('limit=5&wait=20');
    await untilWaiting(2);
    const id = await submitted(relais.api, { type: 'voucher' });
    expect(await newer).toMatchObject([{ id, attempt: 1 }]);
    // Within seconds it is not given again: the answer is probably under way.
    expect(await older).toEqual([]);
  });

  it('goes round a fleet, one after the other, also where more boxes are there than are looked at first', async () => {
    const fleet = Array.from({ length: 45 }, (_, place) =>
      testBox(relais, `fleet_${String(place).padStart(2, '0')}`, {
        fencing: true,
        supportedTypes: ['withdraw'],
      }),
    );
    for (const box of fleet) await box.register();
    // Another one that does this work was served before, so its turn comes last.
    const had = new Map<string, number>();
    for (let round = 0; round < 90; round++) {
      const id = await submitted(relais.api, { type: 'withdraw' });
      const { assignedTo } = await given(id);
      had.set(assignedTo, (had.get(assignedTo) ?? 0) + 1);
    }
    expect(Math.max(...had.values())).toBeLessThanOrEqual(2);
    for (const { code } of fleet) expect(had.get(code), code).toBeGreaterThanOrEqual(1);
  });
});

/** Requests that wait for work in this process. */
const untilWaiting = (count: number) =>
  eventually(() => {
    const { waiting } = stateOf(relais.kernel);
    expect([...waiting.values()].reduce((sum, { size }) => sum + size, 0)).toBe(count);
  });

/** A transaction that a box has been given. */
const given = (id: string) =>
  eventually(async () => {
    const { body } = await relais.api.get(`/api/transactions/${id}`);
    expect(body.transaction.status).toBe('assigned');
    return body.transaction;
  });
