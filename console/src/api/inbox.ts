import { type Query, request } from './client.ts';
import type {
  Category,
  Conversation,
  InboxCounts,
  Media,
  Message,
  NewMessage,
  Viewer,
} from './inboxTypes.ts';
import type { Price } from './types.ts';
import { upload } from './upload.ts';

export interface ConversationPage {
  conversations: Conversation[];
  nextCursor: string | null;
}

export interface MessagePage {
  messages: Message[];
  nextCursor: string | null;
}

export interface NewConversation {
  phone_number?: string;
  contact_id?: string;
  name?: string;
  integration_id?: string;
  message?: NewMessage;
}

export interface ConversationChange {
  assignee_id?: string | null;
  category?: Category;
  labels?: string[];
  status?: 'open' | 'closed';
}

type OneConversation = { conversation: Conversation };
type OneMessage = { message: Message };

const at = (id: string, rest = '') => `/inbox/conversations/${id}${rest}`;
const post = <T>(path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  request<T>(path, { method: 'POST', body, headers });

/** The doors to the shared inbox. */
export const inbox = {
  list: (query: Query) => request<ConversationPage>('/inbox/conversations', { query }),
  counts: () => request<InboxCounts>('/inbox/counts'),
  get: (id: string) => request<OneConversation>(at(id)),
  /** @param key the same for every try of one intent: sent again, it is the same conversation and message */
  create: (body: NewConversation, key: string) =>
    post<OneConversation & { message: Message | null }>(
      '/inbox/conversations',
      { source: 'sms', ...body },
      { 'idempotency-key': key },
    ),
  change: (id: string, body: ConversationChange) =>
    request<OneConversation>(at(id), { method: 'PATCH', body }),
  mark: (id: string, as: 'read' | 'unread') => post<OneConversation>(at(id, `/${as}`)),

  messages: (id: string, query: Query) => request<MessagePage>(at(id, '/messages'), { query }),
  /** @param key the same for every try of one text: sent again, it leaves once */
  send: (id: string, body: NewMessage, key: string) =>
    post<OneMessage & { replayed: boolean }>(at(id, '/messages'), body, { 'idempotency-key': key }),
  note: (id: string, text: string, key: string) =>
    post<OneMessage>(at(id, '/notes'), { text }, { 'idempotency-key': key }),
  act: (messageId: string, action: 'cancel' | 'retry') =>
    post<OneMessage>(`/inbox/messages/${messageId}/${action}`),
  upload: (file: File, onProgress: (share: number) => void) =>
    upload<{ media: Media }>('/inbox/media', file, onProgress),

  viewers: (id: string) => request<{ viewers: Viewer[] }>(at(id, '/presence')),
  present: (id: string, state: 'viewing' | 'typing' | 'left') =>
    post<{ viewers: Viewer[] }>(at(id, '/presence'), { state }),

  render: (id: string, body: { conversation_id?: string; variables?: Record<string, string> }) =>
    post<{ text: string; missing: string[] }>(`/inbox/templates/${id}/render`, body),
  price: (query: { to: string; integration_id?: string }) =>
    request<{ price: Price | null; country: string | null }>('/inbox/price', { query }),
};

export interface FoundContact {
  id: string;
  name: string;
  phones: { id: string; phoneNumber: string; isPrimary: boolean }[];
}

/** Contacts by name or number, for addressing a text. */
export const findContacts = (search: string) =>
  request<{ contacts: FoundContact[] }>('/api/contacts', { query: { search, limit: 8 } });
