import { randomBytes } from 'node:crypto';
import { adjustBalance } from '../../core/accounts.ts';
import { soundOf } from '../../core/calls/audio.ts';
import { connectLine, endLine, ringLine } from '../../core/calls/lines.ts';
import { uuid } from '../../core/ids.ts';
import { addDecimals, negate } from '../../core/money.ts';
import { changed, type Sandbox } from '../../core/sandbox.ts';
import { countryOfNumber } from '../../core/texts/model.ts';
import { callPrice, minutePrice } from '../../data/callPrices.ts';
import {
  getLeg,
  type Hangup,
  handsetOf,
  type Leg,
  type LegCost,
  partiesOf,
  patchLeg,
  saveLeg,
  startOf,
  talkSeconds,
  tell,
} from './model.ts';
import { stopRecordings } from './recordings.ts';
import { leaveRoom } from './rooms.ts';
import { silence } from './sounds.ts';
import { after, onTimers } from './timers.ts';

type Draft = Pick<
  Leg,
  | 'account'
  | 'connectionId'
  | 'direction'
  | 'from'
  | 'to'
  | 'urls'
  | 'costInWebhooks'
  | 'clientState'
  | 'timeLimitSecs'
  | 'onAnswer'
> & { sessionId?: string | undefined };

/** Makes a leg that is not heard of yet. Its token holds characters that addresses must encode. */
export function addLeg(sb: Sandbox, draft: Draft): Leg {
  return saveLeg(sb, {
    id: `v3:${randomBytes(40).toString('base64')}`,
    legId: uuid(),
    ...draft,
    sessionId: draft.sessionId ?? uuid(),
    state: 'ringing',
    ...{ createdAtMs: sb.clock.nowMs(), answeredAtMs: null, endedAtMs: null, hangup: null },
    ...{ roomId: null, bridgedTo: null, parksAfterBridge: false, playing: [], gather: null, cost: null },
  });
}

/** Rings the far end of a leg that was dialled, and gives up after so long. */
export function ring(sb: Sandbox, leg: Leg, timeoutSecs: number): void {
  tell(sb, leg, 'call.initiated', {
    ...partiesOf(leg),
    ...{ direction: 'outgoing', state: 'bridging', ...startOf(leg) },
    ...{ caller_id_name: leg.from, custom_headers: [], sip_headers: [], tags: [] },
    ...{ connection_codecs: CODECS, offered_codecs: CODECS },
  });
  const { id: legId, account, to: handset, from: peer } = leg;
  ringLine(sb, { provider: 'telnyx', account, legId, handset, peer });
  after(sb, timeoutSecs, { what: 'rings', legId });
}

export const CODECS = 'G722,PCMU,PCMA';

/** A leg is answered: by its far end when it was dialled, by its owner when it came in. */
export function answerLeg(sb: Sandbox, leg: Leg): Leg {
  const answered = saveLeg(sb, { ...leg, state: 'answered', answeredAtMs: sb.clock.nowMs() });
  tell(sb, answered, 'call.answered', {
    ...partiesOf(answered),
    ...{ ...startOf(answered), state: 'answered', custom_headers: [], sip_headers: [], tags: [] },
  });
  after(sb, answered.timeLimitSecs, { what: 'limit', legId: answered.id });
  if (answered.direction === 'incoming') connectLine(sb, answered.id);
  changed(sb);
  return answered;
}

/** Ends a leg, with all that goes on on it, and lets go of whoever it is bridged with. */
export function endLeg(sb: Sandbox, id: string, hangup: Hangup): void {
  const leg = getLeg(sb, id);
  if (leg === undefined || leg.state === 'hangup') return;
  silence(sb, leg);
  stopRecordings(sb, { legId: leg.id });
  const others = leaveRoom(sb, leg.id);
  const now = getLeg(sb, id) ?? leg;
  const ended = saveLeg(sb, {
    ...{ ...now, state: 'hangup', endedAtMs: sb.clock.nowMs(), hangup, gather: null, playing: [] },
    ...{ bridgedTo: null },
  });
  tell(sb, ended, 'call.hangup', {
    ...partiesOf(ended),
    ...{ ...startOf(ended), state: 'hangup', hangup_cause: hangup.cause, hangup_source: hangup.source },
    ...{ sip_hangup_cause: hangup.sip, call_quality_stats: statsOf(sb, ended) },
    ...{ custom_headers: [], sip_headers: [], tags: [] },
  });
  endLine(sb, id, hangup.cause === 'user_busy' ? 'busy' : 'declined');
  after(sb, RATED_AFTER_SECONDS, { what: 'rate', legId: id });
  if (now.bridgedTo !== null) unbridge(sb, now.bridgedTo, id);
  for (const other of others) endLeg(sb, other, CLEARED);
  changed(sb);
}

/** The other leg of a bridge whose end this one was: it ends as well, unless it was to be parked. */
function unbridge(sb: Sandbox, otherId: string, id: string): void {
  const other = getLeg(sb, otherId);
  if (other?.bridgedTo !== id) return;
  const freed = saveLeg(sb, { ...other, bridgedTo: null });
  if (!freed.parksAfterBridge) endLeg(sb, otherId, CLEARED);
}

/** The end of a talk that we end ourselves. */
export const CLEARED: Hangup = { cause: 'normal_clearing', source: 'unknown', sip: '200' };

/** Ends a leg as its owner wishes: a phone that still rings falls silent. */
export function hangUpLeg(sb: Sandbox, leg: Leg): void {
  const ours = leg.direction === 'incoming' ? ('callee' as const) : ('caller' as const);
  const isTalk = leg.state === 'answered' || leg.direction === 'incoming';
  endLeg(
    sb,
    leg.id,
    isTalk
      ? { cause: 'normal_clearing', source: ours, sip: '200' }
      : { cause: 'originator_cancel', source: ours, sip: '487' },
  );
}

/** Telnyx measures what it gets, and gives every figure as a text; null for a leg that was never answered. */
function statsOf(sb: Sandbox, leg: Leg): Record<string, unknown> | null {
  if (leg.answeredAtMs === null) return null;
  const about = { seconds: Math.max(1, talkSeconds(sb, leg)), handset: handsetOf(leg) };
  const inbound = soundOf(leg.legId, 'inbound', about);
  const outbound = soundOf(leg.legId, 'outbound', about);
  return {
    inbound: {
      mos: inbound.mos.toFixed(2),
      jitter_max_variance: inbound.jitterMaxMs.toFixed(2),
      jitter_packet_count: String(Math.round(inbound.lost / 2)),
      packet_count: String(inbound.packets),
      skip_packet_count: String(inbound.lost),
    },
    outbound: { packet_count: String(outbound.packets), skip_packet_count: String(outbound.lost) },
  };
}

const RATED_AFTER_SECONDS = 2;
/** US dollars per minute for a leg under Call Control. */
const CONTROL_RATE = '0.0020';

/** Writes down what a leg cost, takes it from the balance, and tells the owner if the connection says so. */
function rate(sb: Sandbox, id: string): void {
  const leg = getLeg(sb, id);
  if (leg === undefined || leg.cost !== null || leg.state !== 'hangup') return;
  const cost = costOf(sb, leg);
  const total = addDecimals(cost.control, cost.carrier);
  saveLeg(sb, { ...leg, cost });
  adjustBalance(sb, leg.account, negate(total));
  if (!leg.costInWebhooks) return;
  const part = (call_part: string, amount: string, per: string) => ({
    ...{ call_part, cost: amount, currency: 'USD', rate: per, billed_duration_secs: cost.billedSecs },
  });
  tell(sb, leg, 'call.cost', {
    ...{ status: 'success', total_cost: total, billed_duration_secs: cost.billedSecs },
    cost_parts: [
      part('call-control', cost.control, cost.controlRate),
      part('sip-trunking', cost.carrier, cost.carrierRate),
    ],
  });
}

function costOf(sb: Sandbox, leg: Leg): LegCost {
  const callSecs = talkSeconds(sb, leg);
  const handset = handsetOf(leg);
  const isBrowser = handset.startsWith('sip:');
  const direction = leg.direction === 'incoming' ? ('inbound' as const) : ('outbound' as const);
  const priced = { direction, isBrowser, country: isBrowser ? undefined : countryOfNumber(handset) };
  const controlRate = CONTROL_RATE;
  const carrierRate = minutePrice('telnyx', priced);
  if (leg.answeredAtMs === null)
    return { control: '0.0000', carrier: '0.0000', controlRate, carrierRate, billedSecs: 0, callSecs: 0 };
  const minutes = Math.max(1, Math.ceil(callSecs / 60));
  return {
    control: (Number(controlRate) * minutes).toFixed(4),
    carrier: callPrice('telnyx', priced, callSecs),
    ...{ controlRate, carrierRate, billedSecs: minutes * 60, callSecs },
  };
}

/** Bridges two legs that are answered: each hears the other, and the end of one ends both. */
export function bridge(sb: Sandbox, one: string, other: string, park: boolean): void {
  for (const [id, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    leaveRoom(sb, id);
    const before = getLeg(sb, id);
    if (before?.bridgedTo && before.bridgedTo !== peer) patchLeg(sb, before.bridgedTo, { bridgedTo: null });
    const leg = patchLeg(sb, id, { bridgedTo: peer, parksAfterBridge: park && id === one });
    if (leg !== undefined) tell(sb, leg, 'call.bridged', partiesOf(leg));
  }
}

/** Teaches the task runner when legs end by themselves. */
export function registerLegTimers(sb: Sandbox): void {
  onTimers(sb, {
    rings: (_sb, { legId }) => {
      if (getLeg(sb, legId)?.state !== 'ringing') return;
      endLeg(sb, legId, { cause: 'timeout', source: 'unknown', sip: 'unspecified' });
    },
    limit: (_sb, { legId }) => endLeg(sb, legId, { cause: 'time_limit', source: 'unknown', sip: '200' }),
    rate: (_sb, { legId }) => rate(sb, legId),
  });
}
