import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attendRecording } from '../../server/modules/calls/recording-fetch.ts';
import { recordingJobs } from '../../server/modules/calls/recording-jobs.ts';
import { eventually } from '../harness/eventually.ts';
import { killAt } from '../harness/kill.ts';
import {
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
import { startBucket, type TestBucket } from '../harness/s3.ts';

// Recordings in a bucket that does not always work, and processes that die at any moment.
let bucket: TestBucket;
let { relais, kernel, companyId, desk, clock } = {} as Recordings;

beforeAll(async () => {
  bucket = await startBucket();
  const config = { RECORDING_MAX_MB: 12, ...bucket.settings };
  ({ relais, kernel, companyId, desk, clock } = await startRecordings(config));
});
afterAll(async () => {
  await relais?.stop();
  await bucket?.close();
});

const sweep = () => recordingJobs(kernel).handlers['calls.sweep_files']!({});

/** A recording that the provider has told of, and that nobody has fetched. */
async function told(bytes: Buffer) {
  const side = farSide();
  const call = await makeCall(kernel, { companyId });
  const news = side.hold(remote(call.recordId), bytes);
  return { id: await tell(kernel, companyId, { callId: call.id }, news), side };
}

describe('a bucket', () => {
  it('has a recording of several parts, of which any part is heard, and nothing in clear', async () => {
    const bytes = wav(9 * 1024 * 1024 + 77);
    const { id } = await keepRecording(kernel, companyId, bytes);
    const [key, object] = [...bucket.objects].at(-1)!;
    expect(key).toMatch(new RegExp(`^relais/recordings/${kernel.installationId}/${companyId}/`));
    expect(object.bytes.includes(bytes.subarray(5000, 5016))).toBe(false);
    const url = await desk.linkTo(id);
    for (const [start, end] of [
      [0, 0],
      [65_535, 65_536],
      [8 * 1024 * 1024 - 1, 8 * 1024 * 1024 + 1],
      [bytes.length - 1, bytes.length - 1],
    ] as const) {
      const answer = await play(url, { range: `bytes=${start}-${end}` });
      expect(answer.status).toBe(206);
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(start, end + 1))).toBe(true);
    }
    const whole = Buffer.from(await (await play(url)).arrayBuffer());
    expect(whole.equals(bytes)).toBe(true);
    await relais.api.delete(`/api/recordings/${id}`);
    bucket.fail = (asked) => (asked === 'DELETE object' ? 403 : null);
    await attendRecording(kernel, companyId, id, farSide().port);
    expect(bucket.objects.has(key)).toBe(true);
    bucket.fail = null;
    clock.ahead += 3_600_000;
    await attendRecording(kernel, companyId, id, farSide().port);
    expect(bucket.objects.has(key)).toBe(false);
    expect(await desk.rowOf(id)).toMatchObject({ blob_ref: null, next_attempt_at: null });
  });

  it('that fails half-way, at any step, leaves nothing, and has it when it works again', async () => {
    const before = bucket.objects.size;
    const { id, side } = await told(wav(9 * 1024 * 1024));
    for (const step of ['POST upload', 'PUT part', 'POST complete', 'GET object']) {
      bucket.fail = (asked) => (asked === step ? 403 : null);
      await attendRecording(kernel, companyId, id, side.port);
      expect([(await desk.rowOf(id)).status, bucket.objects.size, bucket.uploads.size], step).toEqual([
        'pending',
        before,
        0,
      ]);
      clock.ahead += 3_600_000;
    }
    bucket.fail = null;
    await attendRecording(kernel, companyId, id, side.port);
    expect([(await desk.rowOf(id)).status, bucket.objects.size]).toEqual(['stored', before + 1]);
  });

  it('that never works is what the recording says in the end', async () => {
    const { id, side } = await told(wav(500));
    bucket.fail = (asked) => (asked === 'PUT object' ? 403 : null);
    while ((await desk.rowOf(id)).status === 'pending') {
      await attendRecording(kernel, companyId, id, side.port);
      clock.ahead += 6 * 3_600_000;
    }
    bucket.fail = null;
    expect((await desk.viewOf(id)).failure.code).toBe('storage_failed');
    expect(desk.newsOf(id)).toEqual(['recording.failed']);
    expect(side.held.size).toBe(1);
  });

  it('that is away while somebody listens is said to be so', async () => {
    const { id } = await keepRecording(kernel, companyId, wav(500));
    const url = await desk.linkTo(id);
    bucket.fail = () => 403;
    const answer = await play(url);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
      503,
      'storage_unavailable',
    ]);
    bucket.fail = null;
    expect((await play(url)).status).toBe(200);
    bucket.objects.clear();
    expect(((await (await play(url)).json()) as { code: string }).code).toBe('file_damaged');
  });

  it('keeps what is of another installation, or of nothing that we know', async () => {
    const folder = `relais/recordings/${kernel.installationId}`;
    const at = new Date(0);
    for (const key of [`${folder}/lost`, 'relais/recordings/another/theirs', 'photos/of/somebody'])
      bucket.objects.set(key, { bytes: Buffer.from('x'), at });
    await sweep();
    expect([...bucket.objects.keys()].filter((key) => !key.startsWith(folder))).toEqual([
      'relais/recordings/another/theirs',
      'photos/of/somebody',
    ]);
    expect(bucket.objects.has(`${folder}/lost`)).toBe(false);
  });
});

describe('a process that dies', () => {
  it('before or after any of its transactions loses no recording, keeps it once, and leaves no file behind', async () => {
    for (const when of ['before', 'after'] as const)
      for (let step = 1; ; step += 1) {
        const { id, side } = await told(wav(1000));
        const files = bucket.objects.size;
        const doomed = killAt(kernel, step, when);
        await attendRecording(doomed.kernel, companyId, id, side.port).catch(() => undefined);
        if (!doomed.killed()) break;
        expect(step).toBeLessThan(10);
        // The lease runs out, and another process looks at what is due.
        clock.ahead += 3_600_000;
        await attendRecording(kernel, companyId, id, side.port);
        expect((await desk.rowOf(id)).status, `${when} ${step}`).toBe('stored');
        expect(desk.newsOf(id).filter((topic) => topic === 'recording.stored').length).toBeLessThanOrEqual(2);
        clock.ahead += 24 * 3_600_000;
        await sweep();
        expect(bucket.objects.size, `${when} ${step}`).toBe(files + 1);
        expect((await play(await desk.linkTo(id))).status).toBe(200);
      }
  });

  it('during a deletion leaves it to be finished by the next', async () => {
    for (const when of ['before', 'after'] as const)
      for (let step = 1; ; step += 1) {
        const side = farSide();
        const { id } = await keepRecording(kernel, companyId, wav(1000), { side });
        await relais.api.delete(`/api/recordings/${id}`);
        const doomed = killAt(kernel, step, when);
        await attendRecording(doomed.kernel, companyId, id, side.port).catch(() => undefined);
        if (!doomed.killed()) break;
        expect(step).toBeLessThan(10);
        clock.ahead += 3_600_000;
        await attendRecording(kernel, companyId, id, side.port);
        expect(await desk.rowOf(id)).toMatchObject({
          blob_ref: null,
          provider_copy: 'gone',
          next_attempt_at: null,
        });
        expect(side.held.size).toBe(0);
      }
  });

  it('has two large ones in hand at most; the others wait, and lose no try', async () => {
    const side = farSide();
    const ids: string[] = [];
    for (const durationSeconds of [7200, 7200, 7200, 30]) {
      const call = await makeCall(kernel, { companyId });
      const news = side.hold(remote(call.recordId, { durationSeconds }), wav(500));
      ids.push(await tell(kernel, companyId, { callId: call.id }, news));
    }
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let underWay = 0;
    const { port: far } = await side.port({} as never, 'twilio', null);
    const slow: typeof side.port = async () => ({
      port: {
        ...far,
        fetchRecording: async (...asked) => {
          underWay += 1;
          await gate;
          return far.fetchRecording(...asked);
        },
      },
    });
    const work = ids.slice(0, 2).map((id) => attendRecording(kernel, companyId, id, slow));
    await eventually(() => expect(underWay).toBe(2));
    await attendRecording(kernel, companyId, ids[2]!, slow);
    expect(underWay).toBe(2);
    expect(await desk.rowOf(ids[2]!)).toMatchObject({ status: 'pending', attempts: 0, last_error: null });
    work.push(attendRecording(kernel, companyId, ids[3]!, slow));
    await eventually(() => expect(underWay).toBe(3));
    open();
    await Promise.all(work);
    clock.ahead += 60_000;
    await attendRecording(kernel, companyId, ids[2]!, slow);
    for (const id of ids) expect((await desk.rowOf(id)).status).toBe('stored');
  });

  it('is not needed twice: of many that take a recording on, one does', async () => {
    const { id, side } = await told(wav(1000));
    await Promise.all([1, 2, 3, 4].map(() => attendRecording(kernel, companyId, id, side.port)));
    expect(side.fetches).toBe(1);
    expect((await desk.rowOf(id)).status).toBe('stored');
  });
});
