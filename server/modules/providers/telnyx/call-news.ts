import type { ProviderEvent } from '../model.ts';
import { text, word } from '../parse.ts';
import type { CallNews, QualityFigures, RemoteLeg, RemoteQuality } from '../voice.ts';
import { idsOf, referenceIn } from './voice-legs.ts';
import { costOf } from './voice-prices.ts';
import { hangupFailure } from './voice-reasons.ts';
import { toRecording } from './voice-recordings.ts';

type Payload = Record<string, unknown>;

/**
 * What one of Telnyx's call events says; null when it is about nothing that a call of ours goes by. Rooms are made and
 * filled by commands whose answers say so: their events tell nothing new.
 */
export function callNews(
  event: Pick<ProviderEvent, 'type' | 'payload' | 'occurredAt' | 'reference'>,
): CallNews | null {
  const { type, payload } = event;
  // The state of a leg goes with all its events; the address is that of the leg's dial.
  const reference = referenceIn(payload.client_state) ?? event.reference;
  if (type === 'call.recording.saved') {
    const recording = toRecording(payload, reference);
    return recording && { kind: 'recording', recording };
  }
  if (type === 'call.recording.error') return recordingError(payload, reference);
  const ids = idsOf(payload);
  if (!ids) return null;
  const { legId, recordId } = ids;
  switch (type) {
    case 'call.initiated':
    case 'call.answered':
    case 'call.bridged':
    case 'call.hangup':
      return {
        kind: 'leg',
        leg: { ...ids, ...partiesOf(payload, reference), ...stateOf(type, payload), at: event.occurredAt },
        dialEnd: null,
      };
    case 'call.speak.ended':
      return { kind: 'spoken', legId, reference };
    case 'call.dtmf.received': {
      const digits = word(payload.digit, 1);
      return digits ? { kind: 'digits', legId, reference, digits } : null;
    }
    case 'call.cost': {
      const price = costOf(payload);
      return price && { kind: 'leg_price', legId, recordId, reference, price };
    }
    default:
      return null;
  }
}

const ADDRESS_MAX = 200;
const WORD_MAX = 60;

/** Only call.initiated names the direction; what we placed carries our reference. */
function partiesOf(payload: Payload, reference: string | null) {
  const isIncoming =
    payload.direction === 'incoming' || (payload.direction !== 'outgoing' && reference === null);
  return {
    reference,
    direction: isIncoming ? ('inbound' as const) : ('outbound' as const),
    from: word(payload.from, ADDRESS_MAX) ?? '',
    to: word(payload.to, ADDRESS_MAX) ?? '',
  };
}

type Progress = Omit<
  RemoteLeg,
  keyof ReturnType<typeof partiesOf> | 'legId' | 'recordId' | 'sessionId' | 'at'
>;

/** Telnyx has no event for ringing: a leg that was initiated rings. */
function stateOf(type: string, payload: Payload): Progress {
  const open: Progress = {
    ...{ state: type === 'call.initiated' ? 'ringing' : 'answered', failure: null, endedBy: null },
    providerStatus: word(payload.state, WORD_MAX) ?? type.replace('call.', ''),
    ...{ durationSeconds: null, price: null, quality: null, sequence: null },
  };
  if (type !== 'call.hangup') return open;
  const cause = word(payload.hangup_cause, WORD_MAX);
  const source = payload.hangup_source;
  return {
    ...open,
    state: 'ended',
    providerStatus: cause ?? 'hangup',
    failure: hangupFailure(cause, word(payload.sip_hangup_cause, WORD_MAX)),
    endedBy: source === 'caller' || source === 'callee' ? source : null,
    quality: qualityOf(payload.call_quality_stats),
  };
}

function recordingError(payload: Payload, reference: string | null): CallNews | null {
  const recording = toRecording(payload, reference);
  if (!recording) return null;
  const reason = text(payload.reason)?.slice(0, ADDRESS_MAX) ?? null;
  return { kind: 'recording', recording: { ...recording, status: 'failed', url: null, reason } };
}

/** Telnyx measures what it gets, and counts what it sends. Null when it counted nothing. */
function qualityOf(stats: unknown): RemoteQuality | null {
  if (typeof stats !== 'object' || stats === null) return null;
  const { inbound, outbound } = stats as { inbound?: unknown; outbound?: unknown };
  const figures = { inbound: figuresOf(inbound), outbound: figuresOf(outbound) };
  const says = Object.values(figures).some((side) => Object.values(side).some((figure) => figure !== null));
  return says ? { source: 'telnyx', ...figures, codec: null, edge: null } : null;
}

/** MOS is a mean of opinions from 1 to 5. */
const MOS = { min: 1, max: 5 };

function figuresOf(side: unknown): QualityFigures {
  const given = (typeof side === 'object' && side !== null ? side : {}) as Payload;
  const packets = figure(given.packet_count);
  const skipped = figure(given.skip_packet_count);
  const mos = figure(given.mos);
  const lost = packets && skipped !== null ? Math.min(100, (skipped / packets) * 100) : null;
  return {
    jitterMs: figure(given.jitter_max_variance),
    latencyMs: null,
    packetLossPercent: lost === null ? null : Math.round(lost * 100) / 100,
    mos: mos !== null && mos >= MOS.min && mos <= MOS.max ? mos : null,
    packets,
  };
}

/** Figures come as texts. */
function figure(value: unknown): number | null {
  const digits = text(value);
  return digits && /^\d{1,12}(\.\d{1,10})?$/.test(digits) ? Number(digits) : null;
}
