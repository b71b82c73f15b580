import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { enqueue } from '../../kernel/jobs.ts';
import { publishAll } from '../../kernel/live.ts';
import { lineOf } from '../../kernel/phone.ts';
import type { QualityFigures, RemoteQuality } from '../providers/index.ts';
import {
  cleanFigures,
  DEFAULT_THRESHOLDS,
  type Measured,
  type QualityThresholds,
  qualityThresholdsSchema,
  sideOf,
  summarise,
} from './quality-model.ts';
import * as store from './quality-store.ts';

/** What is new of how one call sounded. */
export interface QualityNews {
  call: store.QualityCall;
  /** What a provider says of legs; a repeat replaces what the same source said before. */
  reports: readonly { legId: string; remote: RemoteQuality }[];
  /** A talk has ended: providers are asked how it sounded, once they know. */
  hasEnded: boolean;
}

/**
 * Takes in what is new of how calls sounded, and judges them again. The number of statements does not grow with the number of
 * calls, and none waits for another's answer but the last.
 */
export async function noteQualities(ctx: CompanyCtx, tx: Tx, news: readonly QualityNews[]): Promise<void> {
  if (news.length === 0) return;
  const { companyId, kernel } = ctx;
  const at = kernel.clock.now();
  const reports = news.flatMap(({ call, reports }) =>
    reports.map(({ legId, remote }) => reportOf(call.id, legId, remote)),
  );
  const [rows, , known] = await Promise.all([
    store.lockQualities(tx, companyId, news.map(placeOf), at),
    store.saveReports(
      tx,
      companyId,
      reports.map(({ row }) => row),
      at,
    ),
    readMeasured(
      tx,
      news.map(({ call }) => call.id),
    ),
  ]);
  const reviews = news.flatMap(({ call, hasEnded }) => {
    const row = rows.get(call.id);
    if (!row) return [];
    const added = reports.filter((report) => report.row.callId === call.id);
    const discarded = added.reduce((sum, report) => sum + report.discarded, row.discarded);
    return [{ call, discarded, ended: row.ended || hasEnded, isFirstEnd: hasEnded && !row.ended }];
  });
  await reviewAll(ctx, tx, reviews, known);
  // Telnyx tells with the end of each leg, and has nothing to be asked for.
  const asked = reviews.filter(({ call, isFirstEnd }) => isFirstEnd && call.provider !== 'telnyx');
  await Promise.all(asked.map(({ call }) => askLater(ctx, tx, call.id, kernel.config.QUALITY_ASK_SECONDS)));
}

/** Has a provider asked how a call sounded. */
export function askLater(ctx: CompanyCtx, tx: Tx, callId: string, delaySeconds: number): Promise<void> {
  const { companyId } = ctx;
  const key = `calls.ask_quality:${callId}`;
  return enqueue(tx, 'calls.ask_quality', { callId, companyId }, { key, delaySeconds });
}

/** What a provider says of how a leg sounded; a repeat replaces what the same source said before. */
export async function noteQuality(
  ctx: CompanyCtx,
  tx: Tx,
  of: { callId: string; legId: string },
  remote: RemoteQuality,
): Promise<void> {
  const call = await store.findCall(tx, of.callId);
  if (call) await noteQualities(ctx, tx, [{ call, reports: [{ legId: of.legId, remote }], hasEnded: false }]);
}

function reportOf(
  callId: string,
  legId: string,
  remote: RemoteQuality,
): { row: store.NewReport; discarded: number } {
  const { source, edge, codec } = remote;
  const [inbound, outbound] = [
    directionFigures(remote.inbound, codec),
    directionFigures(remote.outbound, codec),
  ];
  return {
    row: {
      ...{ callId, legId, source, edge: edge?.slice(0, 60) ?? null, codec: codec?.slice(0, 40) ?? null },
      ...{ inboundJitterMs: inbound.figures.jitterMs, inboundLatencyMs: inbound.figures.latencyMs },
      ...{ inboundLossPercent: inbound.figures.packetLossPercent, inboundMos: inbound.figures.mos },
      ...{ inboundMosComputed: inbound.computed, inboundPackets: remote.inbound.packets },
      ...{ outboundJitterMs: outbound.figures.jitterMs, outboundLatencyMs: outbound.figures.latencyMs },
      ...{ outboundLossPercent: outbound.figures.packetLossPercent, outboundMos: outbound.figures.mos },
      ...{ outboundMosComputed: outbound.computed, outboundPackets: remote.outbound.packets },
    },
    discarded: inbound.discarded + outbound.discarded,
  };
}

function directionFigures(
  { jitterMs, latencyMs, packetLossPercent, mos }: QualityFigures,
  codec: string | null,
) {
  return cleanFigures({ jitterMs, latencyMs, packetLossPercent, mos }, codec);
}

function placeOf({ call }: Pick<QualityNews, 'call'>): store.QualityPlace {
  const { country, prefix } = lineOf(call.direction === 'INBOUND' ? call.fromNumber : call.toNumber);
  return { call, country, prefix };
}

/** The call's row, made where there is none, and locked. */
export async function lockRow(ctx: CompanyCtx, tx: Tx, call: store.QualityCall): Promise<store.QualityRow> {
  const at = ctx.kernel.clock.now();
  const rows = await store.lockQualities(tx, ctx.companyId, [placeOf({ call })], at);
  return rows.get(call.id)!;
}

/** A call as it is to be judged again. */
type Review = Pick<store.QualityRow, 'discarded' | 'ended'> & { call: store.QualityCall };

/** Judges a call again by all that is known of it. @param row as it is to be. */
export async function reviewQuality(
  ctx: CompanyCtx,
  tx: Tx,
  call: store.QualityCall,
  { discarded, ended }: Pick<store.QualityRow, 'discarded' | 'ended'>,
): Promise<void> {
  await reviewAll(ctx, tx, [{ call, discarded, ended }], await readMeasured(tx, [call.id]));
}

async function reviewAll(
  ctx: CompanyCtx,
  tx: Tx,
  reviews: readonly Review[],
  { measured, limits }: Awaited<ReturnType<typeof readMeasured>>,
): Promise<void> {
  if (reviews.length === 0) return;
  const { companyId, kernel } = ctx;
  const judged = reviews.map(({ call, discarded, ended }) => ({
    ...summarise(measured.get(call.id) ?? [], limits),
    // An incoming call belongs to nobody until somebody answers it.
    ...{ callId: call.id, discarded, ended, userId: call.userId },
  }));
  const needsLook = judged.some(({ ended, level }) => ended && level !== null);
  await Promise.all([
    store.saveQualities(tx, judged, kernel.clock.now()),
    publishAll(
      tx,
      companyId,
      'call_quality',
      judged.map(({ callId }) => callId),
    ),
    needsLook
      ? enqueue(tx, 'calls.check_alerts', { companyId }, { key: `calls.check_alerts:${companyId}` })
      : null,
  ]);
}

/** The company's thresholds; what it has not chosen, or what does not fit together, is the default. */
export async function thresholdsOf(tx: Tx): Promise<QualityThresholds> {
  const saved = qualityThresholdsSchema.safeParse((await store.savedThresholds(tx)) ?? {});
  return saved.success ? saved.data : DEFAULT_THRESHOLDS;
}

/** All that was measured of calls, and by what it is judged. */
async function readMeasured(
  tx: Tx,
  callIds: string[],
): Promise<{ measured: Map<string, Measured[]>; limits: QualityThresholds }> {
  const [reports, means, limits] = await Promise.all([
    store.reportsOf(tx, callIds),
    store.sampleMeans(tx, callIds),
    thresholdsOf(tx),
  ]);
  const measured = new Map<string, Measured[]>(callIds.map((id) => [id, []]));
  for (const report of reports) measured.get(report.callId)?.push(...reportFigures(report));
  for (const { callId, direction, jitterMs, rttMs, packetLossPercent, mos, codec } of means)
    measured.get(callId)?.push({
      ...{ source: 'softphone', side: direction === 'inbound' ? 'we_hear_them' : 'they_hear_us' },
      ...{ jitterMs, latencyMs: rttMs === null ? null : rttMs / 2, packetLossPercent, mos, codec },
    });
  return { measured, limits };
}

/** Both directions of a report, as the sides that they are about. */
export function reportFigures(report: store.ReportRow): [inbound: Measured, outbound: Measured] {
  const { source, party, codec } = report;
  return [
    {
      ...{ source, side: sideOf(party, 'inbound'), codec, mos: report.inboundMos },
      ...{ jitterMs: report.inboundJitterMs, latencyMs: report.inboundLatencyMs },
      packetLossPercent: report.inboundLossPercent,
    },
    {
      ...{ source, side: sideOf(party, 'outbound'), codec, mos: report.outboundMos },
      ...{ jitterMs: report.outboundJitterMs, latencyMs: report.outboundLatencyMs },
      packetLossPercent: report.outboundLossPercent,
    },
  ];
}
