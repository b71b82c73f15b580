import { type Query, request } from './client.ts';
import type { InboxRules, InboxSettings, InboxSettingsChange, UnroutableMessage } from './textTypes.ts';

export const inboxSettings = {
  get: () => request<{ settings: InboxSettings }>('/inbox/settings'),
  update: (body: InboxSettingsChange) =>
    request<{ settings: InboxSettings }>('/inbox/settings', { method: 'PATCH', body }),
  rules: () => request<InboxRules>('/inbox/rules'),
};

export const labels = {
  list: () => request<{ labels: { name: string }[] }>('/inbox/labels'),
  remove: (name: string) => request<void>(`/inbox/labels/${encodeURIComponent(name)}`, { method: 'DELETE' }),
};

export const unroutable = {
  list: (query: Query) =>
    request<{ messages: UnroutableMessage[]; nextCursor: string | null }>('/inbox/unroutable', { query }),
  retry: (id: string) => request<unknown>(`/inbox/unroutable/${id}/retry`, { method: 'POST', body: {} }),
};
