import type { Answer, Call, Route } from '../../core/http.ts';
import { getText, saveText, type Text } from '../../core/texts/model.ts';
import { DELIVERY, type Delivery } from '../../core/webhooks.ts';
import { notFound, refuse } from '../dialect.ts';
import { ok } from '../shape.ts';
import { concernedByMessage, createMessage } from './create.ts';
import { messageView } from './view.ts';

/** Messages older than this are no longer shown. */
const SHOWN_MS = 10 * 86_400_000;

export const messageRoutes: Route[] = [
  { method: 'POST', path: '/messages', handler: createMessage, concerns: concernedByMessage },
  { method: 'GET', path: '/messages/:id', handler: fetchMessage },
  { method: 'DELETE', path: '/messages/:id', handler: cancel },
];

function find(call: Call): Text {
  const text = getText(call.sb, call.params.id ?? '');
  const isOld = text !== undefined && text.createdAtMs < call.sb.clock.nowMs() - SHOWN_MS;
  if (text === undefined || isOld || text.account !== call.account.id) throw notFound();
  return text;
}

function fetchMessage(call: Call): Answer {
  const text = find(call);
  const view = messageView(call.sb, text);
  const delivery =
    text.deliveryId === undefined ? undefined : call.sb.store.get<Delivery>(DELIVERY, text.deliveryId);
  if (delivery?.status !== 'delivered') return ok(view);
  const [to] = view.to as Record<string, unknown>[];
  return ok({ ...view, to: [{ ...to, status: 'webhook_delivered' }] });
}

/** Takes back what is not due yet. The answer has no envelope. */
function cancel(call: Call): Answer {
  const text = find(call);
  if (text.status !== 'scheduled')
    throw refuse(400, '10027', 'Unprocessable entity', 'Only scheduled messages can be cancelled.');
  const canceled: Text = { ...text, status: 'canceled', completedAtMs: call.sb.clock.nowMs() };
  return { status: 200, body: messageView(call.sb, saveText(call.sb, canceled)) };
}
