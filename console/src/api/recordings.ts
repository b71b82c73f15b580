import type { CallDirection } from './callTypes.ts';
import { type Query, request } from './client.ts';
import { queryClient } from './queryClient.ts';

export interface Recording {
  id: string;
  /** Null while the call is not known. */
  callId: string | null;
  kind: 'call' | 'voicemail';
  status: 'pending' | 'stored' | 'failed' | 'deleted';
  /** Why there is nothing to hear. */
  failure: { code: string; message: string } | null;
  durationSeconds: number | null;
  call: {
    direction: CallDirection;
    from: string;
    to: string;
    ourNumber: string;
    contact: { id: string; name: string } | null;
  } | null;
  heard: { at: string; by: string } | null;
  /** Nothing and nobody deletes it. */
  hold: { at: string; by: string; reason: string } | null;
  keptUntil: string | null;
  createdAt: string;
}

interface RecordingPage {
  recordings: Recording[];
  nextCursor: string | null;
}

/** What was recorded. Every link is written into the audit log. */
export const recordings = {
  list: (query: Query) => request<RecordingPage>('/api/recordings', { query }),
  /** Of one call, newest first; also what was deleted. */
  ofCall: (callId: string) => request<{ recordings: Recording[] }>(`/api/calls/${callId}/recordings`),
  voicemails: (query: Query) => request<RecordingPage & { unheard: number }>('/api/voicemails', { query }),
  link: (id: string) =>
    request<{ url: string; expiresAt: string }>(`/api/recordings/${id}/link`, { method: 'POST', body: {} }),
  markHeard: (id: string) => request<unknown>(`/api/voicemails/${id}/heard`, { method: 'POST', body: {} }),
  remove: (id: string) => request<unknown>(`/api/recordings/${id}`, { method: 'DELETE' }),
  hold: (id: string, reason: string) =>
    request<unknown>(`/api/recordings/${id}/hold`, { method: 'PUT', body: { reason } }),
  release: (id: string) => request<unknown>(`/api/recordings/${id}/hold`, { method: 'DELETE' }),
};

/** Everything that shows recordings looks again. */
export const recordingsChanged = () =>
  Promise.all(
    [['recordings'], ['calls'], ['call']].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
  );
