import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { enqueue } from '../../kernel/jobs.ts';
import type { ProviderName, RemoteRecording } from '../providers/index.ts';
import { announce } from './recording-announce.ts';
import type { RecordingKind } from './recordings.ts';
import * as store from './recordings-store.ts';
import { readReference } from './twiml.ts';

/** A call that has not come by then will not. */
const STRAY_MS = 7 * 24 * 3_600_000;
const STRAYS_MAX = 100;

/** What a recording is of, as far as whoever heard of it knows. */
interface Origin {
  callId: string | null;
  kind: RecordingKind;
  provider: ProviderName;
  providerAccountId: string | null;
}

/** The provider has (or failed to make) a recording of a call: it is written down once, and fetched by a job. */
export async function noteRecording(
  ctx: CompanyCtx,
  tx: Tx,
  of: { callId: string; kind: RecordingKind },
  remote: RemoteRecording,
): Promise<void> {
  const account = await store.accountOfCall(tx, of.callId);
  if (account) await note(ctx, tx, { ...of, ...account }, remote);
}

/** The same for a recording whose call is not known yet: the call adopts it when it is. */
export function noteStrayRecording(
  ctx: CompanyCtx,
  tx: Tx,
  of: { kind: RecordingKind; provider: ProviderName; providerAccountId: string | null },
  remote: RemoteRecording,
): Promise<void> {
  return note(ctx, tx, { ...of, callId: null }, remote);
}

/** A call has (new) legs: recordings of theirs that came first are its own. Repeating it changes nothing. */
export async function adoptRecordings(ctx: CompanyCtx, tx: Tx, callId: string): Promise<void> {
  for (const id of await store.adoptFor(tx, callId)) await announce(tx, ctx.companyId, { id, callId });
}

/** Looks for the calls of recordings that came before them, whoever forgot to say that they are here. */
export async function adoptStrays(kernel: Kernel): Promise<void> {
  const since = new Date(kernel.clock.nowMs() - STRAY_MS);
  const found = await inSystem(kernel.db, (tx) => store.findAdoptable(tx, since, STRAYS_MAX));
  for (const { companyId, callId } of found) {
    const ctx = systemCtx(kernel, companyId, 'calls.adopt_recordings');
    await transact(ctx, (tx) => adoptRecordings(ctx, tx, callId));
  }
}

async function note(ctx: CompanyCtx, tx: Tx, of: Origin, remote: RemoteRecording): Promise<void> {
  await store.lockRecord(tx, of.provider, remote.recordId);
  const known = (await store.recordingsOfRecord(tx, of.provider, remote.recordId)).find((row) =>
    isSame(row, remote),
  );
  if (known) await complete(ctx, tx, known, of, remote);
  else await insert(ctx, tx, of, remote);
}

/** Providers give the start of a recording in seconds or in milliseconds. */
const SAME_START_MS = 1500;

/**
 * Whether news is of a recording that is known. Telnyx names a recording only when it is asked, so that what it tells is
 * known again by what was recorded, and since when.
 */
function isSame(row: store.RecordingRow, remote: RemoteRecording): boolean {
  if (row.externalId && remote.recordingId) return row.externalId === remote.recordingId;
  // A failure that is told without a name or a time is not about a recording that is there.
  if (remote.status !== 'completed' && row.status !== 'failed') return false;
  if (!row.startedAt || !remote.startedAt) return true;
  return Math.abs(row.startedAt.getTime() - remote.startedAt.getTime()) <= SAME_START_MS;
}

async function insert(ctx: CompanyCtx, tx: Tx, of: Origin, remote: RemoteRecording): Promise<void> {
  const { clock } = ctx.kernel;
  const isThere = remote.status === 'completed';
  const id = newId(clock);
  const { legId } = readReference(remote.reference);
  await store.insertRecording(tx, {
    ...{ id, companyId: ctx.companyId, ...of },
    externalId: remote.recordingId,
    recordId: remote.recordId,
    legId: isId(legId ?? '') ? legId : null,
    status: isThere ? 'pending' : 'failed',
    ...failureOf(remote),
    channels: remote.channels,
    durationSeconds: remote.durationSeconds,
    startedAt: remote.startedAt,
    sourceUrl: isThere ? usableUrl(remote.url) : null,
    nextAttemptAt: isThere ? clock.now() : null,
    providerCopy: isThere ? 'kept' : 'none',
    createdAt: clock.now(),
  });
  await follow(ctx, tx, { id, callId: of.callId }, isThere);
}

/** News that comes again adds what was not known. What was given up because the provider had none is taken up again. */
async function complete(
  ctx: CompanyCtx,
  tx: Tx,
  row: store.RecordingRow,
  of: Origin,
  remote: RemoteRecording,
): Promise<void> {
  const isBack = remote.status === 'completed' && row.status === 'failed' && PROVIDERS_OWN.has(row.reason!);
  await store.updateRecording(tx, row.id, {
    ...(row.callId === null && of.callId ? { callId: of.callId, kind: of.kind } : {}),
    externalId: row.externalId ?? remote.recordingId,
    durationSeconds: row.durationSeconds ?? remote.durationSeconds,
    ...(isBack
      ? {
          ...{ status: 'pending', reason: null, providerMessage: null, sourceUrl: usableUrl(remote.url) },
          ...{ attempts: 0, nextAttemptAt: ctx.kernel.clock.now(), channels: remote.channels },
          ...{ providerCopy: 'kept', startedAt: row.startedAt ?? remote.startedAt },
        }
      : {}),
  });
  if (isBack) await follow(ctx, tx, { id: row.id, callId: row.callId ?? of.callId }, true);
  else if (row.callId === null && of.callId) await announce(tx, ctx.companyId, { ...row, callId: of.callId });
}

/** Reasons that are the provider's word, which later news may take back. */
const PROVIDERS_OWN = new Set(['absent', 'provider_failed']);

function failureOf(remote: RemoteRecording): Pick<store.RecordingRow, 'reason' | 'providerMessage'> {
  if (remote.status === 'completed') return { reason: null, providerMessage: null };
  return {
    reason: remote.status === 'absent' ? 'absent' : 'provider_failed',
    providerMessage: remote.reason?.slice(0, 1000) ?? null,
  };
}

/** An address that does not fit is looked up when it is needed. */
function usableUrl(url: string | null): string | null {
  return url && url.length <= 4000 ? url : null;
}

/** What follows from news: the file is fetched, or people hear that there is none. */
async function follow(
  ctx: CompanyCtx,
  tx: Tx,
  recording: Pick<store.RecordingRow, 'id' | 'callId'>,
  isThere: boolean,
): Promise<void> {
  if (isThere)
    await enqueue(
      tx,
      'calls.fetch_recording',
      { recordingId: recording.id, companyId: ctx.companyId },
      { key: `recording:${recording.id}` },
    );
  else await ctx.kernel.news.tell(ctx, tx, 'recording.failed', recording.id);
  await announce(tx, ctx.companyId, recording);
}
