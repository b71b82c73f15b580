import { type Query, request } from './client.ts';
import type {
  ApiKey,
  AuditEntry,
  Company,
  CompanyRole,
  Invitation,
  InvitationOffer,
  Me,
  Member,
  Permission,
} from './types.ts';

export const me = {
  get: () => request<Me>('/api/me'),
  update: (body: { name?: string; language?: 'en' | 'fr' }) =>
    request<unknown>('/api/me', { method: 'PATCH', body }),
  switchCompany: (companyId: string) =>
    request<unknown>('/api/me/company', { method: 'POST', body: { companyId } }),
};

export const company = {
  get: () => request<{ company: Company }>('/api/company'),
  update: (body: Partial<Omit<Company, 'id' | 'createdAt'>>) =>
    request<{ company: Company }>('/api/company', { method: 'PATCH', body }),
  create: (body: { name: string; country: string }) =>
    request<{ company: Company }>('/api/companies', { method: 'POST', body }),
};

export const members = {
  list: () => request<{ members: Member[] }>('/api/members'),
  changeRole: (id: string, role: string) =>
    request<unknown>(`/api/members/${id}`, { method: 'PATCH', body: { role } }),
  remove: (id: string) => request<void>(`/api/members/${id}`, { method: 'DELETE' }),
};

export const invitations = {
  list: () => request<{ invitations: Invitation[] }>('/api/invitations'),
  create: (body: { email: string; role: string }) =>
    request<{ invitation: Invitation; link: string }>('/api/invitations', { method: 'POST', body }),
  remove: (id: string) => request<void>(`/api/invitations/${id}`, { method: 'DELETE' }),
  offer: (id: string) => request<{ invitation: InvitationOffer }>(`/api/invitations/by-token/${id}`),
  accept: (id: string, body: { name?: string; password?: string }) =>
    request<unknown>(`/api/invitations/by-token/${id}/accept`, { method: 'POST', body }),
};

export interface RoleInput {
  name: string;
  description: string;
  permissions: Permission[];
}

export const roles = {
  list: () => request<{ roles: CompanyRole[] }>('/api/roles'),
  create: (body: RoleInput) => request<{ role: CompanyRole }>('/api/roles', { method: 'POST', body }),
  change: (id: string, body: Partial<RoleInput> & { version: number }) =>
    request<{ role: CompanyRole }>(`/api/roles/${id}`, { method: 'PATCH', body }),
  remove: (id: string) => request<void>(`/api/roles/${id}`, { method: 'DELETE' }),
};

export const apiKeys = {
  list: () => request<{ apiKeys: ApiKey[] }>('/api/api-keys'),
  create: (body: { name: string; scopes: Permission[]; expiresAt?: string }) =>
    request<{ apiKey: ApiKey; secret: string }>('/api/api-keys', { method: 'POST', body }),
  remove: (id: string) => request<void>(`/api/api-keys/${id}`, { method: 'DELETE' }),
};

export interface AuditCheck {
  intact: boolean;
  checked: number;
  faults: {
    kind: 'changed' | 'removed' | 'unmarked' | 'gap' | 'cut_off';
    seq: number | null;
    entryId: string | null;
  }[];
}

export const audit = {
  chain: () => request<{ head: { seq: number; mark: string } | null; waiting: number }>('/api/audit/chain'),
  check: () => request<AuditCheck>('/api/audit/check'),
  list: (query: Query) =>
    request<{ entries: AuditEntry[]; nextCursor: string | null }>('/api/audit', { query }),
};
