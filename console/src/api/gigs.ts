import { type Query, request } from './client.ts';
import type { Gig } from './types.ts';

export interface GigInput {
  name: string;
  destinationZone: string;
  description?: string;
}

export const gigs = {
  list: (query: Query) => request<{ gigs: Gig[]; nextCursor: string | null }>('/api/gigs', { query }),
  get: (id: string) => request<{ gig: Gig }>(`/api/gigs/${id}`),
  create: (body: GigInput) => request<{ gig: Gig }>('/api/gigs', { method: 'POST', body }),
  update: (id: string, body: Partial<GigInput>) =>
    request<{ gig: Gig }>(`/api/gigs/${id}`, { method: 'PATCH', body }),
  remove: (id: string) => request<void>(`/api/gigs/${id}`, { method: 'DELETE' }),
};
