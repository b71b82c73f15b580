import { request } from './client.ts';
import type { StoredDocument } from './types.ts';

export const documents = {
  list: () => request<{ documents: StoredDocument[] }>('/api/documents'),
  contentUrl: (id: string) => `/api/documents/${id}/content`,
  remove: (id: string) => request<void>(`/api/documents/${id}`, { method: 'DELETE' }),
};
