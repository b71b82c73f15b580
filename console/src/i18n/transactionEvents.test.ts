import { expect, test } from 'vitest';
import {
  ATTEMPT_STATES,
  OPERATORS,
  TRANSACTION_EVENTS,
  TRANSACTION_STATUSES,
  TRANSACTION_TYPES,
} from '../../../server/modules/callbox/model.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';

const sorted = (words: readonly string[]) => [...words].sort();

test.each([
  ['English', en],
  ['French', fr],
])('every word of the server about transactions has words in %s, and nothing else has', (_, texts) => {
  const { transactions, boxes } = texts;
  expect(sorted(Object.keys(transactions.events))).toEqual(sorted(TRANSACTION_EVENTS));
  expect(sorted(Object.keys(transactions.statuses))).toEqual(sorted(TRANSACTION_STATUSES));
  expect(sorted(Object.keys(transactions.types))).toEqual(sorted(TRANSACTION_TYPES));
  expect(sorted(Object.keys(transactions.attemptStates))).toEqual(sorted(ATTEMPT_STATES));
  expect(sorted(Object.keys(boxes.operators))).toEqual(sorted(OPERATORS));
});
