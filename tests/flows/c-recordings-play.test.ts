import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueApiKey } from '../../server/modules/identity/index.ts';
import { createClient } from '../harness/client.ts';
import {
  keepRecording,
  makeCall,
  play,
  type Recordings,
  remote,
  startRecordings,
  tell,
  wav,
} from '../harness/recordings.ts';

// Hearing recordings: links, parts of files, lists, the voicemail box, and who may.
let { relais, kernel, companyId, desk, clock } = {} as Recordings;

beforeAll(async () => {
  ({ relais, kernel, companyId, desk, clock } = await startRecordings());
});
afterAll(() => relais?.stop());

describe('playing', () => {
  const bytes = wav(3 * 65_536 + 1234);
  let id: string;
  let url: string;
  beforeAll(async () => {
    ({ id } = await keepRecording(kernel, companyId, bytes));
    url = await desk.linkTo(id);
  });

  it('gives the whole, with what a browser must know and nothing that others may keep', async () => {
    const answer = await play(url);
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'audio/wav',
      'content-length': String(bytes.length),
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'content-disposition': expect.stringMatching(
        /^inline; filename="call-20260504-0900-[0-9a-f]{6}\.wav"$/,
      ),
      etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
    });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    const saved = await play(`${url}?download=1`);
    expect(saved.headers.get('content-disposition')).toMatch(/^attachment;/);
    await saved.body?.cancel();
  });

  it('gives any part', async () => {
    const size = bytes.length;
    const edges = [0, 1, 65_535, 65_536, 65_537, 131_072, size - 2, size - 1];
    for (const start of edges)
      for (const end of edges.filter((at) => at >= start)) {
        const answer = await play(url, { range: `bytes=${start}-${end}` });
        expect(answer.status).toBe(206);
        expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end}/${size}`);
        expect(answer.headers.get('content-length')).toBe(String(end - start + 1));
        expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(start, end + 1))).toBe(true);
      }
    for (const [range, from] of [
      ['bytes=-100', size - 100],
      [`bytes=${size - 5}-`, size - 5],
      ['bytes=-99999999', 0],
    ] as const) {
      const answer = await play(url, { range });
      expect([answer.status, answer.headers.get('content-range')]).toEqual([
        206,
        `bytes ${from}-${size - 1}/${size}`,
      ]);
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(from))).toBe(true);
    }
  });

  it('says what is outside, and asks again for all of another file', async () => {
    const outside = await play(url, { range: `bytes=${bytes.length}-` });
    expect([outside.status, outside.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
    expect(await outside.json()).toMatchObject({ success: false, code: 'range_not_satisfiable' });
    const etag = (await play(url, {}, 'HEAD')).headers.get('etag')!;
    const same = await play(url, { range: 'bytes=0-9', 'if-range': etag });
    expect([same.status, (await same.arrayBuffer()).byteLength]).toEqual([206, 10]);
    const changed = await play(url, { range: 'bytes=0-9', 'if-range': '"another"' });
    expect([changed.status, (await changed.arrayBuffer()).byteLength]).toEqual([200, bytes.length]);
  });

  it('answers HEAD with the headers alone', async () => {
    const head = await play(url, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), head.headers.get('content-type')]).toEqual([
      200,
      String(bytes.length),
      'audio/wav',
    ]);
    const part = await play(url, { range: 'bytes=10-19' }, 'HEAD');
    expect([part.status, part.headers.get('content-length')]).toEqual([206, '10']);
  });

  it('is written down for each link, with who asked', async () => {
    const before = (await desk.auditOf(id)).length;
    await desk.linkTo(id);
    await play(url, { range: 'bytes=0-9' });
    await play(url, { range: 'bytes=10-19' });
    const entries = await desk.auditOf(id);
    expect(entries).toHaveLength(before + 1);
    expect(entries.at(-1)).toMatchObject({ action: 'recording.played', actor_kind: 'api_key' });
  });

  it('ends with the link, which nobody can make, change or keep', async () => {
    const fresh = await desk.linkTo(id);
    const token = fresh.split('/').at(-1)!;
    const [payload, signature] = token.split('.') as [string, string];
    const later = Buffer.from(payload, 'base64url');
    later[18]! += 1;
    const other = (await keepRecording(kernel, companyId, wav(500))).id;
    const swapped = Buffer.from(payload, 'base64url');
    swapped.write(other.replaceAll('-', ''), 'hex');
    const wrong = [
      `${later.toString('base64url')}.${signature}`,
      `${swapped.toString('base64url')}.${signature}`,
      `${payload}.${signature.slice(0, -1)}${signature.endsWith('A') ? 'B' : 'A'}`,
      `${payload}.`,
      payload,
      `${payload}=.${signature}`,
      `${token}.x`,
      'x',
      '..%2f..',
    ];
    for (const each of wrong) {
      const answer = await play(`${relais.baseUrl}/api/recordings/play/${each}`);
      expect([answer.status, ((await answer.json()) as { code: string }).code], each).toEqual([
        410,
        'recording_link_expired',
      ]);
    }
    expect((await play(fresh)).status).toBe(200);
    clock.ahead += 10 * 60_000 + 29_000;
    expect((await play(fresh)).status).toBe(200);
    clock.ahead += 2000;
    expect((await play(fresh)).status).toBe(410);
    url = await desk.linkTo(id);
  });

  it('fails in words when the file is damaged, cut off or gone where it is kept', async () => {
    const { id: damaged } = await keepRecording(kernel, companyId, wav(200_000));
    const oid = (await desk.rowOf(damaged)).blob_ref.slice(3);
    const link = await desk.linkTo(damaged);
    const { ownerPool } = kernel.db;
    const { rows } = await ownerPool.query('select lo_get($1) as kept', [oid]);
    const kept: Buffer = rows[0].kept;
    const swapped = Buffer.concat([
      kept.subarray(65_552, 131_104),
      kept.subarray(0, 65_552),
      kept.subarray(131_104),
    ]);
    await ownerPool.query('select lo_put($1, 0, $2)', [oid, swapped]);
    const reply = await play(link);
    expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([500, 'file_damaged']);
    expect(reply.headers.get('content-type')).toContain('json');
    await ownerPool.query('select lo_put($1, 0, $2)', [oid, kept]);
    const whole = await play(link);
    expect([whole.status, (await whole.arrayBuffer()).byteLength]).toEqual([200, 200_000]);
    // The first frames are whole, and the end is not: the sound breaks off, it does not end as if it were all.
    await ownerPool.query('select lo_truncate(lo_open($1, 131072), 140000)', [oid]);
    await expect(play(link).then((answer) => answer.arrayBuffer())).rejects.toThrow();
    expect((await play(link, { range: 'bytes=0-99' })).status).toBe(206);
    await kernel.blobs.remove(`lo:${oid}`);
    expect((await play(link)).status).toBe(500);
  });

  it('is for people who may listen', async () => {
    const { secret } = (await relais.api.post('/api/api-keys', { name: 'reader', scopes: ['calls:read'] }))
      .body;
    const reader = relais.api.with({ 'x-api-key': secret });
    expect((await reader.get('/api/recordings')).status).toBe(200);
    expect((await reader.post(`/api/recordings/${id}/link`)).status).toBe(403);
    const masked = (await reader.get('/api/recordings')).body.recordings.find(
      (each: { call: unknown }) => each.call,
    );
    expect(masked.call).toMatchObject({ from: '+33 6 •• •• •• 78', ourNumber: '+14155550123' });
  });
});

describe('another company', () => {
  it('finds nothing of ours', async () => {
    const { id, call } = await keepRecording(kernel, companyId, wav(2000), { kind: 'voicemail' });
    const { api } = await relais.addCompany('Neighbour SARL');
    const attempts = [
      api.post(`/api/recordings/${id}/link`),
      api.delete(`/api/recordings/${id}`),
      api.put(`/api/recordings/${id}/hold`, { reason: 'mine now' }),
      api.delete(`/api/recordings/${id}/hold`),
      api.post(`/api/voicemails/${id}/heard`),
      api.get(`/api/calls/${call.id}/recordings`),
      relais.api.post('/api/recordings/ffffffff-ffff-4fff-bfff-ffffffffffff/link'),
      relais.api.post('/api/recordings/nothing/link'),
    ];
    for (const attempt of attempts)
      expect(await attempt).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect((await api.get(`/api/recordings?call=${call.id}&deleted=1`)).body.recordings).toEqual([]);
    expect((await api.get('/api/voicemails')).body).toMatchObject({ recordings: [], unheard: 0 });
    expect((await desk.rowOf(id)).status).toBe('stored');
  });
});

describe('lists', () => {
  it('are filtered, and read page by page', async () => {
    const { api, companyId: own } = await relais.addCompany('Lists SARL');
    const from = clock.now().toISOString();
    const calls: string[] = [];
    for (const number of ['+33612345601', '+33612345602', '+33612345601']) {
      const call = await makeCall(kernel, { companyId: own, from: number });
      await tell(
        kernel,
        own,
        { callId: call.id, kind: calls.length === 2 ? 'voicemail' : 'call' },
        remote(call.recordId),
      );
      calls.push(call.id);
      clock.ahead += 60_000;
    }
    const ask = async (query: string) => {
      const { status, body } = await api.get(`/api/recordings?${query}`);
      expect(status, JSON.stringify(body)).toBe(200);
      return body.recordings.map(({ callId }: { callId: string }) => calls.indexOf(callId));
    };
    expect(await ask('')).toEqual([2, 1, 0]);
    expect(await ask('kind=call')).toEqual([1, 0]);
    expect(await ask(`call=${calls[1]}`)).toEqual([1]);
    expect(await ask(`number=${encodeURIComponent('+33612345601')}`)).toEqual([2, 0]);
    expect(await ask(`number=${encodeURIComponent('+14155550123')}&kind=voicemail`)).toEqual([2]);
    const { secret } = await issueApiKey(kernel, { companyId: own, name: 'reader', scopes: ['calls:read'] });
    const reader = createClient(relais.baseUrl, { 'x-api-key': secret });
    for (const number of ['+33612345601', '+33612345699'])
      expect(
        (await reader.get(`/api/recordings?number=${encodeURIComponent(number)}`)).body.recordings,
        'who may not see numbers cannot look for them',
      ).toHaveLength(3);
    const middle = new Date(Date.parse(from) + 90_000).toISOString();
    expect(await ask(`since=${middle}`)).toEqual([2]);
    expect(await ask(`since=${from}&until=${middle}`)).toEqual([1, 0]);
    const first = (await api.get('/api/recordings?limit=2')).body;
    const second = (await api.get(`/api/recordings?limit=2&cursor=${first.nextCursor}`)).body;
    expect([first.recordings.length, second.recordings.length, second.nextCursor]).toEqual([2, 1, null]);
    for (const wrong of ['cursor=x', 'kind=fax', 'since=yesterday', 'number=12', 'limit=0'])
      expect((await api.get(`/api/recordings?${wrong}`)).status).toBe(400);
    expect((await api.get('/api/recordings?call=x')).status).toBe(404);
  });

  it('of voicemails know what nobody has heard yet', async () => {
    const { api, companyId: own } = await relais.addCompany('Voicemail SARL');
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1)
      ids.push((await keepRecording(kernel, own, wav(500), { kind: 'voicemail' })).id);
    const { id: noVoicemail } = await keepRecording(kernel, own, wav(500));
    const box = async (query = '') => {
      const { body } = await api.get(`/api/voicemails?${query}`);
      return [body.recordings.map(({ id }: { id: string }) => ids.indexOf(id)), body.unheard];
    };
    expect(await box()).toEqual([[2, 1, 0], 3]);
    const heard = await api.post(`/api/voicemails/${ids[1]}/heard`);
    expect(heard.body.recording.heard).toMatchObject({ by: 'test' });
    const again = await api.post(`/api/voicemails/${ids[1]}/heard`, {});
    expect(again.body.recording.heard).toEqual(heard.body.recording.heard);
    expect(await box('unheard=1')).toEqual([[2, 0], 2]);
    await api.post(`/api/voicemails/${ids[1]}/heard`, { heard: false });
    expect(await box('unheard=1&limit=1')).toEqual([[2], 3]);
    await api.delete(`/api/recordings/${ids[2]}`);
    expect(await box()).toEqual([[1, 0], 2]);
    expect((await api.post(`/api/voicemails/${noVoicemail}/heard`)).status).toBe(404);
  });
});
