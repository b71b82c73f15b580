import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVault, sha256 } from '../../server/kernel/crypto.ts';
import { newSecret } from '../../server/kernel/ids.ts';
import { checkSealedFiles, resealFiles } from '../../server/kernel/sealed-files.ts';
import { carryOutRestore } from '../../server/modules/calls/archive-restore.ts';
import { archiveKeys } from '../../server/modules/calls/upkeep.ts';
import { issueApiKey } from '../../server/modules/identity/index.ts';
import { addUpActivity, countCompanyAnew } from '../../server/modules/insights/jobs.ts';
import { archive, figuresOf, oldCall, rowsOfCalls } from '../harness/archives.ts';
import { createClient } from '../harness/client.ts';
import { keepRecording, type Recordings, startRecordings, wav } from '../harness/recordings.ts';

// Old calls leave for the archive, are found there, and come back as they were.
let { relais, kernel, clock } = {} as Recordings;

beforeAll(async () => {
  ({ relais, kernel, clock } = await startRecordings());
});
afterAll(() => relais?.stop());

type Company = Awaited<ReturnType<Recordings['relais']['addCompany']>>;

const archivesOf = async (company: Company) =>
  (await company.api.get('/api/call-archives')).body.archives as {
    id: string;
    month: string;
    state: string;
    calls: number;
    sha256: string;
    sizeBytes: number;
  }[];

async function restore(company: Company, id: string, until?: string) {
  const asked = await company.api.post(`/api/call-archives/${id}/restore`, until ? { until } : {});
  expect(asked.status).toBe(202);
  await carryOutRestore(kernel, company.companyId, id);
}

describe('calls that are archived and restored', () => {
  it('come back row for row, and no figure moves, whatever they were', async () => {
    const calls = fc.array(
      fc.record({
        day: fc.integer({ min: 1, max: 58 }),
        note: fc.option(
          fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !text.includes('\0')),
        ),
        out: fc.boolean(),
        price: fc.option(fc.constantFrom('0', '0.000001', '123456789012.123456', '1.5')),
        samples: fc.integer({ min: 0, max: 3 }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(calls, async (wanted) => {
        const company = await relais.addCompany('Old SARL');
        const { companyId } = company;
        for (const { day, ...call } of wanted)
          await oldCall(kernel, companyId, {
            ...call,
            note: call.note && `${call.note}\u2028\n"end`,
            at: new Date(Date.UTC(2024, 0, day, 23, 30)).toISOString(),
          });
        await addUpActivity(kernel);
        const [rows, figures] = [await rowsOfCalls(kernel, companyId), await figuresOf(kernel, companyId)];
        expect(figures.length).toBeGreaterThan(0);

        const said = await archive(kernel, companyId, '2024-03-01T00:00:00Z');
        expect(said).toMatchObject({ removed: wanted.length, stays: {} });
        const left = await rowsOfCalls(kernel, companyId);
        expect(left).toEqual({
          ...Object.fromEntries(Object.keys(rows).map((table) => [table, []])),
          call_quality: rows.call_quality,
        });
        expect(await figuresOf(kernel, companyId)).toEqual(figures);
        await countCompanyAnew(kernel, companyId);
        await addUpActivity(kernel);
        expect(await figuresOf(kernel, companyId)).toEqual(figures);

        for (const { id } of await archivesOf(company)) {
          await restore(company, id);
          await restore(company, id);
        }
        expect(await rowsOfCalls(kernel, companyId)).toEqual(rows);
        await addUpActivity(kernel);
        expect(await figuresOf(kernel, companyId)).toEqual(figures);
        await countCompanyAnew(kernel, companyId);
        expect(await figuresOf(kernel, companyId)).toEqual(figures);
      }),
      { numRuns: 8 },
    );
  });

  it('are cut anew into days when the company moves to another time zone, and follow a contact that is merged', async () => {
    const company = await relais.addCompany('Moving SARL');
    const { companyId, api } = company;
    const contact = async (phoneNumber: string) =>
      (await api.post('/api/contacts', { name: phoneNumber, phones: [{ phoneNumber }] })).body.contact.id;
    const [kept, gone] = [await contact('+33612345601'), await contact('+33612345602')];
    const id = await oldCall(kernel, companyId, { at: '2024-01-31T23:30:00Z', contactId: gone });
    await archive(kernel, companyId, '2024-02-01T00:00:00Z');
    await api.post(`/api/contacts/${kept}/merge`, { otherId: gone });
    await addUpActivity(kernel);
    const moved = await figuresOf(kernel, companyId);
    expect(moved.some((row) => row.includes(kept))).toBe(true);
    expect(moved.some((row) => row.includes(gone))).toBe(false);
    expect((await api.get(`/api/calls/${id}`)).body.call.contact).toMatchObject({ id: kept });
    expect((await api.get(`/api/call-archives/search?contactId=${kept}`)).body.calls).toHaveLength(1);
    expect((await api.get(`/api/call-archives/search?contactId=${gone}`)).body.calls).toEqual([]);
    const remains = async (contactId: string) =>
      (await api.get(`/api/call-archives/calls?contactId=${contactId}`)).body;
    expect(await remains(kept)).toMatchObject({
      ...{ total: 1, calls: [{ id, startedAt: '2024-01-31T23:30:00.000Z' }] },
    });
    for (const nobody of [gone, 'nobody'])
      expect(await remains(nobody)).toMatchObject({ total: 0, calls: [] });
    const other = await relais.addCompany('Curious SARL');
    expect((await other.api.get(`/api/call-archives/calls?contactId=${kept}`)).body).toMatchObject({
      total: 0,
    });

    await api.patch('/api/company', { timeZone: 'America/New_York' });
    await countCompanyAnew(kernel, companyId);
    expect((await figuresOf(kernel, companyId)).some((row) => row.includes('2024-01-31'))).toBe(true);
    await api.patch('/api/company', { timeZone: 'Pacific/Auckland' });
    await countCompanyAnew(kernel, companyId);
    expect((await figuresOf(kernel, companyId)).some((row) => row.includes('2024-02-01'))).toBe(true);
    const [one] = await archivesOf(company);
    await restore(company, one!.id);
    expect((await api.get(`/api/calls/${id}`)).body.call).toMatchObject({
      contact: { id: kept },
      archived: null,
    });
  });

  it('stay until the day that was chosen, and are archived again after it', async () => {
    const company = await relais.addCompany('Patient SARL');
    const { companyId, api } = company;
    const id = await oldCall(kernel, companyId, { at: '2024-01-10T10:00:00Z' });
    await archive(kernel, companyId, '2024-02-01T00:00:00Z');
    const [first] = await archivesOf(company);
    const until = new Date(clock.nowMs() + 3 * 86_400_000).toISOString();
    await restore(company, first!.id, until);
    const said = await archive(kernel, companyId, '2024-02-01T00:00:00Z');
    expect(said).toMatchObject({ removed: 0, stays: { restored: 1 } });
    expect((await archivesOf(company)).map(({ state }) => state)).toEqual(['restored']);
    clock.ahead += 4 * 86_400_000;
    const objects = async () =>
      (await kernel.db.ownerPool.query('select count(*)::int as count from pg_largeobject_metadata')).rows[0]
        .count;
    const before = await objects();
    expect((await archive(kernel, companyId, '2024-02-01T00:00:00Z')).removed).toBe(1);
    expect(await objects()).toBe(before);
    expect((await archivesOf(company)).map(({ state, calls }) => [state, calls])).toEqual([['kept', 1]]);
    expect((await api.get(`/api/calls/${id}`)).body.call.archived.month).toBe('2024-01');
    for (const wrong of [new Date(clock.nowMs() - 1000), new Date(clock.nowMs() + 400 * 86_400_000)])
      expect(
        (await api.post(`/api/call-archives/${first!.id}/restore`, { until: wrong.toISOString() })).status,
      ).toBe(400);
  });
});

describe('what stays in the tables', () => {
  it('is what is live, on hold, recorded or unsettled; it follows when the reason is gone', async () => {
    const company = await relais.addCompany('Careful SARL');
    const { companyId, api } = company;
    const at = '2024-01-10T10:00:00Z';
    const [gone, live, price, held] = [
      await oldCall(kernel, companyId, { at }),
      await oldCall(kernel, companyId, { at }),
      await oldCall(kernel, companyId, { at }),
      await oldCall(kernel, companyId, { at }),
    ];
    const q = (text: string, values: unknown[]) => kernel.db.ownerPool.query(text, values);
    await q("update calls set ended_at = null, status = 'IN_PROGRESS' where id = $1", [live]);
    await q('update calls set next_check_at = now() where id = $1', [price]);
    await q(
      "update call_recordings set held_at = now(), held_by = 'x', hold_reason = 'Dispute' where call_id = $1",
      [held],
    );
    const recorded = await keepRecording(kernel, companyId, wav(500));
    await q('update calls set created_at = $2 where id = $1', [recorded.call.id, at]);

    const said = await archive(kernel, companyId, '2024-02-01T00:00:00Z');
    expect(said).toMatchObject({ removed: 1, stays: { live: 1, unsettled: 1, hold: 1, recording: 1 } });
    const there = async (id: string) => (await api.get(`/api/calls/${id}`)).body.call.archived === null;
    expect([await there(gone), await there(live), await there(price), await there(held)]).toEqual([
      ...[false, true, true, true],
    ]);
    await q(
      'update call_recordings set held_at = null, held_by = null, hold_reason = null where call_id = $1',
      [held],
    );
    await q('update calls set next_check_at = null where id = $1', [price]);
    expect((await archive(kernel, companyId, '2024-02-01T00:00:00Z')).removed).toBe(2);
    expect(await archivesOf(company)).toHaveLength(2);
    expect((await api.get('/api/call-archives/search')).body.calls).toHaveLength(3);
  });
});

describe('an archive', () => {
  let company: Company;
  let first: string;

  beforeAll(async () => {
    company = await relais.addCompany('Archive SARL');
    for (let index = 0; index < 12; index += 1) {
      const at = new Date(Date.UTC(2024, index % 3, 10 + index)).toISOString();
      const id = await oldCall(kernel, company.companyId, {
        ...{
          at,
          other: `+3361234560${index % 10}`,
          out: index % 2 === 0,
          key: `key-${index}`,
          note: `No. ${index}`,
        },
      });
      if (index === 0) first = id;
    }
    await archive(kernel, company.companyId, '2024-04-01T00:00:00Z');
  });

  it('is listed by month, and its file is what it says it is', async () => {
    const archives = await archivesOf(company);
    expect(archives.map(({ month, calls }) => [month, calls])).toEqual([
      ['2024-03', 4],
      ['2024-02', 4],
      ['2024-01', 4],
    ]);
    const { id, sha256: hash, sizeBytes } = archives[0]!;
    const { secret } = await issueApiKey(kernel, {
      ...{ companyId: company.companyId, name: 'x', scopes: ['retention:manage', 'contacts:reveal'] },
    });
    const response = await fetch(`${relais.baseUrl}/api/call-archives/${id}/file`, {
      headers: { 'x-api-key': secret },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([response.status, bytes.length, sha256(bytes)]).toEqual([200, sizeBytes, hash]);
    expect(response.headers.get('content-disposition')).toContain('calls-2024-03.ndjson.gz');
    const lines = gunzipSync(bytes)
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({
      format: 'relais.calls',
      version: 1,
      companyId: company.companyId,
      month: '2024-03',
    });
    expect(lines.at(-1)).toMatchObject({ calls: 4, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(lines.slice(1, -1).map(({ call, call_legs }) => [call.our_number, call_legs.length])).toEqual(
      Array(4).fill(['+33757000001', 2]),
    );
    expect((await company.api.post(`/api/call-archives/${id}/check`)).body).toMatchObject({
      intact: true,
      calls: 4,
    });
    const masked = await issueApiKey(kernel, {
      companyId: company.companyId,
      name: 'x',
      scopes: ['retention:manage'],
    });
    const refused = createClient(relais.baseUrl, { 'x-api-key': masked.secret });
    expect((await refused.get(`/api/call-archives/${id}/file`)).body.code).toBe('scope_missing');
  });

  it('is searched by number, direction and day, page by page', async () => {
    const search = async (query: string) =>
      (await company.api.get(`/api/call-archives/search?${query}`)).body;
    const all: string[] = [];
    let cursor = '';
    for (let page = 0; page < 10; page += 1) {
      const body = await search(`limit=5${cursor && `&cursor=${cursor}`}`);
      all.push(...body.calls.map(({ note }: { note: string }) => note));
      if (!body.nextCursor) break;
      cursor = body.nextCursor;
    }
    expect(new Set(all).size).toBe(12);
    expect(all.map((note) => Number(note.slice(4)) % 3)).toEqual([2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0]);
    expect((await search('number=612345603')).calls.map(({ note }: { note: string }) => note)).toEqual([
      'No. 3',
    ]);
    expect((await search('number=06%2012%2034%2056%2003')).calls).toHaveLength(1);
    expect((await search('direction=OUTBOUND')).calls).toHaveLength(6);
    const ofFebruary = await search('since=2024-02-01T00:00:00Z&until=2024-03-01T00:00:00Z');
    expect(ofFebruary).toMatchObject({ filesRead: 1, nextCursor: null });
    expect(ofFebruary.calls).toHaveLength(4);
    expect((await search('number=12')).code).toBe('invalid_request');
    const { secret } = await issueApiKey(kernel, {
      companyId: company.companyId,
      name: 'x',
      scopes: ['calls:read'],
    });
    const masked = createClient(relais.baseUrl, { 'x-api-key': secret });
    expect((await masked.get('/api/call-archives/search?number=612345603')).body.code).toBe('scope_missing');
    const { calls } = (await masked.get('/api/call-archives/search?direction=INBOUND&limit=1')).body;
    expect(calls[0].from).not.toContain('61234');
  });

  it('answers for its calls, which cannot be changed there, and whose keys still name them', async () => {
    const { status, body } = await company.api.get(`/api/calls/${first}`);
    expect(status).toBe(200);
    expect(body.call).toMatchObject({
      ...{ id: first, note: 'No. 0', status: 'COMPLETED', duration: 60, archived: { month: '2024-01' } },
      cost: { amount: '0.012345', currency: 'EUR', estimated: true },
      quality: { mos: 4.1, level: 'good' },
      recordings: [{ kind: 'call', status: 'failed', durationSeconds: null }],
    });
    expect([body.call.legs.length, body.call.events.length]).toEqual([2, 3]);
    expect((await company.api.patch(`/api/calls/${first}`, { note: 'x' })).body.code).toBe('call_archived');
    const asked = { from: '+33757000001', to: '+33612345678' };
    const again = await company.api.post('/api/calls/initiate', asked, { 'idempotency-key': 'key-0' });
    expect(again.body.code).toBe('call_archived');
    expect((await company.api.get('/api/calls')).body.calls).toEqual([]);
  });

  it('is nothing to another company', async () => {
    const [{ id } = { id: '' }] = await archivesOf(company);
    expect((await relais.api.get(`/api/calls/${first}`)).status).toBe(404);
    expect((await relais.api.get(`/api/call-archives/${id}/file`)).status).toBe(404);
    expect((await relais.api.post(`/api/call-archives/${id}/restore`, {})).status).toBe(404);
    expect((await relais.api.get('/api/call-archives/search')).body.calls).toEqual([]);
  });

  it('is opened after a rotation of SECRET_KEY, and keeps its file', async () => {
    const next = { ...kernel, vault: createVault([newSecret(), kernel.config.SECRET_KEY]) };
    const { companyId } = company;
    expect(await checkSealedFiles(next, companyId, archiveKeys)).toEqual({ current: 0, former: 3, lost: 0 });
    expect(await resealFiles(next, companyId, archiveKeys)).toEqual({ current: 0, former: 3, lost: 0 });
    expect(await checkSealedFiles(next, companyId, archiveKeys)).toEqual({ current: 3, former: 0, lost: 0 });
  });
});
