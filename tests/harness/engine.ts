import { expect } from 'vitest';
import type { Client } from './client.ts';
import { HEARTBEAT, REGISTRATION, sharedBoxes } from './fleet.ts';
import type { TestRelais } from './relais.ts';

/** A recharge, as the published interface shows it. */
export const RECHARGE = {
  type: 'recharge',
  phoneNumber: '+237677123456',
  amount: 1000,
  payItemId: 'MTN_RECHARGE_1000',
  customerInfo: { name: 'Jean Dupont', operator: 'MTN' },
  priority: 'normal',
};

/** A transaction as a box is handed it. */
export interface HandedOver {
  id: string;
  attempt: number;
  leaseId: string;
  leaseUntil: string;
  phoneNumber: string;
  amount: number;
}

/** One box that speaks for itself with the shared token. */
export interface TestBox {
  code: string;
  client: Client;
  register(more?: object): Promise<void>;
  heartbeat(more?: object): ReturnType<Client['post']>;
  /** What it is to do. */
  pull(query?: string): Promise<HandedOver[]>;
  report(id: string, status: string, more?: object): ReturnType<Client['put']>;
}

/** @param fencing whether it knows leases and attempts. */
export function testBox(
  relais: Pick<TestRelais, 'baseUrl' | 'kernel'>,
  code: string,
  { fencing, ...capabilities }: { fencing: boolean; [capability: string]: unknown } = { fencing: true },
): TestBox {
  const client = sharedBoxes(relais);
  return {
    code,
    client,
    async register(more = {}) {
      const answer = await client.post('/api/call-box/register', {
        ...REGISTRATION,
        callboxId: code,
        capabilities: {
          ...REGISTRATION.capabilities,
          ...(fencing ? { fencing } : {}),
          ...capabilities,
          ...more,
        },
      });
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    },
    heartbeat: (more = {}) =>
      client.post('/api/call-box/heartbeat', { ...HEARTBEAT, callboxId: code, ...more }),
    async pull(query = 'limit=5') {
      const { status, body } = await client.get(
        `/api/call-box/transactions/pending?callboxId=${code}&${query}`,
      );
      expect(status, JSON.stringify(body)).toBe(200);
      return body.transactions;
    },
    report: (id, status, more = {}) =>
      client.put(`/api/call-box/transactions/${id}/status`, { status, callboxId: code, ...more }),
  };
}

/** Hands a transaction in. @returns its public name. */
export async function submitted(api: Client, more: object = {}): Promise<string> {
  const { status, body } = await api.post('/api/transactions', { ...RECHARGE, ...more });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.transactionId;
}
