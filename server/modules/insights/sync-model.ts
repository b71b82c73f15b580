/** The steps of a comparison, in their order: numbers are compared with the connection that they should point to. */
export const SYNC_STAGES = ['connections', 'numbers', 'repairs', 'messages', 'calls', 'end'] as const;
export type SyncStage = (typeof SYNC_STAGES)[number];

/** waiting: about to be worked on. paused: the provider asked for it, or did not answer. */
export const SYNC_STATES = ['waiting', 'running', 'paused', 'done', 'failed'] as const;
export type SyncState = (typeof SYNC_STATES)[number];

/** What was looked at in each stage so far. */
export type SyncProgress = Partial<Record<SyncStage, { pages: number; seen: number; findings: number }>>;

export const DRIFT_KINDS = ['number', 'connection', 'message', 'call'] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];

/** See migrations/0023_insights_sync.sql. */
export const DRIFT_OUTCOMES = ['open', 'repaired', 'adopted', 'person', 'settled', 'gone'] as const;
export type DriftOutcome = (typeof DRIFT_OUTCOMES)[number];

/** The stage after a stage. */
export function stageAfter(stage: SyncStage): SyncStage {
  return SYNC_STAGES[SYNC_STAGES.indexOf(stage) + 1] ?? 'end';
}

/** Adds what a step has seen to what was seen before. */
export function withStep(
  progress: SyncProgress,
  stage: SyncStage,
  step: { seen: number; findings: number },
): SyncProgress {
  const before = progress[stage] ?? { pages: 0, seen: 0, findings: 0 };
  return {
    ...progress,
    [stage]: {
      pages: before.pages + 1,
      seen: before.seen + step.seen,
      findings: before.findings + step.findings,
    },
  };
}

/** How much of a comparison is done, from 0 to 1, as far as stages tell. */
export function shareDone(stage: SyncStage, state: SyncState): number {
  return state === 'done' ? 1 : SYNC_STAGES.indexOf(stage) / (SYNC_STAGES.length - 1);
}

/** Failures in a row after which a comparison is given up. */
export const SYNC_FAILURES_MAX = 8;
const FIRST_PAUSE_SECONDS = 5;
const PAUSE_MAX_SECONDS = 600;

/** Seconds until a provider that did not answer is asked again: doubling, ten minutes at most. */
export function pauseAfter(failures: number): number {
  return Math.min(FIRST_PAUSE_SECONDS * 2 ** Math.max(0, failures - 1), PAUSE_MAX_SECONDS);
}

/** Longer than this no comparison is older: the next one starts anew. */
export const SYNC_AGE_MAX_SECONDS = 24 * 3600;
/** What was compared a while before the last one's end is compared again: how a text ends is known late. */
export const SYNC_OVERLAP_SECONDS = 2 * 3600;
