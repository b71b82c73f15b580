import type {
  Box,
  BoxLimits,
  BoxLogLine,
  CallboxSettings,
  ConfigPatch,
  Enrolment,
  SyncStatus,
} from './boxTypes.ts';
import { type Query, request } from './client.ts';
import { everyPage } from './everyPage.ts';

const at = (id: string, rest = '') => `/api/boxes/${id}${rest}`;
const post = <T>(path: string, body: unknown = {}) => request<T>(path, { method: 'POST', body });

export interface BoxChange {
  label?: string;
  location?: string;
  limits?: BoxLimits;
  /** Null lets it work again. */
  quarantine?: { reason: string } | null;
}

/** The devices in the field. */
export const boxes = {
  /** All that match: a fleet is looked at as a whole. */
  all: async (query: Query) => ({
    boxes: await everyPage((page) =>
      request<{ boxes: Box[]; nextCursor: string | null }>('/api/boxes', {
        query: { ...query, ...page },
      }).then(({ boxes: rows, nextCursor }) => ({ rows, nextCursor })),
    ),
  }),
  get: (id: string) => request<{ box: Box }>(at(id)),
  add: (body: { callboxId: string; label?: string; location?: string }) =>
    post<{ box: Box; enrolment: Enrolment }>('/api/boxes', body),
  /** A new one-time code; the one before is worth nothing any more. */
  enrol: (id: string) => post<{ enrolment: Enrolment }>(at(id, '/enrolment')),
  update: (id: string, body: BoxChange) => request<{ box: Box }>(at(id), { method: 'PATCH', body }),
  revoke: (id: string) => post<unknown>(at(id, '/revoke')),
  retire: (id: string) => request<unknown>(at(id), { method: 'DELETE' }),
  configure: (id: string, config: ConfigPatch, configVersion: string) =>
    request<unknown>(at(id, '/config'), { method: 'PUT', body: { config, configVersion } }),
  logs: (id: string, query: Query) =>
    request<{ lines: BoxLogLine[]; nextCursor: string | null }>(at(id, '/logs'), { query }),
};

/** How the company's boxes are run. */
export const callboxSettings = {
  get: () => request<CallboxSettings>('/api/callbox/settings'),
  save: (body: CallboxSettings) => request<CallboxSettings>('/api/callbox/settings', { method: 'PUT', body }),
};

/** The hand-over of transactions to boxes. */
export const sync = {
  status: () => request<{ status: SyncStatus }>('/api/sync/status'),
  act: (act: 'start' | 'stop' | 'force') => post<{ status: SyncStatus }>(`/api/sync/${act}`),
};
