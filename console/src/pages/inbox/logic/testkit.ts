import type { Conversation, Message } from '../../../api/inboxTypes.ts';

/** A text from outside, at a minute of the first of June 2026. */
export function message(id: string, minute: number, part: Partial<Message> = {}): Message {
  return {
    id,
    conversation_id: 'c',
    kind: 'text',
    event: null,
    direction: 'inbound',
    is_from_client: true,
    type: 'SMS',
    from: '+33612345678',
    to: '+33757001122',
    text: id,
    status: 'received',
    external_id: null,
    provider: 'telnyx',
    integration_id: 'i',
    segments: 1,
    encoding: 'GSM-7',
    price: null,
    price_estimated: false,
    error: null,
    media: [],
    author: null,
    contact_id: null,
    lead_id: null,
    send_at: null,
    sent_at: null,
    delivered_at: null,
    created_at: new Date(2026, 5, 1, 12, minute).toISOString(),
    ...part,
  };
}

/** One of our texts. */
export const ours = (id: string, minute: number, part: Partial<Message> = {}): Message =>
  message(id, minute, {
    direction: 'outbound',
    from: '+33757001122',
    to: '+33612345678',
    status: 'delivered',
    author: { kind: 'user', id: 'awa', name: 'Awa' },
    ...part,
  });

export function conversation(id: string, part: Partial<Conversation> = {}): Conversation {
  return {
    id,
    source: 'sms',
    status: 'open',
    category: 'new',
    category_rule: null,
    category_by: 'person',
    contact: null,
    phone_number: '+33612345678',
    integration: null,
    assignee: null,
    labels: [],
    unread_count: 0,
    opted_out: false,
    last_message: null,
    created_at: '2026-06-01T12:00:00Z',
    updated_at: '2026-06-01T12:00:00Z',
    closed_at: null,
    ...part,
  };
}
