import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { enqueue } from '../../kernel/jobs.ts';
import { publish } from '../../kernel/live.ts';
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

/** What a provider says of how a leg sounded; a repeat replaces what the same source said before. */
export async function noteQuality(
  ctx: CompanyCtx,
  tx: Tx,
  of: { callId: string; legId: string },
  remote: RemoteQuality,
): Promise<void> {
  const call = await store.findCall(tx, of.callId);
  if (!call) return;
  const { source, edge, codec } = remote;
  const [inbound, outbound] = [
    directionFigures(remote.inbound, codec),
    directionFigures(remote.outbound, codec),
  ];
  const row = await lockRow(ctx, tx, call);
  const known = await store.saveReport(
    tx,
    { companyId: ctx.companyId, callId: call.id, at: ctx.kernel.clock.now() },
    {
      ...{ legId: of.legId, source, edge: edge?.slice(0, 60) ?? null, codec: codec?.slice(0, 40) ?? null },
      ...{ inboundJitterMs: inbound.figures.jitterMs, inboundLatencyMs: inbound.figures.latencyMs },
      ...{ inboundLossPercent: inbound.figures.packetLossPercent, inboundMos: inbound.figures.mos },
      ...{ inboundMosComputed: inbound.computed, inboundPackets: remote.inbound.packets },
      ...{ outboundJitterMs: outbound.figures.jitterMs, outboundLatencyMs: outbound.figures.latencyMs },
      ...{ outboundLossPercent: outbound.figures.packetLossPercent, outboundMos: outbound.figures.mos },
      ...{ outboundMosComputed: outbound.computed, outboundPackets: remote.outbound.packets },
    },
  );
  if (!known) return;
  await reviewQuality(ctx, tx, call, {
    ...row,
    discarded: row.discarded + inbound.discarded + outbound.discarded,
  });
}

function directionFigures(
  { jitterMs, latencyMs, packetLossPercent, mos }: QualityFigures,
  codec: string | null,
) {
  return cleanFigures({ jitterMs, latencyMs, packetLossPercent, mos }, codec);
}

/** The call's row, made where there is none, and locked. */
export function lockRow(ctx: CompanyCtx, tx: Tx, call: store.QualityCall): Promise<store.QualityRow> {
  const other = call.direction === 'INBOUND' ? call.fromNumber : call.toNumber;
  const { country, prefix } = lineOf(other);
  return store.lockQuality(tx, call, { companyId: ctx.companyId, country, prefix }, ctx.kernel.clock.now());
}

/** Judges a call again by all that is known of it. @param row as it is to be. */
export async function reviewQuality(
  ctx: CompanyCtx,
  tx: Tx,
  call: store.QualityCall,
  { discarded, ended }: Pick<store.QualityRow, 'discarded' | 'ended'>,
): Promise<void> {
  const summary = summarise(await measuredOf(tx, call.id), await thresholdsOf(tx));
  // An incoming call belongs to nobody until somebody answers it.
  const change = { ...summary, discarded, ended, userId: call.userId, updatedAt: ctx.kernel.clock.now() };
  await store.updateQuality(tx, call.id, change);
  await publish(tx, ctx.companyId, 'call_quality', call.id);
  if (!ended || summary.level === null) return;
  const { companyId } = ctx;
  await enqueue(tx, 'calls.check_alerts', { companyId }, { key: `calls.check_alerts:${companyId}` });
}

/** The company's thresholds; what it has not chosen, or what does not fit together, is the default. */
export async function thresholdsOf(tx: Tx): Promise<QualityThresholds> {
  const saved = qualityThresholdsSchema.safeParse((await store.savedThresholds(tx)) ?? {});
  return saved.success ? saved.data : DEFAULT_THRESHOLDS;
}

async function measuredOf(tx: Tx, callId: string): Promise<Measured[]> {
  const reports = await store.reportsOf(tx, callId);
  const means = await store.sampleMeans(tx, callId);
  return [
    ...reports.flatMap(reportFigures),
    ...means.map(
      ({ direction, jitterMs, rttMs, packetLossPercent, mos, codec }): Measured => ({
        ...{ source: 'softphone', side: direction === 'inbound' ? 'we_hear_them' : 'they_hear_us' },
        ...{ jitterMs, latencyMs: rttMs === null ? null : rttMs / 2, packetLossPercent, mos, codec },
      }),
    ),
  ];
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
