import parsePhoneNumber from 'libphonenumber-js/max';
import { describe, expect, test } from 'vitest';
import { COUNTRIES, type NumberType } from '../data/countries.ts';
import { classify, SENTINEL_DIGITS, searchInventory } from './inventory.ts';

const offers = COUNTRIES.flatMap((country) =>
  (Object.keys(country.types) as NumberType[]).map((type) => ({
    country,
    type,
    name: `${country.iso} ${type}`,
  })),
);
const search = (offer: (typeof offers)[number], more: object = {}) =>
  searchInventory({ country: offer.country, type: offer.type, limit: 30, excludes: () => false, ...more });

test('covers forty countries and more, and every type', () => {
  expect(COUNTRIES.length).toBeGreaterThanOrEqual(40);
  expect(new Set(offers.map((offer) => offer.type)).size).toBe(5);
});

describe.each(offers)('$name', (offer) => {
  test('has valid numbers in every area, the same ones each time, none of them a sentinel', () => {
    const numbers = search(offer);
    expect(numbers).toHaveLength(30);
    expect(search(offer)).toEqual(numbers);
    expect(new Set(numbers.map((number) => number.area)).size).toBe(
      offer.country.types[offer.type]?.areas.length,
    );
    for (const { phoneNumber } of numbers) {
      expect(parsePhoneNumber(phoneNumber)).toMatchObject({ country: offer.country.iso });
      expect(classify(phoneNumber)).toMatchObject({ type: offer.type, phoneNumber });
      expect(phoneNumber).not.toMatch(SENTINEL_DIGITS);
    }
  });

  test('has every sentinel', () => {
    for (const digits of ['9001', '9005', '9013']) {
      for (const more of [{ endsWith: digits }, { contains: digits }]) {
        expect(search(offer, { ...more, limit: 1 })[0]?.phoneNumber.endsWith(digits)).toBe(true);
      }
    }
  });
});

test('finds by area code, place and pattern', () => {
  const offer = offers.find((entry) => entry.name === 'US local') as (typeof offers)[number];
  expect(search(offer, { areaCode: '212' }).every(({ area }) => area.locality === 'New York')).toBe(true);
  expect(search(offer, { locality: 'san francisco' }).every(({ area }) => area.prefix === '415')).toBe(true);
  expect(search(offer, { contains: '555*0' }).every(({ phoneNumber }) => /555\d0/.test(phoneNumber))).toBe(
    true,
  );
  expect(
    search(offer, { startsWith: '14155' }).every(({ phoneNumber }) => phoneNumber.startsWith('+14155')),
  ).toBe(true);
});
