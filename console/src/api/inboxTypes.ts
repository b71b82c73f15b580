import type { Category, MessageStatus, Segments } from '../../../server/modules/messages/model.ts';
import type { Price, Provider } from './types.ts';

export type { Category, MessageStatus };

export type Direction = 'inbound' | 'outbound';

/** What the list shows of one conversation; the words are those of the API. */
export interface Conversation {
  id: string;
  source: 'sms';
  status: 'open' | 'closed';
  category: Category;
  category_rule: string | null;
  category_by: 'rule' | 'person';
  contact: ConversationContact | null;
  phone_number: string;
  integration: Sender | null;
  assignee: { id: string; name: string } | null;
  labels: string[];
  unread_count: number;
  opted_out: boolean;
  last_message: {
    id: string;
    preview: string;
    direction: Direction;
    status: MessageStatus;
    at: string;
  } | null;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
}

export interface ConversationContact {
  id: string;
  name: string;
  stage: 'lead' | 'client';
  phone_number: string | null;
}

/** A number of the company that texts leave through. */
export interface Sender {
  id: string;
  name: string;
  provider: Provider;
  phone_number: string;
  mms: boolean;
}

export interface Media {
  id: string;
  content_type: string | null;
  size_bytes: number | null;
  filename: string | null;
  url: string | null;
}

export interface MessageMedia extends Media {
  status: 'pending' | 'stored' | 'failed';
  reason: string | null;
}

export type EventName =
  | 'assigned'
  | 'unassigned'
  | 'closed'
  | 'reopened'
  | 'category'
  | 'labels'
  | 'opted_out'
  | 'opted_in'
  | 'merged';

export interface Message {
  id: string;
  conversation_id: string;
  kind: 'text' | 'note' | 'event';
  event: { name: EventName; from?: unknown; to?: unknown } | null;
  direction: Direction;
  is_from_client: boolean;
  type: 'SMS' | 'MMS';
  from: string | null;
  to: string | null;
  text: string;
  status: MessageStatus;
  provider: Provider | null;
  integration_id: string | null;
  segments: number | null;
  encoding: Segments['encoding'] | null;
  price: Price | null;
  price_estimated: boolean;
  error: {
    code: string;
    reason: string;
    provider_code: string | null;
    provider_message: string | null;
  } | null;
  media: MessageMedia[];
  author: { kind: 'user' | 'api_key' | 'system'; id: string | null; name: string } | null;
  send_at: string | null;
  sent_at: string | null;
  delivered_at: string | null;
  created_at: string;
}

export interface NewMessage {
  text: string;
  media_ids?: string[];
  send_at?: string;
  integration_id?: string;
}

export interface InboxCounts {
  open: number;
  unread: number;
  mine: number;
  unassigned: number;
  categories: Partial<Record<Category, number>>;
}

export interface Viewer {
  user_id: string;
  name: string;
  state: 'viewing' | 'typing';
}

export interface InboxTemplate {
  id: string;
  name: string;
  text: string;
  variables: string[];
}

export interface InboxIntegration {
  id: string;
  name: string;
  provider: Provider;
  phone_number: string;
  is_active: boolean;
  is_default: boolean;
  features: { sms: boolean; mms: boolean };
}

export interface InboxRule {
  id: string;
  category: Category;
  words: string[];
}
