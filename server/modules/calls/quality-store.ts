import { planShared, sql, type Tx } from '../../kernel/db/index.ts';
import { columnsOf } from './columns-store.ts';
import type { CleanSample, Direction, Level, Summary, WarningKind, Watch } from './quality-model.ts';

/** What the quality of a call is judged by, of the call itself. */
export interface QualityCall {
  id: string;
  provider: 'telnyx' | 'twilio';
  providerAccountId: string | null;
  direction: 'INBOUND' | 'OUTBOUND';
  fromNumber: string;
  toNumber: string;
  ourNumber: string;
  userId: string | null;
  createdAt: Date;
  endedAt: Date | null;
}

export async function findCall(tx: Tx, callId: string): Promise<QualityCall | null> {
  const { rows } = await sql<QualityCall>`
    select id, provider, provider_account_id, direction, from_number, to_number, our_number, user_id, created_at, ended_at
    from calls where id = ${callId} and company_id = current_company()`.execute(tx);
  return rows[0] ?? null;
}

/** A leg that talked, and whether the provider has said how it sounded. */
export interface QualityLeg {
  id: string;
  party: 'caller' | 'callee' | 'agent';
  userId: string | null;
  externalId: string;
  recordId: string | null;
  reported: boolean;
}

export async function talkedLegs(tx: Tx, callId: string): Promise<QualityLeg[]> {
  const { rows } = await sql<QualityLeg>`
    select id, party, user_id, external_id, record_id, exists (select from call_quality_reports
      where call_quality_reports.call_id = call_legs.call_id and leg_id = call_legs.id) as reported
    from call_legs where call_id = ${callId} and answered_at is not null and external_id is not null order by id limit 50`.execute(
    tx,
  );
  return rows;
}

/** Whether a person is, or was, one who talks in the call. */
export async function isInCall(tx: Tx, callId: string, userId: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from calls where id = ${callId} and user_id = ${userId}
    union all select 1 from call_legs where call_id = ${callId} and user_id = ${userId} and answered_at is not null limit 1`.execute(
    tx,
  );
  return rows.length > 0;
}

/** The company's own thresholds as they were saved, or null. */
export async function savedThresholds(tx: Tx): Promise<unknown> {
  const { rows } = await sql<{ quality: unknown }>`
    select settings -> 'quality' as quality from call_settings where company_id = current_company()`.execute(
    tx,
  );
  return rows[0]?.quality ?? null;
}

export interface QualityRow extends Summary {
  callId: string;
  discarded: number;
  watch: Record<string, Watch>;
  ended: boolean;
  asks: number;
}

const REPORT = columnsOf<NewReport>(
  ['callId', 'legId', 'source', 'edge', 'codec', 'inboundJitterMs', 'inboundLatencyMs', 'inboundLossPercent'],
  ['inboundMos', 'inboundMosComputed', 'inboundPackets', 'outboundJitterMs', 'outboundLatencyMs'],
  ['outboundLossPercent', 'outboundMos', 'outboundMosComputed', 'outboundPackets'],
);
const JUDGED = columnsOf<JudgedQuality>(
  ['callId', 'mos', 'level', 'worstSide', 'jitterMs', 'latencyMs', 'packetLossPercent', 'codec'],
  ['softphoneLevel', 'edgeLevel', 'discarded', 'ended', 'userId'],
);

const ROW = sql.raw(
  'call_id, mos, level, worst_side, jitter_ms, latency_ms, packet_loss_percent, codec, softphone_level, edge_level, discarded, watch, ended, asks',
);

/** Where a call's quality is counted. */
export interface QualityPlace {
  call: QualityCall;
  country: string | null;
  prefix: string | null;
}

/**
 * Makes the rows of calls where there are none, and locks them: what is told of one call is judged one after the other. Two
 * statements that are sent together, whatever the number of calls.
 */
export async function lockQualities(
  tx: Tx,
  companyId: string,
  places: readonly QualityPlace[],
  at: Date,
): Promise<Map<string, QualityRow>> {
  const rows = places.map(({ call, country, prefix }) => ({
    ...{ id: call.id, provider: call.provider, our_number: call.ourNumber, user_id: call.userId },
    ...{ country, prefix, started_at: call.createdAt },
  }));
  const [, locked] = await Promise.all([
    sql`
      ${planShared} insert into call_quality (call_id, company_id, provider, our_number, user_id, country, prefix, started_at, updated_at)
      select id, ${companyId}::uuid, provider, our_number, user_id, country, prefix, started_at, ${at}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as item
        (id uuid, provider text, our_number text, user_id uuid, country text, prefix text, started_at timestamptz)
      order by id on conflict (call_id) do nothing`.execute(tx),
    sql<QualityRow>`
      ${planShared} select ${ROW} from call_quality where call_id = any (${places.map(({ call }) => call.id)}::uuid[])
      order by call_id for update`.execute(tx),
  ]);
  return new Map(locked.rows.map((row) => [row.callId, row]));
}

export async function findQuality(tx: Tx, callId: string): Promise<QualityRow | null> {
  const { rows } = await sql<QualityRow>`
    select ${ROW} from call_quality where call_id = ${callId} and company_id = current_company()`.execute(tx);
  return rows[0] ?? null;
}

export async function updateQuality(
  tx: Tx,
  callId: string,
  change: Partial<Omit<QualityRow, 'watch'>> & { userId?: string | null; watch?: string; updatedAt: Date },
): Promise<void> {
  await tx.updateTable('callQuality').set(change).where('callId', '=', callId).execute();
}

/** What calls have come to. */
export type JudgedQuality = Summary &
  Pick<QualityRow, 'callId' | 'discarded' | 'ended'> & { userId: string | null };

/** Writes what calls that the transaction holds have come to, in one statement. */
export async function saveQualities(tx: Tx, rows: readonly JudgedQuality[], at: Date): Promise<void> {
  await sql`
    ${planShared} update call_quality set updated_at = ${at}::timestamptz, ${JUDGED.set}
    from jsonb_populate_recordset(null::call_quality, ${JUDGED.json(rows)}::jsonb) as item
    where call_quality.call_id = item.call_id`.execute(tx);
}

/** @returns how often the provider was asked before. */
export async function countAsk(tx: Tx, callId: string): Promise<number> {
  const { rows } = await sql<{ asks: number }>`
    update call_quality set asks = asks + 1 where call_id = ${callId} returning asks - 1 as asks`.execute(tx);
  return rows[0]?.asks ?? Number.POSITIVE_INFINITY;
}

export interface ReportRow {
  legId: string;
  party: 'caller' | 'callee' | 'agent';
  userId: string | null;
  source: 'telnyx' | 'twilio';
  edge: string | null;
  codec: string | null;
  inboundJitterMs: number | null;
  inboundLatencyMs: number | null;
  inboundLossPercent: number | null;
  inboundMos: number | null;
  inboundMosComputed: boolean;
  inboundPackets: number | null;
  outboundJitterMs: number | null;
  outboundLatencyMs: number | null;
  outboundLossPercent: number | null;
  outboundMos: number | null;
  outboundMosComputed: boolean;
  outboundPackets: number | null;
}

/** What a source says of one leg of a call. */
export type NewReport = Omit<ReportRow, 'party' | 'userId'> & { callId: string };

/** What the same source said before of a leg is replaced; a leg that is not of the call is passed over. In one statement. */
export async function saveReports(
  tx: Tx,
  companyId: string,
  reports: readonly NewReport[],
  at: Date,
): Promise<void> {
  if (reports.length === 0) return;
  // The last of what one delivery says twice counts: no statement may write a row two times.
  const once = new Map(reports.map((report) => [`${report.legId} ${report.source}`, report]));
  await sql`
    ${planShared} insert into call_quality_reports (company_id, updated_at, ${REPORT.names})
    select ${companyId}::uuid, ${at}::timestamptz, ${REPORT.items}
    from jsonb_populate_recordset(null::call_quality_reports, ${REPORT.json([...once.values()])}::jsonb) as item
    join call_legs on call_legs.id = item.leg_id and call_legs.call_id = item.call_id
    on conflict (call_id, leg_id, source) do update set updated_at = excluded.updated_at, ${REPORT.excluded}`.execute(
    tx,
  );
}

/** What sources said of the legs of calls, at most a hundred reports of each. */
export async function reportsOf(
  tx: Tx,
  callIds: readonly string[],
): Promise<(ReportRow & { callId: string })[]> {
  const { rows } = await sql<ReportRow & { callId: string }>`
    ${planShared} select report.* from unnest(${callIds}::uuid[]) as call (id), lateral (
      select ${REPORT.items}, party, user_id from call_quality_reports item join call_legs on call_legs.id = item.leg_id
      where item.call_id = call.id order by item.leg_id limit 100
    ) as report`.execute(tx);
  return rows;
}

/** Adds samples. One that is there already is the same one sent again. @returns how many are new. */
export async function addSamples(
  tx: Tx,
  place: { companyId: string; callId: string; userId: string },
  samples: CleanSample[],
): Promise<number> {
  if (samples.length === 0) return 0;
  const result = await tx
    .insertInto('callQualitySamples')
    .values(samples.map((sample) => ({ ...place, ...sample })))
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0);
}

/** How many samples a person has sent in a call, and the newest of each direction. */
export async function samplesSoFar(
  tx: Tx,
  callId: string,
  userId: string,
): Promise<Record<Direction, { count: number; lastAt: Date | null }>> {
  const { rows } = await sql<{ direction: Direction; count: number; lastAt: Date }>`
    select direction, count(*)::int as count, max(at) as last_at from call_quality_samples
    where call_id = ${callId} and user_id = ${userId} group by direction`.execute(tx);
  const of = (direction: Direction) =>
    rows.find((row) => row.direction === direction) ?? { count: 0, lastAt: null };
  return { inbound: of('inbound'), outbound: of('outbound') };
}

export interface SampleMeans {
  userId: string;
  direction: Direction;
  count: number;
  jitterMs: number | null;
  rttMs: number | null;
  packetLossPercent: number | null;
  mos: number | null;
  codec: string | null;
}

/** What a softphone's samples come to, for each person and direction. */
export async function sampleMeans(
  tx: Tx,
  callIds: readonly string[],
): Promise<(SampleMeans & { callId: string })[]> {
  const { rows } = await sql<SampleMeans & { callId: string }>`
    ${planShared} select call_id, user_id, direction, count(*)::int as count, avg(jitter_ms) as jitter_ms, avg(rtt_ms) as rtt_ms,
      avg(packet_loss_percent) as packet_loss_percent, avg(mos) as mos, max(codec) as codec
    from call_quality_samples where call_id = any (${callIds}::uuid[])
    group by call_id, user_id, direction order by call_id, user_id, direction`.execute(tx);
  return rows;
}

export interface SamplePoint {
  userId: string;
  direction: Direction;
  at: Date;
  jitterMs: number | null;
  rttMs: number | null;
  packetLossPercent: number | null;
  mos: number | null;
  audioIn: number | null;
  audioOut: number | null;
}

/** Samples over time for a chart: at most `pointsMax` of each direction, each the mean of its part of the call. */
export async function samplePoints(tx: Tx, callId: string, pointsMax: number): Promise<SamplePoint[]> {
  const { rows } = await sql<SamplePoint>`
    with parted as (
      select *, ntile(${pointsMax}::int) over (partition by user_id, direction order by at) as part
      from call_quality_samples where call_id = ${callId})
    select user_id, direction, min(at) as at, avg(jitter_ms) as jitter_ms, avg(rtt_ms) as rtt_ms,
      avg(packet_loss_percent) as packet_loss_percent, avg(mos) as mos, avg(audio_in) as audio_in, avg(audio_out) as audio_out
    from parted group by user_id, direction, part order by user_id, direction, part`.execute(tx);
  return rows;
}

/** Forgets a company's samples older than a moment, some at a time: what they came to stays. For the system role. @returns how many. */
export async function pruneSamples(tx: Tx, companyId: string, before: Date, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from call_quality_samples where ctid = any (array(
      select ctid from call_quality_samples where company_id = ${companyId} and at < ${before} limit ${limit})) returning 1`.execute(
    tx,
  );
  return rows.length;
}

/** The company's samples from before a moment. */
export async function countSamples(tx: Tx, before: Date): Promise<{ count: number; oldest: Date | null }> {
  const { rows } = await sql<{ count: number; oldest: Date | null }>`
    select count(*) as count, min(at) as oldest from call_quality_samples
    where company_id = current_company() and at < ${before}`.execute(tx);
  return rows[0]!;
}

export interface WarningRow {
  id: string;
  userId: string;
  direction: Direction;
  kind: WarningKind;
  value: number;
  raisedAt: Date;
  clearedAt: Date | null;
}

export async function raiseWarning(
  tx: Tx,
  row: Omit<WarningRow, 'clearedAt'> & { companyId: string; callId: string },
): Promise<void> {
  await tx
    .insertInto('callQualityWarnings')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function clearWarning(
  tx: Tx,
  warning: { callId: string; userId: string; direction: Direction; kind: WarningKind; at: Date },
): Promise<void> {
  const { callId, userId, direction, kind, at } = warning;
  await sql`
    update call_quality_warnings set cleared_at = ${at} where call_id = ${callId} and user_id = ${userId}
    and direction = ${direction} and kind = ${kind} and cleared_at is null`.execute(tx);
}

export async function warningsOf(tx: Tx, callId: string): Promise<WarningRow[]> {
  const { rows } = await sql<WarningRow>`
    select id, user_id, direction, kind, value, raised_at, cleared_at from call_quality_warnings
    where call_id = ${callId} and company_id = current_company() order by id limit 200`.execute(tx);
  return rows;
}

/** Scores and levels of calls. */
export async function summariesOf(
  tx: Tx,
  callIds: string[],
): Promise<{ callId: string; mos: number | null; level: Level | null }[]> {
  const { rows } = await sql<{ callId: string; mos: number | null; level: Level | null }>`
    select call_id, mos, level from call_quality where company_id = current_company() and call_id = any(${callIds}::uuid[])`.execute(
    tx,
  );
  return rows;
}
