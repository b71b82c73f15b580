import { type Figures, soundOf } from '../../core/calls/audio.ts';
import { isoSeconds } from '../../core/clock.ts';
import type { Answer, Call, Route } from '../../core/http.ts';
import { countryOfNumber } from '../../core/texts/model.ts';
import { notFound } from '../dialect.ts';
import { metaPage, ok } from '../shape.ts';
import { durationOf, type Leg } from './model.ts';
import { handsetOfLeg } from './notify.ts';
import { findLeg } from './routes.ts';

const PATH = '/v1/Voice/:CallSid';

export const insightRoutes: Route[] = [
  { method: 'GET', path: `${PATH}/Summary`, handler: summary },
  { method: 'GET', path: `${PATH}/Metrics`, handler: metrics },
];

const STATES: Partial<Record<Leg['status'], string>> = {
  'in-progress': 'answered',
  failed: 'fail',
  'no-answer': 'noanswer',
  queued: 'undialed',
};

const edgeOf = (leg: Leg): 'sdk_edge' | 'carrier_edge' =>
  handsetOfLeg(leg).startsWith('client:') ? 'sdk_edge' : 'carrier_edge';

/** Twilio has measured a call when it knows its price. */
function measured(call: Call): Leg {
  const leg = findLeg(call, call.params.CallSid);
  if (!leg.rated) throw notFound(call.path);
  return leg;
}

function soundsOf(leg: Leg) {
  const about = { seconds: durationOf(leg) ?? 0, handset: handsetOfLeg(leg) };
  return { inbound: soundOf(leg.sid, 'inbound', about), outbound: soundOf(leg.sid, 'outbound', about) };
}

function side(sound: Figures, isBrowser: boolean): Record<string, unknown> {
  const mos = { min: Math.max(1, sound.mos - 0.3), max: Math.min(5, sound.mos + 0.1), avg: sound.mos };
  return {
    codec: 0,
    codec_name: isBrowser ? 'opus' : 'pcmu',
    jitter: { avg: sound.jitterMs, max: sound.jitterMaxMs },
    latency: { avg: sound.latencyMs, max: sound.latencyMs * 1.4 },
    packets_received: sound.packets - sound.lost,
    packets_sent: sound.packets,
    packets_lost: sound.lost,
    packet_loss_percentage: sound.lossPercent,
    ...(isBrowser ? { mos, rtt: { avg: sound.latencyMs * 2, max: sound.latencyMs * 3 } } : {}),
  };
}

function summary(call: Call): Answer {
  const leg = measured(call);
  const edge = edgeOf(leg);
  const isBrowser = edge === 'sdk_edge';
  const { inbound, outbound } = soundsOf(leg);
  const talked = leg.answeredAtMs !== null;
  const measuredEdge = {
    metrics: talked ? { inbound: side(inbound, isBrowser), outbound: side(outbound, isBrowser) } : null,
    properties: { direction: leg.direction },
    events: {},
  };
  const start = leg.startedAtMs ?? leg.createdAtMs;
  const end = leg.endedAtMs ?? leg.updatedAtMs;
  return ok({
    account_sid: leg.account,
    call_sid: leg.sid,
    call_type: isBrowser ? 'client' : 'carrier',
    call_state: STATES[leg.status] ?? leg.status,
    answered_by: undefined,
    processing_state: 'complete',
    created_time: isoSeconds(leg.createdAtMs),
    start_time: isoSeconds(start),
    end_time: isoSeconds(end),
    duration: Math.max(0, Math.round((end - start) / 1000)),
    connect_duration: durationOf(leg) ?? 0,
    from: partyOf(leg.from),
    to: partyOf(leg.to),
    carrier_edge: edge === 'carrier_edge' ? measuredEdge : null,
    client_edge: null,
    sdk_edge: isBrowser ? measuredEdge : null,
    sip_edge: null,
    tags: tagsOf(inbound, outbound),
    attributes: { conference_participant: false },
    properties: { last_sip_response_num: Number(leg.sip ?? 200) },
    trust: {},
    annotation: {},
    url: `${call.sb.url}${call.path}`,
  });
}

function tagsOf(...sounds: Figures[]): string[] {
  const tags = [
    sounds.some(({ jitterMs }) => jitterMs > 30) ? 'high_jitter' : null,
    sounds.some(({ lossPercent }) => lossPercent > 3) ? 'high_packet_loss' : null,
    sounds.some(({ latencyMs }) => latencyMs > 200) ? 'high_latency' : null,
  ];
  return tags.filter((tag) => tag !== null);
}

function partyOf(address: string): Record<string, unknown> {
  const country = address.startsWith('+') ? countryOfNumber(address) : undefined;
  return { caller: address, callee: address, carrier: 'Sandbox Telecom', country_code: country ?? '' };
}

const SAMPLE_SECONDS = 10;
const SAMPLES_MAX = 60;

/** One sample for every ten seconds of the talk. */
function metrics(call: Call): Answer {
  const leg = measured(call);
  const edge = edgeOf(leg);
  const seconds = durationOf(leg) ?? 0;
  const { inbound } = soundsOf(leg);
  const count = Math.min(Math.ceil(seconds / SAMPLE_SECONDS), SAMPLES_MAX);
  const samples = Array.from({ length: count }, (_, index) => ({
    timestamp: isoSeconds((leg.answeredAtMs ?? leg.createdAtMs) + index * SAMPLE_SECONDS * 1000),
    call_sid: leg.sid,
    account_sid: leg.account,
    edge,
    direction: 'both',
    ...{ carrier_edge: null, client_edge: null, sdk_edge: null, sip_edge: null },
    [edge]: {
      interval: {
        packets_received: inbound.packets - inbound.lost,
        packets_lost: inbound.lost,
        jitter: { value: inbound.jitterMs },
        latency: { value: inbound.latencyMs },
        ...(edge === 'sdk_edge'
          ? { mos: { value: inbound.mos }, rtt: { value: inbound.latencyMs * 2 } }
          : {}),
      },
      cumulative: {
        packets_received: inbound.packets,
        packets_lost: inbound.lost,
        packets_sent: inbound.packets,
      },
    },
  }));
  return metaPage(call, 'metrics', samples);
}
