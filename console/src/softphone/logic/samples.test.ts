import { expect, test } from 'vitest';
import { cleaned, lineLevel, type Sample, thinned } from './samples.ts';

const sample = (fields: Partial<Sample> = {}): Sample => ({
  at: '2026-06-01T12:00:00Z',
  direction: 'inbound',
  jitterMs: 5,
  rttMs: 80,
  packetLossPercent: 0,
  mos: 4.3,
  ...fields,
});

test('absurd measurements are left out, and one without a figure is none', () => {
  expect(cleaned(sample({ jitterMs: 232_735, mos: 687_268.9 }))).toEqual(
    sample({ jitterMs: null, mos: null }),
  );
  expect(cleaned(sample({ jitterMs: -1, rttMs: Number.NaN, packetLossPercent: 101, mos: 0 }))).toBeNull();
});

test('a long wait for the server sends measurements from all of it', () => {
  const many = Array.from({ length: 90 }, (_, index) => sample({ rttMs: index }));
  const sent = thinned(many);
  expect(sent).toHaveLength(30);
  expect([sent[0]?.rttMs, sent.at(-1)?.rttMs]).toEqual([0, 87]);
  expect(thinned([sample()])).toHaveLength(1);
});

test('the line is judged by its last measurements', () => {
  expect(lineLevel([])).toBeNull();
  expect(lineLevel([sample()])).toBe('good');
  expect(lineLevel([sample(), ...Array.from({ length: 5 }, () => sample({ mos: 2 }))])).toBe('bad');
  expect(lineLevel([sample({ mos: null })])).toBeNull();
});
