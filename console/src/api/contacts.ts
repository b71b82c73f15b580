import { type Query, request } from './client.ts';
import type { Contact, ContactImport, Stage } from './types.ts';
import { upload } from './upload.ts';

/** A number of the contact by its id, or a new one as people write it. */
export interface PhoneInput {
  id?: string;
  phoneNumber?: string;
  label?: string;
  isPrimary?: boolean;
}

export interface ContactInput {
  name: string;
  stage: Stage;
  email: string | null;
  note: string;
  phones: PhoneInput[];
}

type One = Promise<{ contact: Contact }>;

export const contacts = {
  list: (query: Query) =>
    request<{ contacts: Contact[]; nextCursor: string | null }>('/api/contacts', { query }),
  get: (id: string): One => request(`/api/contacts/${id}`),
  create: (body: ContactInput): One => request('/api/contacts', { method: 'POST', body }),
  /** Of `phones`, those with an id are kept, those without are added, and the rest goes. */
  update: (id: string, body: Partial<ContactInput>): One =>
    request(`/api/contacts/${id}`, { method: 'PATCH', body }),
  remove: (id: string) => request<void>(`/api/contacts/${id}`, { method: 'DELETE' }),
  merge: (id: string, otherId: string): One =>
    request(`/api/contacts/${id}/merge`, { method: 'POST', body: { otherId } }),
  importFile: (file: File, onProgress?: (share: number) => void) =>
    upload<ContactImport>('/api/contacts/import', file, onProgress),
};
