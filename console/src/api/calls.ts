import type { CallSettings, SpentToday } from '../../../server/modules/calls/model.ts';
import type {
  Call,
  CallAttempt,
  CallControl,
  CallDetails,
  CallRoute,
  MyPhone,
  NewCall,
  RouteRule,
  TransferOrder,
  UnroutableCall,
} from './callTypes.ts';
import { type Query, request } from './client.ts';
import type { Provider } from './types.ts';

type OneCall = { call: Call };

const at = (id: string, rest = '') => `/api/calls/${id}${rest}`;
const post = <T>(path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  request<T>(path, { method: 'POST', body, headers });

/** The doors to calls. */
export const calls = {
  /** @param key the same for every try of one intent: sent again, it is the same call */
  start: (body: NewCall, key: string) =>
    post<{ callId: string; status: string; sid: string | null; call: Call }>('/api/calls/initiate', body, {
      'idempotency-key': key,
    }),
  list: (query: Query) => request<{ calls: Call[]; nextCursor: string | null }>('/api/calls', { query }),
  live: () => request<{ calls: Call[] }>('/api/calls/live'),
  get: (id: string) => request<{ call: CallDetails }>(at(id)),
  update: (id: string, body: { contactId?: string | null; leadId?: string | null; note?: string }) =>
    request<OneCall>(at(id), { method: 'PATCH', body }),
  control: (id: string, act: CallControl) => post<OneCall>(at(id, `/${act}`)),
  press: (id: string, digits: string) => post<OneCall>(at(id, '/dtmf'), { digits }),
  transfer: (id: string, order: TransferOrder) => post<OneCall>(at(id, '/transfer'), order),
  endTransfer: (id: string, how: 'complete' | 'cancel') => post<OneCall>(at(id, `/transfer/${how}`)),
  record: (id: string, action: 'pause' | 'resume') => post<OneCall>(at(id, '/record'), { action }),
};

/** What becomes of calls to our numbers. */
export const callRoutes = {
  /** Of the company's default (it names no number) and of each number. */
  list: () => request<{ routes: CallRoute[] }>('/api/calls/routes'),
  get: (numberId: string) => request<{ route: CallRoute }>(`/api/calls/routes/${numberId}`),
  save: (numberId: string, body: { rule: RouteRule; version: number }) =>
    request<{ route: CallRoute }>(`/api/calls/routes/${numberId}`, { method: 'PUT', body }),
  /** The number goes by the default again. */
  drop: (numberId: string) =>
    request<{ route: CallRoute }>(`/api/calls/routes/${numberId}`, { method: 'DELETE' }),
};

export interface CallSettingsAnswer {
  settings: CallSettings;
  version: number;
  /** By currency, as far as prices are known. */
  spentToday: SpentToday[];
}

export const callSettings = {
  get: () => request<CallSettingsAnswer>('/api/calls/settings'),
  save: (body: { settings: CallSettings; version: number }) =>
    request<CallSettingsAnswer>('/api/calls/settings', { method: 'PUT', body }),
  attempts: (query: Query) =>
    request<{ attempts: CallAttempt[]; nextCursor: string | null }>('/api/calls/attempts', { query }),
  unroutable: (query: Query) =>
    request<{ calls: UnroutableCall[]; nextCursor: string | null }>('/api/calls/unroutable', { query }),
};

/** What makes this browser a telephone at one provider. */
export interface SoftphoneGrant {
  provider: Provider;
  token: string;
  identity: string;
  expiresAt: string;
  /** Set in the demo: where the sandbox plays the provider's part towards browsers. */
  practiceUrl?: string | null;
}

/** How the person who is signed in is rung. */
export const myPhone = {
  get: () => request<MyPhone>('/api/calls/me/phone'),
  save: (body: { phoneNumber: string | null; available: boolean }) =>
    request<MyPhone>('/api/calls/me/phone', { method: 'PUT', body }),
  softphone: () => post<{ softphones: SoftphoneGrant[] }>('/api/calls/softphone'),
  /** This browser listens for a minute more, or no longer. */
  present: (state: 'listening' | 'left') => post<unknown>('/api/calls/me/presence', { state }),
};
