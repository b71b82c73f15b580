import { hasProviderStatus } from '../failure.ts';
import { fetchMedia } from '../media.ts';
import { text, time, word } from '../parse.ts';
import type { RecordingFetch, RemoteRecording } from '../voice.ts';
import type { TelnyxParts } from './client.ts';

const ID_MAX = 100;
const URL_MAX = 4000;

/** What Telnyx says of a recording, in an answer or in an event; any part may be missing or be something else. */
export interface TelnyxRecording {
  id?: unknown;
  call_leg_id?: unknown;
  channels?: unknown;
  duration_millis?: unknown;
  recording_started_at?: unknown;
  recording_ended_at?: unknown;
  download_urls?: unknown;
  recording_urls?: unknown;
  public_recording_urls?: unknown;
}

/** Null when it does not say which leg was recorded. */
export function toRecording(recording: TelnyxRecording, reference: string | null): RemoteRecording | null {
  const recordId = word(recording.call_leg_id, ID_MAX);
  if (!recordId) return null;
  const startedAt = time(recording.recording_started_at);
  return {
    recordingId: word(recording.id, ID_MAX),
    recordId,
    reference,
    status: 'completed',
    url:
      urlIn(recording.download_urls) ??
      urlIn(recording.recording_urls) ??
      urlIn(recording.public_recording_urls),
    channels: recording.channels === 'dual' ? 'dual' : 'mono',
    durationSeconds: secondsOf(recording, startedAt),
    startedAt,
    reason: null,
  };
}

function urlIn(urls: unknown): string | null {
  const { mp3, wav } = (typeof urls === 'object' && urls !== null ? urls : {}) as Record<string, unknown>;
  return [mp3, wav].map((url) => word(url, URL_MAX)).find((url) => url && /^https?:\/\//.test(url)) ?? null;
}

function secondsOf(recording: TelnyxRecording, startedAt: Date | null): number | null {
  const millis = recording.duration_millis;
  if (typeof millis === 'number' && Number.isFinite(millis) && millis >= 0) return Math.round(millis / 1000);
  const endedAt = time(recording.recording_ended_at);
  if (!startedAt || !endedAt || endedAt < startedAt) return null;
  return Math.round((endedAt.getTime() - startedAt.getTime()) / 1000);
}

/** Legs are recorded here, never rooms. */
export async function findRecordings(
  { client, request }: TelnyxParts,
  recordIds: string[],
): Promise<RemoteRecording[]> {
  const found: RemoteRecording[] = [];
  for (const recordId of new Set(recordIds.filter((id) => id !== ''))) {
    const page = await request('repeatable', () =>
      client.recordings.list({ filter: { call_leg_id: recordId }, 'page[size]': 250 }),
    );
    for (const item of page.data ?? []) {
      const recording = toRecording(item, null);
      if (recording?.recordId === recordId) found.push(recording);
    }
  }
  return found;
}

/** Addresses live for ten minutes: when one is over, or leads elsewhere, Telnyx is asked for another, once. */
export async function fetchRecording(
  parts: TelnyxParts,
  recording: RemoteRecording,
  options: { bytesMax: number },
): Promise<RecordingFetch> {
  const first = recording.url ? await fetchFrom(parts, recording.url, options) : null;
  if (first && first.kind !== 'gone') return first;
  const fresh = await freshUrl(parts, recording);
  return fresh && fresh !== recording.url ? fetchFrom(parts, fresh, options) : { kind: 'gone' };
}

async function fetchFrom(
  { account, deps }: TelnyxParts,
  url: string,
  options: { bytesMax: number },
): Promise<RecordingFetch> {
  const places = {
    provider: 'telnyx' as const,
    apiHost: 'api.telnyx.com',
    baseUrl: account.baseUrl,
    authorization: `Bearer ${account.apiKey}`,
    // Names that are no bucket of S3 may be machines of our own network.
    keeps: ({ hostname }: URL) =>
      /\.(telnyx|telnyxcloudstorage)\.com$/.test(hostname) ||
      /^([a-z0-9.-]+\.)?s3([.-][a-z0-9-]+)*\.amazonaws\.com$/.test(hostname),
  };
  const fetched = await fetchMedia(deps, places, url, options);
  if (fetched.kind !== 'forbidden') return fetched;
  deps.log.warn({ host: fetched.host }, 'A recording is said to be where Telnyx keeps none');
  return { kind: 'gone' };
}

async function freshUrl(parts: TelnyxParts, wanted: RemoteRecording): Promise<string | null> {
  const { client, request } = parts;
  if (wanted.recordingId) {
    const { recordingId } = wanted;
    try {
      const { data } = await request('repeatable', () => client.recordings.retrieve(recordingId));
      return data ? (toRecording(data, null)?.url ?? urlIn(data.download_urls)) : null;
    } catch (error) {
      if (hasProviderStatus(error, 404)) return null;
      throw error;
    }
  }
  const candidates = await findRecordings(parts, [wanted.recordId]);
  const startedMs = wanted.startedAt?.getTime();
  const same = candidates.find(({ startedAt }) => startedAt && startedAt.getTime() === startedMs);
  return (same ?? (candidates.length === 1 ? candidates[0] : undefined))?.url ?? null;
}

export async function deleteRecording(
  { client, request }: TelnyxParts,
  recordingId: string,
): Promise<'done' | 'gone'> {
  if (!text(recordingId)) return 'gone';
  try {
    await request('repeatable', () => client.recordings.delete(recordingId));
    return 'done';
  } catch (error) {
    if (hasProviderStatus(error, 404)) return 'gone';
    throw error;
  }
}
