import { expect, test } from 'vitest';
import { readPhone } from './phone.ts';

test.each([
  ['06 12 34 56 78', 'FR', '+33612345678'],
  ['+33 6 12 34 56 78', 'CM', '+33612345678'],
  ['33612345678', 'FR', '+33612345678'],
  ['6 71 23 45 67', 'CM', '+237671234567'],
  ['(415) 555-0123', 'US', '+14155550123'],
  ['12', 'FR', null],
  ['hello', 'FR', null],
])('%s in %s is %s', (text, region, expected) => {
  expect(readPhone(text, region)).toBe(expected);
});
