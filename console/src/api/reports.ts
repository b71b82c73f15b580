import type { ReportName, Rhythm } from '../../../server/modules/insights/model.ts';
import type { ReportDocument } from '../../../server/modules/insights/report-model.ts';
import { type Query, request } from './client.ts';

export type {
  Cell,
  Chart as ReportChart,
  ReportDocument,
  Row as ReportRow,
  Table as ReportTable,
  Unit,
} from '../../../server/modules/insights/report-model.ts';

export interface ScheduleInput {
  userId: string;
  report: ReportName;
  rhythm: Rhythm;
  hour: number;
  language: 'en' | 'fr';
  withPdf: boolean;
  withCsv: boolean;
}

export interface Schedule extends ScheduleInput {
  id: string;
  name: string;
  email: string | null;
  state: 'on' | 'paused' | 'unsubscribed' | 'not_allowed';
  nextAt: string | null;
}

export interface Sending {
  id: string;
  scheduleId: string | null;
  name: string | null;
  email: string | null;
  report: ReportName;
  rhythm: Rhythm;
  from: string;
  to: string;
  byHand: boolean;
  state: 'waiting' | 'sending' | 'sent' | 'failed' | 'skipped';
  attempts: number;
  reason: string | null;
  nextAt: string | null;
  createdAt: string;
  doneAt: string | null;
}

export interface Schedules {
  timeZone: string;
  mailIsSetUp: boolean;
  schedules: Schedule[];
  readers: { userId: string; name: string; language: 'en' | 'fr' }[];
}

export interface Subscription {
  company: string;
  report: ReportName;
  rhythm: Rhythm;
  unsubscribed: boolean;
}

const SCHEDULES = '/api/insights/schedules';
const subscription = (token: string) => `/api/insights/unsubscribe/${encodeURIComponent(token)}`;

/** Reports that have a name, and their sending by e-mail. */
export const reports = {
  path: (report: ReportName) => `/api/insights/reports/${report}`,
  read: (report: ReportName, query: Query) =>
    request<{ document: ReportDocument }>(`/api/insights/reports/${report}`, { query }),
  recount: () => request('/api/insights/recount', { method: 'POST', body: {} }),
  schedules: () => request<Schedules>(SCHEDULES),
  sendings: () => request<{ sendings: Sending[] }>('/api/insights/sendings'),
  add: (body: ScheduleInput) => request(SCHEDULES, { method: 'POST', body }),
  change: (id: string, body: Partial<ScheduleInput> & { paused?: boolean }) =>
    request(`${SCHEDULES}/${id}`, { method: 'PATCH', body }),
  remove: (id: string) => request(`${SCHEDULES}/${id}`, { method: 'DELETE' }),
  sendNow: (id: string) => request(`${SCHEDULES}/${id}/send`, { method: 'POST', body: {} }),
  subscription: (token: string) => request<Subscription>(subscription(token)),
  unsubscribe: (token: string) => request<Subscription>(subscription(token), { method: 'POST', body: {} }),
};
