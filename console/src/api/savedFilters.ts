import { request } from './client.ts';

/** A list as somebody looks at it, under a name. */
export interface SavedFilter {
  id: string;
  name: string;
  page: string;
  query: string;
  /** Whether the whole company sees it. */
  shared: boolean;
  mine: boolean;
  mayChange: boolean;
  owner: string;
}

export type NewSavedFilter = Pick<SavedFilter, 'name' | 'page' | 'query' | 'shared'>;

export const savedFilters = {
  list: () => request<{ filters: SavedFilter[] }>('/api/saved-filters'),
  /** Under a name that the person has on that page, it takes the place of the one before. */
  save: (body: NewSavedFilter) => request<{ id: string }>('/api/saved-filters', { method: 'POST', body }),
  change: (id: string, body: Partial<Omit<NewSavedFilter, 'page'>>) =>
    request<unknown>(`/api/saved-filters/${id}`, { method: 'PATCH', body }),
  remove: (id: string) => request<unknown>(`/api/saved-filters/${id}`, { method: 'DELETE' }),
};
