import { describe, expect, test } from 'vitest';
import {
  changeSpan,
  copyDay,
  groupDays,
  isAlwaysOpen,
  problemOf,
  readTime,
  usualHours,
  weeklyOf,
  weekOf,
  withoutSpan,
  withSpan,
} from './hours.ts';

const usual = usualHours('Africa/Douala').weekly;

test('a week comes back as it was, in the order of time', () => {
  const mixed = [
    { day: 2, from: '14:00', to: '18:00' },
    { day: 1, from: '09:00', to: '12:00' },
    { day: 2, from: '08:00', to: '12:00' },
  ];
  expect(weeklyOf(weekOf(mixed))).toEqual([mixed[1], mixed[2], mixed[0]]);
});

describe('the grid', () => {
  test('adds the afternoon behind the morning, and takes it away again', () => {
    const morning = weekOf([{ day: 1, from: '08:00', to: '12:00' }]);
    const both = withSpan(morning, 1);
    expect(both[1]).toEqual([
      ['08:00', '12:00'],
      ['14:00', '18:00'],
    ]);
    expect(withoutSpan(both, 1, 1)).toEqual(morning);
    expect(withSpan(weekOf([]), 6)[6]).toEqual([['09:00', '18:00']]);
    expect(problemOf(withSpan(both, 1)[1] ?? [])).toBeNull();
  });

  test('copies a day to others without tying them together', () => {
    const copied = copyDay(weekOf([{ day: 1, from: '08:00', to: '12:00' }]), 1, [2, 3]);
    const changed = changeSpan(copied, 2, 0, ['10:00', '11:00']);
    expect(changed[3]).toEqual([['08:00', '12:00']]);
    expect(changed[2]).toEqual([['10:00', '11:00']]);
  });

  test('says what is wrong with a day', () => {
    expect(problemOf([['09:00', '18:00']])).toBeNull();
    expect(problemOf([['18:00', '09:00']])).toBe('backwards');
    expect(problemOf([['09:00', '09:00']])).toBe('backwards');
    expect(
      problemOf([
        ['12:00', '18:00'],
        ['09:00', '13:00'],
      ]),
    ).toBe('overlaps');
    expect(
      problemOf([
        ['09:00', '12:00'],
        ['12:00', '18:00'],
      ]),
    ).toBeNull();
  });
});

test('days that are alike are said together', () => {
  expect(groupDays(usual)).toEqual([{ from: 1, to: 5, spans: [['09:00', '18:00']] }]);
  const withSaturday = [...usual, { day: 6, from: '09:00', to: '12:00' }];
  expect(groupDays(withSaturday).map(({ from, to }) => [from, to])).toEqual([
    [1, 5],
    [6, 6],
  ]);
  const withoutWednesday = usual.filter(({ day }) => day !== 3);
  expect(groupDays(withoutWednesday).map(({ from, to }) => [from, to])).toEqual([
    [1, 2],
    [4, 5],
  ]);
});

test('a week without an end is always open', () => {
  expect(isAlwaysOpen(usual)).toBe(false);
  const whole = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '00:00', to: '24:00' }));
  expect(isAlwaysOpen(whole)).toBe(true);
});

test('times are read as people write them', () => {
  expect(['9', '09', '9h', '9:30', '9h30', '930', '18.15', '24', '24:00'].map(readTime)).toEqual([
    '09:00',
    '09:00',
    '09:00',
    '09:30',
    '09:30',
    '09:30',
    '18:15',
    '24:00',
    '24:00',
  ]);
  expect(['', '25', '24:30', '9:75', 'noon'].map(readTime)).toEqual([null, null, null, null, null]);
});
