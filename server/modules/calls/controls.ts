import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import type { LegOutcome, ProviderPort, Room } from '../providers/index.ts';
import { isUntold, learnAnnounced, overAt } from './announcing.ts';
import { type CallRow, findCall, type LegRow, legsOf } from './calls-store.ts';
import { changeCalls, driverOf } from './change.ts';
import { openPort } from './dial.ts';
import { customerOf, oursOf, talks } from './judge.ts';
import { type CallAction, type CallEventKind, callCan, isLive } from './model.ts';
import { wordsFor } from './plan.ts';
import { endLeg, rootOf, type Scene } from './scene.ts';

export type Shown = Pick<Scene, 'call' | 'legs'>;

/** A call of the company with its legs. @throws not_found. */
export async function showCall(ctx: CompanyCtx, callId: string): Promise<Shown> {
  return transact(ctx, async (tx) => {
    const call = await findCall(tx, callId);
    if (!call) fail('not_found', { what: 'call' });
    return { call, legs: await legsOf(tx, [call.id]) };
  });
}

/** A call in which something can be done now. @throws not_found, call_over, call_not_talking. */
export async function callFor(ctx: CompanyCtx, callId: string, action: CallAction): Promise<Shown> {
  const shown = await showCall(ctx, callId);
  requireAction(shown.call, action);
  return shown;
}

export function requireAction(call: CallRow, action: CallAction): void {
  if (callCan(action, call.status)) return;
  fail(isLive(call.status) ? 'call_not_talking' : 'call_over');
}

/** Ends a call. Ending it twice is fine, and so is ending one whose provider has not answered yet: it ends when it does. */
export async function hangUpCall(ctx: CompanyCtx, callId: string): Promise<Shown> {
  const { call } = await showCall(ctx, callId);
  if (!isLive(call.status)) return showCall(ctx, callId);
  await transact(ctx, (tx) =>
    changeCalls(ctx, tx, [callId], (scene) => {
      if (scene.call.hangupRequestedAt || scene.call.endedAt) return;
      scene.call.hangupRequestedAt = ctx.kernel.clock.now();
      scene.events.push({ kind: 'hangup_requested', legId: null, details: {} });
      for (const leg of scene.legs)
        if (leg.state === 'planned' && leg.dialledAt === null)
          endLeg(leg, 'canceled', ctx.kernel.clock.now());
    }),
  );
  return showCall(ctx, callId);
}

/** The provider of a call. @throws call_over when its account is gone: nothing can be done any more. */
export async function portOf(ctx: CompanyCtx, call: CallRow): Promise<ProviderPort> {
  return (await openPort(ctx, call)) ?? fail('call_over');
}

/** What is asked of a leg must be possible. @throws call_over. */
export function requireDone(outcome: LegOutcome): void {
  if (outcome === 'gone') fail('call_over');
}

/** Writes what was done to a call, and tells everybody. */
export async function noteChange(
  ctx: CompanyCtx,
  callId: string,
  kind: CallEventKind,
  change: (scene: Scene) => void,
): Promise<Shown> {
  await transact(ctx, (tx) =>
    changeCalls(ctx, tx, [callId], (scene) => {
      change(scene);
      scene.events.push({ kind, legId: null, details: {} });
    }),
  );
  return showCall(ctx, callId);
}

/**
 * The room in which the legs of a talk can be controlled, made when they do not sit in one yet. Its name is committed first:
 * where documents move legs, the next one asks for it.
 */
export async function ensureRoom(ctx: CompanyCtx, port: ProviderPort, { call, legs }: Shown): Promise<Room> {
  if (call.roomName && call.roomId) return { name: call.roomName, roomId: call.roomId };
  const root = rootOf({ call, legs });
  const other = legs.find((leg) => leg.id === call.answeredLegId && leg.id !== root.id);
  if (!root.externalId) fail('call_not_talking');
  const name = `relais-${call.id}`;
  const now = ctx.kernel.clock.now();
  const untold = isUntold({ call, legs }, now);
  // Who is being told that they are recorded is joined as soon as they were; a document is said again in the room's.
  if (untold && driverOf(call) === 'commands') fail('call_not_talking');
  const words = untold && wordsFor(call.plan, untold);
  await transact(ctx, (tx) =>
    changeCalls(ctx, tx, [call.id], (scene) => {
      scene.call.roomName ??= name;
      for (const leg of scene.legs) {
        if (leg.id !== root.id && leg.id !== other?.id) continue;
        if (words && leg.id === untold.id) {
          leg.announcedAt = overAt(words, now);
          learnAnnounced(scene, leg, leg.announcedAt);
        }
        leg.inRoom = true;
      }
    }),
  );
  // A recording ends with the move to a room. One that goes on is begun there; one that is paused must not hear a second of it.
  const recorded = call.recording === 'on' ? { reference: root.id } : null;
  const both = { root: root.externalId, other: other?.externalId ?? null };
  const room = await port.openRoom({ name, roomId: null }, both, {
    recorded,
    limitSeconds: call.plan.limitSeconds,
    words: words ? { text: words, language: call.plan.language } : null,
  });
  if (room === 'gone') fail('call_over');
  await transact(ctx, (tx) =>
    changeCalls(ctx, tx, [call.id], (scene) => {
      scene.call.roomId ??= room.roomId;
      if (recorded || scene.call.recording !== 'paused' || driverOf(call) !== 'documents') return;
      scene.call.recording = 'off';
      scene.events.push({ kind: 'recording_ended', legId: root.id, details: {} });
    }),
  );
  return room;
}

/** The leg of whoever acts, or of the colleague who talks. */
function ownLeg(ctx: CompanyCtx, legs: readonly LegRow[]): LegRow {
  const talking = oursOf(legs).filter(talks);
  return talking.find(({ userId }) => userId === ctx.actor.id) ?? talking[0] ?? fail('call_not_talking');
}

/** Silences our side, or lets it be heard again. */
export async function muteCall(ctx: CompanyCtx, callId: string, muted: boolean): Promise<Shown> {
  const shown = await callFor(ctx, callId, 'mute');
  const leg = ownLeg(ctx, shown.legs);
  if (leg.muted === muted) return shown;
  const port = await portOf(ctx, shown.call);
  const room = await ensureRoom(ctx, port, shown);
  requireDone(await port.setMuted(room, leg.externalId!, muted));
  return noteChange(ctx, callId, muted ? 'muted' : 'unmuted', ({ legs }) => {
    for (const each of legs) if (each.id === leg.id) each.muted = muted;
  });
}

/** The customer's leg, while they are there. */
export function customerLeg(legs: readonly LegRow[]): LegRow {
  const customer = customerOf(legs);
  return customer?.externalId && customer.state !== 'ended' ? customer : fail('call_over');
}

/** Lets the customer hear music, or talk again. */
export async function holdCall(ctx: CompanyCtx, callId: string, held: boolean): Promise<Shown> {
  const shown = await callFor(ctx, callId, 'hold');
  const leg = customerLeg(shown.legs);
  if (leg.held === held) return shown;
  const port = await portOf(ctx, shown.call);
  const room = await ensureRoom(ctx, port, shown);
  requireDone(await port.setHeld(room, leg.externalId!, held));
  return noteChange(ctx, callId, held ? 'held' : 'unheld', ({ legs }) => {
    for (const each of legs) if (each.id === leg.id) each.held = held;
  });
}

/** Plays tones to the other side, for menus of machines. */
export async function sendDigits(ctx: CompanyCtx, callId: string, digits: string): Promise<Shown> {
  const shown = await callFor(ctx, callId, 'dtmf');
  const leg = customerLeg(shown.legs);
  const port = await portOf(ctx, shown.call);
  const room = driverOf(shown.call) === 'documents' ? await ensureRoom(ctx, port, shown) : null;
  requireDone(await port.sendDigits({ room, legId: leg.externalId! }, digits));
  return noteChange(ctx, callId, 'digits_sent', () => undefined);
}

/** Stops the recording for a while, e.g. for the number of a card, or goes on with it. */
export async function pauseRecording(ctx: CompanyCtx, callId: string, paused: boolean): Promise<Shown> {
  const shown = await callFor(ctx, callId, 'record');
  const { call, legs } = shown;
  if (call.recording === 'off') fail('recording_off');
  if ((call.recording === 'paused') === paused) return shown;
  const port = await portOf(ctx, call);
  const room = call.roomName ? { name: call.roomName, roomId: call.roomId } : null;
  const root = rootOf({ call, legs });
  if ((await port.pauseRecording({ room, legId: root.externalId! }, paused)) === 'gone')
    fail('recording_off');
  return noteChange(ctx, callId, paused ? 'recording_paused' : 'recording_resumed', (scene) => {
    if (scene.call.recording !== 'off') scene.call.recording = paused ? 'paused' : 'on';
  });
}
