import type { RecordingOrder } from '../providers/index.ts';
import type { LegRow } from './calls-store.ts';
import { customerOf, oursOf, stays, talks } from './judge.ts';
import type { CallLanguage } from './model.ts';
import { type DialStep, type Step, speechMs, wordsFor } from './plan.ts';
import { endLeg, newLeg, rootOf, type Scene } from './scene.ts';

/** What a provider is to be told about one leg. */
export type Command =
  | { kind: 'answer' }
  | { kind: 'reject'; reason: 'busy' | 'rejected' }
  | { kind: 'speak'; text: string; language: CallLanguage }
  /** Said to somebody who was rung, before they are joined to the root. */
  | { kind: 'announce'; text: string; language: CallLanguage }
  | { kind: 'record'; order: RecordingOrder }
  | { kind: 'dial' }
  | { kind: 'hang_up' }
  /** The root leg and another one go into the call's room. */
  | { kind: 'connect'; otherLegId: string }
  | { kind: 'join' }
  /** Out of the room, and gone. */
  | { kind: 'leave' }
  | { kind: 'hold'; held: boolean };

/** Who moves a call on: we by commands, or our documents when the provider asks for them. */
export type Driver = 'commands' | 'documents';

export interface Moment {
  at: Date;
  newId: () => string;
}

/**
 * What follows from how a call stands: pure, and the same however often it is asked, because whatever was asked for is
 * marked. So a lost or repeated event neither stops a call nor has anything done twice.
 */
export function advance(scene: Scene, driver: Driver, moment: Moment) {
  const { call } = scene;
  if (call.endedAt || call.hangupRequestedAt) return endAll(scene, driver);
  moveTransfers(scene, moment);
  if (driver === 'documents') return;
  if (call.answeredAt) return joinTalk(scene, moment);
  runSteps(scene, moment);
}

function tell(scene: Scene, leg: LegRow, command: Command): void {
  scene.commands.push({ legId: leg.id, command });
}

function hangUp(scene: Scene, leg: LegRow): void {
  if (leg.state === 'ended' || leg.hangupAsked || leg.externalId === null) return;
  leg.hangupAsked = true;
  tell(scene, leg, { kind: 'hang_up' });
}

/** The call is over: whoever is left is let go. Documents end by themselves what sits in no room. */
function endAll(scene: Scene, driver: Driver): void {
  const { call, legs } = scene;
  if (driver === 'documents' && !call.hangupRequestedAt && call.roomName === null) return;
  for (const leg of legs) hangUp(scene, leg);
}

/** The transfer that is under way, if one is. Once it has taken effect, whoever was asked is a colleague like others. */
export function openTransfer(legs: readonly LegRow[]): LegRow | undefined {
  return legs.findLast(({ role, state, transferMode }) => {
    return role === 'transfer' && transferMode !== null && state !== 'ended';
  });
}

/** Somebody whom the call was passed on to has answered, or will not. Each is acted on one time: it is open no more. */
function moveTransfers(scene: Scene, { at }: Moment): void {
  const { legs } = scene;
  for (const leg of legs) {
    if (leg.transferMode === null) continue;
    if (leg.state === 'ended') {
      const wasHeldForIt = leg.transferMode === 'warm';
      leg.transferMode = null;
      // Whoever was asked is gone, before or after a word with the one who asked: the customer is not left with the music.
      if (wasHeldForIt && !openTransfer(legs)) unhold(scene);
    } else if (talks(leg) && (leg.transferMode === 'blind' || isAlone(leg, legs))) {
      takeOver(scene, leg, at);
    }
  }
}

/** The one who asked has left, as people do once the other two are to talk. */
const isAlone = (leg: LegRow, legs: readonly LegRow[]) =>
  !oursOf(legs).some((other) => other !== leg && stays(other) && !other.hangupAsked);

function takeOver(scene: Scene, leg: LegRow, at: Date): void {
  completeWith(scene, leg, at);
  unhold(scene);
  scene.events.push({ kind: 'transfer_completed', legId: leg.id, details: {} });
}

/** A transfer takes effect: the customer is with whoever was asked, and the others leave. */
export function completeWith(scene: Scene, leg: LegRow, at: Date): void {
  leg.transferMode = null;
  leg.tookOverAt = at;
  if (leg.userId) scene.call.userId = leg.userId;
  for (const other of oursOf(scene.legs)) if (other !== leg && stays(other)) letGo(scene, other);
}

function unhold(scene: Scene): void {
  const customer = customerOf(scene.legs);
  if (!customer?.held || !talks(customer)) return;
  customer.held = false;
  tell(scene, customer, { kind: 'hold', held: false });
}

/** Takes a leg out of the room. */
export function letGo(scene: Scene, leg: LegRow): void {
  if (leg.hangupAsked || leg.externalId === null) return;
  leg.hangupAsked = true;
  tell(scene, leg, { kind: 'leave' });
}

/** Somebody talks with the customer: the others stop ringing, and both sit in a room, where they can be controlled. */
function joinTalk(scene: Scene, moment: Moment) {
  const { call, legs } = scene;
  const root = rootOf(scene);
  const winner = legs.find(({ id }) => id === call.answeredLegId);
  if (!winner) return;
  // No step is waited for any more.
  call.stepDueAt = null;
  for (const leg of legs) if (leg.role === 'target' && leg !== winner) hangUp(scene, leg);
  if (!root.answeredAt) return answer(scene, root);
  if (!winner.inRoom && talks(winner)) {
    if (isHearing(scene, winner, moment)) return;
    connect(scene, root, winner);
  }
  for (const leg of legs) {
    if (leg.role !== 'transfer' || leg.inRoom || leg.hangupAsked || !talks(leg)) continue;
    leg.inRoom = true;
    tell(scene, leg, { kind: 'join' });
  }
}

/** Both sit in a room from now on, and are recorded if that was planned and, where it must be said before, has been said. */
function connect(scene: Scene, root: LegRow, winner: LegRow): void {
  const { call } = scene;
  root.inRoom = true;
  winner.inRoom = true;
  call.roomName ??= `relais-${call.id}`;
  tell(scene, root, { kind: 'connect', otherLegId: winner.id });
  const step = call.plan.steps[winner.step ?? -1];
  const isRecorded = step?.kind === 'dial' && step.record && call.recording === 'off';
  if (!isRecorded || (wordsFor(call.plan, winner) && !call.recordingAnnounced)) return;
  call.recording = 'on';
  const order = {
    channels: 'dual' as const,
    beep: false,
    maxSeconds: call.plan.limitSeconds,
    silenceSeconds: 0,
  };
  tell(scene, root, { kind: 'record', order });
}

/**
 * Whether somebody still hears that the talk will be recorded. They are told one time; when nothing is heard of it, the
 * time is up all the same, so that a lost event does not keep two people apart.
 */
function isHearing({ call, commands }: Scene, leg: LegRow, { at }: Moment): boolean {
  const text = wordsFor(call.plan, leg);
  if (!text) return false;
  if (leg.announcedAt === null) {
    leg.announcedAt = new Date(at.getTime() + FIRST_WORD_MS + speechMs(text));
    commands.push({ legId: leg.id, command: { kind: 'announce', text, language: call.plan.language } });
  }
  if (leg.announcedAt <= at) return false;
  call.stepDueAt = leg.announcedAt;
  return true;
}

function answer(scene: Scene, root: LegRow): void {
  if (root.party !== 'caller' || root.answerAsked) return;
  root.answerAsked = true;
  tell(scene, root, { kind: 'answer' });
}

/** Goes through the plan as far as it goes now. */
function runSteps(scene: Scene, moment: Moment) {
  const { call } = scene;
  const root = rootOf(scene);
  if (root.externalId === null) return;
  for (;;) {
    const step: Step = call.plan.steps[call.step] ?? { kind: 'hangup' };
    if (!root.answeredAt && waitsForAnswer(step, root)) return answer(scene, root);
    if (!call.stepRunning) begin(scene, step, moment);
    if (!isOver(scene, step, moment)) return;
    call.step += 1;
    call.stepRunning = false;
    call.stepDueAt = null;
    scene.spoken = false;
    scene.recorded = false;
  }
}

/** A caller hears nothing before the call is answered. Our own person rings the other side only once they are there. */
function waitsForAnswer(step: Step, root: LegRow): boolean {
  if (step.kind === 'say' || step.kind === 'voicemail') return true;
  return step.kind === 'dial' && root.party === 'agent';
}

/** Longer than any voice takes for its first word. */
const FIRST_WORD_MS = 15_000;
/** How long the news that a time is up may take. */
const SLACK_MS = 20_000;

function begin(scene: Scene, step: Step, { at, newId }: Moment) {
  const { call, legs } = scene;
  const root = rootOf(scene);
  const dueIn = (ms: number) => {
    call.stepDueAt = new Date(at.getTime() + ms);
  };
  call.stepRunning = true;
  scene.events.push({ kind: `step_${step.kind}`, legId: null, details: { step: call.step } });
  switch (step.kind) {
    case 'say':
      dueIn(FIRST_WORD_MS + speechMs(step.text));
      return tell(scene, root, { kind: 'speak', text: step.text, language: step.language });
    case 'dial':
      dueIn(step.timeoutSeconds * 1000 + SLACK_MS);
      for (const leg of targetLegs(scene, call.step, step, { at, newId }))
        if (!legs.includes(leg)) legs.push(leg);
      for (const leg of legs)
        if (leg.step === call.step && leg.state === 'planned') tell(scene, leg, { kind: 'dial' });
      return;
    case 'voicemail': {
      dueIn(step.maxSeconds * 1000 + SLACK_MS);
      const order = { channels: 'mono' as const, beep: true, maxSeconds: step.maxSeconds, silenceSeconds: 5 };
      return tell(scene, root, { kind: 'record', order });
    }
    case 'reject':
      if (root.answeredAt) return hangUp(scene, root);
      root.hangupAsked = true;
      root.endCode ??= step.reason;
      return tell(scene, root, { kind: 'reject', reason: step.reason });
    case 'hangup':
      return hangUp(scene, root);
  }
}

/** The legs of a dial: those that are there already, and new ones for the rest. */
export function targetLegs(scene: Scene, index: number, step: DialStep, { at, newId }: Moment): LegRow[] {
  return step.targets.map(({ party, address, userId }, position) => {
    const known = scene.legs.find((leg) => leg.step === index && leg.position === position);
    if (known) return known;
    const place = { role: 'target' as const, step: index, position };
    return newLeg(scene.call, { id: newId(), party, address, userId, createdAt: at, ...place });
  });
}

function isOver(scene: Scene, step: Step, { at }: Moment): boolean {
  const { call, legs } = scene;
  const late = call.stepDueAt !== null && at >= call.stepDueAt;
  switch (step.kind) {
    case 'say':
      return scene.spoken || late;
    case 'voicemail':
      return scene.recorded || late;
    case 'dial': {
      const rung = legs.filter((leg) => leg.role === 'target' && leg.step === call.step);
      if (!late) return rung.every(({ state }) => state === 'ended');
      for (const leg of rung) {
        if (leg.externalId === null) endLeg(leg, leg.dialledAt ? 'provider_silent' : 'unreachable', at);
        else hangUp(scene, leg);
      }
      return true;
    }
    case 'reject':
    case 'hangup':
      return false;
  }
}
