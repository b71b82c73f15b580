import { expect, test } from 'vitest';
import { stepWords } from './stepWords.ts';

test('a step tells its sentences once, those of the report too, and nothing that is for programs', () => {
  const detail = {
    outcome: 'completed',
    proof: 'Called MTN',
    result: { success: true, message: 'Done', transactionRef: 'MTN1', balance: 5 },
    transactionRef: 'MTN1',
  };
  expect(stepWords(detail)).toEqual(['Called MTN', 'MTN1', 'Done']);
  expect(stepWords({ why: 'late', result: null, reason: '' })).toEqual([]);
});
