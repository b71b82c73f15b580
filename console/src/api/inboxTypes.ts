import type { Category, Message, MessageMedia, MessageStatus } from './textTypes.ts';
import type { Provider } from './types.ts';

export type { Category, Message, MessageMedia, MessageStatus };

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

/** A file that was uploaded to be sent. */
export type Media = Pick<MessageMedia, 'id' | 'content_type' | 'size_bytes' | 'filename' | 'url'>;

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
