import { sql, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import type { ProviderName } from '../providers/index.ts';
import type { RecordingKind, RecordingStatus, RecordingSummary } from './recordings.ts';

/** A recording, as its row has it. */
export interface RecordingRow {
  id: string;
  companyId: string;
  callId: string | null;
  kind: RecordingKind;
  provider: ProviderName;
  providerAccountId: string | null;
  externalId: string | null;
  recordId: string;
  legId: string | null;
  status: RecordingStatus;
  reason: string | null;
  providerMessage: string | null;
  channels: 'mono' | 'dual';
  durationSeconds: number | null;
  startedAt: Date | null;
  sourceUrl: string | null;
  contentType: string | null;
  sizeBytes: number | null;
  sha256: string | null;
  blobRef: string | null;
  sealedKey: Buffer | null;
  storedAt: Date | null;
  nextAttemptAt: Date | null;
  attempts: number;
  lastError: string | null;
  providerCopy: 'none' | 'kept' | 'leaving' | 'gone';
  providerDeletedAt: Date | null;
  heldAt: Date | null;
  heldBy: string | null;
  holdReason: string | null;
  heardAt: Date | null;
  heardBy: string | null;
  deletedAt: Date | null;
  deletedBy: string | null;
  deleteReason: string | null;
  createdAt: Date;
}

/** What is known of a recording when the provider first tells of it. */
export type NewRecording = Pick<
  RecordingRow,
  | ('id' | 'companyId' | 'callId' | 'kind' | 'provider' | 'providerAccountId' | 'externalId' | 'recordId')
  | ('legId' | 'status' | 'reason' | 'providerMessage' | 'channels' | 'durationSeconds' | 'startedAt')
  | ('sourceUrl' | 'nextAttemptAt' | 'providerCopy' | 'createdAt')
>;

/** Makes everybody who has news of the same record wait for each other until the transaction ends. */
export async function lockRecord(tx: Tx, provider: ProviderName, recordId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`recording:${provider}:${recordId}`}, 0))`.execute(
    tx,
  );
}

export async function insertRecording(tx: Tx, row: NewRecording): Promise<void> {
  await tx.insertInto('callRecordings').values(row).execute();
}

export async function findRecording(
  tx: Tx,
  id: string,
  lock: 'read' | 'change' = 'read',
): Promise<RecordingRow | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<RecordingRow>`
    select * from call_recordings where id = ${id} ${lock === 'change' ? sql`for update` : sql``}`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** All recordings that the provider made of one leg or room. */
export async function recordingsOfRecord(
  tx: Tx,
  provider: ProviderName,
  recordId: string,
): Promise<RecordingRow[]> {
  const { rows } = await sql<RecordingRow>`
    select * from call_recordings
    where company_id = current_company() and provider = ${provider} and record_id = ${recordId} order by id`.execute(
    tx,
  );
  return rows;
}

/** Writes columns of one recording. */
export async function updateRecording(
  tx: Tx,
  id: string,
  changes: Partial<Omit<RecordingRow, 'id' | 'companyId'>>,
): Promise<void> {
  await tx.updateTable('callRecordings').set(changes).where('id', '=', id).execute();
}

/** Whose account a call went through. */
export async function accountOfCall(
  tx: Tx,
  callId: string,
): Promise<{ provider: ProviderName; providerAccountId: string | null } | null> {
  const { rows } = await sql<{ provider: ProviderName; providerAccountId: string | null }>`
    select provider, provider_account_id from calls where id = ${callId}`.execute(tx);
  return rows[0] ?? null;
}

export async function hasCall(tx: Tx, callId: string): Promise<boolean> {
  return isId(callId) && (await accountOfCall(tx, callId)) !== null;
}

/** By call: what each has. */
export async function summariesOf(tx: Tx, callIds: string[]): Promise<Map<string, RecordingSummary[]>> {
  const byCall = new Map<string, RecordingSummary[]>();
  if (callIds.length === 0) return byCall;
  const { rows } = await sql<RecordingSummary & { callId: string }>`
    select id, call_id, kind, status, duration_seconds from call_recordings
    where call_id = any (${callIds}::uuid[]) order by call_id, id`.execute(tx);
  for (const { callId, ...summary } of rows) byCall.set(callId, [...(byCall.get(callId) ?? []), summary]);
  return byCall;
}

/** A recording with what a list says of its call. */
export interface ListedRecording extends RecordingRow {
  direction: 'INBOUND' | 'OUTBOUND' | null;
  fromNumber: string | null;
  toNumber: string | null;
  ourNumber: string | null;
  contactId: string | null;
}

export interface RecordingFilter {
  callId?: string | undefined;
  kind?: RecordingKind | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  /** Either party's, in E.164. */
  number?: string | undefined;
  unheard?: boolean | undefined;
  /** Rows that are kept as evidence of a deletion. */
  deleted?: boolean | undefined;
}

const listed = sql`select recording.*, direction, from_number, to_number, our_number, contact_id
  from call_recordings as recording left join calls on calls.id = recording.call_id`;

/** A page, newest first. */
export async function listRecordings(
  tx: Tx,
  filter: RecordingFilter,
  beforeId: string | null,
  limit: number,
): Promise<ListedRecording[]> {
  const conditions = [sql`recording.company_id = current_company()`];
  if (beforeId) conditions.push(sql`recording.id < ${beforeId}::uuid`);
  if (filter.callId) conditions.push(sql`recording.call_id = ${filter.callId}::uuid`);
  if (filter.kind) conditions.push(sql`recording.kind = ${filter.kind}`);
  if (filter.since) conditions.push(sql`recording.created_at >= ${filter.since}`);
  if (filter.until) conditions.push(sql`recording.created_at < ${filter.until}`);
  if (filter.number) conditions.push(sql`${filter.number} in (from_number, to_number, our_number)`);
  if (filter.unheard)
    conditions.push(sql`recording.heard_at is null and recording.status in ('pending', 'stored')`);
  if (filter.deleted === false) conditions.push(sql`recording.status <> 'deleted'`);
  const { rows } = await sql<ListedRecording>`
    ${listed} where ${sql.join(conditions, sql` and `)} order by recording.id desc limit ${limit}`.execute(
    tx,
  );
  return rows;
}

export async function findListed(tx: Tx, id: string): Promise<ListedRecording | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<ListedRecording>`${listed} where recording.id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

/** How many voicemails wait for somebody to listen. */
export async function countUnheard(tx: Tx): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from call_recordings
    where company_id = current_company() and kind = 'voicemail' and status <> 'deleted' and heard_at is null`.execute(
    tx,
  );
  return rows[0]!.count;
}

/** Whose a recording is. For the system role. */
export async function companyOfRecording(tx: Tx, id: string): Promise<string | null> {
  const { rows } = await sql<{ companyId: string }>`
    select company_id from call_recordings where id = ${id}`.execute(tx);
  return rows[0]?.companyId ?? null;
}

interface Place {
  id: string;
  companyId: string;
}

/** Recordings of all companies for which something is left to be done now. For the system role. */
export async function dueRecordings(tx: Tx, now: Date, limit: number): Promise<Place[]> {
  const { rows } = await sql<Place>`
    select id, company_id from call_recordings where next_attempt_at <= ${now} order by next_attempt_at limit ${limit}`.execute(
    tx,
  );
  return rows;
}

/** Takes what is due of one recording until `leaseUntil`: whoever dies with it leaves it to the next. */
export async function claimRecording(
  tx: Tx,
  id: string,
  now: Date,
  leaseUntil: Date,
): Promise<RecordingRow | null> {
  const { rows } = await sql<RecordingRow>`
    update call_recordings set attempts = attempts + 1, next_attempt_at = ${leaseUntil}
    where id = (select id from call_recordings where id = ${id} and next_attempt_at <= ${now} for update skip locked)
    returning *`.execute(tx);
  return rows[0] ?? null;
}

/** Nothing is left to be done for a recording, unless there is. */
export async function settleRecording(tx: Tx, id: string): Promise<void> {
  await sql`
    update call_recordings set next_attempt_at = null, attempts = 0
    where id = ${id} and status <> 'pending' and provider_copy <> 'leaving' and (status <> 'deleted' or blob_ref is null)`.execute(
    tx,
  );
}

/** Recordings that came before their call, with the call that is here by now. For the system role. */
export async function findAdoptable(
  tx: Tx,
  since: Date,
  limit: number,
): Promise<(Place & { callId: string })[]> {
  const { rows } = await sql<Place & { callId: string }>`
    select stray.id, stray.company_id, leg.call_id from call_recordings as stray
    cross join lateral (
      select call_id, company_id from call_legs where id = stray.leg_id
      union all select call_id, company_id from call_legs where provider = stray.provider and external_id = stray.record_id
      union all select call_id, company_id from call_legs where provider = stray.provider and record_id = stray.record_id
    ) as leg
    where stray.call_id is null and stray.created_at >= ${since} and leg.company_id = stray.company_id
    order by stray.id limit ${limit}`.execute(tx);
  return rows;
}

/** Gives recordings that came before their call to it. @returns their ids. */
export async function adoptFor(tx: Tx, callId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update call_recordings as stray set call_id = ${callId}
    where company_id = current_company() and call_id is null and (
      leg_id in (select id from call_legs where call_id = ${callId})
      or (provider, record_id) in (
        select provider, external_id from call_legs where call_id = ${callId} and external_id is not null
        union select provider, record_id from call_legs where call_id = ${callId} and record_id is not null
        union select provider, room_id from calls where id = ${callId} and room_id is not null)
    ) returning id`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Which of these references no recording has. For the system role. */
export async function unreferenced(tx: Tx, refs: string[]): Promise<string[]> {
  const { rows } = await sql<{ ref: string }>`
    select ref from unnest(${refs}::text[]) as ref
    where not exists (select from call_recordings where blob_ref = ref)`.execute(tx);
  return rows.map(({ ref }) => ref);
}

/** Recordings older than a moment that nothing protects, the oldest first, held until the transaction ends. */
export async function lockExpired(tx: Tx, before: Date, limit: number): Promise<RecordingRow[]> {
  const { rows } = await sql<RecordingRow>`
    select * from call_recordings
    where company_id = current_company() and status <> 'deleted' and created_at < ${before} and held_at is null
    order by created_at limit ${limit} for update skip locked`.execute(tx);
  return rows;
}

/** How many recordings older than a moment would be deleted. */
export async function countExpired(tx: Tx, before: Date): Promise<{ count: number; oldest: Date | null }> {
  const { rows } = await sql<{ count: number; oldest: Date | null }>`
    select count(*) as count, min(created_at) as oldest from call_recordings
    where company_id = current_company() and status <> 'deleted' and created_at < ${before} and held_at is null`.execute(
    tx,
  );
  return rows[0]!;
}

/** How many recordings older than a moment are kept only because they are on hold. */
export async function countHeld(tx: Tx, before: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from call_recordings
    where company_id = current_company() and status <> 'deleted' and created_at < ${before} and held_at is not null`.execute(
    tx,
  );
  return rows[0]!.count;
}
