import { describe, expect, it } from 'vitest';
import { normalisePhoneNumber, parseCountry, parseE164 } from './phone.ts';

describe('countries', () => {
  it('are read in any case, and must exist', () => {
    expect(parseCountry(' fr ')).toBe('FR');
    for (const wrong of ['', 'F', 'FRA', 'ZZ', '12', 'france', '../..'])
      expect(() => parseCountry(wrong)).toThrow();
  });
});

describe('numbers in E.164', () => {
  it('are known by country and kind of line', () => {
    expect(parseE164('+33612345678')).toEqual({ e164: '+33612345678', country: 'FR', lineType: 'MOBILE' });
    expect(parseE164('+237677123456').country).toBe('CM');
  });
  it.each([
    '0612345678',
    '+0612345678',
    '+33',
    '+1234',
    '+33 6 12 34 56 78',
    'tel:+33612345678',
    '+3361234567890123',
    '',
    '+33６12345678',
  ])('refuse %j', (text) => {
    expect(() => parseE164(text)).toThrow(/E\.164/);
  });
});

describe('numbers as people write them', () => {
  it.each([
    ['0612345678', '+33612345678'],
    ['+33612345678', '+33612345678'],
    ['06 12 34 56 78', '+33612345678'],
    ['33612345678', '+33612345678'],
  ])('%s is %s in France', (written, e164) => {
    expect(normalisePhoneNumber(written, 'FR')).toBe(e164);
  });
});
