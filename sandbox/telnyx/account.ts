import { getAccount } from '../core/accounts.ts';
import type { Answer, Call, Route } from '../core/http.ts';
import { textAt } from '../core/query.ts';
import { type Attempt, DELIVERY, type Delivery } from '../core/webhooks.ts';
import { notFound } from './dialect.ts';
import { compact, ok, page } from './shape.ts';

export const accountRoutes: Route[] = [
  { method: 'GET', path: '/balance', handler: balance },
  { method: 'GET', path: '/webhook_deliveries', handler: listDeliveries },
  { method: 'GET', path: '/webhook_deliveries/:id', handler: getDelivery },
];

function balance(call: Call): Answer {
  const account = getAccount(call.sb, call.account.id) ?? call.account;
  return ok({
    record_type: 'balance',
    balance: account.balance,
    credit_limit: '0.00',
    available_credit: account.balance,
    pending: '0.00',
    currency: account.currency,
  });
}

function listDeliveries(call: Call): Answer {
  const status = textAt(call.query, 'filter', 'status');
  const type = textAt(call.query, 'filter', 'event_type');
  const webhook = textAt(call.query, 'filter', 'webhook', 'contains');
  const found = finished(call)
    .filter((delivery) => status === undefined || delivery.status === status)
    .filter((delivery) => type === undefined || delivery.eventType === type)
    .filter((delivery) => webhook === undefined || JSON.stringify(delivery.content).includes(webhook));
  return page(call, found.reverse().map(view));
}

function finished(call: Call): Delivery[] {
  const isFinished = (delivery: Delivery) => delivery.status === 'delivered' || delivery.status === 'failed';
  return call.sb.store.list<Delivery>(DELIVERY, call.account.id).filter(isFinished);
}

function getDelivery(call: Call): Answer {
  const delivery = finished(call).find((entry) => entry.id === call.params.id);
  if (delivery === undefined) throw notFound();
  return ok(view(delivery));
}

function view(delivery: Delivery): Record<string, unknown> {
  return compact({
    id: delivery.id,
    record_type: 'webhook_delivery',
    user_id: delivery.account,
    status: delivery.status,
    started_at: delivery.createdAt,
    finished_at: delivery.finishedAt,
    webhook: delivery.content,
    attempts: delivery.attempts.map(attemptView),
  });
}

function attemptView(attempt: Attempt): Record<string, unknown> {
  return {
    status: attempt.status,
    started_at: attempt.startedAt,
    finished_at: attempt.finishedAt,
    errors: [],
    http: {
      request: { url: attempt.url, headers: Object.entries(attempt.requestHeaders) },
      ...(attempt.httpStatus === 0
        ? {}
        : { response: { status: attempt.httpStatus, headers: [], body: attempt.responseBody } }),
    },
  };
}
