import { describe, expect, it } from 'vitest';
import { RelaisError } from '../errors.ts';
import { newId } from '../ids.ts';
import { toCsv } from './csv.ts';
import { fromCursor, toPage } from './paging.ts';

const clock = { now: () => new Date(), nowMs: () => 1_700_000_000_000 };

describe('pages', () => {
  it('give a cursor while there is more, and take it back', () => {
    const rows = [1, 2, 3].map(() => ({ id: newId(clock) }));
    const page = toPage(rows, 2);
    expect(page.rows).toEqual(rows.slice(0, 2));
    expect(fromCursor(page.nextCursor!)).toBe(rows[1]!.id);
    expect(toPage(rows, 3).nextCursor).toBeNull();
    expect(fromCursor(undefined)).toBeNull();
  });

  it.each(['', 'garbage', "' or 1=1 --", Buffer.from('not an id').toString('base64url')].slice(1))(
    'refuse %j',
    (cursor) => {
      expect(() => fromCursor(cursor)).toThrow(RelaisError);
    },
  );
});

describe('CSV', () => {
  it('quotes what needs it and starts with a byte-order mark', () => {
    expect(
      toCsv(
        ['a', 'b'],
        [
          ['x,y', 'say "hé"'],
          [null, 3],
        ],
      ),
    ).toBe('\uFEFFa,b\r\n"x,y","say ""hé"""\r\n,3\r\n');
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-cmd', "'-cmd"],
    ['+33612345678', '+33612345678'],
    ['-12.50', '-12.50'],
  ])('%s is written as %s', (value, written) => {
    expect(toCsv([], [[value]])).toContain(`\r\n${written}\r\n`);
  });
});
