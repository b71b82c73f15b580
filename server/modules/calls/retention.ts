import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { forgetting, type RetentionRule } from '../../kernel/retention.ts';
import { archiveCalls } from './archive.ts';
import { countOld } from './archive-store.ts';
import { countAttempts, pruneAttempts } from './attempts-store.ts';
import { countTraces, pruneTraces } from './push-store.ts';
import { countSamples, pruneSamples } from './quality-store.ts';
import { DELETED_AT_ONCE, deleteExpired } from './recording-retention.ts';
import { recordingSettings } from './recording-settings.ts';
import { countExpired, countHeld } from './recordings-store.ts';

/** What calls leave behind, and how long. */
export function callRetention(kernel: Kernel): RetentionRule[] {
  const { config, db } = kernel;
  return [
    oldCalls(kernel),
    OLD_RECORDINGS,
    forgetting({
      ...{ what: 'qualitySamples', period: config.QUALITY_SAMPLES_DAYS, min: 1, max: 3650 },
      tables: ['call_quality_samples'],
      count: countSamples,
      remove: ({ companyId }, before, limit) =>
        inSystem(db, (tx) => pruneSamples(tx, companyId, before, limit)),
    }),
    forgetting({
      ...{ what: 'pushTraces', period: 30, min: 7, max: 3650, tables: ['push_traces'] },
      count: countTraces,
      remove: ({ companyId }, before, limit) =>
        inSystem(db, (tx) => pruneTraces(tx, companyId, before, limit)),
    }),
    // Auditors ask for a year of tries to call; the guard looks at a day of them.
    forgetting({
      ...{ what: 'callAttempts', period: 365, min: 30, max: 3650, tables: ['call_attempts'] },
      count: countAttempts,
      remove: ({ companyId }, before, limit) =>
        inSystem(db, (tx) => pruneAttempts(tx, companyId, before, limit)),
    }),
  ];
}

/** Recordings have their period among the settings of calls, beside what else is said about them there. */
const OLD_RECORDINGS: RetentionRule = {
  ...{ what: 'recordings', unit: 'days', period: 0, min: 1, max: 36_500, canStay: true },
  tables: ['call_recordings'],
  periodElsewhere: async (tx) => (await recordingSettings(tx)).retentionDays ?? 0,
  async preview(tx, before) {
    const held = await countHeld(tx, before);
    const stays: Record<string, number> = held > 0 ? { hold: held } : {};
    return { ...(await countExpired(tx, before)), stays };
  },
  async run(ctx, _before, progress) {
    let removed: number;
    do {
      removed = await deleteExpired(ctx);
      if (removed > 0) await progress({ removed });
    } while (removed === DELETED_AT_ONCE);
  },
};

/** Calls do not go: they move to the archive, by whole months. */
const oldCalls = ({ clock }: Kernel): RetentionRule => ({
  ...{ what: 'calls', unit: 'months', period: 6, min: 1, max: 120, canStay: true },
  tables: ['calls', 'call_legs', 'call_events', 'archived_calls'],
  async preview(tx, before) {
    const old = await countOld(tx, before, clock.now());
    const leaving = old.find(({ reason }) => reason === null);
    const stays = old.flatMap(({ reason, count }) => (reason === null ? [] : [[reason, count] as const]));
    return {
      ...{ count: leaving?.count ?? 0, oldest: leaving?.oldest ?? null },
      stays: Object.fromEntries(stays),
    };
  },
  run: archiveCalls,
});
