import type { QualityLevel } from './callTypes.ts';
import { type Query, request } from './client.ts';
import type { Provider } from './types.ts';

export type Side = 'we_hear_them' | 'they_hear_us';

interface Figures {
  /** In milliseconds. */
  jitter: number | null;
  /** One way, in milliseconds. */
  latency: number | null;
  /** In percent. */
  packetLoss: number | null;
  mos: number | null;
  codec: string | null;
}

/** What one source says of one direction. */
export interface QualityReport extends Figures {
  source: Provider | 'softphone';
  edge: string | null;
  legId: string | null;
  user: { id: string; name: string | null } | null;
  side: Side;
  direction: 'inbound' | 'outbound';
  level: QualityLevel | null;
}

export interface QualitySample {
  at: string;
  direction: 'inbound' | 'outbound';
  jitter: number | null;
  rtt: number | null;
  packetLoss: number | null;
  mos: number | null;
}

/** How a call sounded: its worst side, and everything that measured it. */
export interface CallQuality extends Figures {
  level: QualityLevel | null;
  worstSide: Side | null;
  reports: QualityReport[];
  samples: QualitySample[];
}

export const METRICS = ['mos', 'bad_share', 'jitter', 'latency', 'packet_loss'] as const;
export type Metric = (typeof METRICS)[number];
export const SCOPES = ['all', 'number', 'provider', 'country', 'user'] as const;
export type ScopeKind = (typeof SCOPES)[number];

export interface AlertRule {
  id: string;
  name: string;
  metric: Metric;
  comparison: 'below' | 'above';
  threshold: number;
  clearValue: number;
  /** One of the two: the last so many calls, or those of the last so many minutes. */
  overCalls: number | null;
  overMinutes: number | null;
  callsMin: number;
  /** A null value: each of its kind on its own. */
  scope: { kind: ScopeKind; value: string | null };
  notifyConsole: boolean;
  webhookUrl: string | null;
  enabled: boolean;
}

export type AlertRuleInput = Omit<AlertRule, 'id'>;

interface Share {
  bad: number;
  calls: number;
}

/** The likely cause, and the figures that say so. */
export interface Culprit {
  kind: 'agent_network' | 'carrier' | 'route' | 'unknown';
  subject: string | null;
  subjectName: string | null;
  measured: 'softphone' | 'edge' | 'all';
  inside: Share;
  outside: Share;
}

export interface CallAlert {
  id: string;
  ruleId: string | null;
  ruleName: string;
  metric: Metric;
  comparison: 'below' | 'above';
  threshold: number;
  scope: ScopeKind;
  subject: string | null;
  subjectName: string | null;
  value: number;
  calls: number;
  culprit: Culprit;
  raisedAt: string;
  clearedAt: string | null;
  clearedValue: number | null;
  acknowledgedAt: string | null;
  acknowledgedBy: { id: string; name: string | null } | null;
}

export const GROUPS = ['day', 'number', 'user', 'country', 'provider'] as const;
export type GroupBy = (typeof GROUPS)[number];

/** How the calls of a day, a number, a person… sounded. */
export interface GroupFigures {
  key: string | null;
  name: string | null;
  calls: number;
  good: number;
  fair: number;
  bad: number;
  /** 0 to 1. */
  badShare: number;
  mos: number;
  jitter: number | null;
  latency: number | null;
  packetLoss: number | null;
}

export interface QualityOverview {
  since: string;
  until: string;
  groupBy: GroupBy;
  /** Null: no call of the time was measured. */
  total: GroupFigures | null;
  groups: GroupFigures[];
  worstNumbers: GroupFigures[];
  worstRoutes: GroupFigures[];
}

type SavedRule = { rule: AlertRule; webhookSecret: string | null };

/** How calls sound, and who is told when they sound bad. */
export const callQuality = {
  of: (callId: string) => request<CallQuality>(`/api/calls/${callId}/quality`),
  sendSamples: (callId: string, samples: unknown[]) =>
    request<unknown>(`/api/calls/${callId}/quality/samples`, { method: 'POST', body: { samples } }),
  overview: (query: Query) => request<QualityOverview>('/api/calls/quality/overview', { query }),
  rules: () => request<{ rules: AlertRule[] }>('/api/calls/alert-rules'),
  addRule: (body: AlertRuleInput) => request<SavedRule>('/api/calls/alert-rules', { method: 'POST', body }),
  changeRule: (id: string, body: AlertRuleInput) =>
    request<SavedRule>(`/api/calls/alert-rules/${id}`, { method: 'PUT', body }),
  removeRule: (id: string) => request<unknown>(`/api/calls/alert-rules/${id}`, { method: 'DELETE' }),
  testRule: (id: string) =>
    request<{ deliveryId: string }>(`/api/calls/alert-rules/${id}/test`, { method: 'POST', body: {} }),
  alerts: (query: Query) =>
    request<{ alerts: CallAlert[]; nextCursor: string | null }>('/api/calls/alerts', { query }),
  acknowledge: (id: string) =>
    request<{ alert: CallAlert }>(`/api/calls/alerts/${id}/acknowledge`, { method: 'POST', body: {} }),
};
