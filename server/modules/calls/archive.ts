import { sha256 } from '../../kernel/crypto.ts';
import { type CompanyCtx, type Kernel, transact } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { networkReason } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { RetentionProgress } from '../../kernel/retention.ts';
import { audit } from '../identity/index.ts';
import { archivesFolder, proveArchive, readLines, writeArchive } from './archive-file.ts';
import * as store from './archive-store.ts';
import { announceCalls } from './calls-store.ts';

/** A file holds so many calls at most, so that it is written, searched and restored in little memory and time. */
const LINES_MAX = 20_000;
const BYTES_MAX = 256 * 1024 * 1024;
/** Calls that are read, or removed, in one transaction. */
const BATCH = 200;
/** A file that was just kept has no row for a moment. */
const ORPHAN_MS = 3_600_000;
const UNFINISHED_MAX = 1000;

/**
 * Moves calls that began before a moment into files, month by month. A file is written, read back and compared before a call is
 * touched; then calls leave in small transactions, each compared once more with its copy. Whoever dies leaves calls that are
 * still in the tables, or whole in a proven file, and the next run goes on from there.
 */
export async function archiveCalls(
  ctx: CompanyCtx,
  before: Date,
  progress: RetentionProgress,
): Promise<void> {
  await finishOthers(ctx, progress);
  const now = ctx.kernel.clock.now();
  for (const month of await transact(ctx, (tx) => store.monthsWithCalls(tx, before, now)))
    while ((await archivePart(ctx, month, progress)) === 'more');
  const old = await transact(ctx, (tx) => store.countOld(tx, before, now));
  const stays = old.flatMap(({ reason, count }) => (reason === null ? [] : [[reason, count] as const]));
  await progress({ removed: 0, stays: Object.fromEntries(stays) });
  await dropRestored(ctx);
}

/** What a process that died left behind: a file that was not proven is thrown away, removals from a proven one go on. */
async function finishOthers(ctx: CompanyCtx, progress: RetentionProgress): Promise<void> {
  const unfinished = await transact(ctx, (tx) =>
    store.listArchives(tx, ['writing', 'removing'], UNFINISHED_MAX),
  );
  for (const archive of unfinished) {
    if (archive.state === 'writing') await discard(ctx, archive.id);
    else await removeCopied(ctx, archive, progress);
  }
}

/** One file of a month. @returns whether the month may have more. */
async function archivePart(
  ctx: CompanyCtx,
  month: string,
  progress: RetentionProgress,
): Promise<'more' | 'done'> {
  const id = newId(ctx.kernel.clock);
  const createdAt = ctx.kernel.clock.now();
  const scope = { count: 0, bytes: 0 };
  await transact(ctx, (tx) => store.insertArchive(tx, { id, companyId: ctx.companyId, month, createdAt }));
  const archive = await fileOf(ctx, id, month, scope).catch(async (error) => {
    await discard(ctx, id).catch(() => undefined);
    throw error;
  });
  if (!archive) return 'done';
  const removed = await removeCopied(ctx, archive, progress);
  const isFull = scope.count >= LINES_MAX || scope.bytes >= BYTES_MAX;
  return isFull && removed > 0 ? 'more' : 'done';
}

/** Writes the file of an archive and proves it. @returns null when there was nothing for it. */
async function fileOf(
  ctx: CompanyCtx,
  id: string,
  month: string,
  scope: { count: number; bytes: number },
): Promise<store.ArchiveRow | null> {
  const file = await writeArchive(ctx, month, linesOf(ctx, month, scope));
  if (!file) {
    await discard(ctx, id);
    return null;
  }
  const isOurs = await transact(ctx, (tx) => store.updateArchive(tx, id, ['writing'], file));
  if (!isOurs) {
    // Another process took this one for dead, and began anew.
    await ctx.kernel.blobs.remove(file.blobRef!);
    return null;
  }
  const written = (await transact(ctx, (tx) => store.findArchive(tx, id)))!;
  await proveArchive(ctx, written);
  const provenAt = ctx.kernel.clock.now();
  const isStill = await transact(ctx, (tx) =>
    store.updateArchive(tx, id, ['writing'], { state: 'removing', provenAt }),
  );
  return isStill ? { ...written, state: 'removing', provenAt } : null;
}

/** The lines of a month, a page at a time: nothing is held while they are compressed. */
async function* linesOf(
  ctx: CompanyCtx,
  month: string,
  scope: { count: number; bytes: number },
): AsyncGenerator<string> {
  let afterId: string | null = null;
  while (scope.count < LINES_MAX && scope.bytes < BYTES_MAX) {
    const page: store.Line[] = await transact(ctx, (tx) => store.nextLines(tx, month, afterId, BATCH));
    for (const { line } of page) {
      if (line === null) continue;
      scope.count += 1;
      scope.bytes += line.length;
      yield line;
    }
    if (page.length < BATCH) return;
    afterId = page.at(-1)!.id;
  }
}

/** Takes back an archive that was not proven: its row first, so that nothing leads to a file that is gone. */
async function discard(ctx: CompanyCtx, id: string): Promise<void> {
  const blobRef = await transact(ctx, (tx) => store.dropWriting(tx, id));
  if (blobRef) await ctx.kernel.blobs.remove(blobRef);
}

/** Removes what stands in a proven file. @returns how many calls left in this turn. */
async function removeCopied(
  ctx: CompanyCtx,
  archive: store.ArchiveRow,
  progress: RetentionProgress,
): Promise<number> {
  let total = 0;
  const take = async (copies: { id: string; hash: string }[]) => {
    const removed = await transact(ctx, async (tx) => {
      const current = await store.findArchive(tx, archive.id, 'hold');
      return current?.state === 'removing' ? store.removeCopied(tx, archive.id, copies) : 0;
    });
    total += removed;
    await progress({ removed });
  };
  const copies: { id: string; hash: string }[] = [];
  for await (const line of readLines(ctx, archive)) {
    copies.push({ id: idOf(line), hash: sha256(Buffer.from(line)) });
    if (copies.length === BATCH) await take(copies.splice(0));
  }
  if (copies.length > 0) await take(copies);
  await close(ctx, archive, progress);
  return total;
}

/** The id of a line's call. */
export function idOf(line: string): string {
  return (JSON.parse(line) as { call: { id: string } }).call.id;
}

/** All that could leave has left. A file that nothing left for is of no use. */
async function close(
  ctx: CompanyCtx,
  { id, month, blobRef, sizeBytes }: store.ArchiveRow,
  progress: RetentionProgress,
): Promise<void> {
  const calls = await transact(ctx, async (tx) => {
    const count = await store.countStubs(tx, id);
    const empty = { state: 'gone' as const, blobRef: null, sealedKey: null, sizeBytes: null };
    const change = count === 0 ? empty : { state: 'kept' as const, calls: count };
    if (!(await store.updateArchive(tx, id, ['removing'], change))) return null;
    if (count === 0) return 0;
    await audit(tx, ctx, {
      action: 'calls.archived',
      entityType: 'call_archive',
      entityId: id,
      changes: { month: { from: null, to: month }, calls: { from: null, to: count } },
    });
    await announceCalls(tx, ctx.companyId, ['all']);
    return count;
  });
  if (calls === 0) await ctx.kernel.blobs.remove(blobRef!);
  if (calls) await progress({ removed: 0, bytes: sizeBytes! });
}

/** The files of calls that were restored, once their day is over: what is in them is in the tables, or in a newer file. */
async function dropRestored(ctx: CompanyCtx): Promise<void> {
  const now = ctx.kernel.clock.now();
  const restored = await transact(ctx, (tx) => store.listArchives(tx, ['restored'], UNFINISHED_MAX));
  for (const { id, keepUntil, blobRef } of restored.filter((each) => each.keepUntil! <= now)) {
    const gone = { state: 'gone' as const, blobRef: null, sealedKey: null, sizeBytes: null };
    const isGone = await transact(ctx, async (tx) => {
      const current = await store.findArchive(tx, id, 'hold');
      if (current?.keepUntil?.getTime() !== keepUntil!.getTime()) return false;
      return store.updateArchive(tx, id, ['restored'], gone);
    });
    if (isGone) await ctx.kernel.blobs.remove(blobRef!);
  }
}

/** Removes files that no archive knows: what a process that died between file and row left behind. */
export async function sweepArchives(kernel: Kernel): Promise<void> {
  const { blobs, clock, db } = kernel;
  const before = new Date(clock.nowMs() - ORPHAN_MS);
  for await (const refs of blobs.list(archivesFolder(kernel), before)) {
    const orphans = refs.length > 0 ? await inSystem(db, (tx) => store.unreferenced(tx, refs)) : [];
    for (const ref of orphans) await blobs.remove(ref);
    if (orphans.length > 0)
      kernel.log.info({ files: orphans.length }, 'Files that no archive knows were removed');
  }
}

/** Why something failed, as a person who looks after the archives reads it. */
export const failureOf = (error: unknown): string => networkReason(error).slice(0, 1000);
