import type { BudgetPeriod, CostKind, Direction, PriceRule } from '../../../server/modules/billing/model.ts';
import { request } from './client.ts';
import type { Provider } from './types.ts';

export interface OwnPrice extends PriceRule {
  id: string;
  note: string;
}
export type PriceInput = Omit<OwnPrice, 'id'>;

export interface Budget {
  id: string;
  name: string;
  period: BudgetPeriod;
  kind: CostKind | null;
  number: string | null;
  gigId: string | null;
  userId: string | null;
  currency: string;
  /** Decimals. */
  amount: string;
  thresholds: number[];
  hardStop: boolean;
  mailTo: string[];
  enabled: boolean;
  periodStart: string;
  periodEnd: string;
  spent: string;
  held: string;
}
export type BudgetInput = Omit<Budget, 'id' | 'periodStart' | 'periodEnd' | 'spent' | 'held'>;

export interface BudgetAlert {
  id: string;
  budgetId: string;
  name: string;
  periodStart: string;
  threshold: number;
  spent: string;
  amount: string;
  currency: string;
  createdAt: string;
}

export interface IdleNumber {
  id: string;
  phoneNumber: string;
  provider: Provider;
  country: string;
  type: string;
  gigName: string | null;
  lastUsed: string | null;
  idleDays: number;
  monthlyCost: { amount: string; currency: string; estimated: boolean } | null;
}

export type { BudgetPeriod, CostKind, Direction, PriceRule };

const write = <T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) =>
  request<T>(path, { method, body });

/** What things cost, what may be spent, and what is paid for nothing. */
export const costs = {
  pricesPath: '/api/prices',
  prices: () => request<{ prices: OwnPrice[]; startingList: PriceRule[] }>('/api/prices'),
  addPrice: (body: PriceInput) => write<{ price: OwnPrice }>('POST', '/api/prices', body),
  changePrice: (id: string, body: PriceInput) => write<{ price: OwnPrice }>('PUT', `/api/prices/${id}`, body),
  removePrice: (id: string) => write('DELETE', `/api/prices/${id}`),
  budgets: () => request<{ budgets: Budget[]; alerts: BudgetAlert[] }>('/api/budgets'),
  addBudget: (body: BudgetInput) => write<{ budget: Budget }>('POST', '/api/budgets', body),
  changeBudget: (id: string, body: BudgetInput) =>
    write<{ budget: Budget }>('PUT', `/api/budgets/${id}`, body),
  removeBudget: (id: string) => write('DELETE', `/api/budgets/${id}`),
  idle: (days: number | undefined) =>
    request<{ days: number; numbers: IdleNumber[]; monthly: { currency: string; amount: string }[] }>(
      '/api/insights/idle-numbers',
      { query: { days } },
    ),
};
