import { type Query, request } from './client.ts';
import type { Message } from './textTypes.ts';

export const messageHistory = {
  list: (query: Query) =>
    request<{ messages: Message[]; nextCursor: string | null }>('/inbox/messages', { query }),
  /** cancel takes back what has not left; retry sends again what did not arrive. */
  act: (id: string, action: 'cancel' | 'retry') =>
    request<{ message: Message }>(`/inbox/messages/${id}/${action}`, { method: 'POST', body: {} }),
};
