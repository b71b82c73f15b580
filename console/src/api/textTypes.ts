import type { Price } from '../../../server/kernel/money.ts';
import type { Category, MessageStatus } from '../../../server/modules/messages/model.ts';
import type { Provider } from './types.ts';

export type { Category, MessageStatus };

/** A number that texts: the words are those of the API, which keeps them for older clients. */
export interface Integration {
  id: string;
  company_id: string;
  name: string;
  integration_type: 'sms';
  provider: Provider;
  provider_account_id: string | null;
  account_id: string | null;
  phone_number: string;
  is_active: boolean;
  is_default: boolean;
  source: 'manual' | 'number';
  features: { sms: boolean; mms: boolean };
  messages_per_second: number;
  status: 'untested' | 'ok' | 'failing';
  last_tested_at: string | null;
  last_error: string | null;
  created_at: string;
  updated_at: string;
}

export interface IntegrationCheck {
  name: 'credentials' | 'number' | 'webhook';
  ok: boolean;
  detail: string | null;
}

export interface IntegrationTest {
  ok: boolean;
  message: string;
  checks: IntegrationCheck[];
  integration: Integration;
}

export interface MessageMedia {
  id: string;
  content_type: string | null;
  size_bytes: number | null;
  filename: string | null;
  status: 'pending' | 'stored' | 'failed';
  reason: string | null;
  url: string | null;
}

export interface Message {
  id: string;
  conversation_id: string;
  kind: 'text' | 'note' | 'event';
  event: { name: string; from?: unknown; to?: unknown } | null;
  direction: 'inbound' | 'outbound';
  is_from_client: boolean;
  type: 'SMS' | 'MMS';
  from: string | null;
  to: string | null;
  text: string;
  status: MessageStatus;
  external_id: string | null;
  provider: Provider | null;
  integration_id: string | null;
  segments: number | null;
  encoding: 'GSM-7' | 'UCS-2' | null;
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
  contact_id: string | null;
  lead_id: string | null;
  send_at: string | null;
  sent_at: string | null;
  delivered_at: string | null;
  created_at: string;
}

export interface Template {
  id: string;
  name: string;
  text: string;
  variables: string[];
  created_at: string;
  updated_at: string;
}

export interface OptOut {
  id: string;
  phone_number: string;
  state: 'out' | 'in';
  source: 'message' | 'provider' | 'person';
  keyword: string | null;
  message_id: string | null;
  conversation_id?: string | null;
  provider_code: string | null;
  note: string | null;
  actor_name: string | null;
  at: string;
}

export type UnroutableReason =
  | 'unknown_number'
  | 'inactive_integration'
  | 'own_number'
  | 'sender_not_a_number'
  | 'wrong_account';

export interface UnroutableMessage {
  id: string;
  provider: Provider;
  from: string;
  to: string;
  text: string;
  reason: UnroutableReason;
  received_at: string;
  delivered_at: string | null;
}

export interface InboxSettings {
  default_region: string;
  help_text: string;
  stop_text: string;
  start_text: string;
}

export interface Rule {
  id: string;
  category: Category;
  words: string[];
}

export interface InboxRules {
  rules: Rule[];
  keywords: { stop: string[]; start: string[]; help: string[] };
}
