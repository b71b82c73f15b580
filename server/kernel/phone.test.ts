import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskedPhoneNumber, normalisePhoneNumber, parseCountry, parseE164 } from './phone.ts';

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
    expect(() => parseE164(text)).toThrow(/in international form/);
  });
});

describe('numbers as people write them', () => {
  it.each([
    ['FR', '0612345678', '+33612345678'],
    ['FR', '+33612345678', '+33612345678'],
    ['FR', '33612345678', '+33612345678'],
    ['FR', '06 12 34 56 78', '+33612345678'],
    ['FR', '06.12.34.56.78', '+33612345678'],
    ['FR', '(06) 12-34-56-78', '+33612345678'],
    ['FR', '+33 (0)6 12 34 56 78', '+33612345678'],
    ['FR', '0033612345678', '+33612345678'],
    ['FR', '00 33 6 12 34 56 78', '+33612345678'],
    ['FR', '612345678', '+33612345678'],
    ['FR', ' \u202a+33\u00a06 12 34 56 78\u202c ', '+33612345678'],
    ['FR', '237699001122', '+237699001122'],
    ['FR', '00237 6 99 00 11 22', '+237699001122'],
    ['FR', '1 415 555 0123', '+14155550123'],
    ['CM', '6 99 00 11 22', '+237699001122'],
    ['CM', '33612345678', '+33612345678'],
    ['US', '(415) 555-0123', '+14155550123'],
    ['US', '0033612345678', '+33612345678'],
    ['US', '33612345678', '+33612345678'],
  ])('in %s, %j is %s', (region, written, e164) => {
    expect(normalisePhoneNumber(written, region)).toBe(e164);
  });

  it.each([
    ...[
      '',
      ' ',
      '+',
      '0',
      '00',
      'call me',
      'call 0612345678',
      '0612345678 ext. 5',
      '3630',
      '06123456',
      '06123456789',
    ],
    ...[
      '+3361234567890123',
      '+4915123456789012345',
      '1-800-FLOWERS',
      '0612345678, 0612345679',
      '3,36123E+10',
    ],
    ...["'; drop table contacts; --", '+33 6 •• •• •• 78', '\u0000', '0'.repeat(5000)],
  ])('%j is none', (written) => {
    expect(() => normalisePhoneNumber(written, 'FR')).toThrow(/in international form/);
  });

  it('are the same number however they are spaced, and once they are in E.164 in any region', () => {
    const mobile = fc.integer({ min: 12_000_000, max: 79_999_999 }).map((rest) => `06${rest}`);
    const gaps = fc.array(fc.constantFrom('', ' ', '.', '-', '\u00a0', '  '), {
      minLength: 10,
      maxLength: 10,
    });
    fc.assert(
      fc.property(mobile, gaps, fc.constantFrom('FR', 'CM', 'US', 'DE'), (number, between, region) => {
        const spaced = [...number].map((digit, index) => (index ? between[index]! : '') + digit).join('');
        const e164 = normalisePhoneNumber(spaced, 'FR');
        expect(e164).toBe(`+33${number.slice(1)}`);
        for (const form of [e164, `00${e164.slice(1)}`, e164.slice(1)])
          expect(normalisePhoneNumber(form, form === e164 ? region : 'FR')).toBe(e164);
      }),
    );
  });

  it('never become anything but E.164', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0123456789+ .-()/abc٠१'), maxLength: 24 });
    fc.assert(
      fc.property(text, fc.constantFrom('FR', 'CM', 'US', 'ZZ', ''), (written, region) => {
        try {
          expect(normalisePhoneNumber(written, region)).toMatch(/^\+[1-9]\d{5,14}$/);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_phone_number' });
        }
      }),
    );
  });
});

describe('numbers that not everybody may see', () => {
  it.each([
    ['+33612345678', '+33 6 •• •• •• 78'],
    ['+237699001122', '+237 6 •• •• •• 22'],
    ['+14155550123', '+1 ••• ••• ••23'],
    ['+2901234', '+290 ••34'],
  ])('%s is %s', (e164, masked) => expect(maskedPhoneNumber(e164)).toBe(masked));

  it('show at most a country, the kind of line and two digits', () => {
    const digits = fc.stringMatching(/^[1-9][0-9]{6,14}$/);
    fc.assert(
      fc.property(digits, (number) => {
        const shown = maskedPhoneNumber(`+${number}`).replace(/\D/g, '');
        expect(shown.length).toBeLessThanOrEqual(6);
        expect(shown.endsWith(number.slice(-2))).toBe(true);
      }),
    );
  });
});
