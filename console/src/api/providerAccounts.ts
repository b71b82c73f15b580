import { type Query, request } from './client.ts';
import type { ProviderAccount, ProviderAccountTest, ProviderEvent } from './types.ts';

export type NewProviderAccount =
  | { provider: 'telnyx'; name: string; apiKey: string; publicKey: string }
  | { provider: 'twilio'; name: string; accountSid: string; authToken: string };

export interface ProviderAccountChange {
  name?: string;
  isDefault?: boolean;
  apiKey?: string;
  publicKey?: string;
  authToken?: string;
}

export const providerAccounts = {
  list: () => request<{ accounts: ProviderAccount[] }>('/api/provider-accounts'),
  create: (body: NewProviderAccount) =>
    request<{ account: ProviderAccount }>('/api/provider-accounts', { method: 'POST', body }),
  update: (id: string, body: ProviderAccountChange) =>
    request<unknown>(`/api/provider-accounts/${id}`, { method: 'PATCH', body }),
  remove: (id: string) => request<void>(`/api/provider-accounts/${id}`, { method: 'DELETE' }),
  test: (id: string) =>
    request<ProviderAccountTest>(`/api/provider-accounts/${id}/test`, { method: 'POST', body: {} }),
};

export const providerEvents = {
  list: (query: Query) =>
    request<{ events: ProviderEvent[]; nextCursor: string | null }>('/api/provider-events', { query }),
};
