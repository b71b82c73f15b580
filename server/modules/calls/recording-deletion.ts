import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { audit } from '../identity/index.ts';
import { announce } from './recording-announce.ts';
import { enqueueTidying } from './recording-fetch.ts';
import * as store from './recordings-store.ts';

/**
 * Deletes a recording, as somebody asked. Doing it again changes nothing.
 * @throws not_found, recording_on_hold.
 */
export function deleteRecording(ctx: CompanyCtx, id: string, why: string): Promise<void> {
  return transact(ctx, async (tx) => {
    const row = await known(tx, id);
    if (row.status === 'deleted') return;
    if (row.heldAt) fail('recording_on_hold', { reason: row.holdReason! });
    await removeRecording(ctx, tx, row, why);
    await audit(tx, ctx, {
      action: 'recording.deleted',
      entityType: 'recording',
      entityId: row.id,
      changes: { status: { from: row.status, to: 'deleted' }, reason: { from: null, to: why || null } },
    });
  });
}

/**
 * What deletion means: the key goes at once, and with it the sense of every copy of our file; the file, and the provider's
 * own copy, go as soon as whoever has them lets them. The row stays as evidence of what was there and who deleted it.
 */
export async function removeRecording(
  ctx: CompanyCtx,
  tx: Tx,
  row: store.RecordingRow,
  why: string,
): Promise<void> {
  const now = ctx.kernel.clock.now();
  const providerCopy = row.providerCopy === 'kept' ? 'leaving' : row.providerCopy;
  const isWorkLeft = row.blobRef !== null || providerCopy === 'leaving';
  await store.updateRecording(tx, row.id, {
    ...{ status: 'deleted', sealedKey: null, sourceUrl: null, providerCopy, attempts: 0, lastError: null },
    ...{ deletedAt: now, deletedBy: ctx.actor.name.slice(0, 300), deleteReason: why || null },
    nextAttemptAt: isWorkLeft ? now : null,
  });
  if (isWorkLeft) await enqueueTidying(tx, row);
  await announce(tx, ctx.companyId, row);
}

/** Keeps a recording from whatever would delete it; a new reason replaces the former. @throws not_found, recording_deleted. */
export function holdRecording(ctx: CompanyCtx, id: string, reason: string): Promise<void> {
  return transact(ctx, async (tx) => {
    const row = await known(tx, id);
    if (row.status === 'deleted') fail('recording_deleted');
    if (row.holdReason === reason) return;
    await store.updateRecording(tx, row.id, {
      ...{ heldAt: ctx.kernel.clock.now(), heldBy: ctx.actor.name.slice(0, 300), holdReason: reason },
    });
    await auditHold(ctx, tx, row, reason);
  });
}

/** Ends a legal hold; one that is not there is ended already. @throws not_found. */
export function releaseRecording(ctx: CompanyCtx, id: string): Promise<void> {
  return transact(ctx, async (tx) => {
    const row = await known(tx, id);
    if (!row.heldAt) return;
    await store.updateRecording(tx, row.id, { heldAt: null, heldBy: null, holdReason: null });
    await auditHold(ctx, tx, row, null);
  });
}

async function auditHold(
  ctx: CompanyCtx,
  tx: Tx,
  row: store.RecordingRow,
  reason: string | null,
): Promise<void> {
  await audit(tx, ctx, {
    action: reason === null ? 'recording.released' : 'recording.held',
    entityType: 'recording',
    entityId: row.id,
    changes: { holdReason: { from: row.holdReason, to: reason } },
  });
  await announce(tx, ctx.companyId, row);
}

async function known(tx: Tx, id: string): Promise<store.RecordingRow> {
  return (await store.findRecording(tx, id, 'change')) ?? fail('not_found', { what: 'recording' });
}
