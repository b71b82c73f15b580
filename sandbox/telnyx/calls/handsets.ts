import {
  bindLine,
  closeLine,
  type Declined,
  type Line,
  registerLines,
  tellLine,
} from '../../core/calls/lines.ts';
import { registerTokens } from '../../core/calls/softphones.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import type { Resource } from '../crud.ts';
import { findNumber } from '../numbers/model.ts';
import { softphoneOf } from './credentials.ts';
import { addLeg, answerLeg, bridge, CODECS, endLeg, registerLegTimers } from './legs.ts';
import { connectionUrls, getLeg, type Hangup, type Leg, partiesOf, startOf, tell } from './model.ts';
import { hearSound, registerRecordings, startRecording } from './recordings.ts';
import { findRoom, joinRoom, makeRoom, relay } from './rooms.ts';
import { hearKey, registerSounds } from './sounds.ts';

const CONNECTION = 'telnyx_connection';
const TIME_LIMIT_SECONDS = 14_400;

/** Teaches the sandbox what Telnyx does when a handset does something. */
export function registerCalls(sb: Sandbox): void {
  registerLegTimers(sb);
  registerSounds(sb);
  registerRecordings(sb);
  registerTokens(sb, 'telnyx', (token) => softphoneOf(sb, token));
  registerLines(sb, 'telnyx', {
    incoming,
    answered: (_sb, line) => withLeg(sb, line, (leg) => answered(sb, leg)),
    declined: (_sb, line, how) => withLeg(sb, line, (leg) => endLeg(sb, leg.id, DECLINED[how])),
    hungUp: (_sb, line) => withLeg(sb, line, (leg) => endLeg(sb, leg.id, hangupOf(leg))),
    pressed: (_sb, line, digits) => withLeg(sb, line, (leg) => pressed(sb, leg, digits)),
    spoke: (_sb, line, words) => withLeg(sb, line, (leg) => spoke(sb, leg, words)),
  });
}

const DECLINED: Record<Declined, Hangup> = {
  busy: { cause: 'user_busy', source: 'callee', sip: '486' },
  declined: { cause: 'call_rejected', source: 'callee', sip: '603' },
  failed: { cause: 'not_found', source: 'unknown', sip: '404' },
};

function withLeg(sb: Sandbox, line: Line, act: (leg: Leg) => void): void {
  const leg = getLeg(sb, line.legId);
  if (leg !== undefined && leg.state !== 'hangup') act(leg);
}

/** A call comes in: it is parked, and rings until its owner does something about it. */
function incoming(sb: Sandbox, line: Line): void {
  const number = findNumber(sb, line.account, line.peer);
  const connection = sb.store.get<Resource>(CONNECTION, number?.connectionId ?? '');
  if (number?.status !== 'active' || connection === undefined || connection.active === false) {
    closeLine(sb, line, 'The number you have dialled can not be reached.');
    return;
  }
  const leg = addLeg(sb, {
    ...{ account: line.account, connectionId: connection.id, direction: 'incoming' },
    ...{ from: line.handset, to: line.peer, urls: connectionUrls(connection), clientState: null },
    costInWebhooks: connection.call_cost_in_webhooks === true,
    ...{ timeLimitSecs: TIME_LIMIT_SECONDS, onAnswer: {} },
  });
  bindLine(sb, line, leg.id);
  tellLine(sb, leg.id, '♪ ring-back tone');
  tell(sb, leg, 'call.initiated', {
    ...partiesOf(leg),
    ...{ direction: 'incoming', state: 'parked', ...startOf(leg), caller_id_name: leg.from },
    ...{ custom_headers: [], sip_headers: [], tags: [], connection_codecs: CODECS, offered_codecs: CODECS },
    ...{ shaken_stir_attestation: 'A', shaken_stir_validated: true },
  });
}

/** Somebody picked up: what the dial asked for is done now. */
function answered(sb: Sandbox, leg: Leg): void {
  const now = answerLeg(sb, leg);
  const { bridgeWith, room, record, digits } = now.onAnswer;
  if (digits !== undefined) tellLine(sb, now.id, `♪ tones ${digits}`);
  if (record !== undefined) startRecording(sb, now, record);
  const other = bridgeWith === undefined ? undefined : getLeg(sb, bridgeWith);
  if (other !== undefined && other.state !== 'hangup') {
    if (other.state === 'ringing') answerLeg(sb, other);
    bridge(sb, other.id, now.id, false);
  }
  if (room === undefined) return;
  const place = { muted: room.muted, onHold: room.onHold, endOnExit: room.endOnExit };
  const existing = findRoom(sb, now.account, room.id ?? room.name ?? '');
  if (existing?.status === 'in_progress') joinRoom(sb, existing, now, place);
  else if (room.name !== undefined) makeRoom(sb, now, room.name, { place });
}

/** The far end hung up: a caller who was not answered yet gave up. */
function hangupOf(leg: Leg): Hangup {
  const source = leg.direction === 'incoming' ? ('caller' as const) : ('callee' as const);
  if (leg.direction === 'incoming' && leg.state === 'ringing')
    return { cause: 'originator_cancel', source, sip: '487' };
  return { cause: 'normal_clearing', source, sip: '200' };
}

function pressed(sb: Sandbox, leg: Leg, digits: string): void {
  for (const digit of digits) hearKey(sb, leg.id, digit);
  relay(sb, leg, `♪ tones ${digits}`);
}

function spoke(sb: Sandbox, leg: Leg, words: string): void {
  hearSound(sb, leg.id);
  relay(sb, leg, words);
}
