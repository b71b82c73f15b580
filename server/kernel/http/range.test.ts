import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangeWanted } from './range.ts';

const file = { sizeBytes: 1000, etag: '"abc"' };
const wanted = (range: string, ifRange?: string) =>
  rangeWanted({ range, ...(ifRange === undefined ? {} : { 'if-range': ifRange }) }, file);

describe('a range', () => {
  const cases: [string, unknown][] = [
    ['bytes=0-0', { kind: 'part', start: 0, end: 1 }],
    ['bytes=0-', { kind: 'part', start: 0, end: 1000 }],
    ['bytes=10-19', { kind: 'part', start: 10, end: 20 }],
    ['Bytes=10-19', { kind: 'part', start: 10, end: 20 }],
    ['bytes=999-999', { kind: 'part', start: 999, end: 1000 }],
    ['bytes=990-5000', { kind: 'part', start: 990, end: 1000 }],
    ['bytes=-1', { kind: 'part', start: 999, end: 1000 }],
    ['bytes=-1000', { kind: 'part', start: 0, end: 1000 }],
    ['bytes=-5000', { kind: 'part', start: 0, end: 1000 }],
    [`bytes=0-${'9'.repeat(400)}`, { kind: 'part', start: 0, end: 1000 }],
    ['bytes=1000-', { kind: 'outside' }],
    ['bytes=1000-1001', { kind: 'outside' }],
    [`bytes=${'9'.repeat(400)}-`, { kind: 'outside' }],
    ['bytes=-0', { kind: 'outside' }],
    // What is no range, or more than one, is as if it was not there.
    ['bytes=20-10', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=a-b', { kind: 'whole' }],
    ['bytes=0-1,5-6', { kind: 'whole' }],
    ['bytes=1.5-2', { kind: 'whole' }],
    ['items=0-1', { kind: 'whole' }],
    ['', { kind: 'whole' }],
  ];
  for (const [range, expected] of cases)
    it(`of ${range.slice(0, 30) || 'nothing'} is understood`, () => expect(wanted(range)).toEqual(expected));

  it('holds only for the file that it was asked of', () => {
    expect(wanted('bytes=0-0', '"abc"')).toEqual({ kind: 'part', start: 0, end: 1 });
    for (const other of ['"abd"', 'W/"abc"', 'abc', 'Wed, 21 Oct 2015 07:28:00 GMT', ''])
      expect(wanted('bytes=0-0', other)).toEqual({ kind: 'whole' });
    expect(wanted('bytes=5000-', '"abd"')).toEqual({ kind: 'whole' });
  });

  it('is never larger than the file, whatever is asked', () => {
    fc.assert(
      fc.property(
        fc.nat(2000),
        fc.option(fc.nat(2000)),
        fc.option(fc.nat(2000)),
        (sizeBytes, first, last) => {
          const found = rangeWanted(
            { range: `bytes=${first ?? ''}-${last ?? ''}` },
            { sizeBytes, etag: '"x"' },
          );
          if (found.kind !== 'part') return;
          expect(found.start).toBeGreaterThanOrEqual(0);
          expect(found.end).toBeGreaterThan(found.start);
          expect(found.end).toBeLessThanOrEqual(sizeBytes);
        },
      ),
    );
  });

  it('of an empty file is outside of it', () => {
    const empty = { sizeBytes: 0, etag: '"e"' };
    for (const range of ['bytes=0-', 'bytes=-5', 'bytes=0-0'])
      expect(rangeWanted({ range }, empty)).toEqual({ kind: 'outside' });
    expect(rangeWanted({}, empty)).toEqual({ kind: 'whole' });
  });
});
