import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernel } from '../../server/kernel/ctx.ts';
import { systemCtx } from '../../server/kernel/ctx.ts';
import { sweepArchives } from '../../server/modules/calls/archive.ts';
import { carryOutRestore } from '../../server/modules/calls/archive-restore.ts';
import { callRetention } from '../../server/modules/calls/retention.ts';
import { cleanUp, cleanUpDue } from '../../server/modules/insights/retention.ts';
import { archive, figuresOf, manyCalls, oldCall, placesOf, rowsOfCalls } from '../harness/archives.ts';
import { killAt } from '../harness/kill.ts';
import { type Recordings, startRecordings } from '../harness/recordings.ts';
import { startBucket, type TestBucket } from '../harness/s3.ts';

// Archives under every fault that they can meet. The invariant: a call is in the tables, or in a proven file, and never lost.
let bucket: TestBucket;
let { relais, kernel, clock } = {} as Recordings;

const BEFORE = '2024-02-01T00:00:00Z';
/** More than fit into one transaction. */
const CALLS = 250;

beforeAll(async () => {
  bucket = await startBucket();
  ({ relais, kernel, clock } = await startRecordings(bucket.settings));
});
afterAll(async () => {
  await relais?.stop();
  await bucket?.close();
});

const filesOf = (companyId: string) =>
  [...bucket.objects.keys()].filter((key) => key.includes(companyId)).length;

async function companyWithCalls(count = CALLS) {
  const company = await relais.addCompany('Unlucky SARL');
  await manyCalls(kernel, company.companyId, '2024-01', count);
  return company;
}

/** Runs something with a process that dies at each of its transactions in turn, before and after it, until it lives through. */
async function atEveryTransaction(
  prepare: () => Promise<string>,
  run: (mortal: Kernel, id: string) => Promise<unknown>,
  check: (id: string, at: string) => Promise<void>,
): Promise<number> {
  let steps = 0;
  for (let step = 1; ; step += 1) {
    let lived = false;
    for (const when of ['before', 'after'] as const) {
      const id = await prepare();
      const { kernel: mortal, killed } = killAt(kernel, step, when);
      await run(mortal, id).catch(() => undefined);
      lived = !killed();
      await check(id, `${when} ${step}`);
    }
    if (lived) return steps;
    steps = step;
  }
}

describe('a process that is killed', () => {
  it('while it archives, at any transaction, loses nothing and doubles nothing, and the next run goes on', async () => {
    let figures: string[] = [];
    const steps = await atEveryTransaction(
      async () => {
        const { companyId } = await companyWithCalls();
        figures = await figuresOf(kernel, companyId);
        return companyId;
      },
      (mortal, companyId) => archive(mortal, companyId, BEFORE),
      async (companyId, at) => {
        const { tables, archive: archived } = await placesOf(kernel, companyId);
        expect(tables + archived, at).toBe(CALLS);
        await archive(kernel, companyId, BEFORE);
        expect(await placesOf(kernel, companyId), at).toEqual({ tables: 0, archive: CALLS });
        expect(await figuresOf(kernel, companyId), at).toEqual(figures);
        clock.ahead += 2 * 3_600_000;
        await sweepArchives(kernel);
        expect(filesOf(companyId), at).toBe(1);
      },
    );
    expect(steps).toBeGreaterThan(10);
  }, 240_000);

  it('while it restores, at any transaction, leaves each call in one place, and the job brings back the rest', async () => {
    let rows: Record<string, string[]> = {};
    const archiveOf = async (companyId: string) =>
      (await kernel.db.ownerPool.query('select id from call_archives where company_id = $1', [companyId]))
        .rows[0].id;
    const steps = await atEveryTransaction(
      async () => {
        const { companyId, api } = await companyWithCalls();
        rows = await rowsOfCalls(kernel, companyId);
        await archive(kernel, companyId, BEFORE);
        await api.post(`/api/call-archives/${await archiveOf(companyId)}/restore`, {});
        return companyId;
      },
      async (mortal, companyId) => carryOutRestore(mortal, companyId, await archiveOf(companyId)),
      async (companyId, at) => {
        const { tables, archive: archived } = await placesOf(kernel, companyId);
        expect(tables + archived, at).toBe(CALLS);
        await carryOutRestore(kernel, companyId, await archiveOf(companyId));
        expect(await rowsOfCalls(kernel, companyId), at).toEqual(rows);
      },
    );
    expect(steps).toBeGreaterThan(3);
  }, 240_000);
});

describe('two processes at once', () => {
  it('archive every call once', async () => {
    const { companyId } = await companyWithCalls();
    const figures = await figuresOf(kernel, companyId);
    await Promise.allSettled([archive(kernel, companyId, BEFORE), archive(kernel, companyId, BEFORE)]);
    const { tables, archive: archived } = await placesOf(kernel, companyId);
    expect(tables + archived).toBe(CALLS);
    await archive(kernel, companyId, BEFORE);
    expect(await placesOf(kernel, companyId)).toEqual({ tables: 0, archive: CALLS });
    expect(await figuresOf(kernel, companyId)).toEqual(figures);
  });
});

describe('a call that changes while it is archived', () => {
  it('stays in the tables, and the next run takes it as it is then', async () => {
    const { companyId, api } = await companyWithCalls(3);
    const id = await oldCall(kernel, companyId, { at: '2024-01-20T10:00:00Z', note: 'before' });
    // The file is read back once it is whole: that is the moment.
    bucket.fail = (asked) => {
      if (asked === 'GET object') void changed();
      return null;
    };
    let isChanged: Promise<unknown> | null = null;
    const changed = () => {
      isChanged ??= kernel.db.ownerPool.query("update calls set note = 'after' where id = $1", [id]);
    };
    const { removed } = await archive(kernel, companyId, BEFORE);
    bucket.fail = null;
    await isChanged;
    expect(removed).toBeGreaterThanOrEqual(3);
    expect((await api.get(`/api/calls/${id}`)).body.call.note).toBe('after');
    await archive(kernel, companyId, BEFORE);
    const { body } = await api.get(`/api/calls/${id}`);
    expect([body.call.note, body.call.archived?.month]).toEqual(['after', '2024-01']);
    const { calls } = (await api.get('/api/call-archives/search')).body;
    expect(calls.filter((call: { id: string }) => call.id === id)).toHaveLength(1);
  });
});

describe('a store that has no room', () => {
  const rule = () => callRetention(kernel).find(({ what }) => what === 'calls')!;
  const runsOf = async (company: { api: Recordings['relais']['api'] }) =>
    (await company.api.get('/api/retention/runs?what=calls')).body.runs;

  for (const [step, status] of [
    ['PUT object', 507],
    ['GET object', 403],
  ] as const)
    it(`at ${step} leaves every call where it is, says so, and is used again when there is room`, async () => {
      const company = await companyWithCalls();
      const { companyId } = company;
      const rows = await rowsOfCalls(kernel, companyId);
      bucket.fail = (asked) => (asked === step ? status : null);
      await cleanUp(systemCtx(kernel, companyId, 'test'), rule(), null);
      bucket.fail = null;
      expect(await rowsOfCalls(kernel, companyId)).toEqual(rows);
      expect(filesOf(companyId)).toBe(0);
      const french = await company.api.get('/api/retention/runs', { 'accept-language': 'fr' });
      expect(french.body.runs[0]).toMatchObject({
        ...{ what: 'calls', state: 'failed', removed: 0, askedBy: null },
        failure: { code: 'storage_unavailable', message: expect.stringContaining("L'espace") },
      });
      // What failed is due again within the hour.
      clock.ahead += 3_700_000;
      await cleanUpDue(kernel, [rule()]);
      expect((await runsOf(company))[0]).toMatchObject({ state: 'done', removed: CALLS, failure: null });
      expect(await placesOf(kernel, companyId)).toEqual({ tables: 0, archive: CALLS });
    });

  it('that gives back something else than it was given is not believed', async () => {
    const company = await companyWithCalls(5);
    bucket.fail = (asked) => {
      if (asked !== 'GET object') return null;
      for (const [key, object] of bucket.objects) if (key.includes(company.companyId)) object.bytes[40]! ^= 1;
      return null;
    };
    await cleanUp(systemCtx(kernel, company.companyId, 'test'), rule(), null);
    bucket.fail = null;
    expect((await runsOf(company))[0]).toMatchObject({ state: 'failed', failure: { code: 'file_damaged' } });
    expect(await placesOf(kernel, company.companyId)).toEqual({ tables: 5, archive: 0 });
  });

  it('that lost a file says so where its calls are looked for, and nothing else breaks', async () => {
    const company = await companyWithCalls(5);
    await archive(kernel, company.companyId, BEFORE);
    for (const key of [...bucket.objects.keys()])
      if (key.includes(company.companyId)) bucket.objects.delete(key);
    expect((await company.api.get('/api/call-archives/search')).body.code).toBe('file_damaged');
    const [one] = (await company.api.get('/api/call-archives')).body.archives;
    expect((await company.api.post(`/api/call-archives/${one.id}/check`)).body.code).toBe('file_damaged');
    expect((await company.api.get('/api/calls')).status).toBe(200);
  });
});
