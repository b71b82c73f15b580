import { secondsMs } from '../../core/calls/pace.ts';
import { isoMicros } from '../../core/clock.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { type Failover, sendWebhook, telnyxEvent } from '../../core/webhooks.ts';
import type { Resource } from '../crud.ts';

/** One leg of a call: what a call_control_id controls. */
export interface Leg {
  /** The call_control_id. */
  id: string;
  account: string;
  /** call_leg_id: names the leg in recordings and records. */
  legId: string;
  sessionId: string;
  connectionId: string;
  direction: 'incoming' | 'outgoing';
  from: string;
  to: string;
  state: 'ringing' | 'answered' | 'hangup';
  /** Base64, as the last command or the dial gave it. */
  clientState: string | null;
  /** Where its events go, in the order they are tried. */
  urls: string[];
  costInWebhooks: boolean;
  timeLimitSecs: number;
  createdAtMs: number;
  answeredAtMs: number | null;
  endedAtMs: number | null;
  hangup: Hangup | null;
  /** The conference it sits in. */
  roomId: string | null;
  /** The leg it is bridged with. */
  bridgedTo: string | null;
  /** Stays, parked, when what it is bridged with ends. */
  parksAfterBridge: boolean;
  /** Speech and files that are played to it, in turn; the first one plays. */
  playing: Sound[];
  gather: Gather | null;
  /** What is done once it is answered. */
  onAnswer: OnAnswer;
  /** What it cost, once it is rated. */
  cost: LegCost | null;
}

export interface Hangup {
  cause:
    | 'call_rejected'
    | 'normal_clearing'
    | 'originator_cancel'
    | 'timeout'
    | 'time_limit'
    | 'user_busy'
    | 'not_found'
    | 'no_answer'
    | 'unspecified';
  source: 'caller' | 'callee' | 'unknown';
  /** A SIP status, or `unspecified`. */
  sip: string;
}

export interface Sound {
  id: string;
  kind: 'speak' | 'playback';
  /** What is heard. */
  what: string;
  /** Members of the events of a file: media_url or media_name. */
  media: Record<string, unknown>;
  /** Null: until it is stopped. */
  seconds: number | null;
}

export interface Gather {
  id: string;
  digits: string;
  min: number;
  max: number;
  terminator: string;
  valid: string;
}

/** What a dial asked for after the answer. */
export interface OnAnswer {
  bridgeWith?: string | undefined;
  room?: RoomPlace | undefined;
  record?:
    | { channels: 'single' | 'dual'; format: 'wav' | 'mp3'; maxSecs: number; silenceSecs: number }
    | undefined;
  digits?: string | undefined;
}

/** Where in a conference a dial's leg goes. */
export interface RoomPlace {
  id?: string | undefined;
  name?: string | undefined;
  early: boolean;
  muted: boolean;
  onHold: boolean;
  endOnExit: boolean;
}

export interface LegCost {
  /** For being controlled, and for the carrier's or the browser's minutes. */
  control: string;
  carrier: string;
  controlRate: string;
  carrierRate: string;
  billedSecs: number;
  callSecs: number;
}

export const LEG = 'telnyx_leg';
/** How long Telnyx waits for an answer to a webhook. */
const ANSWER_TIMEOUT_MS = 2_000;
/** A shuffle holds these back, in seconds of a call, so that what comes next overtakes them. */
const OVERTAKEN_SECONDS: Record<string, number> = { 'call.initiated': 4, 'call.answered': 2 };

/** The leg as it is now. */
export function getLeg(sb: Sandbox, id: string): Leg | undefined {
  return sb.store.get<Leg>(LEG, id);
}

/** Writes a leg; new ones are found by their other names as well. */
export function saveLeg(sb: Sandbox, leg: Leg): Leg {
  const isNew = getLeg(sb, leg.id) === undefined;
  const keys = [`leg ${leg.legId}`, `session ${leg.sessionId}`, `connection ${leg.connectionId}`];
  sb.store.put(LEG, leg.account, leg.id, leg, isNew ? keys : []);
  return leg;
}

/** Changes some of a leg as it is now. */
export function patchLeg(sb: Sandbox, id: string, over: Partial<Leg>): Leg | undefined {
  const leg = getLeg(sb, id);
  return leg === undefined ? undefined : saveLeg(sb, { ...leg, ...over });
}

/** The far end of a leg, whose digits are sentinels. */
export const handsetOf = (leg: Pick<Leg, 'direction' | 'from' | 'to'>): string =>
  leg.direction === 'incoming' ? leg.from : leg.to;

/** The account's own end. */
export const oursOf = (leg: Pick<Leg, 'direction' | 'from' | 'to'>): string =>
  leg.direction === 'incoming' ? leg.to : leg.from;

/** Whole seconds of talk. */
export function talkSeconds(sb: Sandbox, leg: Leg): number {
  if (leg.answeredAtMs === null) return 0;
  return Math.round(((leg.endedAtMs ?? sb.clock.nowMs()) - leg.answeredAtMs) / 1000);
}

const idsOf = (leg: Leg) => ({
  call_control_id: leg.id,
  connection_id: leg.connectionId,
  call_leg_id: leg.legId,
  call_session_id: leg.sessionId,
  client_state: leg.clientState,
});

/** The parts of a payload that name both ends. */
export const partiesOf = (leg: Leg): Record<string, unknown> => ({ from: leg.from, to: leg.to });

/** The part of a payload that names when the leg began. */
export const startOf = (leg: Leg): Record<string, unknown> => ({ start_time: isoMicros(leg.createdAtMs) });

/** Tells the owner of a leg what happened to it, at the addresses of the leg. */
export function tell(sb: Sandbox, leg: Leg, eventType: string, more: Record<string, unknown> = {}): void {
  sendTo(sb, leg, eventType, { ...idsOf(leg), ...more });
}

/** Tells an event whose payload names the leg in its own way. */
export function tellWith(
  sb: Sandbox,
  leg: Leg,
  eventType: string,
  payloadOf: (ids: ReturnType<typeof idsOf>) => Record<string, unknown>,
): void {
  sendTo(sb, leg, eventType, payloadOf(idsOf(leg)));
}

/** Events of a whole conference say in their payload when they happened, if at all. */
const BARE = /^conference\.(created|ended|(speak|playback)\.(started|ended)|recording\.saved)$/;

function sendTo(sb: Sandbox, leg: Leg, eventType: string, payload: Record<string, unknown>): void {
  const [url, ...more] = leg.urls;
  if (url === undefined) return;
  const event = telnyxEvent(sb, eventType, payload);
  if (BARE.test(eventType)) delete event.occurred_at;
  const failover: Failover[] = more.map((address) => ({ url: address }));
  sendWebhook(sb, {
    ...{ account: leg.account, provider: 'telnyx', eventType, url, failover, content: event },
    timeoutMs: ANSWER_TIMEOUT_MS,
    overtakenMs: secondsMs(sb, OVERTAKEN_SECONDS[eventType] ?? 0),
    ...{ topic: 'call' as const, numbers: [handsetOf(leg)], others: [oursOf(leg)] },
  });
}

/** Where the events of a connection go; events of the first version have another shape and are not sent. */
export function connectionUrls(connection: Resource): string[] {
  if (String(connection.webhook_api_version) !== '2') return [];
  return [connection.webhook_event_url, connection.webhook_event_failover_url]
    .filter((url) => typeof url === 'string' && url !== '')
    .map(String);
}

/** A call as the API shows it; `client_state` and times may be absent but are never null. */
export function callView(sb: Sandbox, leg: Leg): Record<string, unknown> {
  return {
    record_type: 'call',
    call_control_id: leg.id,
    call_leg_id: leg.legId,
    call_session_id: leg.sessionId,
    ...(leg.clientState === null ? {} : { client_state: leg.clientState }),
    is_alive: leg.state !== 'hangup',
    call_duration: talkSeconds(sb, leg),
    start_time: isoMicros(leg.createdAtMs),
    ...(leg.endedAtMs === null ? {} : { end_time: isoMicros(leg.endedAtMs) }),
  };
}
