import type { ProviderNews } from './messaging.ts';
import type { ProviderEvent } from './model.ts';
import { text } from './parse.ts';
import { callNews } from './telnyx/call-news.ts';
import { type TelnyxOrder, toRemoteOrder } from './telnyx/orders.ts';
import * as telnyx from './telnyx/texts.ts';
import * as twilio from './twilio/texts.ts';
import { callNewsOf } from './twilio/voice-news.ts';

/** What an event says, whatever its provider's way of saying it. An event that says nothing we know is `other`. */
export function newsOf(event: ProviderEvent): ProviderNews {
  return event.provider === 'telnyx' ? telnyxNews(event) : twilioNews(event);
}

function telnyxNews(event: ProviderEvent): ProviderNews {
  const { type, payload, occurredAt } = event;
  if (type.startsWith('number_order')) return orderNews(payload);
  if (type === 'message.received') {
    const received = telnyx.inboundOf(payload);
    return received
      ? { kind: 'text_received', text: { ...received, at: received.at ?? occurredAt } }
      : { kind: 'other' };
  }
  const news = callNews(event);
  if (news) return { kind: 'call', news };
  const receipt = type.startsWith('message.') ? telnyx.receiptOf(payload) : null;
  return receipt
    ? { kind: 'text_status', text: { ...receipt, at: receipt.at ?? occurredAt } }
    : { kind: 'other' };
}

/** Telnyx tells how a number order stands by number_order.complete, for success and failure alike. */
function orderNews(payload: Record<string, unknown>): ProviderNews {
  const orderId = text(payload.id);
  if (!orderId) return { kind: 'other' };
  const lines: unknown[] = Array.isArray(payload.phone_numbers) ? payload.phone_numbers : [];
  const order = {
    ...payload,
    phone_numbers: lines.filter((line) => typeof line === 'object' && line !== null),
  };
  return {
    kind: 'number_order',
    orderId,
    reference: text(payload.customer_reference),
    orderOf: (phoneNumber) => toRemoteOrder(order as TelnyxOrder, phoneNumber),
  };
}

function twilioNews(event: ProviderEvent): ProviderNews {
  const news = callNewsOf(event.payload, event);
  if (news) return { kind: 'call', news };
  const received = twilio.inboundOf(event.payload, event);
  if (received) return { kind: 'text_received', text: received };
  const receipt = twilio.receiptOf(event.payload, event);
  return receipt ? { kind: 'text_status', text: receipt } : { kind: 'other' };
}
