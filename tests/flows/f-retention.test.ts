import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemCtx } from '../../server/kernel/ctx.ts';
import { newId } from '../../server/kernel/ids.ts';
import { forgetting, type RetentionRule } from '../../server/kernel/retention.ts';
import { callRetention } from '../../server/modules/calls/retention.ts';
import { cutoff } from '../../server/modules/insights/model.ts';
import { cleanUp, cleanUpDue } from '../../server/modules/insights/retention.ts';
import { PROVIDER_RETENTION } from '../../server/modules/providers/index.ts';
import { manyCalls, oldCall, placesOf } from '../harness/archives.ts';
import { keepRecording, type Recordings, startRecordings, wav } from '../harness/recordings.ts';

// How long things are kept is each company's choice, and every clean-up can be looked at.
let { relais, kernel, clock } = {} as Recordings;

beforeAll(async () => {
  ({ relais, kernel, clock } = await startRecordings());
});
afterAll(() => relais?.stop());

const DAY_MS = 86_400_000;
type Api = Recordings['relais']['api'];
const settings = async (api: Api) => (await api.get('/api/retention')).body;
const ruleOf = (body: { rules: { what: string }[] }, what: string) =>
  body.rules.find((rule) => rule.what === what);
const runsOf = async (api: Api, query = '') => (await api.get(`/api/retention/runs${query}`)).body.runs;
const rules = () => [...callRetention(kernel), PROVIDER_RETENTION];
const run = (companyId: string, what: string) =>
  cleanUp(systemCtx(kernel, companyId, 'test'), rules().find((rule) => rule.what === what)!, null);

/** A delivery of a provider that is so many days old. */
async function delivery(companyId: string | null, days: number, status = 'handled'): Promise<string> {
  const atMs = clock.nowMs() - days * DAY_MS;
  const id = newId({ nowMs: () => atMs, now: () => new Date(atMs) });
  await kernel.db.ownerPool.query(
    `insert into provider_events (id, company_id, provider, topic, type, event_id, received_at, payload, status, next_attempt_at, handled_at, last_error)
     values ($1::uuid, $2, 'twilio', 'twilio.call', 'x', $1::uuid::text, $3, '{}', $4, $3, $3, case when $4 = 'failed' then 'x' end)`,
    [id, companyId, new Date(atMs), status],
  );
  return id;
}
const left = async (ids: string[]) =>
  (await kernel.db.ownerPool.query('select id from provider_events where id = any ($1)', [ids])).rows
    .map(({ id }) => ids.indexOf(id))
    .sort();

describe('a period', () => {
  it('is the product’s until the company says another one, within bounds', async () => {
    const { api } = await relais.addCompany('Own SARL');
    const before = await settings(api);
    expect(before).toMatchObject({ version: 0, hold: null });
    expect(ruleOf(before, 'calls')).toMatchObject({ unit: 'months', period: 6, standard: 6, canStay: true });
    expect(ruleOf(before, 'providerEvents')).toMatchObject({ unit: 'days', period: 30, canStay: false });
    expect(ruleOf(before, 'recordings')).toMatchObject({ period: 0, setElsewhere: true });
    const periods = { calls: 3, providerEvents: 60 };
    const put = await api.put('/api/retention', { periods, version: 0 });
    expect(ruleOf(put.body, 'calls')).toMatchObject({ period: 3, standard: 6 });
    expect(ruleOf(put.body, 'boxLogs')).toMatchObject({ period: kernel.config.BOX_LOG_DAYS });
    expect((await api.put('/api/retention', { periods: { calls: 9 }, version: 0 })).body.code).toBe(
      'changed_meanwhile',
    );
    const wrong: Record<string, number>[] = [
      ...[
        { calls: 121 },
        { calls: -1 },
        { calls: 1.5 },
        { providerEvents: 0 },
        { providerEvents: 6 },
        { recordings: 30 },
        { everything: 1 },
      ],
    ];
    for (const each of wrong)
      expect(
        (await api.put('/api/retention', { periods: each, version: 1 })).status,
        JSON.stringify(each),
      ).toBe(400);
    expect((await api.put('/api/retention', { periods: { calls: 0 }, version: 1 })).status).toBe(200);
    const { entries } = (await api.get('/api/audit?action=retention')).body;
    expect(
      entries.map(({ action, changes }: { action: string; changes: unknown }) => [action, changes]),
    ).toEqual([
      ['retention.changed', { calls: { from: 3, to: 0 } }],
      ['retention.changed', { calls: { from: null, to: 3 }, providerEvents: { from: null, to: 60 } }],
    ]);
    expect(ruleOf(await settings(relais.api), 'calls')).toMatchObject({ period: 6 });
  });

  it('of months ends with a whole month', () => {
    const of = (now: string, period: number) =>
      cutoff({ unit: 'months', period, now: new Date(now) })
        .toISOString()
        .slice(0, 10);
    expect(of('2026-08-31T10:00:00Z', 6)).toBe('2026-02-01');
    expect(of('2026-01-01T00:00:00Z', 1)).toBe('2025-12-01');
    expect(of('2024-03-31T23:59:59Z', 13)).toBe('2023-02-01');
  });

  it('is tried out before it holds: how many would go, and how many stay for which reason', async () => {
    const { companyId, api } = await relais.addCompany('Trying SARL');
    await manyCalls(kernel, companyId, '2024-01', 7);
    await manyCalls(kernel, companyId, '2024-05', 3);
    const recorded = await keepRecording(kernel, companyId, wav(500));
    await kernel.db.ownerPool.query("update calls set created_at = '2024-01-05' where id = $1", [
      recorded.call.id,
    ]);
    const { body } = await api.get('/api/retention/preview?what=calls&period=6');
    expect(body).toMatchObject({ count: 10, stays: { recording: 1 }, oldest: '2024-01-01T00:01:00.000Z' });
    expect((await api.get('/api/retention/preview?what=calls&period=0')).body).toMatchObject({
      count: 0,
      before: null,
    });
    expect((await api.get('/api/retention/preview?what=providerEvents&period=3')).status).toBe(400);
    await delivery(companyId, 40);
    await delivery(companyId, 40, 'failed');
    expect((await api.get('/api/retention/preview?what=providerEvents&period=30')).body).toMatchObject({
      ...{ count: 1, stays: { failed: 1 } },
    });
  });
});

describe('a clean-up', () => {
  it('removes deliveries of its own company alone, as old as that company says, and none that a person has to look at', async () => {
    const [one, other] = [await relais.addCompany('One SARL'), await relais.addCompany('Other SARL')];
    await other.api.put('/api/retention', { periods: { providerEvents: 90 }, version: 0 });
    const ids = [
      await delivery(one.companyId, 31),
      await delivery(one.companyId, 29),
      await delivery(one.companyId, 31, 'failed'),
      await delivery(other.companyId, 31),
      await delivery(other.companyId, 91),
      await delivery(null, 31),
    ];
    await run(one.companyId, 'providerEvents');
    expect(await left(ids)).toEqual([1, 2, 3, 4, 5]);
    await run(other.companyId, 'providerEvents');
    expect(await left(ids)).toEqual([1, 2, 3, 5]);
    expect((await runsOf(one.api))[0]).toMatchObject({
      ...{ what: 'providerEvents', state: 'done', removed: 1, askedBy: null, failure: null },
      seconds: expect.any(Number),
    });
    expect(await runsOf(one.api, '?what=boxLogs')).toEqual([]);
  });

  it('happens by the clock, once in a while, and leaves one line when there was nothing to do', async () => {
    const { companyId, api } = await relais.addCompany('Clock SARL');
    await manyCalls(kernel, companyId, '2024-01', 3);
    await cleanUpDue(kernel, rules());
    expect((await runsOf(api, '?what=calls'))[0]).toMatchObject({
      removed: 3,
      state: 'done',
      bytes: expect.any(Number),
    });
    for (let round = 0; round < 3; round += 1) {
      clock.ahead += 7 * 3_600_000;
      await Promise.all([cleanUpDue(kernel, rules()), cleanUpDue(kernel, rules())]);
    }
    expect((await runsOf(api, '?what=calls')).map(({ removed }: { removed: number }) => removed)).toEqual([
      0, 3,
    ]);
    expect(ruleOf(await settings(api), 'calls')).toMatchObject({ lastRun: { state: 'done', removed: 0 } });
  });

  it('is not what a company that keeps calls for ever gets', async () => {
    const { companyId, api } = await relais.addCompany('Ever SARL');
    await manyCalls(kernel, companyId, '2024-01', 3);
    await api.put('/api/retention', { periods: { calls: 0 }, version: 0 });
    await run(companyId, 'calls');
    expect([await placesOf(kernel, companyId), await runsOf(api)]).toEqual([{ tables: 3, archive: 0 }, []]);
  });

  it('that fails says why, and what a dead process began is said to be interrupted and goes on', async () => {
    const { companyId, api } = await relais.addCompany('Dead SARL');
    const broken: RetentionRule = forgetting({
      ...{ what: 'boxLogs', period: 30, min: 1, max: 90, tables: [] },
      count: async () => ({ count: 0, oldest: null }),
      remove: async () => {
        throw new Error('could not write: No space left on device');
      },
    });
    const ctx = systemCtx(kernel, companyId, 'test');
    await cleanUp(ctx, broken, 'Ada');
    expect((await runsOf(api))[0]).toMatchObject({
      ...{ state: 'failed', askedBy: 'Ada' },
      failure: { code: 'internal', detail: 'could not write: No space left on device' },
    });
    // It never comes back, as a process that was killed.
    const silent = { ...broken, run: () => new Promise<void>(() => undefined) };
    void cleanUp(ctx, silent, null);
    await expect.poll(async () => (await runsOf(api))[0].state).toBe('running');
    await cleanUp(ctx, { ...broken, run: async () => undefined }, null);
    expect((await runsOf(api)).map(({ state }: { state: string }) => state)).toEqual(['running', 'failed']);
    clock.ahead += 20 * 60_000;
    await cleanUp(ctx, { ...broken, run: async (_ctx, _before, progress) => progress({ removed: 2 }) }, null);
    const french = (await api.with({ 'accept-language': 'fr' }).get('/api/retention/runs')).body.runs;
    expect(french.map(({ state }: { state: string }) => state)).toEqual(['done', 'failed', 'failed']);
    expect(french[1].failure).toMatchObject({
      code: 'interrupted',
      message: expect.stringContaining('processus'),
    });
  });
});

describe('a legal hold', () => {
  it('keeps everything of the company, and says so, until it is lifted', async () => {
    const { companyId, api } = await relais.addCompany('Court SARL');
    await manyCalls(kernel, companyId, '2024-01', 3);
    const event = await delivery(companyId, 99);
    const held = await api.put('/api/retention/hold', { reason: 'Case 42' });
    expect(held.body.hold).toMatchObject({ reason: 'Case 42' });
    for (const what of ['calls', 'providerEvents']) await run(companyId, what);
    expect([await placesOf(kernel, companyId), await left([event])]).toEqual([
      { tables: 3, archive: 0 },
      [0],
    ]);
    expect((await runsOf(api)).map(({ state }: { state: string }) => state)).toEqual(['held', 'held']);
    expect((await api.delete('/api/retention/hold')).body.hold).toBeNull();
    for (const what of ['calls', 'providerEvents']) await run(companyId, what);
    expect([await placesOf(kernel, companyId), await left([event])]).toEqual([{ tables: 0, archive: 3 }, []]);
    const { entries } = (await api.get('/api/audit?action=retention')).body;
    expect(entries.map(({ action }: { action: string }) => action)).toEqual([
      'retention.released',
      'retention.held',
    ]);
  });

  it('that is laid while a clean-up runs stops it at its next step', async () => {
    const { companyId, api } = await relais.addCompany('Sudden SARL');
    let steps = 0;
    const slow: RetentionRule = {
      ...rules()[0]!,
      run: async (_ctx, _before, progress) => {
        for (; steps < 5; steps += 1) {
          if (steps === 2) await api.put('/api/retention/hold', { reason: 'Now' });
          await progress({ removed: 1 });
        }
      },
    };
    await cleanUp(systemCtx(kernel, companyId, 'test'), slow, null);
    expect(steps).toBe(2);
    expect((await runsOf(api))[0]).toMatchObject({ state: 'held', removed: 3 });
  });

  it('of a call’s recording keeps the call', async () => {
    const { companyId, api } = await relais.addCompany('Recorded SARL');
    const id = await oldCall(kernel, companyId, { at: '2024-01-10T10:00:00Z' });
    await kernel.db.ownerPool.query(
      "update call_recordings set held_at = now(), held_by = 'x', hold_reason = 'x' where call_id = $1",
      [id],
    );
    await run(companyId, 'calls');
    expect((await runsOf(api))[0]).toMatchObject({ state: 'done', removed: 0, stayed: { hold: 1 } });
    expect((await api.get(`/api/calls/${id}`)).body.call.archived).toBeNull();
  });
});
