import type { FastifyInstance } from 'fastify';
import { wavFile } from '../../core/calls/audio.ts';
import { mp3File } from '../../core/calls/mp3.ts';
import { isoMicros } from '../../core/clock.ts';
import type { Answer, Call, Route } from '../../core/http.ts';
import { textAt } from '../../core/query.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { invalid, notFound } from '../dialect.ts';
import { compact, ok, page } from '../shape.ts';
import { linksTo, RECORDING, type Recording, recordingMs, recordingOfLink } from './recordings.ts';

/** Recordings that Telnyx keeps. */
export const recordingRoutes: Route[] = [
  { method: 'GET', path: '/recordings', handler: list },
  { method: 'GET', path: '/recordings/:id', handler: (call) => ok(view(call.sb, find(call))) },
  { method: 'DELETE', path: '/recordings/:id', handler: remove },
  { method: 'POST', path: '/recordings/actions/delete', handler: removeMany },
];

function find(call: Call): Recording {
  const recording = call.sb.store.getOwned<Recording>(RECORDING, call.account.id, call.params.id ?? '');
  if (recording?.status !== 'completed') throw notFound();
  return recording;
}

function view(sb: Sandbox, recording: Recording): Record<string, unknown> {
  const endedAtMs = recording.endedAtMs ?? recording.startedAtMs;
  return compact({
    ...{ record_type: 'recording', id: recording.id, status: 'completed', source: recording.source },
    ...{ call_control_id: recording.controlId, call_leg_id: recording.legId },
    ...{ call_session_id: recording.sessionId, connection_id: recording.connectionId },
    ...{
      conference_id: recording.roomId,
      channels: recording.channels,
      from: recording.from,
      to: recording.to,
    },
    initiated_by: 'StartCallRecordingAPI',
    duration_millis: recordingMs(recording),
    recording_started_at: isoMicros(recording.startedAtMs),
    recording_ended_at: isoMicros(endedAtMs),
    download_urls: compact(linksTo(sb, recording)),
    created_at: isoMicros(endedAtMs),
    updated_at: isoMicros(endedAtMs),
  });
}

const FILTERS: [string, (recording: Recording) => string | null][] = [
  ['call_control_id', (recording) => recording.controlId],
  ['call_leg_id', (recording) => recording.legId],
  ['call_session_id', (recording) => recording.sessionId],
  ['conference_id', (recording) => recording.roomId],
  ['connection_id', (recording) => recording.connectionId],
  ['from', (recording) => recording.from],
  ['to', (recording) => recording.to],
];

function list(call: Call): Answer {
  const { sb, account, query } = call;
  const since = Date.parse(textAt(query, 'filter', 'created_at', 'gte') ?? '');
  const found = sb.store
    .list<Recording>(RECORDING, account.id)
    .filter((recording) => recording.status === 'completed')
    .filter((recording) => !((recording.endedAtMs ?? 0) < since))
    .filter((recording) =>
      FILTERS.every(([field, read]) => {
        const wanted = textAt(query, 'filter', field);
        return wanted === undefined || wanted === read(recording);
      }),
    );
  return page(
    call,
    found.reverse().map((recording) => view(sb, recording)),
  );
}

function remove(call: Call): Answer {
  const recording = find(call);
  const shown = view(call.sb, recording);
  call.sb.store.remove(RECORDING, recording.id);
  return ok(shown);
}

function removeMany({ sb, account, body }: Call): Answer {
  if (!Array.isArray(body.ids)) throw invalid('/ids', 'ids must be a list.');
  for (const id of body.ids.map(String)) {
    if (sb.store.getOwned(RECORDING, account.id, id) !== undefined) sb.store.remove(RECORDING, id);
  }
  return { status: 200, body: { status: 'ok' } };
}

/** Serves recordings where their addresses lead, as the storage does: to whoever knows the address, for ten minutes. */
export function mountRecordings(app: FastifyInstance, sb: Sandbox): void {
  app.get('/_telnyx/recordings/:file', (request, reply) => {
    const { file } = request.params as { file: string };
    const recording = recordingOfLink(sb, file.split('.')[0] ?? '');
    if (recording === undefined) return reply.code(403).send('Request has expired');
    const seconds = recordingMs(recording) / 1000;
    const channels = recording.channels === 'dual' ? 2 : 1;
    const isWav = recording.format === 'wav';
    const bytes = isWav ? wavFile(seconds, channels) : mp3File(seconds, channels);
    return reply.type(isWav ? 'audio/wav' : 'audio/mpeg').send(bytes);
  });
}
