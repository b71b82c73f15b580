import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { quarantineBox } from '../../server/modules/callbox/box-changes.ts';
import { countOutcomes, type Outcome } from '../../server/modules/callbox/stats-store.ts';
import type { Client } from '../harness/client.ts';
import { HEARTBEAT, REGISTRATION, sharedBoxes } from '../harness/fleet.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Boxes as people look after them: lists, limits, configuration by two people at once, and figures.

let relais: TestRelais;
let boxes: Client;

beforeAll(async () => {
  relais = await startRelais();
  boxes = sharedBoxes(relais);
  for (let index = 1; index <= 5; index += 1)
    await boxes.post('/api/call-box/register', {
      ...{ ...REGISTRATION, callboxId: `box-${index}`, location: index === 3 ? '=cmd|calc' : 'Yaoundé' },
    });
});
afterAll(() => relais?.stop());

const idOf = async (callboxId: string): Promise<string> =>
  (await relais.api.get(`/api/boxes?search=${callboxId}`)).body.boxes[0].id;

describe('the list of boxes', () => {
  it('comes in pages that meet without a gap', async () => {
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await relais.api.get(`/api/boxes?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.boxes.map(({ callboxId }: { callboxId: string }) => callboxId));
      if (!body.nextCursor) break;
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(['box-5', 'box-4', 'box-3', 'box-2', 'box-1']);
    expect((await relais.api.get('/api/boxes?cursor=nonsense')).status).toBe(400);
  });

  it('is filtered, counted and exported', async () => {
    const { body } = await relais.api.get('/api/boxes?state=connected&search=yaound');
    expect(body.boxes).toHaveLength(4);
    expect(body.counts).toEqual({ connected: 5, disconnected: 0, new: 0, quarantined: 0, retired: 0 });
    const csv = await relais.api.get('/api/boxes?format=csv');
    expect(csv.headers.get('content-type')).toContain('text/csv');
    const lines = csv.body.trim().split('\r\n');
    expect(lines).toHaveLength(6);
    expect(csv.body).toContain("'=cmd|calc");
  });

  it('is of one company', async () => {
    const other = await relais.addCompany('Neighbour SARL');
    expect((await other.api.get('/api/boxes')).body.boxes).toEqual([]);
    const id = await idOf('box-1');
    for (const answer of [
      other.api.get(`/api/boxes/${id}`),
      other.api.patch(`/api/boxes/${id}`, { label: 'Mine' }),
      other.api.delete(`/api/boxes/${id}`),
      other.api.post(`/api/boxes/${id}/enrolment`),
      other.api.put(`/api/boxes/${id}/config`, { config: {} }),
    ])
      expect((await answer).status).toBe(404);
  });
});

describe('what a person says of a box', () => {
  it('stays when the box registers again', async () => {
    const id = await idOf('box-1');
    const limits = { maxPerMinute: 10, maxPerDay: 500, maxAmount: 50_000 };
    await relais.api.patch(`/api/boxes/${id}`, { label: 'Bonanjo', location: 'Rue 12', limits });
    await boxes.post('/api/call-box/register', { ...REGISTRATION, callboxId: 'box-1' });
    expect((await relais.api.get(`/api/boxes/${id}`)).body.box).toMatchObject({
      ...{ label: 'Bonanjo', location: 'Rue 12', limits },
    });
    await relais.api.patch(`/api/boxes/${id}`, { limits: { maxPerDay: null } });
    expect((await relais.api.get(`/api/boxes/${id}`)).body.box.limits).toEqual({
      ...limits,
      maxPerDay: null,
    });
  });

  const wrong: Record<string, object> = {
    'a limit of nothing': { limits: { maxPerMinute: 0 } },
    'a limit in words': { limits: { maxAmount: 'much' } },
    'a label as long as a letter': { label: 'x'.repeat(101) },
    'a quarantine without a reason': { quarantine: {} },
  };
  for (const [name, body] of Object.entries(wrong))
    it(`is refused with ${name}`, async () => {
      expect((await relais.api.patch(`/api/boxes/${await idOf('box-1')}`, body)).status).toBe(400);
    });
});

describe('the configuration', () => {
  it('of one box lies over that of all, and goes back', async () => {
    const id = await idOf('box-2');
    const own = await relais.api.put(`/api/boxes/${id}/config`, { config: { timeoutMs: 60_000 } });
    expect(own.body).toMatchObject({ config: { timeoutMs: 60_000, maxRetries: 3 } });
    const heard = async (callboxId: string) =>
      (await boxes.post('/api/call-box/heartbeat', { ...HEARTBEAT, callboxId })).body;
    expect(await heard('box-2')).toMatchObject({
      ...{ config: { timeoutMs: 60_000 }, configVersion: own.body.configVersion },
    });
    expect(await heard('box-3')).toMatchObject({ config: { timeoutMs: 30_000 } });
    await boxes.put('/api/call-box/config', { timeoutMs: 45_000 });
    expect((await heard('box-2')).config.timeoutMs).toBe(60_000);
    expect((await heard('box-3')).config.timeoutMs).toBe(45_000);
    await boxes.put('/api/call-box/config', { callboxId: 'box-2', timeoutMs: null });
    expect((await heard('box-2')).config.timeoutMs).toBe(45_000);
    await boxes.put('/api/call-box/config', { timeoutMs: null });
    expect((await heard('box-2')).config.timeoutMs).toBe(30_000);
  });

  const wrong: Record<string, object> = {
    'more retries than anybody needs': { maxRetries: 21 },
    'half a retry': { maxRetries: 1.5 },
    'no time at all': { timeoutMs: 0 },
    'a batch of nothing': { batchSize: 0 },
    'an interval in words': { pollIntervalMs: 'often' },
    'a heartbeat that comes too late': { heartbeatIntervalMs: 60_000 },
    'a level that is none': { logLevel: 'all' },
    'a box whose name is a path': { callboxId: '../x' },
  };
  for (const [name, body] of Object.entries(wrong))
    it(`is refused with ${name}`, async () => {
      const answer = await boxes.put('/api/call-box/config', body);
      expect(answer.status).toBe(400);
      expect(answer.body.details).toBeTruthy();
    });

  it('of an unknown box is not found', async () => {
    const answer = await boxes.put('/api/call-box/config', { callboxId: 'nobody', maxRetries: 1 });
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 404, code: 'box_unknown' });
  });

  it('changed by two people at once keeps one of the two, and tells the other', async () => {
    const { version } = (await relais.api.get('/api/callbox/settings')).body;
    const change = (maxAmount: number) =>
      relais.api.put('/api/callbox/settings', { version, rules: { maxAmount } });
    const answers = await Promise.all([change(1000), change(2000), change(3000)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const { body } = await relais.api.get('/api/callbox/settings');
    expect(body.rules.maxAmount).toBe(answers.find(({ status }) => status === 200)!.body.rules.maxAmount);
    expect(body.rules).toMatchObject({ region: 'CM', twoPeopleAbove: 100_000 });
  });

  it('changed by two people at once in different fields keeps both', async () => {
    await Promise.all([
      boxes.put('/api/call-box/config', { maxRetries: 7 }),
      boxes.put('/api/call-box/config', { batchSize: 9 }),
    ]);
    const { config, configVersion } = (await boxes.get('/api/call-box/config')).body;
    expect(config).toMatchObject({ maxRetries: 7, batchSize: 9 });
    const stale = await boxes.put('/api/call-box/config', { maxRetries: 8, configVersion: '1.0' });
    expect({ status: stale.status, code: stale.body.code }).toEqual({
      ...{ status: 409, code: 'changed_meanwhile' },
    });
    const same = await boxes.put('/api/call-box/config', { maxRetries: 7, configVersion });
    expect(same.body.configVersion).toBe(configVersion);
  });

  it('needs the right to manage boxes', async () => {
    const { body } = await relais.api.post('/api/api-keys', { name: 'reads', scopes: ['boxes:read'] });
    const reader = relais.api.with({ 'x-api-key': body.secret });
    expect((await reader.get('/api/call-box/config')).status).toBe(200);
    expect((await reader.put('/api/call-box/config', { maxRetries: 1 })).status).toBe(403);
    expect((await reader.post('/api/sync/stop')).status).toBe(403);
  });
});

describe('figures', () => {
  const outcome = (part: Partial<Outcome>): Outcome => ({
    ...{ type: 'recharge', operator: 'mtn', boxId: null, status: 'completed', amount: 1000, seconds: 10 },
    ...{ endedAt: new Date('2026-05-04T23:30:00Z'), ...part },
  });

  it('count what ended, and what was taken back', async () => {
    const ctx = systemCtx(relais.kernel, relais.companyId, 'test');
    const boxId = await idOf('box-4');
    const count = (outcomes: Outcome[]) => transact(ctx, (tx) => countOutcomes(tx, outcomes));
    await Promise.all([
      count([
        outcome({ boxId }),
        outcome({ boxId, seconds: 20 }),
        outcome({ boxId, status: 'failed', seconds: null }),
      ]),
      count([
        outcome({ boxId, status: 'failed', type: 'deposit' }),
        outcome({ status: 'canceled', operator: null }),
      ]),
      count([]),
    ]);
    await count([
      outcome({ boxId, status: 'failed', type: 'deposit', times: -1 }),
      outcome({ boxId, type: 'deposit', amount: null, seconds: null }),
    ]);
    const { stats } = (await boxes.get('/api/call-box/stats')).body;
    expect(stats).toMatchObject({
      ...{ completedTransactions: 3, failedTransactions: 1 },
      byType: {
        recharge: { completed: 2, failed: 1, canceled: 1, amount: 2000, averageSeconds: 15 },
        deposit: { completed: 1, failed: 0, amount: 0, averageSeconds: null },
        voucher: { completed: 0, successRate: null },
      },
      total: { successRate: 0.75 },
    });
    const four = stats.instances.find(({ id }: { id: string }) => id === 'box-4');
    expect(four).toMatchObject({ processedTransactions: 4, load: 0 });
    const { rows } = await relais.kernel.db.ownerPool.query(
      'select distinct day::text from transaction_days where company_id = $1 order by 1',
      [relais.companyId],
    );
    // Half past one in the morning of the next day where the company is.
    expect(rows).toEqual([{ day: '-infinity' }, { day: '2026-05-05' }]);
  });
});

describe('a quarantine by the engine', () => {
  it('holds, keeps its first reason, and is told once', async () => {
    const ctx = systemCtx(relais.kernel, relais.companyId, 'test');
    const id = await idOf('box-5');
    const verdicts = await Promise.all(
      ['It contradicts itself', 'Again'].map((reason) =>
        transact(ctx, (tx) => quarantineBox(ctx, tx, id, reason)),
      ),
    );
    expect(verdicts.sort()).toEqual([false, true]);
    const { body } = await relais.api.get(`/api/boxes/${id}`);
    expect(body.box.state).toBe('quarantined');
    const { entries } = (await relais.api.get(`/api/audit?entityId=${id}&action=box.quarantined`)).body;
    expect(entries).toHaveLength(1);
  });
});
