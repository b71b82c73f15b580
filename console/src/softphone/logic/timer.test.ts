import { expect, test } from 'vitest';
import { clockText, isoDuration, secondsBetween } from './timer.ts';

test('a talk is counted in hours, minutes and seconds', () => {
  expect(clockText(0)).toBe('0:00');
  expect(clockText(65)).toBe('1:05');
  expect(clockText(3661)).toBe('1:01:01');
  expect(isoDuration(65)).toBe('PT1M5S');
});

test('a server whose clock is ahead does not make negative time', () => {
  const at = Date.parse('2026-06-01T12:00:00Z');
  expect(secondsBetween('2026-06-01T11:58:55.400Z', at)).toBe(64);
  expect(secondsBetween('2026-06-01T12:00:03Z', at)).toBe(0);
  expect(secondsBetween(null, at)).toBe(0);
});
