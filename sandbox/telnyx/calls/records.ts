import { isoMillis } from '../../core/clock.ts';
import type { Call } from '../../core/http.ts';
import { handsetOf, LEG, type Leg, type LegCost } from './model.ts';

/** Kinds of record that a leg has. */
const KINDS = ['call-control', 'sip-trunking', 'webrtc'];

/** Records of legs that are rated, newest first; undefined when records of something else are asked for. */
export function legRecords(call: Call, type: string): Record<string, unknown>[] | undefined {
  if (!KINDS.includes(type)) return undefined;
  return call.sb.store
    .list<Leg>(LEG, call.account.id)
    .flatMap((leg) => {
      const record = leg.cost === null ? undefined : view(leg, leg.cost, type);
      return record === undefined ? [] : [record];
    })
    .reverse();
}

/** The carrier's minutes of a phone are SIP trunking, a browser's are WebRTC. */
function view(leg: Leg, cost: LegCost, type: string): Record<string, unknown> | undefined {
  const isBrowser = handsetOf(leg).startsWith('sip:');
  if (type !== 'call-control' && (type === 'webrtc') !== isBrowser) return undefined;
  const isControl = type === 'call-control';
  return {
    ...{ record_type: type, id: `${type}-${leg.legId}`, call_leg_id: leg.legId },
    ...{ call_session_id: leg.sessionId, connection_id: leg.connectionId, cli: leg.from, cld: leg.to },
    direction: leg.direction === 'incoming' ? 'inbound' : 'outbound',
    cost: isControl ? cost.control : cost.carrier,
    rate: isControl ? cost.controlRate : cost.carrierRate,
    ...{ rate_measured_in: 'minutes', currency: 'USD', billed_sec: cost.billedSecs, call_sec: cost.callSecs },
    ...{ started_at: isoMillis(leg.createdAtMs), finished_at: isoMillis(leg.endedAtMs ?? leg.createdAtMs) },
    answered_at: leg.answeredAtMs === null ? null : isoMillis(leg.answeredAtMs),
    hangup_cause: leg.hangup?.cause ?? null,
  };
}
