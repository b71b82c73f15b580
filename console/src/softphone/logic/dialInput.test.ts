import { expect, test } from 'vitest';
import { looksLikeNumber, readDialled, recentNumbers, regionOf, spacedWhileTyping } from './dialInput.ts';

test('numbers are read as people write them', () => {
  expect(readDialled('06 12 34 56 78', 'FR')).toBe('+33612345678');
  expect(readDialled('650 00 00 01', 'CM')).toBe('+237650000001');
  expect(readDialled('0033 6.12.34.56.78', 'CM')).toBe('+33612345678');
  expect(readDialled('+237 650 00 00 01', 'FR')).toBe('+237650000001');
});

test('names, and numbers that are too short, are none', () => {
  expect(readDialled('Awa Diallo', 'FR')).toBeNull();
  expect(readDialled('06 12', 'FR')).toBeNull();
  expect(readDialled('', 'FR')).toBeNull();
  expect(looksLikeNumber('Awa 2')).toBe(false);
  expect(looksLikeNumber('+')).toBe(false);
});

test('numbers are spaced while they are typed, names are not touched', () => {
  expect(spacedWhileTyping('0612345678', 'FR')).toBe('06 12 34 56 78');
  expect(spacedWhileTyping('+237650000001', 'FR')).toBe('+237 6 50 00 00 01');
  expect(spacedWhileTyping('Awa', 'FR')).toBe('Awa');
  expect(spacedWhileTyping('*21#', 'FR')).toBe('*21#');
});

test('a number without its country is one of the country that we call from', () => {
  expect(regionOf('+237222000000', 'FR')).toBe('CM');
  expect(regionOf(undefined, 'CM')).toBe('CM');
  expect(regionOf(undefined, null)).toBe('FR');
});

test('recent numbers are named once, and only what can be dialled', () => {
  const call = (direction: 'INBOUND' | 'OUTBOUND', from: string, to: string) => ({ direction, from, to });
  const rows = [
    call('OUTBOUND', '+33100000000', '+237650000001'),
    call('INBOUND', '+237650000001', '+33100000000'),
    call('INBOUND', 'anonymous', '+33100000000'),
    call('INBOUND', '+336••••••78', '+33100000000'),
    call('INBOUND', '+33612345678', '+33100000000'),
  ];
  expect(recentNumbers(rows)).toEqual([rows[0], rows[4]]);
});
