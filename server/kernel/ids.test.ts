import { describe, expect, it } from 'vitest';
import { manualClock } from './clock.ts';
import { isId, newId } from './ids.ts';

describe('ids', () => {
  it('keep the order in which they were made, within one millisecond and when the clock is set back', () => {
    const clock = manualClock(Date.parse('2026-03-01T10:00:00Z'));
    const made = Array.from({ length: 10_000 }, () => newId(clock));
    clock.advance(-5000);
    made.push(newId(clock), newId(clock));
    clock.advance(60_000);
    made.push(newId(clock));
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
    for (const id of made) expect(isId(id) && id[14] === '7' && '89ab'.includes(id[19]!)).toBe(true);
  });

  it('begin with the time of their clock, whatever another clock says', () => {
    const later = manualClock(Date.parse('2030-01-01T00:00:00Z'));
    const earlier = manualClock(Date.parse('2020-01-01T00:00:00Z'));
    newId(later);
    expect(Number.parseInt(newId(earlier).replaceAll('-', '').slice(0, 12), 16)).toBe(earlier.nowMs());
  });
});
