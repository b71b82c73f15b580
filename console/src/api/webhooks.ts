import type { WebhookEvent } from '../../../server/modules/insights/model.ts';
import { request } from './client.ts';

export interface Webhook {
  id: string;
  url: string;
  description: string;
  events: WebhookEvent[];
  enabled: boolean;
  disabledReason: 'gone' | 'failing' | 'person' | null;
  disabledAt: string | null;
  formerSecretUntil: string | null;
  createdAt: string;
}

export interface Delivery {
  id: string;
  type: string;
  state: 'waiting' | 'delivered' | 'failed';
  createdAt: string;
  doneAt: string | null;
  /** Status is null where no answer came. */
  attempts: { at: string; status: number | null; answer: string; durationMs: number }[];
}

export interface WebhookInput {
  url: string;
  description: string;
  events: WebhookEvent[];
}

const at = (id: string, rest = '') => `/api/webhook-endpoints/${id}${rest}`;
const post = <T>(path: string, body: unknown = {}) => request<T>(path, { method: 'POST', body });

/** Programs of the company that are told of things. */
export const webhooks = {
  list: () => request<{ webhooks: Webhook[] }>('/api/webhook-endpoints'),
  add: (body: WebhookInput) => post<{ webhook: Webhook; secret: string }>('/api/webhook-endpoints', body),
  change: (id: string, body: Partial<WebhookInput> & { enabled?: boolean }) =>
    request<{ webhook: Webhook }>(at(id), { method: 'PATCH', body }),
  remove: (id: string) => request(at(id), { method: 'DELETE' }),
  rotate: (id: string) => post<{ secret: string }>(at(id, '/rotate')),
  test: (id: string) => post<{ deliveryId: string }>(at(id, '/test')),
  deliveries: (id: string) => request<{ deliveries: Delivery[] }>(at(id, '/deliveries')),
  replay: (id: string, deliveryId: string) => post(at(id, `/deliveries/${deliveryId}/replay`)),
};
