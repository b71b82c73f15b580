import { expect, test } from 'vitest';
import { boardState, tileOf } from './boardState.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const group = { reviewStatus: 'approved', isComplete: true, expiresAt: null } as const;

test('an approval that ends within thirty days is expiring, and past its end expired', () => {
  expect(boardState(group, NOW)).toBe('approved');
  expect(boardState({ ...group, expiresAt: '2026-07-01T12:00:01Z' }, NOW)).toBe('approved');
  expect(boardState({ ...group, expiresAt: '2026-07-01T12:00:00Z' }, NOW)).toBe('expiring');
  expect(boardState({ ...group, expiresAt: '2026-06-01T12:00:00Z' }, NOW)).toBe('expired');
});

test('a draft is missing something until it is complete; both still wait for the company', () => {
  expect(boardState({ ...group, reviewStatus: 'draft', isComplete: false }, NOW)).toBe('missing');
  expect(boardState({ ...group, reviewStatus: 'draft' }, NOW)).toBe('ready');
  expect(tileOf('ready')).toBe('missing');
  expect(tileOf('not_started')).toBe('missing');
});

test('what the provider decided is shown as it is, whatever the dates say', () => {
  expect(boardState({ ...group, reviewStatus: 'rejected', expiresAt: '2020-01-01T00:00:00Z' }, NOW)).toBe(
    'rejected',
  );
  expect(boardState({ ...group, reviewStatus: 'in_review' }, NOW)).toBe('in_review');
  expect(tileOf(boardState({ ...group, reviewStatus: 'expired' }, NOW))).toBe('expiring');
});
