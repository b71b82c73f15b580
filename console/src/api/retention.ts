import type { RetentionKind, RunState } from '../../../server/modules/insights/model.ts';
import type { Call } from './callTypes.ts';
import { type Query, request, requestFile } from './client.ts';

export type { RetentionKind, RunState };

export interface RetentionRun {
  id: string;
  what: RetentionKind;
  /** Null: the clock. */
  askedBy: string | null;
  state: RunState;
  before: string;
  removed: number;
  /** Old enough, and kept all the same: by reason. */
  stayed: Record<string, number>;
  bytes: number;
  failure: { code: string; message: string; detail: string | null } | null;
  startedAt: string;
  endedAt: string | null;
  seconds: number | null;
}

export interface RetentionRule {
  what: RetentionKind;
  unit: 'days' | 'months';
  /** 0: for ever. */
  period: number;
  standard: number;
  min: number;
  max: number;
  canStay: boolean;
  setElsewhere: boolean;
  lastRun: RetentionRun | null;
}

export interface RetentionSettings {
  rules: RetentionRule[];
  hold: { at: string; by: string; reason: string } | null;
  version: number;
}

export interface RetentionPreview {
  count: number;
  oldest: string | null;
  before: string | null;
  stays: Record<string, number>;
}

export interface CallArchive {
  id: string;
  /** YYYY-MM. */
  month: string;
  state: 'writing' | 'removing' | 'kept' | 'restoring' | 'restored' | 'gone';
  calls: number;
  sizeBytes: number | null;
  sha256: string | null;
  provenAt: string | null;
  restoredAt: string | null;
  restoredBy: string | null;
  keepUntil: string | null;
  lastError: string | null;
  createdAt: string;
}

/** What remains of an archived call outside of its file. */
export interface ArchivedCallRemains {
  id: string;
  startedAt: string;
  direction: 'INBOUND' | 'OUTBOUND';
  outcome: 'completed' | 'missed' | 'voicemail' | 'busy' | 'no_answer' | 'failed' | 'canceled';
  duration: number;
}

export interface ArchivedCalls {
  calls: Call[];
  nextCursor: string | null;
  filesRead: number;
  filesLeft: number;
}

/** How long things are kept, and what became of it. */
export const retention = {
  get: () => request<RetentionSettings>('/api/retention'),
  save: (body: { periods: Partial<Record<RetentionKind, number>>; version: number }) =>
    request<RetentionSettings>('/api/retention', { method: 'PUT', body }),
  hold: (reason: string) =>
    request<RetentionSettings>('/api/retention/hold', { method: 'PUT', body: { reason } }),
  release: () => request<RetentionSettings>('/api/retention/hold', { method: 'DELETE' }),
  preview: (query: Query) => request<RetentionPreview>('/api/retention/preview', { query }),
  runs: (query: Query) =>
    request<{ runs: RetentionRun[]; nextCursor: string | null }>('/api/retention/runs', { query }),
  runNow: (what: RetentionKind) => request('/api/retention/runs', { method: 'POST', body: { what } }),
};

/** Old calls in their files. */
export const archives = {
  list: () => request<{ archives: CallArchive[] }>('/api/call-archives'),
  ofContact: (contactId: string) =>
    request<{ total: number; calls: ArchivedCallRemains[] }>('/api/call-archives/calls', {
      query: { contactId },
    }),
  search: (query: Query) => request<ArchivedCalls>('/api/call-archives/search', { query }),
  restore: (id: string, until: string) =>
    request<{ archive: CallArchive }>(`/api/call-archives/${id}/restore`, {
      method: 'POST',
      body: { until },
    }),
  check: (id: string) =>
    request<{ intact: true; calls: number }>(`/api/call-archives/${id}/check`, { method: 'POST', body: {} }),
  file: (id: string) => requestFile(`/api/call-archives/${id}/file`),
};
