import { request } from './client.ts';
import type { Integration, IntegrationTest } from './textTypes.ts';
import type { Provider } from './types.ts';

export interface NewIntegration {
  name: string;
  integration_type: 'sms';
  provider: Provider;
  phone_number: string;
  /** The provider account to use; without it, the credentials below. */
  provider_account_id?: string;
  account_id?: string;
  api_key?: string;
  public_key?: string;
  is_active?: boolean;
  is_default?: boolean;
  messages_per_second?: number | null;
  configure_webhook?: boolean;
}

export type IntegrationChange = Partial<
  Pick<
    NewIntegration,
    'name' | 'is_active' | 'is_default' | 'messages_per_second' | 'account_id' | 'api_key' | 'public_key'
  >
>;

export const integrations = {
  list: () => request<{ integrations: Integration[] }>('/inbox/integrations'),
  create: (body: NewIntegration) =>
    request<{ integration: Integration }>('/inbox/integrations', { method: 'POST', body }),
  update: (id: string, body: IntegrationChange) =>
    request<{ integration: Integration }>(`/inbox/integrations/${id}`, { method: 'PATCH', body }),
  remove: (id: string) => request<void>(`/inbox/integrations/${id}`, { method: 'DELETE' }),
  test: (id: string) =>
    request<IntegrationTest>(`/inbox/integrations/${id}/test`, { method: 'POST', body: {} }),
};
