import { expect, test } from 'vitest';
import { forgetIntent, intentId } from './intent.ts';

function memory(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
    removeItem: (name: string) => void items.delete(name),
  } as Storage;
}

const purchase = { phoneNumber: '+33123456789', provider: 'telnyx', gigId: 'g1' } as const;

test('a double click and a reload send the same purchase; another number is another purchase', () => {
  const storage = memory();
  const first = intentId(purchase, storage);
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(intentId({ gigId: 'g1', provider: 'telnyx', phoneNumber: '+33123456789' }, storage)).toBe(first);
  expect(intentId({ ...purchase, phoneNumber: '+33123456780' }, storage)).not.toBe(first);
});

test('after a refusal the next attempt is a new one', () => {
  const storage = memory();
  const first = intentId(purchase, storage);
  forgetIntent(purchase, storage);
  expect(intentId(purchase, storage)).not.toBe(first);
});
