import { type Query, request } from './client.ts';
import type {
  NewTransaction,
  Transaction,
  TransactionDetails,
  TransactionQueue,
  TransactionStats,
} from './transactionTypes.ts';

type OneTransaction = { transaction: Transaction };

const at = (id: string, rest = '') => `/api/transactions/${id}${rest}`;
const post = <T>(path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  request<T>(path, { method: 'POST', body, headers });

export interface SettleInput {
  outcome: 'completed' | 'failed';
  proof: string;
  transactionRef?: string;
}

/** What is to be done at operators, and what became of it. */
export const transactions = {
  /** @param key the same for every try of one intent: sent again, it is the same transaction */
  submit: (body: NewTransaction, key: string) =>
    post<{ transactionId: string; transaction: Transaction; duplicate?: boolean }>(
      '/api/transactions',
      body,
      {
        'idempotency-key': key,
      },
    ),
  list: (query: Query) =>
    request<{ transactions: Transaction[]; nextCursor: string | null }>('/api/transactions', { query }),
  get: async (id: string): Promise<{ transaction: TransactionDetails }> => {
    const { transaction, attempts, timeline, operatorMessages, balanceBefore } = await request<
      OneTransaction &
        Pick<TransactionDetails, 'attempts' | 'timeline' | 'operatorMessages' | 'balanceBefore'>
    >(at(id));
    return { transaction: { ...transaction, attempts, timeline, operatorMessages, balanceBefore } };
  },
  cancel: (id: string) => post<OneTransaction>(at(id, '/cancel')),
  /** Lets one go that was held because it looks like another. */
  confirm: (id: string) => post<OneTransaction>(at(id, '/confirm')),
  settle: (id: string, body: SettleInput) => post<OneTransaction>(at(id, '/settle'), body),
  /** The second person's word. */
  judge: (id: string, word: 'confirm' | 'reject') => post<OneTransaction>(at(id, `/settle/${word}`)),
  queue: () => request<TransactionQueue>('/api/transactions/queue'),
  stats: (query: Query) => request<TransactionStats>('/api/transactions/stats', { query }),
};
