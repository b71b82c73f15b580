import { fetchMedia } from '../media.ts';
import { text, time, word } from '../parse.ts';
import type { LegOutcome, RecordingFetch, RemoteRecording } from '../voice.ts';
import type { TwilioParts } from './client.ts';
import { mediaPlaces } from './texts.ts';
import { unlessGone } from './voice-legs.ts';

const API = 'https://api.twilio.com/2010-04-01';
const PER_RECORD_MAX = 50;

/** Recordings of legs and conferences that have come to an end. */
export async function findRecordings(
  { client, request }: TwilioParts,
  recordIds: string[],
): Promise<RemoteRecording[]> {
  const found: RemoteRecording[] = [];
  for (const recordId of recordIds) {
    const about = recordId.startsWith('CF') ? { conferenceSid: recordId } : { callSid: recordId };
    const items = await request('repeatable', () =>
      client.recordings.list({ ...about, limit: PER_RECORD_MAX }),
    );
    for (const item of items) {
      const recording = toRemoteRecording(item as RecordingItem, recordId);
      if (recording) found.push(recording);
    }
  }
  return found;
}

/** What we read of a recording, as the SDK gives it. */
interface RecordingItem {
  sid?: string;
  status?: string;
  duration?: string | null;
  channels?: number | string | null;
  startTime?: Date | null;
  mediaUrl?: string | null;
  errorCode?: number | null;
}

function toRemoteRecording(item: RecordingItem, recordId: string): RemoteRecording | null {
  const recordingId = word(item.sid, 100);
  const { status } = item;
  if (!recordingId || (status !== 'completed' && status !== 'absent')) return null;
  const duration = text(item.duration);
  return {
    ...{ recordingId, recordId, reference: null, status },
    url: text(item.mediaUrl),
    channels: String(item.channels) === '2' ? 'dual' : 'mono',
    durationSeconds: duration && /^\d{1,7}$/.test(duration) ? Number(duration) : null,
    startedAt: time(item.startTime),
    reason: item.errorCode ? String(item.errorCode) : null,
  };
}

/**
 * Fetches the sound. The address is made of the recording's id, whatever address its news named: credentials go nowhere
 * else. WAV is what the telephone gave, and takes 16 kB a second for each side: what would not fit comes as MP3, which takes a
 * fraction of it, each side in a channel of its own there, too.
 */
export async function fetchRecording(
  parts: TwilioParts,
  recording: RemoteRecording,
  options: { bytesMax: number },
): Promise<RecordingFetch> {
  const { recordingId, channels } = recording;
  if (!recordingId || !/^RE[0-9a-zA-Z]+$/.test(recordingId)) return { kind: 'gone' };
  const base = `${API}/Accounts/${parts.account.accountSid}/Recordings/${recordingId}`;
  const get = async (file: string): Promise<RecordingFetch> => {
    const fetched = await fetchMedia(parts.deps, mediaPlaces(parts), `${base}${file}`, options);
    if (fetched.kind === 'fetched') return { ...fetched, contentType: soundType(fetched.contentType) };
    return fetched.kind === 'too_large' ? fetched : { kind: 'gone' };
  };
  const whole = wavBytes(recording) > options.bytesMax ? null : await get('.wav');
  if (whole && whole.kind !== 'too_large') return whole;
  return get(channels === 'dual' ? '.mp3?RequestedChannels=2' : '.mp3');
}

/** How large a recording is as WAV: 16 bit, 8000 times a second. Nought when it is not known how long it is. */
const wavBytes = ({ durationSeconds, channels }: RemoteRecording): number =>
  (durationSeconds ?? 0) * 16_000 * (channels === 'dual' ? 2 : 1);

/** Twilio calls WAV by its old name. */
const soundType = (type: string) => (type === 'audio/x-wav' || type === 'audio/wave' ? 'audio/wav' : type);

export function deleteRecording({ client, request }: TwilioParts, recordingId: string): Promise<LegOutcome> {
  return unlessGone(() => request('repeatable', () => client.recordings(recordingId).remove()));
}
