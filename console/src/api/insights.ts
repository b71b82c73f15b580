import { type Query, request } from './client.ts';

export interface PeriodFigures {
  calls: number;
  callsAnswered: number;
  /** 0 to 1; null: nothing has ended. */
  callSuccessRate: number | null;
  callMinutes: number;
  textsSent: number;
  textsReceived: number;
  textSuccessRate: number | null;
}

export interface Cost {
  currency: string;
  /** Decimals. */
  amount: string;
  estimated: string;
}

export type DayFigures = PeriodFigures & { day: string };
export type MonthFigures = PeriodFigures & { month: string; costs: Cost[] };

export interface Dashboard {
  timeZone: string;
  today: DayFigures;
  yesterday: DayFigures;
  days: DayFigures[];
  month: MonthFigures;
  monthBefore: MonthFigures;
  activeNumbers: number;
  fleet: {
    boxesConnected: number;
    boxes: number;
    waiting: number;
    unknown: number;
    today: FleetDay;
    yesterday: FleetDay;
  };
}

export interface FleetDay {
  completed: number;
  failed: number;
  /** XAF. */
  amount: number;
}

export interface ActivityRow {
  key: string | null;
  name: string | null;
  count: number;
  successes: number;
  successRate: number | null;
  seconds: number;
  meanSeconds: number | null;
  segments: number;
}

export type CostRow = Cost & { key: string | null; name: string | null; count: number };

/** How calls sounded. */
export interface SoundRow {
  key: string | null;
  name: string | null;
  calls: number;
  good: number;
  fair: number;
  bad: number;
  mos: number | null;
  jitterMs: number | null;
  latencyMs: number | null;
  lossPercent: number | null;
}

/** Transactions that ended. */
export interface EndedRow {
  key: string | null;
  name: string | null;
  completed: number;
  failed: number;
  canceled: number;
  expired: number;
  successRate: number | null;
  meanSeconds: number | null;
  /** XAF. */
  amount: number;
}

/** What a number did, how well, and for how much. */
export interface NumberRow {
  number: string;
  gigName: string | null;
  calls: number;
  answeredShare: number | null;
  meanSeconds: number | null;
  sent: number;
  deliveredShare: number | null;
  received: number;
  mos: number | null;
  costs: { currency: string; amount: string }[];
}

export const ACTIVITY_GROUPS = ['day', 'month', 'number', 'gig', 'user', 'outcome', 'provider'] as const;
export const COST_GROUPS = ['day', 'month', 'number', 'gig', 'user', 'contact', 'kind', 'provider'] as const;
export const SOUND_GROUPS = ['day', 'month', 'number', 'user', 'provider'] as const;
export const ENDED_GROUPS = ['type', 'box', 'operator', 'day', 'month'] as const;
export type ReportBy =
  | (typeof ACTIVITY_GROUPS)[number]
  | (typeof COST_GROUPS)[number]
  | (typeof ENDED_GROUPS)[number];

interface Report<Row> {
  from: string;
  to: string;
  timeZone: string;
  rows: Row[];
}

/** What is set up already: what an owner does first. */
export interface FirstRun {
  number: boolean;
  text: boolean;
  call: boolean;
  box: boolean;
  boxConnected: boolean;
  publicAddress: { url: string; fault: 'not_https' | 'not_public' | null };
  backup: boolean;
  drill: boolean;
  mail: boolean;
  practice: boolean;
}

/** What happened, counted. */
export const insights = {
  firstRun: () => request<FirstRun>('/api/insights/first-run'),
  dashboard: () => request<Dashboard>('/api/insights/dashboard'),
  activityPath: '/api/insights/activity',
  costsPath: '/api/insights/costs',
  numbersPath: '/api/insights/numbers',
  soundPath: '/api/insights/sound',
  transactionsPath: '/api/insights/transactions',
  numbers: (query: Query) => request<Report<NumberRow>>('/api/insights/numbers', { query }),
  sound: (query: Query) => request<Report<SoundRow>>('/api/insights/sound', { query }),
  transactions: (query: Query) => request<Report<EndedRow>>('/api/insights/transactions', { query }),
  activity: (query: Query) => request<Report<ActivityRow>>('/api/insights/activity', { query }),
  costs: (query: Query) => request<Report<CostRow>>('/api/insights/costs', { query }),
};
