import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kernel, systemCtx, transact } from '../../server/kernel/ctx.ts';
import { attendRecording } from '../../server/modules/calls/recording-fetch.ts';
import { recordingJobs } from '../../server/modules/calls/recording-jobs.ts';
import { adoptRecordings, noteStrayRecording } from '../../server/modules/calls/recording-notes.ts';
import {
  type FarSide,
  farSide,
  keepRecording,
  makeCall,
  play,
  type Recordings,
  remote,
  startRecordings,
  tell,
  wav,
} from '../harness/recordings.ts';

// Recordings from the provider's news to the file that is kept, the far side being told what to do.
let { relais, kernel, companyId, desk, clock } = {} as Recordings;
const DAY_MS = 24 * 3_600_000;

beforeAll(async () => {
  ({ relais, kernel, companyId, desk, clock } = await startRecordings());
});
afterAll(() => relais?.stop());

describe('a recording', () => {
  it('is noted once, fetched, kept encrypted, and told of, however often its news comes', async () => {
    const side = farSide();
    const call = await makeCall(kernel, { companyId });
    const bytes = wav(200_000, 2);
    const news = side.hold(remote(call.recordId), bytes);
    const ids = await Promise.all([1, 2, 3].map(() => tell(kernel, companyId, { callId: call.id }, news)));
    expect(new Set(ids).size).toBe(1);
    const id = ids[0]!;
    expect(await desk.viewOf(id)).toMatchObject({ status: 'pending', callId: call.id, channels: 'dual' });
    await desk.attend(id, side);
    await desk.attend(id, side);
    expect(side.fetches).toBe(1);
    const row = await desk.rowOf(id);
    expect(row).toMatchObject({
      status: 'stored',
      size_bytes: bytes.length,
      content_type: 'audio/wav',
      attempts: 0,
    });
    const { rows } = await kernel.db.ownerPool.query('select lo_get($1) as kept', [row.blob_ref.slice(3)]);
    expect(rows[0].kept.length).toBe(bytes.length + Math.ceil(bytes.length / 65_536) * 16);
    expect(rows[0].kept.includes(bytes.subarray(1000, 1016))).toBe(false);
    await tell(kernel, companyId, { callId: call.id }, news);
    expect(desk.newsOf(id)).toEqual(['recording.stored']);
    const { body } = await relais.api.get(`/api/calls/${call.id}/recordings`);
    expect(body.recordings).toHaveLength(1);
    expect(body.recordings[0]).toMatchObject({ id, status: 'stored', providerCopy: 'kept', failure: null });
    const events = await kernel.db.ownerPool.query(
      "select topic, entity_id from live_events where entity_id in ($1, $2) and topic in ('recording', 'call')",
      [id, call.id],
    );
    expect(events.rows).toEqual(
      expect.arrayContaining([
        { topic: 'recording', entity_id: id },
        { topic: 'call', entity_id: call.id },
      ]),
    );
  });

  it('that Telnyx tells of without a name is one with what Telnyx has when it is asked', async () => {
    const side = farSide();
    const call = await makeCall(kernel, { companyId, provider: 'telnyx' });
    const startedAt = new Date('2026-05-04T09:00:00.420Z');
    const nameless = remote(call.recordId, {
      recordingId: null,
      startedAt,
      url: 'https://s3.amazonaws.com/over',
    });
    const other = remote(call.recordId, { startedAt: new Date('2026-05-04T09:05:00Z') });
    const bytes = wav(5000);
    side.hold(
      remote(call.recordId, { recordingId: 'rec-1', startedAt: new Date('2026-05-04T09:00:00Z') }),
      bytes,
    );
    side.hold(other, wav(6000));
    const id = await tell(kernel, companyId, { callId: call.id }, nameless);
    await tell(kernel, companyId, { callId: call.id }, nameless);
    await desk.attend(id, side);
    expect(await desk.rowOf(id)).toMatchObject({
      status: 'stored',
      external_id: 'rec-1',
      size_bytes: bytes.length,
    });
    // The same once more, by name and without; and another one of the same leg.
    await tell(kernel, companyId, { callId: call.id }, nameless);
    await tell(
      kernel,
      companyId,
      { callId: call.id },
      { ...nameless, recordingId: 'rec-1', startedAt: null },
    );
    await tell(kernel, companyId, { callId: call.id }, other);
    const { body } = await relais.api.get(`/api/calls/${call.id}/recordings`);
    expect(body.recordings).toHaveLength(2);
  });

  it('whose news comes before its call is adopted by the call', async () => {
    const ctx = systemCtx(kernel, companyId, 'test');
    const side = farSide();
    const later = await makeCall(kernel, { companyId });
    await kernel.db.ownerPool.query('delete from call_legs where id = $1', [later.legId]);
    for (const [recordId, reference] of [
      [later.recordId, null],
      ['CA-of-nobody-yet', later.legId],
    ] as const) {
      const news = side.hold(remote(recordId, { reference }), wav(4000));
      const of = { kind: 'voicemail' as const, provider: 'twilio' as const, providerAccountId: null };
      for (const _time of [1, 2]) await transact(ctx, (tx) => noteStrayRecording(ctx, tx, of, news));
    }
    const strays = (await relais.api.get('/api/recordings?kind=voicemail')).body.recordings;
    expect(strays.map(({ callId, call }: { callId: null; call: null }) => [callId, call])).toEqual([
      [null, null],
      [null, null],
    ]);
    for (const { id } of strays) await desk.attend(id, side);
    await kernel.db.ownerPool.query(
      `insert into call_legs (id, company_id, call_id, party, role, address, state, provider, external_id, record_id, ended_at, created_at)
       values ($1, $2, $3, 'caller', 'root', '+33612345678', 'ended', 'twilio', $4, $4, now(), now())`,
      [later.legId, companyId, later.id, later.recordId],
    );
    // One way: the call says that it has a leg. The other: nobody does, and the timer looks.
    await transact(ctx, (tx) => adoptRecordings(ctx, tx, later.id));
    await recordingJobs(kernel).handlers['calls.recordings_due']!({});
    const { body } = await relais.api.get(`/api/calls/${later.id}/recordings`);
    expect(
      body.recordings.map(({ status, kind }: { status: string; kind: string }) => [status, kind]),
    ).toEqual([
      ['stored', 'voicemail'],
      ['stored', 'voicemail'],
    ]);
    expect(body.recordings[0].call).toMatchObject({ from: '+33612345678', ourNumber: '+14155550123' });
  });

  it('that the provider did not make is said to be missing, with the reason, and comes back when the provider finds it', async () => {
    const side = farSide();
    const call = await makeCall(kernel, { companyId });
    const absent = remote(call.recordId, { status: 'absent', reason: '16102', durationSeconds: 0 });
    const id = await tell(kernel, companyId, { callId: call.id }, absent);
    await tell(kernel, companyId, { callId: call.id }, absent);
    expect(desk.newsOf(id)).toEqual(['recording.failed']);
    const french = relais.api.with({ 'accept-language': 'fr' });
    const { body } = await french.get(`/api/calls/${call.id}/recordings`);
    expect(body.recordings[0]).toMatchObject({
      status: 'failed',
      failure: {
        code: 'absent',
        message: expect.stringContaining("n'a rien enregistré"),
        providerMessage: '16102',
      },
      providerCopy: 'none',
    });
    expect(await relais.api.post(`/api/recordings/${id}/link`)).toMatchObject({
      status: 409,
      body: { code: 'recording_failed' },
    });
    side.hold({ ...absent, status: 'completed' }, wav(3000));
    await tell(kernel, companyId, { callId: call.id }, { ...absent, status: 'completed' });
    await desk.attend(id, side);
    expect(await desk.viewOf(id)).toMatchObject({ status: 'stored', failure: null, providerCopy: 'kept' });
  });
});

describe('a provider', () => {
  it('that is down is asked again, later and later, and the recording is kept when it is back', async () => {
    const side = farSide();
    const call = await makeCall(kernel, { companyId });
    const id = await tell(
      kernel,
      companyId,
      { callId: call.id },
      side.hold(remote(call.recordId), wav(9000)),
    );
    side.down = true;
    const waits: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      await desk.attend(id, side);
      const { next_attempt_at, last_error, status } = await desk.rowOf(id);
      expect([status, last_error]).toEqual(['pending', 'connect ECONNREFUSED']);
      const waitMs = next_attempt_at.getTime() - clock.nowMs();
      waits.push(Math.round(waitMs / 1000));
      const asked = side.fetches;
      await desk.attend(id, side);
      expect(side.fetches).toBe(asked);
      clock.ahead += waitMs;
    }
    expect(waits).toEqual([10, 20, 40, 80]);
    side.down = false;
    await desk.attend(id, side);
    expect(await desk.rowOf(id)).toMatchObject({ status: 'stored', last_error: null });
    expect(desk.newsOf(id)).toEqual(['recording.stored']);
  });

  it('that stays down is given up after about a day, and people hear of it', async () => {
    const side = farSide();
    const call = await makeCall(kernel, { companyId });
    const id = await tell(kernel, companyId, { callId: call.id }, remote(call.recordId));
    side.down = true;
    const start = clock.nowMs();
    while ((await desk.rowOf(id)).status === 'pending') {
      await desk.attend(id, side);
      clock.ahead += 6 * 3_600_000;
    }
    expect(side.fetches).toBeLessThanOrEqual(15);
    expect(clock.nowMs() - start).toBeGreaterThan(DAY_MS / 2);
    expect(await desk.viewOf(id)).toMatchObject({ status: 'failed', failure: { code: 'unreachable' } });
    expect(desk.newsOf(id)).toEqual(['recording.failed']);
    await desk.attend(id, side);
  });

  const refusals: [string, Parameters<typeof refuse>[0], string, number][] = [
    ['has a recording that is too large', () => ({ kind: 'too_large' }), 'too_large', 1],
    [
      'gives out more than it was asked for',
      () => ({ kind: 'fetched', bytes: wav(1024 * 1024 + 100), contentType: 'audio/wav' }),
      'too_large',
      1,
    ],
    ['has it no more', () => ({ kind: 'gone' }), 'gone', 4],
    [
      'sends a page instead of sound',
      () => ({ kind: 'fetched', bytes: Buffer.from('<html>Sorry</html>'), contentType: 'audio/wav' }),
      'not_audio',
      4,
    ],
    [
      'sends something that is no sound',
      () => ({
        kind: 'fetched',
        bytes: Buffer.concat([Buffer.from('%PDF-1.4\n'), randomBytes(99)]),
        contentType: 'audio/mpeg',
      }),
      'not_audio',
      4,
    ],
  ];
  async function refuse(answer: NonNullable<FarSide['answer']>) {
    const side = farSide();
    side.answer = answer;
    const call = await makeCall(kernel, { companyId });
    const id = await tell(kernel, companyId, { callId: call.id }, side.hold(remote(call.recordId), wav(100)));
    let tries = 0;
    for (; (await desk.rowOf(id)).status === 'pending'; tries += 1) {
      await desk.attend(id, side);
      clock.ahead += 3_600_000;
    }
    return { id, tries };
  }
  for (const [name, answer, code, triesWanted] of refusals)
    it(`that ${name} is believed in the end`, async () => {
      const before = await desk.objects();
      const { id, tries } = await refuse(answer);
      expect([(await desk.viewOf(id)).failure.code, tries]).toEqual([code, triesWanted]);
      expect(await desk.objects()).toBe(before);
      expect(desk.newsOf(id)).toEqual(['recording.failed']);
    });

  it('loses its copy once ours is safe, when the company says so, and not before', async () => {
    await desk.setSettings({ deleteProviderCopies: true });
    try {
      const side = farSide();
      const { id, news } = await keepRecording(kernel, companyId, wav(4000), { side });
      expect(side.held.has(news.recordingId!)).toBe(true);
      expect((await desk.viewOf(id)).providerCopy).toBe('leaving');
      side.down = true;
      await desk.attend(id, side);
      expect((await desk.viewOf(id)).providerCopy).toBe('leaving');
      side.down = false;
      clock.ahead += 3_600_000;
      await desk.attend(id, side);
      expect(side.held.size).toBe(0);
      expect(await desk.viewOf(id)).toMatchObject({ status: 'stored', providerCopy: 'gone' });
      expect((await desk.rowOf(id)).next_attempt_at).toBeNull();
      expect((await play(await desk.linkTo(id))).status).toBe(200);
    } finally {
      await desk.setSettings({});
    }
  });
});

describe('a store', () => {
  it('that fails half-way leaves nothing behind, and the recording is kept when it works again', async () => {
    const side = farSide();
    const call = await makeCall(kernel, { companyId });
    const id = await tell(
      kernel,
      companyId,
      { callId: call.id },
      side.hold(remote(call.recordId), wav(300_000)),
    );
    const before = await desk.objects();
    const halves: Partial<Kernel['blobs']>[] = [
      {
        put: (folder, source) =>
          kernel.blobs.put(
            folder,
            (async function* () {
              for await (const frame of source as AsyncIterable<Buffer>) {
                yield frame;
                throw new Error('no space left on device');
              }
            })(),
          ),
      },
      // It says that it has it, and has something else.
      { put: (folder) => kernel.blobs.put(folder, Buffer.alloc(300_000)) },
    ];
    for (const broken of halves) {
      const faulty = { ...kernel, blobs: { ...kernel.blobs, ...broken } };
      await attendRecording(faulty, companyId, id, side.port);
      expect(await desk.rowOf(id)).toMatchObject({ status: 'pending', blob_ref: null });
      expect(await desk.objects()).toBe(before);
      clock.ahead += 60_000;
    }
    await desk.attend(id, side);
    expect(await desk.rowOf(id)).toMatchObject({ status: 'stored' });
    expect(await desk.objects()).toBe(before + 1);
  });

  it('is rid of what a dead process left between file and row, and of nothing else', async () => {
    const { id } = await keepRecording(kernel, companyId, wav(1000));
    const lost = await kernel.blobs.put(
      `recordings/${kernel.installationId}/${companyId}`,
      Buffer.from('lost'),
    );
    const others = await kernel.blobs.put('documents/elsewhere', Buffer.from('not a recording'));
    const sweep = recordingJobs(kernel).handlers['calls.sweep_files']!;
    await sweep({});
    expect(await kernel.blobs.size(lost)).toBe(4);
    clock.ahead += 2 * 3_600_000;
    await sweep({});
    expect(await kernel.blobs.size(lost)).toBeNull();
    expect(await kernel.blobs.size(others)).toBe(15);
    expect((await play(await desk.linkTo(id))).status).toBe(200);
    // A row that somebody takes out of the database takes its file along.
    const { blob_ref } = await desk.rowOf(id);
    await kernel.db.ownerPool.query('delete from call_recordings where id = $1', [id]);
    await sweep({});
    expect(await kernel.blobs.size(blob_ref)).toBeNull();
    await kernel.blobs.remove(others);
  });
});
