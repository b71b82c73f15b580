import { request } from './client.ts';
import type { FoundContact } from './inbox.ts';

/** One contact, as the search for contacts shows it. */
export const getFoundContact = (id: string) => request<{ contact: FoundContact }>(`/api/contacts/${id}`);
