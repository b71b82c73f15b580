import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { networkReason, RelaisError } from '../../kernel/errors.ts';
import { enqueue } from '../../kernel/jobs.ts';
import { type ProviderName, portFor, type RemoteRecording, type VoicePort } from '../providers/index.ts';
import { announce } from './recording-announce.ts';
import { type KeptFile, keepFile, soundOf } from './recording-file.ts';
import type { FailureCode } from './recording-reasons.ts';
import { recordingSettings } from './recording-settings.ts';
import * as store from './recordings-store.ts';
import { stateOf } from './state.ts';

type RecordingPort = Pick<VoicePort, 'findRecordings' | 'fetchRecording' | 'deleteRecording'>;
/** Who gives out ports: portFor, or what stands for the far side in a test. */
export type PortOf = (
  ctx: CompanyCtx,
  provider: ProviderName,
  accountId: string | null,
) => Promise<{ port: RecordingPort }>;

const MB = 1024 * 1024;
/** Nobody else takes a recording on for so long: fetching and keeping a large one must fit. */
const LEASE_MS = 10 * 60_000;
const FIRST_WAIT_MS = 10_000;
/** What lasts longer, or nobody knows how long, is large. */
const LARGE_SECONDS = 600;
const LARGE_AT_ONCE = 2;
/** When the next turn is looked for. */
const TURN_MS = 5000;
const WAIT_MAX_MS = 6 * 3_600_000;
/** With these waits, about a day. */
const TRIES_MAX = 15;
/** Providers tell of recordings that they do not give out for some seconds more. */
const GONE_TRIES = 4;
/** Providers give the start of a recording in seconds or in milliseconds. */
const SAME_START_MS = 1500;

/**
 * Does what is left to be done for a recording: fetches its file, removes it, or has the provider remove its copy. Whoever
 * dies with it leaves it to a later try; what fails is tried again with longer and longer waits.
 */
export async function attendRecording(
  kernel: Kernel,
  companyId: string,
  id: string,
  portOf: PortOf = portFor,
): Promise<void> {
  const ctx = systemCtx(kernel, companyId, 'calls.recordings');
  const leaseUntil = new Date(kernel.clock.nowMs() + LEASE_MS);
  const row = await transact(ctx, (tx) => store.claimRecording(tx, id, kernel.clock.now(), leaseUntil));
  if (!row) return;
  try {
    if (row.status === 'pending') await fetchInTurn(ctx, row, portOf);
    else await removeCopies(ctx, row, portOf);
  } catch (error) {
    ctx.log.warn({ err: error, recordingId: id, attempt: row.attempts }, 'A recording must be tried again');
    await transact(ctx, (tx) => postpone(ctx, tx, row, error));
  }
}

/** Whole files are held in memory: a process has two large ones in hand, and the others wait. */
async function fetchInTurn(ctx: CompanyCtx, row: store.RecordingRow, portOf: PortOf): Promise<void> {
  if (row.durationSeconds !== null && row.durationSeconds <= LARGE_SECONDS)
    return fetchFile(ctx, row, portOf);
  const state = stateOf(ctx.kernel);
  if (state.largeFetches >= LARGE_AT_ONCE) return letWait(ctx, row);
  state.largeFetches += 1;
  try {
    await fetchFile(ctx, row, portOf);
  } finally {
    state.largeFetches -= 1;
  }
}

/** A turn that did not come is no try. */
function letWait(ctx: CompanyCtx, { id, attempts }: store.RecordingRow): Promise<void> {
  return transact(ctx, async (tx) => {
    const row = await store.findRecording(tx, id, 'change');
    if (row?.status !== 'pending') return;
    const nextAttemptAt = new Date(ctx.kernel.clock.nowMs() + TURN_MS);
    await store.updateRecording(tx, id, { attempts: attempts - 1, nextAttemptAt });
  });
}

async function fetchFile(ctx: CompanyCtx, row: store.RecordingRow, portOf: PortOf): Promise<void> {
  const { port } = await portOf(ctx, row.provider, row.providerAccountId);
  const bytesMax = ctx.kernel.config.RECORDING_MAX_MB * MB;
  const fetched = await fetchFrom(port, row, bytesMax);
  if (fetched.kind === 'gone' && row.attempts < GONE_TRIES)
    throw new Error('the provider has it not, or not yet');
  if (fetched.kind !== 'fetched') return giveUp(ctx, row, fetched.kind);
  if (fetched.bytes.length > bytesMax) return giveUp(ctx, row, 'too_large');
  const contentType = await soundOf(fetched.bytes);
  if (!contentType) {
    // An error page of something in between passes; what the provider itself says is sound does not change.
    if (row.attempts < GONE_TRIES) throw new Error(`what came is no sound: ${fetched.contentType}`);
    return giveUp(ctx, row, 'not_audio');
  }
  const file = await keepFile(ctx, fetched.bytes, contentType).catch((cause) => {
    throw new RelaisError('storage_unavailable', { cause });
  });
  const isWanted = await transact(ctx, (tx) => storeFile(ctx, tx, row, file, fetched.recordingId));
  // Somebody deleted it meanwhile. When the transaction fails instead, nobody knows whether it was stored: the sweep does.
  if (!isWanted) await ctx.kernel.blobs.remove(file.blobRef!);
}

type Fetched = Awaited<ReturnType<RecordingPort['fetchRecording']>> & { recordingId?: string | null };

/** Addresses of recordings live for minutes: after the first try, or when one is used up, the provider is asked for another. */
async function fetchFrom(port: RecordingPort, row: store.RecordingRow, bytesMax: number): Promise<Fetched> {
  const told = row.externalId || row.sourceUrl ? asTold(row) : null;
  if (told && row.attempts === 1) {
    const fetched = await port.fetchRecording(told, { bytesMax });
    if (fetched.kind !== 'gone') return { ...fetched, recordingId: told.recordingId };
  }
  const found = (await lookUp(port, row)) ?? (row.externalId ? told : null);
  if (!found) return { kind: 'gone' };
  return { ...(await port.fetchRecording(found, { bytesMax })), recordingId: found.recordingId };
}

function asTold(row: store.RecordingRow): RemoteRecording {
  return {
    ...{ recordingId: row.externalId, recordId: row.recordId, reference: row.legId, status: 'completed' },
    ...{ url: row.sourceUrl, channels: row.channels, durationSeconds: row.durationSeconds },
    ...{ startedAt: row.startedAt, reason: null },
  };
}

/** The recording as the provider has it now; null when it has none, or several that could be meant. */
async function lookUp(port: RecordingPort, row: store.RecordingRow): Promise<RemoteRecording | null> {
  const all = (await port.findRecordings([row.recordId])).filter(({ status }) => status === 'completed');
  if (row.externalId) return all.find(({ recordingId }) => recordingId === row.externalId) ?? null;
  const startsThen = ({ startedAt }: RemoteRecording) =>
    row.startedAt !== null &&
    startedAt !== null &&
    Math.abs(startedAt.getTime() - row.startedAt.getTime()) <= SAME_START_MS;
  const [only, ...others] = all;
  return all.find(startsThen) ?? (only && others.length === 0 && !row.startedAt ? only : null);
}

async function storeFile(
  ctx: CompanyCtx,
  tx: Tx,
  { id }: store.RecordingRow,
  file: KeptFile,
  recordingId: string | null | undefined,
): Promise<boolean> {
  const row = await store.findRecording(tx, id, 'change');
  if (row?.status !== 'pending') return false;
  const { deleteProviderCopies } = await recordingSettings(tx);
  const now = ctx.kernel.clock.now();
  await store.updateRecording(tx, id, {
    ...{ ...file, status: 'stored', storedAt: now, sourceUrl: null, lastError: null, attempts: 0 },
    externalId: row.externalId ?? recordingId ?? null,
    nextAttemptAt: deleteProviderCopies ? now : null,
    providerCopy: deleteProviderCopies ? 'leaving' : row.providerCopy,
  });
  if (deleteProviderCopies) await enqueueTidying(tx, row);
  await ctx.kernel.news.tell(ctx, tx, 'recording.stored', id);
  await announce(tx, ctx.companyId, row);
  return true;
}

/** Has a job do soon what is left to be done for a recording. */
export function enqueueTidying(tx: Tx, { id, companyId }: store.RecordingRow): Promise<void> {
  return enqueue(tx, 'calls.tidy_recording', { recordingId: id, companyId }, { key: `tidy_recording:${id}` });
}

function giveUp(ctx: CompanyCtx, row: store.RecordingRow, reason: FailureCode): Promise<void> {
  return transact(ctx, (tx) => markFailed(ctx, tx, row.id, reason));
}

async function markFailed(ctx: CompanyCtx, tx: Tx, id: string, reason: FailureCode): Promise<void> {
  const row = await store.findRecording(tx, id, 'change');
  if (row?.status !== 'pending') return;
  await store.updateRecording(tx, id, { status: 'failed', reason, sourceUrl: null, nextAttemptAt: null });
  await ctx.kernel.news.tell(ctx, tx, 'recording.failed', id);
  await announce(tx, ctx.companyId, row);
}

/** Removes our file of a recording that was deleted, and the provider's copy when it is to go. */
async function removeCopies(ctx: CompanyCtx, row: store.RecordingRow, portOf: PortOf): Promise<void> {
  if (row.status === 'deleted' && row.blobRef) {
    await ctx.kernel.blobs.remove(row.blobRef);
    await transact(ctx, (tx) => store.updateRecording(tx, row.id, { blobRef: null }));
  }
  if (row.providerCopy === 'leaving') {
    await removeProviderCopy(ctx, row, portOf);
    const providerDeletedAt = ctx.kernel.clock.now();
    await transact(ctx, (tx) =>
      store.updateRecording(tx, row.id, { providerCopy: 'gone', providerDeletedAt, lastError: null }),
    );
  }
  await transact(ctx, (tx) => store.settleRecording(tx, row.id));
}

async function removeProviderCopy(ctx: CompanyCtx, row: store.RecordingRow, portOf: PortOf): Promise<void> {
  const { port } = await portOf(ctx, row.provider, row.providerAccountId);
  const recordingId = row.externalId ?? (await lookUp(port, row))?.recordingId;
  if (recordingId) await port.deleteRecording(recordingId);
}

/** Waits longer each time; what nobody can do anything about any more is said so instead of tried for ever. */
async function postpone(ctx: CompanyCtx, tx: Tx, tried: store.RecordingRow, error: unknown): Promise<void> {
  const row = await store.findRecording(tx, tried.id, 'change');
  // Somebody changed what is to be done: that has its own first try.
  if (row?.status !== tried.status) return;
  const lastError = networkReason(error).slice(0, 1000);
  const isLast = row.attempts >= TRIES_MAX;
  if (isLast && row.status === 'pending') {
    await store.updateRecording(tx, row.id, { lastError });
    const isOurs = error instanceof RelaisError && error.code === 'storage_unavailable';
    return markFailed(ctx, tx, row.id, isOurs ? 'storage_failed' : 'unreachable');
  }
  // Our own file of a deleted recording is never left behind; a provider that does not answer for a day is.
  const isOver = isLast && !(row.status === 'deleted' && row.blobRef);
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (row.attempts - 1), WAIT_MAX_MS);
  const nextAttemptAt = isOver ? null : new Date(ctx.kernel.clock.nowMs() + waitMs);
  await store.updateRecording(tx, row.id, { lastError, nextAttemptAt });
  await announce(tx, ctx.companyId, row);
}
