import { z } from 'zod';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import { memberNames } from '../identity/index.ts';
import {
  DIRECTIONS,
  LEVELS,
  levelOf,
  type Measured,
  type QualityThresholds,
  SIDES,
  WARNINGS,
} from './quality-model.ts';
import { reportFigures, thresholdsOf } from './quality-review.ts';
import * as store from './quality-store.ts';

/** A chart of a call shows no more. */
const POINTS_MAX = 240;

const figures = {
  jitter: z.number().nullable().describe('In milliseconds'),
  latency: z.number().nullable().describe('One way, in milliseconds'),
  packetLoss: z.number().nullable().describe('In percent'),
  mos: z.number().nullable().describe('1 to 5'),
  codec: z.string().nullable(),
};
const level = z.enum(LEVELS).nullable();
const person = z.object({ id: z.string(), name: z.string().nullable() }).nullable();

const reportSchema = z
  .object({
    ...figures,
    source: z.enum(['telnyx', 'twilio', 'softphone']),
    edge: z.string().nullable().describe("Which part of the way, in the provider's word"),
    legId: z.string().nullable(),
    user: person.describe('Whose telephone or softphone it is'),
    side: z.enum(SIDES),
    direction: z.enum(DIRECTIONS).describe('As the source sees it'),
    mosComputed: z.boolean().describe('By the E-model: the source gave none'),
    level,
    packets: z.number().nullable(),
  })
  .meta({ id: 'CallQualityReport' });

export const qualityAnswerSchema = z.object({
  ...figures,
  level,
  worstSide: z.enum(SIDES).nullable().describe('The side that the figures are of'),
  reports: z.array(reportSchema),
  samples: z.array(
    z.object({
      at: z.iso.datetime(),
      userId: z.string(),
      direction: z.enum(DIRECTIONS),
      jitter: z.number().nullable(),
      rtt: z.number().nullable(),
      packetLoss: z.number().nullable(),
      mos: z.number().nullable(),
      audioIn: z.number().nullable(),
      audioOut: z.number().nullable(),
    }),
  ),
  warnings: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(WARNINGS),
      direction: z.enum(DIRECTIONS),
      user: person,
      value: z.number(),
      raisedAt: z.iso.datetime(),
      clearedAt: z.iso.datetime().nullable(),
    }),
  ),
  discarded: z.number().int().describe('Figures that no line can have'),
});
type QualityAnswer = z.infer<typeof qualityAnswerSchema>;
type Report = z.infer<typeof reportSchema>;

/** Two places are more than anybody can hear. */
const round = (value: number | null) => (value === null ? null : Math.round(value * 100) / 100);

/** Everything that is known of how a call sounded. @throws not_found. */
export async function callQuality(tx: Tx, callId: string): Promise<QualityAnswer> {
  const call = isId(callId) ? await store.findCall(tx, callId) : null;
  if (!call) fail('not_found', { what: 'call' });
  const row = await store.findQuality(tx, callId);
  const limits = await thresholdsOf(tx);
  const reports = await store.reportsOf(tx, [callId]);
  const means = await store.sampleMeans(tx, [callId]);
  const warnings = await store.warningsOf(tx, callId);
  const userIds = [...reports, ...means, ...warnings].flatMap(({ userId }) => userId ?? []);
  const names = await memberNames(tx, [...new Set(userIds)]);
  const personOf = (id: string | null) => (id ? { id, name: names.get(id) ?? null } : null);
  return {
    jitter: round(row?.jitterMs ?? null),
    latency: round(row?.latencyMs ?? null),
    packetLoss: round(row?.packetLossPercent ?? null),
    mos: round(row?.mos ?? null),
    codec: row?.codec ?? null,
    level: row?.level ?? null,
    worstSide: row?.worstSide ?? null,
    reports: [
      ...reports.flatMap((report) => reportViews(report, limits, personOf(report.userId))),
      ...means.map((mean) => softphoneView(mean, limits, personOf(mean.userId))),
    ],
    samples: (await store.samplePoints(tx, callId, POINTS_MAX)).map(pointView),
    warnings: warnings.map(({ id, kind, direction, userId, value, raisedAt, clearedAt }) => ({
      ...{ id, kind, direction, value, user: personOf(userId) },
      raisedAt: raisedAt.toISOString(),
      clearedAt: clearedAt?.toISOString() ?? null,
    })),
    discarded: row?.discarded ?? 0,
  };
}

function figuresView({
  jitterMs,
  latencyMs,
  packetLossPercent,
  mos,
  codec,
}: Omit<Measured, 'side' | 'source'>) {
  return {
    ...{ jitter: round(jitterMs), latency: round(latencyMs), packetLoss: round(packetLossPercent) },
    ...{ mos: round(mos), codec },
  };
}

const levelView = (mos: number | null, limits: QualityThresholds) =>
  mos === null ? null : levelOf(mos, limits);

function reportViews(report: store.ReportRow, limits: QualityThresholds, user: Report['user']): Report[] {
  const { source, edge, legId } = report;
  return reportFigures(report).map((measured, index) => {
    const direction = DIRECTIONS[index]!;
    return {
      ...{ ...figuresView(measured), source, edge, legId, user, direction, side: measured.side },
      level: levelView(measured.mos, limits),
      mosComputed: direction === 'inbound' ? report.inboundMosComputed : report.outboundMosComputed,
      packets: direction === 'inbound' ? report.inboundPackets : report.outboundPackets,
    };
  });
}

function softphoneView(mean: store.SampleMeans, limits: QualityThresholds, user: Report['user']): Report {
  const { direction, rttMs, mos } = mean;
  return {
    ...figuresView({ ...mean, latencyMs: rttMs === null ? null : rttMs / 2 }),
    ...{ source: 'softphone', edge: null, legId: null, user, direction, mosComputed: false, packets: null },
    side: direction === 'inbound' ? 'we_hear_them' : 'they_hear_us',
    level: levelView(mos, limits),
  };
}

function pointView(point: store.SamplePoint): QualityAnswer['samples'][number] {
  const { at, userId, direction, jitterMs, rttMs, packetLossPercent, mos, audioIn, audioOut } = point;
  return {
    ...{ at: at.toISOString(), userId, direction, jitter: round(jitterMs), rtt: round(rttMs) },
    ...{ packetLoss: round(packetLossPercent), mos: round(mos) },
    ...{ audioIn: round(audioIn), audioOut: round(audioOut) },
  };
}
