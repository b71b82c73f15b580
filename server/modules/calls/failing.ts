import { oursOf, stays } from './judge.ts';
import { isAtVoicemail } from './plan.ts';
import type { Scene } from './scene.ts';
import type { Command } from './script.ts';

/** A command that a provider has not taken by then is late: the call has gone on without it. */
const ATTEMPTS_MAX = 5;
/** Nor is anything tried again for people who have waited in silence for so long. */
const SILENCE_MAX_MS = 15_000;
const FIRST_BACKOFF_MS = 500;
const BACKOFF_MAX_MS = 30_000;
/** No call lasts so long: what should end has ended. */
const GIVE_UP_MS = 6 * 3_600_000;

/** What lets people go, or ends their waiting: nobody is left in a call, or on hold, because a provider was down for a while. */
const lastsUntilDone = (command: Command): boolean =>
  command.kind === 'hang_up' ||
  command.kind === 'leave' ||
  command.kind === 'reject' ||
  (command.kind === 'hold' && !command.held);

/** When a command that failed is tried again, in milliseconds from now; null when it is not. */
export function retryAfter(command: Command, attempts: number, ageMs: number): number | null {
  const isOver = lastsUntilDone(command)
    ? ageMs >= GIVE_UP_MS
    : attempts >= ATTEMPTS_MAX || ageMs >= SILENCE_MAX_MS;
  return isOver ? null : Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(attempts - 1, 10), BACKOFF_MAX_MS);
}

/** What follows when a provider did not do what it was told: nobody waits in silence for what does not come. */
export function giveUp(scene: Scene, legId: string | null, command: Command, at: Date): void {
  const { call, legs } = scene;
  if (call.endedAt) return;
  scene.events.push({ kind: 'command_failed', legId, details: { command: command.kind } });
  switch (command.kind) {
    case 'answer':
    case 'connect':
      call.hangupRequestedAt ??= at;
      call.endCode = 'provider_failed';
      return;
    case 'join': {
      const leg = legs.find(({ id }) => id === legId);
      if (!leg || leg.hangupAsked || leg.state === 'ended') return;
      leg.hangupAsked = true;
      scene.commands.push({ legId: leg.id, command: { kind: 'hang_up' } });
      // Whoever passed the call on may have left already.
      if (oursOf(legs).some((other) => other !== leg && stays(other) && !other.hangupAsked)) return;
      call.hangupRequestedAt ??= at;
      call.endCode = 'transfer_lost';
      return;
    }
    case 'announce': {
      // Who was not told is not recorded: the two are joined without.
      const leg = legs.find(({ id }) => id === legId);
      if (leg) leg.announcedAt = at;
      return;
    }
    case 'speak':
      scene.spoken = call.stepRunning && call.plan.steps[call.step]?.kind === 'say';
      return;
    case 'record':
      if (isAtVoicemail(call.plan, call.step) && !call.answeredAt) scene.recorded = true;
      else call.recording = 'off';
  }
}
