import { expect, test } from 'vitest';
import {
  agoText,
  countriesByName,
  countText,
  francsText,
  moneyText,
  percentText,
  phoneText,
  secondsText,
  signedFrancsText,
  sizeText,
  townText,
} from './format.ts';

test('phone numbers are spaced, and what is none stays as it is', () => {
  expect(phoneText('+33123456789')).toBe('+33 1 23 45 67 89');
  expect(phoneText('12345')).toBe('12345');
});

test('prices keep every digit that counts', () => {
  expect(moneyText({ amount: '1.00', currency: 'USD' }, 'en')).toBe('$1.00');
  expect(moneyText({ amount: '0.0075', currency: 'USD' }, 'en')).toBe('$0.0075');
  expect(moneyText({ amount: '2.50', currency: 'EUR' }, 'fr')).toMatch(/^2,50\s€$/);
  expect(moneyText({ amount: '1', currency: 'not a currency' }, 'en')).toBe('1 not a currency');
});

test('time passes in the largest whole unit', () => {
  const now = Date.parse('2026-06-01T12:00:00Z');
  expect(agoText('2026-06-01T11:59:50Z', 'en', now)).toBe('now');
  expect(agoText('2026-06-01T11:57:00Z', 'en', now)).toBe('3 minutes ago');
  expect(agoText('2026-06-03T12:00:00Z', 'fr', now)).toBe('après-demain');
});

test('countries are sorted by their name in the reader’s language', () => {
  const codes = (language: string) => countriesByName(language).map(({ code }) => code);
  expect(codes('en').indexOf('DE')).toBeGreaterThan(codes('en').indexOf('FR'));
  expect(codes('fr').indexOf('DE')).toBeLessThan(codes('fr').indexOf('FR'));
});

test('file sizes and shouted towns read well', () => {
  expect(sizeText(10 * 1024 * 1024, 'en')).toBe('10 MB');
  expect(sizeText(1536, 'en')).toBe('1.5 kB');
  expect(sizeText(310, 'en')).toBe('0.3 kB');
  expect(townText('SAN FRANCISCO')).toBe('San Francisco');
  expect(townText("L'HAŸ-LES-ROSES")).toBe("L'Haÿ-Les-Roses");
  expect(townText('Paris')).toBe('Paris');
});

test('francs are whole and spaced thinly, and differences keep their sign', () => {
  expect(francsText(12500)).toBe('12\u202f500\u00a0FCFA');
  expect(signedFrancsText(500)).toBe('+500\u00a0FCFA');
  expect(signedFrancsText(-1500)).toBe('−1\u202f500\u00a0FCFA');
  expect(signedFrancsText(0)).toBe('0\u00a0FCFA');
  expect(countText(1234567)).toBe('1\u202f234\u202f567');
});

test('per cent and seconds are written as each language writes them', () => {
  expect([percentText(4.25, 'en'), percentText(0, 'en')]).toEqual(['4.3%', '0%']);
  expect(percentText(4.2, 'fr')).toMatch(/^4,2\s%$/);
  expect([secondsText(1.34, 'en'), secondsText(1.34, 'fr')]).toEqual(['1.3\u00a0s', '1,3\u00a0s']);
});
