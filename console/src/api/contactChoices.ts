import { request } from './client.ts';

/** As much of a contact as it takes to choose it in a filter. */
interface ContactChoice {
  id: string;
  name: string;
  phones: { phoneNumber: string }[];
}

export const contactChoices = {
  find: (search: string) =>
    request<{ contacts: ContactChoice[] }>('/api/contacts', { query: { search, limit: 20 } }),
  get: (id: string) => request<{ contact: ContactChoice }>(`/api/contacts/${id}`),
};
