import { expect, test } from 'vitest';
import { francsInput, readFrancs } from './francsInput.ts';

test('an amount is read however thousands are parted, and written with thin spaces', () => {
  expect(readFrancs('12 500')).toBe(12500);
  expect(readFrancs('12\u202f500 FCFA')).toBe(12500);
  expect(readFrancs('12.500')).toBe(12500);
  expect(readFrancs('-1 000')).toBe(-1000);
  expect(readFrancs('')).toBe('');
  expect(readFrancs('-')).toBe('-');
  expect(francsInput.formatter(12500)).toBe('12\u202f500');
  expect(francsInput.formatter(-1000)).toBe('-1\u202f000');
  expect(francsInput.formatter('')).toBe('');
  expect(francsInput.formatter(undefined)).toBe('');
});
