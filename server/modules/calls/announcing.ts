import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { LegOutcome, ProviderPort } from '../providers/index.ts';
import type { LegRow } from './calls-store.ts';
import { changeCalls } from './change.ts';
import { speechMs, wordsFor } from './plan.ts';
import type { Scene } from './scene.ts';

/** How long a voice may be late, once the provider has taken the words. */
const LATE_MS = 3_000;

/** When words to a leg are over, if they begin now. */
export function overAt(words: string, now: Date): Date {
  return new Date(now.getTime() + LATE_MS + speechMs(words));
}

/**
 * A provider says the announcement to a leg: from here on the talk may be recorded. When the words are over is known by our
 * own reckoning, and better by the provider's news. Words that nobody asked for, or that come after the talk began, count for
 * nothing.
 */
export function learnAnnounced(scene: Scene, leg: LegRow, until: Date): void {
  const { call, events } = scene;
  if (leg.announcedAt === null || leg.inRoom || leg.state === 'ended') return;
  if (until < leg.announcedAt) leg.announcedAt = until;
  if (call.recordingAnnounced) return;
  call.recordingAnnounced = true;
  events.push({ kind: 'announced', legId: leg.id, details: {} });
}

/** Words to one leg are over. */
export function learnSpoken(scene: Scene, legId: string | null, at: Date): void {
  const leg = scene.legs.find(({ id }) => id === legId);
  if (leg) learnAnnounced(scene, leg, at);
}

/** Whether somebody who answered does not know yet that they are recorded, as far as can be told. */
export function isUntold({ call, legs }: Pick<Scene, 'call' | 'legs'>, now: Date): LegRow | null {
  const leg = legs.find(({ id }) => id === call.answeredLegId);
  if (!leg || !wordsFor(call.plan, leg)) return null;
  return leg.announcedAt === null || leg.announcedAt > now ? leg : null;
}

/** Tells somebody who was rung that they will be recorded. Whoever talks already, because the time was up, is not told in between. */
export async function announceTo(
  ctx: CompanyCtx,
  port: ProviderPort,
  row: { id: string; callId: string },
  leg: LegRow,
  words: { text: string; language: 'fr' | 'en' },
): Promise<LegOutcome> {
  if (leg.inRoom) return 'done';
  const outcome = await port.commands!.speak(leg.externalId!, words, row.id);
  if (outcome === 'gone') return outcome;
  const until = overAt(words.text, ctx.kernel.clock.now());
  await transact(ctx, (tx) =>
    changeCalls(ctx, tx, [row.callId], (scene) => {
      const told = scene.legs.find(({ id }) => id === leg.id);
      if (told) learnAnnounced(scene, told, until);
    }),
  );
  return outcome;
}
