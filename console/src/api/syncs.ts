import { type Query, request } from './client.ts';
import type { Provider } from './types.ts';

export const SYNC_STAGES = ['connections', 'numbers', 'repairs', 'messages', 'calls'] as const;
export type SyncStage = (typeof SYNC_STAGES)[number];
export type SyncState = 'waiting' | 'running' | 'paused' | 'done' | 'failed';

export const DRIFT_KINDS = ['number', 'connection', 'message', 'call'] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];
export const DRIFT_OUTCOMES = ['open', 'repaired', 'adopted', 'person', 'settled', 'gone'] as const;
export type DriftOutcome = (typeof DRIFT_OUTCOMES)[number];

/** One comparison with a provider's account. */
export interface SyncRun {
  id: string;
  provider: Provider;
  /** Null: the installation's. */
  accountId: string | null;
  accountRef: string;
  startedBy: 'clock' | 'person';
  starterName: string;
  state: SyncState;
  stage: SyncStage | 'end';
  /** 0 to 1. */
  progress: number;
  stages: Partial<Record<SyncStage, { pages: number; seen: number; findings: number }>>;
  outcomes: Partial<Record<DriftOutcome, number>>;
  windowFrom: string;
  windowUntil: string;
  reasonCode: string | null;
  reason: string | null;
  resumeAt: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

/** What differed. */
export interface Drift {
  id: string;
  runId: string;
  provider: Provider;
  kind: DriftKind;
  subject: string;
  entityId: string | null;
  externalId: string;
  field: string;
  ours: string | null;
  theirs: string | null;
  outcome: DriftOutcome;
  reason: string | null;
  foundAt: string;
  settledBy: string | null;
}

export const syncs = {
  start: () => request<{ runs: SyncRun[] }>('/api/sync-runs', { method: 'POST', body: {} }),
  list: (query: Query) =>
    request<{ runs: SyncRun[]; nextCursor: string | null }>('/api/sync-runs', { query }),
  driftPath: '/api/drift',
  drift: (query: Query) => request<{ drift: Drift[]; nextCursor: string | null }>('/api/drift', { query }),
  settle: (id: string) => request<{ drift: Drift }>(`/api/drift/${id}/settle`, { method: 'POST' }),
  adopt: (id: string) => request<{ numberId: string }>(`/api/drift/${id}/adopt`, { method: 'POST' }),
};

export type ServiceState = 'ok' | 'degraded' | 'down';
export type ServiceName =
  | 'telnyx'
  | 'twilio'
  | 'queue'
  | 'jobs'
  | 'numbers'
  | 'messages'
  | 'calls'
  | 'boxes'
  | 'sync'
  | 'backups';

/** How one thing stands. */
export interface Standing {
  name: ServiceName;
  state: ServiceState;
  reason: string;
  /** What is the matter and what to do, in the reader's language. */
  sentence: string;
  figures: Record<string, number>;
  moments: Record<string, string | null>;
  /** In the provider's own words. */
  words: string | null;
}

export const services = {
  status: () => request<{ state: ServiceState; services: Standing[]; at: string }>('/api/insights/status'),
};
