import { expect } from 'vitest';
import type { HandsetText } from '../../sandbox/testkit.ts';
import type { Client } from './client.ts';
import { eventually } from './eventually.ts';
import type { TestRelais } from './relais.ts';

/** A number of ours that texts go through. */
export interface TextNumber {
  id: string;
  phoneNumber: string;
  provider: 'telnyx' | 'twilio';
}

/** Buys a US number and waits until the inbox has it. */
export async function buyTextNumber(
  relais: Pick<TestRelais, 'api'>,
  provider: 'telnyx' | 'twilio',
  api: Client = relais.api,
): Promise<TextNumber> {
  const path = provider === 'twilio' ? '/api/phone-numbers/search/twilio' : '/api/phone-numbers/search';
  const found = await api.get(`${path}?countryCode=US&features=sms,mms`);
  const { phoneNumber } = found.body.numbers[0];
  const bought = await api.post('/api/phone-numbers/purchase', { phoneNumber, provider });
  expect(bought.status, JSON.stringify(bought.body)).toBe(201);
  return eventually(async () => {
    const { body } = await api.get('/inbox/integrations');
    const mine = body.integrations.find(
      (each: { phone_number: string }) => each.phone_number === phoneNumber,
    );
    expect(mine?.is_active).toBe(true);
    return { id: mine.id, phoneNumber, provider };
  });
}

/** The sandbox's virtual handsets. */
export function handsets(relais: Pick<TestRelais, 'sandbox'>) {
  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${relais.sandbox.url}/sandbox/api/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
  const of = (number: string) => `handsets/${encodeURIComponent(number)}/messages`;
  return {
    /** Texts from a handset to a number of ours. */
    text: (from: string, to: string, text: string, media?: unknown[]) =>
      ask<HandsetText>('POST', of(from), { to, text, ...(media ? { media } : {}) }),
    /** What a handset sent and got, oldest first. */
    messages: async (number: string) =>
      (await ask<{ items: HandsetText[] }>('GET', `${of(number)}?limit=1000`)).items,
    /** Has the sandbox misbehave; see sandbox/README.md. */
    fault: (fault: unknown) => ask<unknown>('PUT', 'faults', fault),
    ask,
  };
}

/** The open conversation with somebody, once it is there. */
export async function conversationWith(api: Client, phoneNumber: string) {
  return eventually(async () => {
    const { body } = await api.get('/inbox/conversations');
    const found = body.conversations.find(
      (each: { phone_number: string }) => each.phone_number === phoneNumber,
    );
    expect(found, `no conversation with ${phoneNumber}`).toBeDefined();
    return found;
  });
}

/** The texts of a thread, oldest first. */
export async function threadOf(api: Client, conversationId: string) {
  const { body } = await api.get(`/inbox/conversations/${conversationId}/messages?limit=200`);
  return body.messages.reverse();
}
