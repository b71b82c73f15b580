import { RING_SECONDS } from './dial.ts';
import type { Plan } from './plan.ts';
import { endLeg, type Scene } from './scene.ts';

/** A call that lasts so much longer than any may is told to end. */
const OVER_MS = 60_000;
/** A provider that has not told of the end by then will not; nor can it be asked, or it would have said. */
const TOLD_MS = 2 * 3_600_000;
/** The same for a call that nobody took, where each answer of the provider may be late. */
const RINGS_OVER_MS = 5 * 60_000;
const RINGS_TOLD_MS = 15 * 60_000;
/** A transfer that nobody was rung for by then is forgotten: the process that began it died. */
const FORGOTTEN_MS = 60_000;

/** How long a call can go on before anybody talks, if its plan goes on to the end. */
function waitSeconds({ steps }: Plan): number {
  return steps.reduce((seconds, step) => {
    if (step.kind === 'dial') return seconds + step.timeoutSeconds;
    if (step.kind === 'voicemail') return seconds + step.maxSeconds;
    // Words take less than this, whoever speaks them.
    return step.kind === 'say' ? seconds + 15 + step.text.length / 5 : seconds;
  }, RING_SECONDS);
}

/**
 * Ends what lasts longer than it may. First everybody is told to hang up; when the provider says nothing for long, its legs
 * are given up: a call does not stand as live for ever because an account cannot be asked any more.
 */
export function endOverdue(scene: Scene, now: Date): void {
  const { call, legs, events } = scene;
  endForgotten(scene, now);
  if (call.endedAt) return;
  const { answeredAt, plan } = call;
  const limitAt = answeredAt
    ? answeredAt.getTime() + plan.limitSeconds * 1000
    : call.createdAt.getTime() + waitSeconds(plan) * 1000;
  const lateMs = now.getTime() - limitAt;
  if (lateMs < (answeredAt ? OVER_MS : RINGS_OVER_MS)) return;
  if (!call.hangupRequestedAt) {
    call.hangupRequestedAt = now;
    events.push({ kind: 'time_limit', legId: null, details: {} });
  }
  if (lateMs < (answeredAt ? TOLD_MS : RINGS_TOLD_MS)) return;
  for (const leg of legs) endLeg(leg, 'provider_silent', new Date(limitAt));
}

function endForgotten({ legs }: Scene, now: Date): void {
  for (const leg of legs) {
    if (leg.role !== 'transfer' || leg.state !== 'planned' || leg.dialledAt) continue;
    if (now.getTime() - leg.createdAt.getTime() >= FORGOTTEN_MS) endLeg(leg, 'canceled', now);
  }
}
