import { type CompanyCtx, type Kernel, transact } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { audit } from '../identity/index.ts';
import { removeRecording } from './recording-deletion.ts';
import { recordingsFolder } from './recording-file.ts';
import { recordingSettings } from './recording-settings.ts';
import * as store from './recordings-store.ts';

const DAY_MS = 24 * 3_600_000;
/** A file that was just kept has no row for a moment. */
const ORPHAN_MS = 3_600_000;

/** How many recordings one transaction deletes. */
export const DELETED_AT_ONCE = 500;

/** One batch, with its line in the audit log in the same transaction: no deletion is without its account. */
export function deleteExpired(ctx: CompanyCtx): Promise<number> {
  return transact(ctx, async (tx) => {
    const { retentionDays } = await recordingSettings(tx);
    if (retentionDays === null) return 0;
    const before = new Date(ctx.kernel.clock.nowMs() - retentionDays * DAY_MS);
    const rows = await store.lockExpired(tx, before, DELETED_AT_ONCE);
    if (rows.length === 0) return 0;
    for (const row of rows) await removeRecording(ctx, tx, row, `retention: ${retentionDays} days`);
    const held = await store.countHeld(tx, before);
    await audit(tx, ctx, {
      action: 'recordings.retention_applied',
      entityType: 'company',
      entityId: ctx.companyId,
      changes: {
        ...{ deleted: { from: null, to: rows.length }, keptOnHold: { from: null, to: held } },
        ...{
          retentionDays: { from: null, to: retentionDays },
          before: { from: null, to: before.toISOString() },
        },
      },
    });
    return rows.length;
  });
}

/**
 * Removes files that no recording knows: what a process that died between file and row left behind, and what belonged to
 * rows that are gone.
 */
export async function sweepFiles(kernel: Kernel): Promise<void> {
  const { blobs, clock, db } = kernel;
  const before = new Date(clock.nowMs() - ORPHAN_MS);
  for await (const refs of blobs.list(recordingsFolder(kernel), before)) {
    const orphans = refs.length > 0 ? await inSystem(db, (tx) => store.unreferenced(tx, refs)) : [];
    for (const ref of orphans) await blobs.remove(ref);
    if (orphans.length > 0)
      kernel.log.info({ files: orphans.length }, 'Files that no recording knows were removed');
  }
}
