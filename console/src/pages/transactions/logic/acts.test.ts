import { expect, test } from 'vitest';
import { TRANSACTION_STATUSES, type Transaction } from '../../../api/transactionTypes.ts';
import { confirmBlocked, mayCancel, needsSettling, secondPersonBlocked } from './acts.ts';

const one = (change: Partial<Transaction>): Transaction =>
  ({
    ...{ status: 'unknown', disputed: false, settling: null },
    ...{ author: { kind: 'user', id: 'ada', name: 'Ada' } },
    ...change,
  }) as Transaction;

test('what no box began can be called back, and nothing else', () => {
  expect(TRANSACTION_STATUSES.filter((status) => mayCancel(one({ status })))).toEqual([
    ...['held', 'pending', 'assigned', 'retry'],
  ]);
});

test('what is unknown or disputed needs a person', () => {
  expect(needsSettling(one({}))).toBe(true);
  expect(needsSettling(one({ status: 'completed' }))).toBe(false);
  expect(needsSettling(one({ status: 'completed', disputed: true }))).toBe(true);
});

test('the second person is another one', () => {
  const by = { kind: 'user', id: 'ada', name: 'Ada' };
  const settling = {
    outcome: 'completed',
    proof: 'Seen',
    transactionRef: null,
    by,
    at: '',
    waiting: true,
  } as const;
  expect(secondPersonBlocked(one({ settling }), 'ada')).toBe('own');
  expect(secondPersonBlocked(one({ settling }), 'bob')).toBeNull();
  expect(confirmBlocked(one({}), 'ada')).toBe('own');
  expect(confirmBlocked(one({}), 'bob')).toBeNull();
  expect(confirmBlocked(one({ author: { kind: 'api_key', id: 'ada', name: 'Key' } }), 'ada')).toBeNull();
});
