import { expect } from 'vitest';
import { type Client, createClient } from './client.ts';
import type { TestRelais } from './relais.ts';

/** What every box says in the published interface. */
export const REGISTRATION = {
  callboxId: 'callbox_001',
  capabilities: {
    maxConcurrentTransactions: 5,
    supportedTypes: ['recharge', 'voucher', 'deposit', 'withdraw'],
  },
  version: '1.0.0',
  location: 'Douala Centre',
};

export const HEARTBEAT = {
  callboxId: 'callbox_001',
  status: 'active',
  queueSize: 3,
  metrics: { uptime: 86400, memoryUsage: 45.2, processedTransactions: 152 },
};

/** A caller with the token that boxes share. */
export function sharedBoxes(relais: Pick<TestRelais, 'baseUrl' | 'kernel'>): Client {
  return createClient(relais.baseUrl, { authorization: `Bearer ${relais.kernel.config.CALLBOX_TOKEN}` });
}

/** A box named in a company's console and enrolled with its code: its caller, its id and its token. */
export async function enrolledBox(
  relais: Pick<TestRelais, 'baseUrl'>,
  api: Client,
  callboxId: string,
): Promise<{ box: Client; boxId: string; token: string }> {
  const added = await api.post('/api/boxes', { callboxId });
  expect(added.status, JSON.stringify(added.body)).toBe(201);
  const enrolled = await createClient(relais.baseUrl).post('/api/call-box/enroll', {
    code: added.body.enrolment.code,
  });
  expect(enrolled.status, JSON.stringify(enrolled.body)).toBe(200);
  const { token } = enrolled.body;
  return {
    box: createClient(relais.baseUrl, { authorization: `Bearer ${token}` }),
    boxId: added.body.box.id,
    token,
  };
}
