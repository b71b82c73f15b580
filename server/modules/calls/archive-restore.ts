import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { enqueue } from '../../kernel/jobs.ts';
import { publish } from '../../kernel/live.ts';
import { audit } from '../identity/index.ts';
import { failureOf } from './archive.ts';
import { proveArchive, readLines } from './archive-file.ts';
import * as store from './archive-store.ts';
import { announceCalls } from './calls-store.ts';

const BATCH = 200;

/**
 * Has the calls of an archive brought back into the tables, where they stay until a day. Asking again moves the day.
 * @throws not_found, archive_busy.
 */
export function askRestore(ctx: CompanyCtx, id: string, keepUntil: Date): Promise<store.ArchiveRow> {
  return transact(ctx, async (tx) => {
    const archive = await store.findArchive(tx, id, 'hold');
    if (!archive || archive.state === 'gone') fail('not_found', { what: 'archive' });
    if (archive.state === 'writing' || archive.state === 'removing') fail('archive_busy');
    const restoredBy = ctx.actor.name;
    const state = archive.state === 'kept' ? 'restoring' : archive.state;
    await store.updateArchive(tx, id, [archive.state], { state, keepUntil, restoredBy, lastError: null });
    await audit(tx, ctx, {
      action: 'calls.restored',
      entityType: 'call_archive',
      entityId: id,
      changes: {
        month: { from: null, to: archive.month },
        keepUntil: { from: archive.keepUntil, to: keepUntil },
      },
    });
    const payload = { companyId: ctx.companyId, archiveId: id };
    if (state === 'restoring')
      await enqueue(tx, 'calls.restore_archive', payload, { key: `restore_archive:${id}` });
    await publish(tx, ctx.companyId, 'call_archive', id);
    return { ...archive, state, keepUntil, restoredBy };
  });
}

/** Brings the calls of an archive back, in small transactions. It may die anywhere: what is back is not brought back again. */
export async function carryOutRestore(kernel: Kernel, companyId: string, id: string): Promise<void> {
  const ctx = systemCtx(kernel, companyId, 'calls.restore_archive');
  const archive = await transact(ctx, (tx) => store.findArchive(tx, id));
  if (archive?.state !== 'restoring') return;
  try {
    await proveArchive(ctx, archive);
    const lines: string[] = [];
    for await (const line of readLines(ctx, archive)) {
      lines.push(line);
      if (lines.length === BATCH) await bringBack(ctx, id, lines.splice(0));
    }
    if (lines.length > 0) await bringBack(ctx, id, lines);
    await finish(ctx, id);
  } catch (error) {
    const lastError = failureOf(error);
    await transact(ctx, (tx) => store.updateArchive(tx, id, ['restoring'], { lastError }));
    throw error;
  }
}

function bringBack(ctx: CompanyCtx, id: string, lines: string[]): Promise<void> {
  return transact(ctx, async (tx) => {
    const archive = await store.findArchive(tx, id, 'hold');
    if (archive?.state === 'restoring') await store.restoreLines(tx, id, lines);
  });
}

/** @throws when a call of the archive was in no line of its file. */
function finish(ctx: CompanyCtx, id: string): Promise<void> {
  return transact(ctx, async (tx) => {
    if ((await store.countStubs(tx, id)) > 0) fail('file_damaged');
    const change = { state: 'restored' as const, restoredAt: ctx.kernel.clock.now(), lastError: null };
    await store.updateArchive(tx, id, ['restoring'], change);
    await publish(tx, ctx.companyId, 'call_archive', id);
    await announceCalls(tx, ctx.companyId, ['all']);
  });
}
