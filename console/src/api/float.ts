import { type Query, request } from './client.ts';
import { everyPage } from './everyPage.ts';
import type {
  FloatDay,
  FloatSim,
  LedgerEntry,
  OperatorMessage,
  OperatorTemplate,
  OperatorTemplateInput,
  TemplateTry,
} from './floatTypes.ts';

const at = (simId: string, rest = '') => `/api/float/${simId}${rest}`;
const post = <T>(path: string, body: unknown = {}) => request<T>(path, { method: 'POST', body });

export interface NewEntry {
  kind: 'opening' | 'supply' | 'adjustment';
  amount: number;
  reason: string;
}

export interface NewClose {
  day: string;
  statementBalance: number | null;
  note: string;
}

export interface NewBoxClose {
  day: string;
  statements: { simId: string; statementBalance: number }[];
  note: string;
}

/** When the company is told about the money on SIMs, and where. */
export interface FloatSettings {
  differenceAbove: number;
  differenceMinutes: number;
  webhookUrl: string | null;
}

/** The money on SIMs. */
export const float = {
  sims: async () => ({
    sims: await everyPage((page) =>
      request<{ sims: FloatSim[]; nextCursor: string | null }>('/api/float', { query: page }).then(
        ({ sims: rows, nextCursor }) => ({ rows, nextCursor }),
      ),
    ),
  }),
  entries: (simId: string, query: Query) =>
    request<{ entries: LedgerEntry[]; nextCursor: string | null }>(at(simId, '/entries'), { query }),
  /** @param key the same for every try of one intent: sent again, it is the same entry */
  book: (simId: string, body: NewEntry, key: string) =>
    request<unknown>(at(simId, '/entries'), { method: 'POST', body, headers: { 'idempotency-key': key } }),
  update: (simId: string, body: { lowFloatBelow?: number | null; operator?: string | null }) =>
    request<unknown>(at(simId), { method: 'PATCH', body }),
  days: (simId: string) => request<{ days: FloatDay[] }>(at(simId, '/days')),
  close: (simId: string, body: NewClose) => post<unknown>(at(simId, '/closes'), body),
  /** Of every SIM of a box whose money is counted, all or none. */
  closeBox: (boxId: string, body: NewBoxClose) => post<unknown>(`/api/float/boxes/${boxId}/closes`, body),
  settings: () => request<{ settings: FloatSettings }>('/api/float/settings'),
  saveSettings: (body: FloatSettings) =>
    request<{ settings: FloatSettings; webhookSecret: string | null }>('/api/float/settings', {
      method: 'PUT',
      body,
    }),
};

/** What operators write to the SIMs, and how it is read. */
export const operatorTexts = {
  list: (query: Query) =>
    request<{ messages: OperatorMessage[]; nextCursor: string | null }>('/api/operator-messages', { query }),
  attach: (id: string, transactionId: string) =>
    post<unknown>(`/api/operator-messages/${id}/attach`, { transactionId }),
};

export const operatorTemplates = {
  list: () => request<{ templates: OperatorTemplate[] }>('/api/operator-templates'),
  add: (body: OperatorTemplateInput) => post<{ template: OperatorTemplate }>('/api/operator-templates', body),
  change: (id: string, body: OperatorTemplateInput) =>
    request<{ template: OperatorTemplate }>(`/api/operator-templates/${id}`, { method: 'PUT', body }),
  remove: (id: string) => request<unknown>(`/api/operator-templates/${id}`, { method: 'DELETE' }),
  try: (body: { body: string; wording?: string; sender?: string; operator?: string }) =>
    post<TemplateTry>('/api/operator-templates/try', body),
};
