import { expect, test } from 'vitest';
import { newerThan } from './kinds.ts';

test('only what came after the last look is told, the oldest first', () => {
  const rows = [{ at: '2026-03-02' }, { at: null }, { at: '2026-03-04' }, { at: '2026-03-03' }];
  expect(newerThan(rows, ({ at }) => at, '2026-03-02')).toEqual([{ at: '2026-03-03' }, { at: '2026-03-04' }]);
  expect(newerThan(rows, ({ at }) => at, '2026-03-04')).toEqual([]);
});
