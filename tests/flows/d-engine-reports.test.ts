import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemCtx } from '../../server/kernel/ctx.ts';
import { inCompany, sql } from '../../server/kernel/db/index.ts';
import { pull } from '../../server/modules/callbox/pull.ts';
import { takeReport } from '../../server/modules/callbox/report.ts';
import { createClient } from '../harness/client.ts';
import { type HandedOver, submitted, type TestBox, testBox } from '../harness/engine.ts';
import { enrolledBox } from '../harness/fleet.ts';
import { killAt } from '../harness/kill.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// What boxes fetch and report: from the wrong box, twice, late, backwards, malformed, killed in between.

let relais: TestRelais;
/** One lane for each test, so that no box takes another test's work. */
let lane = 0;

beforeAll(async () => {
  relais = await startRelais();
});
afterAll(() => relais?.stop());

/** A box of an operator of its own, with what was handed to it. */
async function atWork(
  count: number,
  options: { fencing: boolean; [capability: string]: unknown } = { fencing: true },
): Promise<{ box: TestBox; operator: string; work: HandedOver[] }> {
  lane += 1;
  const operator = `op${lane}`;
  const box = testBox(relais, `box_${lane}`, { sims: [{ slot: '1', operator }], ...options });
  await box.register();
  for (let index = 0; index < count; index++)
    await submitted(relais.api, { customerInfo: { operator }, amount: 100 + index });
  const work = count > 0 ? await box.pull(`limit=${count}`) : [];
  expect(work.length).toBe(count);
  return { box, operator, work };
}

const named = ({ attempt, leaseId }: HandedOver) => ({ attempt, leaseId });
const codeOf = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code ?? null];
const statusOf = async (id: string) =>
  (await relais.api.get(`/api/transactions/${id}`)).body.transaction.status;
const kindsOf = async (id: string): Promise<string[]> =>
  (await relais.api.get(`/api/transactions/${id}`)).body.timeline.map(({ kind }: { kind: string }) => kind);

describe('a report', () => {
  it('is refused from a box that never had the transaction, and about one that is none', async () => {
    const { work } = await atWork(1);
    const { box: other } = await atWork(0);
    expect(codeOf(await other.report(work[0]!.id, 'completed'))).toEqual([403, 'transaction_not_own']);
    for (const id of ['tx_ffffffffffff4fffbfffffffffffffff', 'tx_1728307200_abc123', 'x'])
      expect(codeOf(await other.report(id, 'completed'))).toEqual([404, 'not_found']);
    const nobody = testBox(relais, 'never_registered');
    expect(codeOf(await nobody.report(work[0]!.id, 'completed'))).toEqual([404, 'box_unknown']);
    const { box: own } = await enrolledBox(relais, relais.api, 'own_token');
    const url = `/api/call-box/transactions/${work[0]!.id}/status`;
    const spoofed = await own.put(url, { status: 'completed', callboxId: 'box_1' });
    expect(codeOf(spoofed)).toEqual([403, 'box_not_own']);
    expect(await statusOf(work[0]!.id)).toBe('assigned');
  });

  it('of another company’s box finds nothing', async () => {
    const { work } = await atWork(1);
    const other = await relais.addCompany('Elsewhere SARL');
    const { box } = await enrolledBox(relais, other.api, 'elsewhere');
    await box.post('/api/call-box/register', {
      ...{
        callboxId: 'elsewhere',
        capabilities: { maxConcurrentTransactions: 1, supportedTypes: ['recharge'] },
      },
    });
    const url = `/api/call-box/transactions/${work[0]!.id}/status`;
    const answer = await box.put(url, { status: 'completed', callboxId: 'elsewhere' });
    expect(codeOf(answer)).toEqual([404, 'not_found']);
  });

  it('told many times at once is done once', async () => {
    const { box, work } = await atWork(1);
    const [tx] = work;
    await box.report(tx!.id, 'processing', named(tx!));
    const result = { success: true, transactionRef: 'REF-1', balance: 100, message: 'ok' };
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => box.report(tx!.id, 'completed', { ...named(tx!), result })),
    );
    for (const { status, body } of answers) {
      expect(status, JSON.stringify(body)).toBe(200);
      expect(body.transaction).toMatchObject({ status: 'completed', transactionRef: 'REF-1' });
    }
    const kinds = await kindsOf(tx!.id);
    expect(kinds).toEqual(['submitted', 'assigned', 'handed', 'processing', 'completed']);
    const { rows } = await inCompany(relais.kernel.db, relais.companyId, (db) =>
      sql<{ kind: string; count: number }>`select kind, count(*) from ledger_entries group by kind`.execute(
        db,
      ),
    );
    expect(Object.fromEntries(rows.map(({ kind, count }) => [kind, count])).post).toBe(1);
  });

  it('does not lead backwards, and nothing follows the end', async () => {
    const { box, work } = await atWork(1);
    const [tx] = work;
    expect((await box.report(tx!.id, 'assigned', named(tx!))).status).toBe(200);
    expect((await box.report(tx!.id, 'processing', named(tx!))).status).toBe(200);
    expect((await box.report(tx!.id, 'processing', named(tx!))).status).toBe(200);
    expect(codeOf(await box.report(tx!.id, 'assigned', named(tx!)))).toEqual([409, 'backwards']);
    expect(codeOf(await box.report(tx!.id, 'pending', named(tx!)))).toEqual([409, 'backwards']);
    await box.report(tx!.id, 'completed', named(tx!));
    for (const status of ['processing', 'failed', 'retry', 'unknown', 'assigned', 'pending'])
      expect(codeOf(await box.report(tx!.id, status, named(tx!)))).toEqual([409, 'already_final']);
    expect(await statusOf(tx!.id)).toBe('completed');
  });

  it('names its hand-over, or is refused', async () => {
    const { box, work } = await atWork(1);
    const [tx] = work;
    expect(codeOf(await box.report(tx!.id, 'processing', { attempt: 2 }))).toEqual([409, 'lease_lost']);
    expect(codeOf(await box.report(tx!.id, 'processing', { leaseId: 'x' }))).toEqual([409, 'lease_lost']);
    const other = 'ffffffff-ffff-4fff-bfff-ffffffffffff';
    expect(codeOf(await box.report(tx!.id, 'processing', { leaseId: other }))).toEqual([409, 'lease_lost']);
    expect((await box.report(tx!.id, 'processing', { leaseId: tx!.leaseId.toUpperCase() })).status).toBe(200);
  });

  it('that makes no sense is refused, and nothing changes', async () => {
    const { box, work } = await atWork(1);
    const [tx] = work;
    const malformed: object[] = [
      { attempt: 0 },
      { attempt: 1.5 },
      { attempt: '1' },
      { result: 'done' },
      { result: { balance: 'much' } },
      { result: { success: 'yes' } },
    ];
    for (const more of malformed)
      expect(codeOf(await box.report(tx!.id, 'completed', more)), JSON.stringify(more)).toEqual([
        400,
        'invalid_request',
      ]);
    expect(codeOf(await box.report(tx!.id, 'done'))).toEqual([400, 'invalid_request']);
    expect(codeOf(await box.report(tx!.id, 'canceled'))).toEqual([400, 'invalid_request']);
    expect(codeOf(await box.report(tx!.id, 'completed', { result: { success: false } }))).toEqual([
      400,
      'report_contradicts_itself',
    ]);
    expect(await statusOf(tx!.id)).toBe('assigned');
    // What is only too long is cut: an outcome is not lost for it.
    const long = { success: true, transactionRef: 'R'.repeat(500), message: 'm'.repeat(3000) };
    const taken = await box.report(tx!.id, 'completed', { ...named(tx!), result: long });
    expect(taken.status, JSON.stringify(taken.body)).toBe(200);
    expect(taken.body.transaction.transactionRef).toBe('R'.repeat(100));
  });

  it('of a failure leads to another try, later and later, until all are used up', async () => {
    const { box, work } = await atWork(1);
    const result = { success: false, code: 'network_busy', message: 'Busy' };
    const first = await box.report(work[0]!.id, 'failed', { ...named(work[0]!), result });
    expect(first.body.transaction, JSON.stringify(first.body)).toMatchObject({
      ...{ status: 'retry', retryCount: 1, failureCode: 'network_busy' },
    });
    const delay = Date.parse(first.body.transaction.dueAt) - Date.parse(first.body.transaction.updatedAt);
    expect(delay).toBeGreaterThanOrEqual(3750);
    expect(delay).toBeLessThanOrEqual(6250);
    expect((await box.report(work[0]!.id, 'failed', { ...named(work[0]!), result })).status).toBe(200);
    expect(await statusOf(work[0]!.id)).toBe('retry');
    const { box: other, work: theirs } = await atWork(1);
    const definite = { ...named(theirs[0]!), result: { success: false, retryable: false } };
    const ended = await other.report(theirs[0]!.id, 'failed', definite);
    expect(ended.body.transaction).toMatchObject({ status: 'failed', retryCount: 0 });
  });
});

describe('a box that asks for work', () => {
  it('is given no more than it can take, however much it asks for', async () => {
    const { box, operator } = await atWork(0, { fencing: true, maxConcurrentTransactions: 3 });
    for (let index = 0; index < 8; index++)
      await submitted(relais.api, { customerInfo: { operator }, amount: 500 + index });
    const work = await box.pull('limit=1000');
    expect(work.length).toBe(3);
    // What it has is given again, and nothing more, while it has begun none of it.
    const again = await box.pull('limit=1000');
    expect(again.map(({ leaseId }) => leaseId).sort()).toEqual(work.map(({ leaseId }) => leaseId).sort());
    for (const limit of ['0', '-1', 'x', '1.5']) {
      const url = `/api/call-box/transactions/pending?callboxId=${box.code}&limit=${limit}`;
      expect((await box.client.get(url)).status).toBe(400);
    }
  });

  it('and knows no leases is given nothing twice', async () => {
    const { box, work } = await atWork(2, { fencing: false });
    expect(work.length).toBe(2);
    expect(await box.pull('limit=5')).toEqual([]);
  });

  it('gets nothing before it has registered, nor with another company’s token', async () => {
    const { client } = testBox(relais, 'x');
    const { status, body } = await client.get('/api/call-box/transactions/pending?callboxId=not_registered');
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'box_unknown' });
    const wrong = createClient(relais.baseUrl, { authorization: 'Bearer wrong' });
    expect((await wrong.get('/api/call-box/transactions/pending?callboxId=x')).status).toBe(401);
  });

  it('gets the urgent first, then what came first', async () => {
    const { box, operator } = await atWork(0, { fencing: true, maxConcurrentTransactions: 1 });
    const body = { customerInfo: { operator } };
    const normal = await submitted(relais.api, { ...body, amount: 1 });
    await relais.app.dispatched();
    const low = await submitted(relais.api, { ...body, amount: 2, priority: 'low' });
    const second = await submitted(relais.api, { ...body, amount: 3 });
    const urgent = await submitted(relais.api, { ...body, amount: 4, priority: 'urgent' });
    const order: string[] = [];
    for (let turn = 0; turn < 4; turn++) {
      const [tx] = await box.pull('limit=1');
      order.push(tx!.id);
      await box.report(tx!.id, 'completed', named(tx!));
    }
    // The first was given to the box when it came: nothing else was there.
    expect(order).toEqual([normal, urgent, second, low]);
  });
});

describe('a process that dies', () => {
  const systemOf = (kernel: TestRelais['kernel'], code: string) => ({
    ...systemCtx(kernel, relais.companyId, 'test'),
    actor: { kind: 'box' as const, id: '', name: code, role: null },
  });

  it('after it handed out and before it answered: the box is given the same again', async () => {
    const { box, operator } = await atWork(0);
    const id = await submitted(relais.api, { customerInfo: { operator } });
    const { kernel } = killAt(relais.kernel, 1, 'after');
    const request = { code: box.code, limit: 5, waitMs: 0 };
    const dead = pull(systemOf(kernel, box.code), request, new AbortController().signal);
    await expect(dead).rejects.toThrow('killed');
    const work = await box.pull();
    expect(work).toMatchObject([{ id, attempt: 1 }]);
    expect((await kindsOf(id)).filter((kind) => kind === 'handed')).toEqual(['handed']);
  });

  it('after it took a report and before it answered: the repeat is answered the same', async () => {
    for (const when of ['before', 'after'] as const) {
      const { box, work } = await atWork(1);
      const [tx] = work;
      await box.report(tx!.id, 'processing', named(tx!));
      const { kernel } = killAt(relais.kernel, 1, when);
      const result = { success: true, transactionRef: 'R' };
      const told = takeReport(systemOf(kernel, box.code), {
        ...{ name: tx!.id, code: box.code, status: 'completed', result, at: null },
        ...{ attempt: tx!.attempt, leaseId: tx!.leaseId },
      });
      await expect(told).rejects.toThrow('killed');
      expect(await statusOf(tx!.id)).toBe(when === 'after' ? 'completed' : 'processing');
      const again = await box.report(tx!.id, 'completed', { ...named(tx!), result });
      expect(again.body.transaction, JSON.stringify(again.body)).toMatchObject({ status: 'completed' });
      expect((await kindsOf(tx!.id)).filter((kind) => kind === 'completed')).toEqual(['completed']);
    }
  });
});
