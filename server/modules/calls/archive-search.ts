import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import { readLines } from './archive-file.ts';
import * as store from './archive-store.ts';
import { type ArchivedCall, parseLine } from './archive-views.ts';

/** Files that one request opens at most; the cursor goes on from there. */
const FILES_MAX = 4;
const ARCHIVES_MAX = 2000;
/** Lines that are looked up together. */
const BATCH = 500;

export interface ArchiveFilter extends store.StubFilter {
  /** Digits of either party's number. */
  number?: string | undefined;
}

/** Where a search goes on: in this archive, before this call. */
interface Place {
  archiveId: string;
  callId: string | null;
}

export interface Found {
  archive: store.ArchiveRow;
  call: ArchivedCall;
}

/**
 * Archived calls that match, the newest month first. Files that cannot hold any are not opened; the others are read line by line.
 * @returns with the place to go on from, if there may be more.
 */
export async function searchArchives(
  ctx: CompanyCtx,
  filter: ArchiveFilter,
  page: { cursor: string | undefined; limit: number },
): Promise<{ found: Found[]; nextCursor: string | null; filesRead: number; filesLeft: number }> {
  const start = fromCursor(page.cursor);
  const worth = await transact(ctx, (tx) => store.archivesWith(tx, filter));
  const all = await transact(ctx, (tx) =>
    store.listArchives(tx, ['removing', 'kept', 'restoring'], ARCHIVES_MAX),
  );
  const first = start ? all.findIndex(({ id }) => id === start.archiveId) : 0;
  const archives = all.slice(Math.max(first, 0)).filter(({ id }) => worth.has(id) || id === start?.archiveId);
  const found: Found[] = [];
  for (const [index, archive] of archives.entries()) {
    const left = archives.length - index;
    if (index === FILES_MAX)
      return {
        found,
        nextCursor: toCursor({ archiveId: archive.id, callId: null }),
        filesRead: index,
        filesLeft: left,
      };
    const beforeId = archive.id === start?.archiveId ? start.callId : null;
    const wanted = page.limit - found.length;
    const calls = await searchFile(ctx, archive, filter, { beforeId, limit: wanted + 1 });
    found.push(...calls.slice(0, wanted).map((call) => ({ archive, call })));
    if (calls.length > wanted) {
      const last = found.at(-1)!;
      const place = { archiveId: last.archive.id, callId: last.call.call.id };
      return { found, nextCursor: toCursor(place), filesRead: index + 1, filesLeft: left };
    }
  }
  return { found, nextCursor: null, filesRead: archives.length, filesLeft: 0 };
}

/** The newest matching calls of one file. Lines stand in the order of ids, so the last ones are kept while it is read. */
async function searchFile(
  ctx: CompanyCtx,
  archive: store.ArchiveRow,
  filter: ArchiveFilter,
  { beforeId, limit }: { beforeId: string | null; limit: number },
): Promise<ArchivedCall[]> {
  const digits = filter.number?.replace(/\D/g, '') ?? '';
  let kept: ArchivedCall[] = [];
  let waiting: ArchivedCall[] = [];
  const look = async () => {
    const ids = waiting.map(({ call }) => call.id);
    const stubs = await transact(ctx, (tx) => store.stubsMatching(tx, archive.id, ids, filter));
    const byId = new Map(stubs.map((stub) => [stub.callId, stub]));
    const matching = waiting.flatMap((each) => withStub(each, byId.get(each.call.id)) ?? []);
    kept = [...kept, ...matching].slice(-limit);
    waiting = [];
  };
  for await (const line of readLines(ctx, archive)) {
    // Most lines are passed over without being taken apart.
    if (digits && !line.includes(digits)) continue;
    const each = parseLine(line);
    if (beforeId !== null && each.call.id >= beforeId) break;
    const { fromNumber, toNumber } = each.call;
    if (digits && !`${fromNumber} ${toNumber}`.includes(digits)) continue;
    waiting.push(each);
    if (waiting.length === BATCH) await look();
  }
  if (waiting.length > 0) await look();
  return kept.reverse();
}

/** With whom the call is now: contacts are merged and deleted while calls are away. Without a stub it is in the tables. */
function withStub(each: ArchivedCall, stub: store.Stub | undefined): ArchivedCall | null {
  if (!stub) return null;
  return { ...each, call: { ...each.call, contactId: stub.contactId, leadId: stub.leadId } };
}

/** One archived call, read from its file. @throws file_damaged when the file has it not. */
export async function findArchived(ctx: CompanyCtx, callId: string): Promise<Found | null> {
  const { archive, stub } = await transact(ctx, async (tx) => {
    const archiveId = await store.archiveOfCall(tx, callId);
    if (!archiveId) return { archive: null, stub: undefined };
    const [found] = await store.stubsOf(tx, archiveId, [callId]);
    return { archive: await store.findArchive(tx, archiveId), stub: found };
  });
  if (!archive) return null;
  for await (const line of readLines(ctx, archive)) {
    if (!line.includes(callId)) continue;
    const each = parseLine(line);
    const call = each.call.id === callId ? withStub(each, stub) : null;
    if (call) return { archive, call };
  }
  fail('file_damaged');
}

function toCursor({ archiveId, callId }: Place): string {
  return Buffer.from(`${archiveId} ${callId ?? ''}`).toString('base64url');
}

function fromCursor(cursor: string | undefined): Place | null {
  if (!cursor) return null;
  const [archiveId = '', callId = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (!isId(archiveId) || (callId !== '' && !isId(callId)))
    fail('invalid_request', { reason: 'cursor: not a cursor of this list' });
  return { archiveId, callId: callId || null };
}
