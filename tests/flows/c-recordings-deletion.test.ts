import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVault } from '../../server/kernel/crypto.ts';
import type { Kernel } from '../../server/kernel/ctx.ts';
import { systemCtx } from '../../server/kernel/ctx.ts';
import { newSecret } from '../../server/kernel/ids.ts';
import { checkSealedFiles, resealFiles } from '../../server/kernel/sealed-files.ts';
import { attendRecording } from '../../server/modules/calls/recording-fetch.ts';
import { callRetention } from '../../server/modules/calls/retention.ts';
import { recordingKeys } from '../../server/modules/calls/upkeep.ts';
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

// How recordings end: deletion, legal hold, retention; and how their keys change.
let { relais, kernel, companyId, desk, clock } = {} as Recordings;
const DAY_MS = 24 * 3_600_000;

beforeAll(async () => {
  ({ relais, kernel, companyId, desk, clock } = await startRecordings());
});
afterAll(() => relais?.stop());

describe('deletion', () => {
  it('takes the key at once, the file and the provider’s copy soon, and leaves the row as evidence', async () => {
    const side = farSide();
    const { id, news } = await keepRecording(kernel, companyId, wav(2000), { side });
    const link = await desk.linkTo(id);
    const { blob_ref } = await desk.rowOf(id);
    const deleted = await relais.api.delete(`/api/recordings/${id}?reason=asked%20by%20the%20caller`);
    expect(deleted.body.recording).toMatchObject({
      status: 'deleted',
      deleted: { by: 'test', reason: 'asked by the caller' },
      providerCopy: 'leaving',
      sizeBytes: 2000,
    });
    expect((await desk.rowOf(id)).sealed_key).toBeNull();
    expect((await play(link)).status).toBe(410);
    expect((await relais.api.post(`/api/recordings/${id}/link`)).body.code).toBe('recording_deleted');
    side.down = true;
    await desk.attend(id, side);
    expect(await kernel.blobs.size(blob_ref)).toBeNull();
    expect((await desk.viewOf(id)).providerCopy).toBe('leaving');
    side.down = false;
    clock.ahead += 3_600_000;
    await desk.attend(id, side);
    expect(side.held.has(news.recordingId!)).toBe(false);
    expect(await desk.rowOf(id)).toMatchObject({
      status: 'deleted',
      blob_ref: null,
      provider_copy: 'gone',
      next_attempt_at: null,
    });
    // Again, and news that comes late: nothing changes.
    await relais.api.delete(`/api/recordings/${id}`);
    await tell(kernel, companyId, { callId: (await desk.rowOf(id)).call_id }, news);
    expect((await desk.viewOf(id)).deleted.reason).toBe('asked by the caller');
    expect((await desk.auditOf(id)).map(({ action }) => action)).toEqual([
      'recording.played',
      'recording.deleted',
    ]);
    expect(
      (await relais.api.get('/api/recordings?limit=200')).body.recordings.some(
        (each: { id: string }) => each.id === id,
      ),
    ).toBe(false);
  });

  it('while the file is being fetched leaves nothing of it', async () => {
    const side = farSide();
    const call = await makeCall(kernel, { companyId });
    const id = await tell(
      kernel,
      companyId,
      { callId: call.id },
      side.hold(remote(call.recordId), wav(2000)),
    );
    const before = await desk.objects();
    const put: Kernel['blobs']['put'] = async (...given) => {
      const ref = await kernel.blobs.put(...given);
      await relais.api.delete(`/api/recordings/${id}`);
      return ref;
    };
    await attendRecording({ ...kernel, blobs: { ...kernel.blobs, put } }, companyId, id, side.port);
    expect(await desk.rowOf(id)).toMatchObject({ status: 'deleted', blob_ref: null });
    expect(await desk.objects()).toBe(before);
    await desk.attend(id, side);
    expect(side.held.size).toBe(0);
    expect(desk.newsOf(id)).toEqual([]);
  });

  it('is refused on legal hold, to people and to retention, until the hold ends', async () => {
    const { id } = await keepRecording(kernel, companyId, wav(2000));
    const { id: plain } = await keepRecording(kernel, companyId, wav(2000));
    const held = await relais.api.put(`/api/recordings/${id}/hold`, { reason: 'Dispute 42' });
    expect(held.body.recording.hold).toMatchObject({ reason: 'Dispute 42', by: 'test' });
    await relais.api.put(`/api/recordings/${id}/hold`, { reason: 'Dispute 42' });
    expect((await relais.api.put(`/api/recordings/${id}/hold`, { reason: ' ' })).status).toBe(400);
    const refused = await relais.api.with({ 'accept-language': 'fr' }).delete(`/api/recordings/${id}`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'recording_on_hold' } });
    expect(refused.body.error).toContain('Dispute 42');

    await desk.setSettings({ retentionDays: 30 });
    clock.ahead += 29 * DAY_MS;
    const { id: young } = await keepRecording(kernel, companyId, wav(2000));
    expect(new Date((await desk.viewOf(plain)).keptUntil).getTime()).toBeGreaterThan(clock.nowMs());
    expect((await desk.viewOf(id)).keptUntil).toBeNull();
    clock.ahead += 2 * DAY_MS;
    const rule = callRetention(kernel).find(({ what }) => what === 'recordings')!;
    const by = systemCtx(kernel, companyId, 'calls.recordings_retention');
    const retain = () => rule.run(by, clock.now(), async () => undefined);
    await Promise.all([retain(), retain()]);
    expect([
      (await desk.rowOf(id)).status,
      (await desk.rowOf(plain)).status,
      (await desk.rowOf(young)).status,
    ]).toEqual(['stored', 'deleted', 'stored']);
    expect(await desk.rowOf(plain)).toMatchObject({
      deleted_by: 'calls.recordings_retention',
      delete_reason: 'retention: 30 days',
    });
    const lines = (await desk.auditOf(companyId)).filter(
      ({ action }) => action === 'recordings.retention_applied',
    );
    const counted = lines.reduce((sum, { changes }) => sum + changes.deleted.to, 0);
    const { rows } = await kernel.db.ownerPool.query(
      "select count(*) as count from call_recordings where company_id = $1 and delete_reason = 'retention: 30 days'",
      [companyId],
    );
    expect([counted, lines.at(-1)!.changes.keptOnHold.to]).toEqual([rows[0].count, 1]);
    await retain();
    expect(
      (await desk.auditOf(companyId)).filter(({ action }) => action === 'recordings.retention_applied'),
    ).toHaveLength(lines.length);

    expect((await relais.api.put(`/api/recordings/${plain}/hold`, { reason: 'too late' })).body.code).toBe(
      'recording_deleted',
    );
    await relais.api.delete(`/api/recordings/${id}/hold`);
    await relais.api.delete(`/api/recordings/${id}/hold`);
    await retain();
    expect((await desk.rowOf(id)).status).toBe('deleted');
    expect((await desk.auditOf(id)).map(({ action }) => action)).toEqual([
      'recording.held',
      'recording.released',
    ]);
    await desk.setSettings({});
  });
});

describe('a rotation of SECRET_KEY', () => {
  it('seals the keys of files anew and touches no file', async () => {
    const bytes = wav(70_000);
    const { id } = await keepRecording(kernel, companyId, bytes);
    const { blob_ref, sealed_key } = await desk.rowOf(id);
    const { rows } = await kernel.db.ownerPool.query('select lo_get($1) as kept', [blob_ref.slice(3)]);
    const fresh = newSecret();
    const rotated = { ...kernel, vault: createVault([fresh, kernel.config.SECRET_KEY]) };
    expect((await checkSealedFiles(rotated, companyId, recordingKeys)).current).toBe(0);
    const { former, lost } = await resealFiles(rotated, companyId, recordingKeys);
    expect([former > 0, lost]).toEqual([true, 0]);
    const after = await desk.rowOf(id);
    expect(after.blob_ref).toBe(blob_ref);
    expect(after.sealed_key.equals(sealed_key)).toBe(false);
    const kept = await kernel.db.ownerPool.query('select lo_get($1) as kept', [blob_ref.slice(3)]);
    expect(kept.rows[0].kept.equals(rows[0].kept)).toBe(true);
    expect(
      await checkSealedFiles({ ...kernel, vault: createVault([fresh]) }, companyId, recordingKeys),
    ).toMatchObject({
      former: 0,
      lost: 0,
    });
    // Back again, so that this installation, which knows the old key alone, can play it.
    await resealFiles(
      { ...kernel, vault: createVault([kernel.config.SECRET_KEY, fresh]) },
      companyId,
      recordingKeys,
    );
    const played = await play(await desk.linkTo(id));
    expect(Buffer.from(await played.arrayBuffer()).equals(bytes)).toBe(true);
  });
});
