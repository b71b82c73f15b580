import type { ContactRef } from '../contacts/index.ts';
import type { CallFailure, DialEnd, RemoteLeg, RemoteQuality, RemoteRecording } from '../providers/index.ts';
import type { CallRow, LegRow } from './calls-store.ts';
import { legMoves } from './judge.ts';
import type { CallEventKind } from './model.ts';
import type { PassOn } from './passing-on.ts';
import { isAtVoicemail } from './plan.ts';
import type { Command } from './script.ts';

/** One call with its legs, as a transaction holds it: news is applied to it, what follows is decided, and then it is written. */
export interface Scene {
  /** The transaction has just made the call: it is not in the database yet. */
  isNew: boolean;
  call: CallRow;
  legs: LegRow[];
  /** A call that has just come in, and that telephones are to be rung for: budgets are asked before it is written. */
  passOn: PassOn | null;
  /** The contact of a caller who was not looked for when the call was answered; null when they have none. */
  caller: ContactRef | null | undefined;
  /** Words that the root leg was told have been said to their end. */
  spoken: boolean;
  /** A message was recorded, or none was left. */
  recorded: boolean;
  /** What is to be written besides. */
  commands: { legId: string; command: Command }[];
  events: { kind: CallEventKind; legId: string | null; details: Record<string, unknown> }[];
  qualities: { legId: string; quality: RemoteQuality }[];
  recordings: { kind: 'call' | 'voicemail'; remote: RemoteRecording }[];
}

export function sceneOf(call: CallRow, legs: LegRow[], isNew = false): Scene {
  return {
    ...{ isNew, call, legs, passOn: null, caller: undefined, spoken: false, recorded: false },
    ...{ commands: [], events: [], qualities: [], recordings: [] },
  };
}

export const rootOf = ({ call, legs }: Pick<Scene, 'call' | 'legs'>): LegRow =>
  legs.find(({ id }) => id === call.rootLegId)!;

/** What a call begins with. */
export const BLANK_CALL = {
  ...{
    callerKnown: true,
    userId: null,
    authorId: null,
    authorName: null,
    step: 0,
    stepRunning: false,
    stepDueAt: null,
  },
  ...{ answeredLegId: null, roomName: null, roomId: null, recording: 'off', recordingAnnounced: false },
  ...{ endCode: null, providerCode: null, providerMessage: null, missed: false, hasVoicemail: false },
  ...{ hangupRequestedAt: null, note: null, durationSeconds: null, priceAmount: null, priceCurrency: null },
  ...{
    priceEstimated: false,
    minutePrice: null,
    minuteCurrency: null,
    nextCheckAt: null,
    checks: 0,
    idempotencyKey: null,
    requestHash: null,
  },
  ...{ ringingAt: null, answeredAt: null, endedAt: null },
} as const satisfies Partial<CallRow>;

/** A leg of the call that nobody has asked for yet. */
export function newLeg(
  call: CallRow,
  leg: Pick<LegRow, 'id' | 'party' | 'role' | 'address' | 'userId' | 'createdAt'> & Partial<LegRow>,
): LegRow {
  return {
    ...{ companyId: call.companyId, callId: call.id, provider: call.provider, state: 'planned' as const },
    ...{
      step: null,
      position: null,
      outcomeUnknown: false,
      externalId: null,
      recordId: null,
      sessionId: null,
    },
    ...{
      muted: false,
      held: false,
      answerAsked: false,
      hangupAsked: false,
      inRoom: false,
      transferMode: null,
    },
    ...{ endCode: null, providerCode: null, providerMessage: null, durationSeconds: null, priceAmount: null },
    ...{ priceCurrency: null, dialledAt: null, ringingAt: null, answeredAt: null, endedAt: null },
    announcedAt: null,
    ...{ tookOverAt: null, minutePrice: null, minuteCurrency: null },
    ...leg,
  };
}

/** Its provider never told of it, so we gave it up: only we say so. */
export const wasGivenUp = ({ endCode }: Pick<LegRow, 'endCode'>): boolean => endCode === 'provider_silent';

/** Ends a leg that the provider does not speak of, for a reason of ours. */
export function endLeg(leg: LegRow, endCode: string | null, at: Date): void {
  if (leg.state === 'ended') return;
  leg.state = 'ended';
  leg.outcomeUnknown = false;
  leg.endedAt = at;
  leg.endCode ??= endCode;
}

/**
 * Adds what a provider says of a leg to what is known. Facts are never taken back, and the earliest time of each counts, so
 * repeated, late and shuffled news come to the same.
 */
export function learnLeg(scene: Scene, leg: LegRow, remote: RemoteLeg, heardAt: Date): void {
  const at = remote.at ?? heardAt;
  leg.externalId ??= remote.legId;
  leg.recordId ??= remote.recordId;
  leg.sessionId ??= remote.sessionId;
  leg.outcomeUnknown = false;
  leg.dialledAt ??= leg.createdAt;
  learnPrice(leg, remote);
  if (wasGivenUp(leg)) {
    learnTooLate(scene, leg, remote);
    return;
  }
  if (remote.state === 'ringing') leg.ringingAt = first(leg.ringingAt, at);
  if (remote.state === 'answered') leg.answeredAt = first(leg.answeredAt, at);
  if (remote.state === 'ended') learnEnd(leg, remote, at);
  if (legMoves(leg.state, remote.state)) {
    leg.state = remote.state;
    scene.events.push({
      kind: `leg_${remote.state}`,
      legId: leg.id,
      details: { providerStatus: remote.providerStatus },
    });
  }
  if (remote.quality) scene.qualities.push({ legId: leg.id, quality: remote.quality });
}

function learnPrice(leg: LegRow, { price }: RemoteLeg): void {
  if (!price || leg.priceAmount !== null) return;
  leg.priceAmount = price.amount;
  leg.priceCurrency = price.currency;
}

/** A leg that was given up lives: it is hung up, and what the call has come to without it stays. */
function learnTooLate(scene: Scene, leg: LegRow, remote: RemoteLeg): void {
  if (remote.state === 'ended' || leg.hangupAsked) return;
  leg.hangupAsked = true;
  scene.commands.push({ legId: leg.id, command: { kind: 'hang_up' } });
  scene.events.push({
    kind: 'leg_too_late',
    legId: leg.id,
    details: { providerStatus: remote.providerStatus },
  });
}

const first = (known: Date | null, at: Date) => (known && known <= at ? known : at);

function learnEnd(leg: LegRow, remote: RemoteLeg, at: Date): void {
  leg.endedAt ??= at;
  leg.durationSeconds ??= remote.durationSeconds;
  if (remote.failure) {
    learnReason(leg, remote.failure);
    return;
  }
  // The news of its answer is late or lost: a leg that lasted, or that ended as talks do, was answered.
  const seconds = remote.durationSeconds ?? 0;
  if (seconds > 0 || remote.providerStatus === 'completed')
    leg.answeredAt ??= new Date(leg.endedAt.getTime() - seconds * 1000);
}

/** The first reason counts; but a look-up may be faster and know none, and then the one that comes later does. */
function learnReason(leg: LegRow, { reason, providerCode, providerMessage }: CallFailure): void {
  const isBetter = leg.endCode === 'unknown' && reason !== 'unknown';
  if (isBetter) Object.assign(leg, { endCode: null, providerCode: null, providerMessage: null });
  leg.endCode ??= reason;
  leg.providerCode ??= providerCode?.slice(0, 60) ?? null;
  leg.providerMessage ??= providerMessage.slice(0, 1000);
}

/**
 * What the end of a dial says of those whom it rang, in case their own news are lost: that somebody talked is known even if
 * it cannot be told who.
 */
export function learnDial(scene: Scene, step: number, dialEnd: DialEnd | null, at: Date): void {
  if (!dialEnd) return;
  const rung = scene.legs.filter((leg) => leg.step === step && leg.role === 'target');
  const open = rung.filter(({ state }) => state !== 'ended');
  if (!dialEnd.talked) {
    const reason = open.length === 1 ? dialEnd.failure?.reason : null;
    for (const leg of open) endLeg(leg, reason ?? 'no_answer', at);
    return;
  }
  const unnamed = open.filter(({ externalId }) => externalId === null);
  const named = rung.find(({ externalId }) => externalId !== null && externalId === dialEnd.legId);
  const talker = named ?? unnamed[0] ?? (open.length === 1 ? open[0] : undefined);
  if (!talker || talker.state === 'ended') return;
  // Where it could be several, the name is left for the leg's own news.
  if (unnamed.length === 1) talker.externalId ??= dialEnd.legId;
  talker.recordId ??= talker.externalId;
  talker.durationSeconds ??= dialEnd.durationSeconds;
  talker.answeredAt ??= new Date(at.getTime() - (dialEnd.durationSeconds ?? 0) * 1000);
  endLeg(talker, null, at);
}

/** Adds a recording to what is known of the call. */
export function learnRecording(scene: Scene, remote: RemoteRecording): void {
  const kind = isAtVoicemail(scene.call.plan, scene.call.step) ? 'voicemail' : 'call';
  scene.recordings.push({ kind, remote });
  if (kind === 'call') return;
  scene.recorded = true;
  if (remote.status === 'completed' && remote.durationSeconds !== 0) scene.call.hasVoicemail = true;
}
