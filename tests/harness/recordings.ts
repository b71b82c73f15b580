import { randomBytes, randomUUID } from 'node:crypto';
import { systemClock } from '../../server/kernel/clock.ts';
import type { Config } from '../../server/kernel/config.ts';
import type { Kernel } from '../../server/kernel/ctx.ts';
import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { newId } from '../../server/kernel/ids.ts';
import { attendRecording, type PortOf } from '../../server/modules/calls/recording-fetch.ts';
import { noteRecording, type RecordingKind } from '../../server/modules/calls/recordings.ts';
import type { RecordingFetch, RemoteRecording } from '../../server/modules/providers/index.ts';
import { eventually } from './eventually.ts';
import { startRelais, type TestRelais } from './relais.ts';

/** A call that is over, with one leg, as if it had been made. */
export interface MadeCall {
  id: string;
  legId: string;
  /** The provider's name of the leg. */
  recordId: string;
}

interface CallWanted {
  companyId: string;
  provider?: 'telnyx' | 'twilio';
  from?: string;
  to?: string;
  contactId?: string | null;
}

/** Writes a call of a company as it is when it has ended. */
export async function makeCall(kernel: Kernel, wanted: CallWanted): Promise<MadeCall> {
  const { companyId, provider = 'twilio', from = '+33612345678', to = '+14155550123' } = wanted;
  const [id, legId, recordId] = [
    newId(kernel.clock),
    newId(kernel.clock),
    `CA${randomUUID().replaceAll('-', '')}`,
  ];
  const at = kernel.clock.now();
  await kernel.db.ownerPool.query(
    `insert into calls (id, company_id, provider, direction, status, from_number, to_number, our_number, contact_id, via, author_kind,
       plan, root_leg_id, answered_at, ended_at, duration_seconds, created_at)
     values ($1, $2, $3, 'INBOUND', 'COMPLETED', $4, $5, $5, $6, 'routing', 'system', '[]', $7, $8, $8, 30, $8)`,
    [id, companyId, provider, from, to, wanted.contactId ?? null, legId, at],
  );
  await makeLeg(kernel, { companyId, provider, callId: id, legId, recordId });
  return { id, legId, recordId };
}

async function makeLeg(
  kernel: Kernel,
  leg: { companyId: string; provider: string; callId: string; legId: string; recordId: string },
): Promise<void> {
  await kernel.db.ownerPool.query(
    `insert into call_legs (id, company_id, call_id, party, role, address, state, provider, external_id, record_id, ended_at, created_at)
     values ($1, $2, $3, 'caller', 'root', '+33612345678', 'ended', $4, $5, $5, $6, $6)`,
    [leg.legId, leg.companyId, leg.callId, leg.provider, leg.recordId, kernel.clock.now()],
  );
}

/** A whole WAV file (RIFF, 8 kHz, 16 bit) of about so many bytes, of noise, so that every part of it is like no other. */
export function wav(sizeBytes: number, channels = 1): Buffer {
  const data = randomBytes(Math.max(sizeBytes - 44, 0));
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16_000 * channels, 28);
  header.writeUInt16LE(2 * channels, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

/** News of a recording that is there. */
export function remote(recordId: string, more: Partial<RemoteRecording> = {}): RemoteRecording {
  return {
    ...{
      recordingId: `RE${randomUUID().replaceAll('-', '')}`,
      recordId,
      reference: null,
      status: 'completed',
    },
    ...{
      url: null,
      channels: 'dual',
      durationSeconds: 30,
      startedAt: new Date('2026-05-04T09:00:00Z'),
      reason: null,
    },
    ...more,
  };
}

/** What stands for a provider's recordings: it holds them, gives them out, or fails as it is told. */
export interface FarSide {
  held: Map<string, { recording: RemoteRecording; bytes: Buffer }>;
  fetches: number;
  /** Instead of the recording. */
  answer: (() => RecordingFetch) | null;
  /** It does not answer at all. */
  down: boolean;
  hold(recording: RemoteRecording, bytes: Buffer): RemoteRecording;
  port: PortOf;
}

export function farSide(): FarSide {
  const held: FarSide['held'] = new Map();
  const side: FarSide = {
    held,
    fetches: 0,
    answer: null,
    down: false,
    hold(recording: RemoteRecording, bytes: Buffer): RemoteRecording {
      held.set(recording.recordingId!, { recording, bytes });
      return recording;
    },
    port: async () => ({
      port: {
        findRecordings: async (recordIds) => {
          if (side.down) throw new Error('connect ECONNREFUSED');
          return [...held.values()]
            .map(({ recording }) => recording)
            .filter(({ recordId }) => recordIds.includes(recordId));
        },
        fetchRecording: async ({ recordingId }, { bytesMax }) => {
          side.fetches += 1;
          if (side.down) throw new Error('connect ECONNREFUSED');
          if (side.answer) return side.answer();
          const found = recordingId && held.get(recordingId);
          if (!found) return { kind: 'gone' };
          if (found.bytes.length > bytesMax) return { kind: 'too_large' };
          return { kind: 'fetched', bytes: found.bytes, contentType: 'audio/x-wav' };
        },
        deleteRecording: async (recordingId) => {
          if (side.down) throw new Error('connect ECONNREFUSED');
          return held.delete(recordingId) ? 'done' : 'gone';
        },
      },
    }),
  };
  return side;
}

/** Hands the news of a recording to the module, as an event of the provider does. @returns the recording's id. */
export async function tell(
  kernel: Kernel,
  companyId: string,
  of: { callId: string; kind?: RecordingKind },
  news: RemoteRecording,
): Promise<string> {
  const ctx = systemCtx(kernel, companyId, 'test');
  await transact(ctx, (tx) => noteRecording(ctx, tx, { callId: of.callId, kind: of.kind ?? 'call' }, news));
  const { rows } = await kernel.db.ownerPool.query(
    'select id from call_recordings where company_id = $1 and record_id = $2 order by id desc limit 1',
    [companyId, news.recordId],
  );
  return rows[0]?.id;
}

/** A recording of a new call that has been fetched and kept. */
export async function keepRecording(
  kernel: Kernel,
  companyId: string,
  bytes: Buffer,
  options: { kind?: RecordingKind; side?: FarSide } = {},
): Promise<{ id: string; call: MadeCall; news: RemoteRecording }> {
  const side = options.side ?? farSide();
  const call = await makeCall(kernel, { companyId });
  const news = side.hold(remote(call.recordId), bytes);
  const id = await tell(
    kernel,
    companyId,
    { callId: call.id, ...(options.kind ? { kind: options.kind } : {}) },
    news,
  );
  // Where jobs run by themselves, one may have tried it with the real far side, which knows nothing of it.
  await eventually(async () => {
    await attendRecording(kernel, companyId, id, side.port);
    const { rows } = await kernel.db.ownerPool.query(
      `update call_recordings set next_attempt_at = case when status = 'pending' then $2 else next_attempt_at end
       where id = $1 returning status`,
      [id, kernel.clock.now()],
    );
    if (rows[0].status !== 'stored') throw new Error(`The recording is ${rows[0].status}`);
  });
  return { id, call, news };
}

/** What a test of recordings looks at, and does, in one running Relais. Jobs run when the test says so. */
export function recordingDesk(relais: TestRelais) {
  const { kernel, companyId } = relais;
  const { ownerPool } = kernel.db;
  const told: [string, string][] = [];
  for (const topic of ['recording.stored', 'recording.failed'])
    kernel.news.on(topic, async (_ctx, _tx, id) => void told.push([topic, id]));
  return {
    rowOf: async (id: string) =>
      (await ownerPool.query('select * from call_recordings where id = $1', [id])).rows[0],
    /** The audit log's entries about something, oldest first. */
    auditOf: async (entityId: string) =>
      (
        await ownerPool.query(
          'select action, changes, actor_kind from audit_log where entity_id = $1 order by id',
          [entityId],
        )
      ).rows,
    /** What was told of a recording to whoever listens. */
    newsOf: (id: string) => told.filter(([, of]) => of === id).map(([topic]) => topic),
    /** How many files the database keeps. */
    objects: async (): Promise<number> =>
      (await ownerPool.query('select count(*) as count from pg_largeobject_metadata')).rows[0].count,
    viewOf: async (id: string) => {
      const { body } = await relais.api.get('/api/recordings?limit=200&deleted=1');
      return body.recordings.find((each: { id: string }) => each.id === id);
    },
    attend: (id: string, side: FarSide) => attendRecording(kernel, companyId, id, side.port),
    setSettings: (settings: unknown) =>
      ownerPool.query(
        `insert into call_settings (company_id, settings, updated_at) values ($1, $2, now())
         on conflict (company_id) do update set settings = excluded.settings`,
        [companyId, JSON.stringify(settings)],
      ),
    linkTo: async (id: string): Promise<string> => {
      const { status, body } = await relais.api.post(`/api/recordings/${id}/link`);
      if (status !== 201) throw new Error(`No link: ${status} ${JSON.stringify(body)}`);
      return relais.baseUrl + body.url;
    },
  };
}

export type Desk = ReturnType<typeof recordingDesk>;

export const play = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(url, { headers, method });

/** A Relais whose recordings a test looks at: no worker runs, and its clock can be set ahead. */
export async function startRecordings(config: Partial<Config> = {}) {
  const clock = aheadClock();
  const settings = { RELAIS_ROLE: 'api' as const, RECORDING_MAX_MB: 1, ...config };
  const relais = await startRelais({ clock, config: settings });
  const { kernel, companyId } = relais;
  return { relais, clock, kernel, companyId, desk: recordingDesk(relais) };
}

export type Recordings = Awaited<ReturnType<typeof startRecordings>>;

/** A clock that runs, and can be set ahead. */
function aheadClock() {
  const clock = {
    ahead: 0,
    nowMs: () => systemClock.nowMs() + clock.ahead,
    now: () => new Date(clock.nowMs()),
  };
  return clock;
}
