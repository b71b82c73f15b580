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
  /** Twilio's account SID; Telnyx's key with its middle hidden. */
  account_id: string;
  phone_number: string;
  is_active: boolean;
  is_default: boolean;
  source: 'manual' | 'number';
  features: { sms: boolean; mms: boolean };
  /** Null: the installation's pace. */
  messages_per_second: number | null;
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
  content_type: string;
  size_bytes: number | null;
  filename: string;
  status: 'pending' | 'stored' | 'failed';
  reason: string | null;
  url: string;
}

export interface Message {
  id: string;
  conversation_id: string;
  kind: 'text' | 'note' | 'event';
  event: { name: string; from?: string | null; to?: string | null } | null;
  direction: 'inbound' | 'outbound';
  is_from_client: boolean;
  type: 'SMS' | 'MMS';
  from: string;
  to: string;
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
  author: { kind: 'user' | 'api_key' | 'system'; id: string; name: string } | null;
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
  /** Where the proof can be read. */
  conversation_id: string | null;
  provider_code: string | null;
  note: string;
  actor_name: string;
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

export type BothLanguages = Record<'en' | 'fr', string>;

/** An answer that is null is the standard one; an empty one is none. */
export interface InboxSettings {
  /** Null: the installation's. */
  default_region: string | null;
  /** The company's own, else the installation's. */
  region_in_force: string;
  help_text: string | null;
  stop_text: string | null;
  start_text: string | null;
  standard: { help: BothLanguages; stop: BothLanguages; start: BothLanguages };
  /** In the demo: the page whose virtual handsets text the numbers. */
  handsets_url: string | null;
}

export type InboxSettingsChange = Partial<
  Pick<InboxSettings, 'default_region' | 'help_text' | 'stop_text' | 'start_text'>
>;

export interface Rule {
  id: string;
  category: Category;
  words: string[];
  unless: string[];
  chars_max: number | null;
  after_us: boolean;
}

export interface InboxRules {
  rules: Rule[];
  keywords: { stop: string[]; start: string[]; help: string[] };
}
