import { describe, expect, it } from 'vitest';
import {
  isAbout,
  letsThrough,
  matchPrice,
  type PriceQuestion,
  type PriceRule,
  reached,
  STARTING_LIST,
} from './model.ts';

const ANYWHERE: PriceRule = {
  ...{ kind: 'call', direction: 'outbound', provider: null, country: null, prefix: null, numberType: null },
  ...{ currency: 'USD', amount: '0.1', validFrom: '2026-01-01' },
};
const rule = (amount: string, change: Partial<PriceRule> = {}): PriceRule => ({
  ...ANYWHERE,
  ...change,
  amount,
});
const asked: PriceQuestion = {
  ...{ kind: 'call', direction: 'outbound', provider: 'telnyx', phoneNumber: '+33612345678', country: 'FR' },
  day: '2026-06-15',
};

describe('the row of a price list that counts', () => {
  const anywhere = rule('1');
  const code = rule('2', { prefix: '+33' });
  const france = rule('3', { country: 'FR' });
  const mobile = rule('4', { prefix: '+336' });
  const exact = rule('5', { prefix: '+33612345678' });
  const cases: [what: string, rules: PriceRule[], change: Partial<PriceQuestion>, amount: string | null][] = [
    ['nothing, of an empty list', [], {}, null],
    ['for anywhere, when there is no other', [anywhere], {}, '1'],
    ['with digits rather than for anywhere', [anywhere, code], {}, '2'],
    ['of the country rather than with its code alone', [france, code, anywhere], {}, '3'],
    ['with more digits than the code, rather than of the country', [france, mobile, anywhere], {}, '4'],
    ['with the most digits', [mobile, exact, code, france], {}, '5'],
    ['of the country, where the digits are others', [mobile, france], { phoneNumber: '+33122334455' }, '3'],
    [
      'of one country and not of another that shares its code',
      [rule('6', { country: 'CA' }), rule('7', { prefix: '+1' })],
      { phoneNumber: '+12125550100', country: 'US' },
      '7',
    ],
    [
      'with four digits rather than of a country with one in its code',
      [rule('6', { country: 'US' }), rule('7', { prefix: '+1212' })],
      { phoneNumber: '+12125550100', country: 'US' },
      '7',
    ],
    [
      'of a country with three digits in its code, rather than with those three',
      [rule('6', { country: 'CM' }), rule('7', { prefix: '+237' })],
      { phoneNumber: '+237677123456', country: 'CM' },
      '6',
    ],
    [
      'of the provider rather than of any',
      [france, rule('8', { country: 'FR', provider: 'telnyx' })],
      {},
      '8',
    ],
    ['of no other provider', [rule('8', { provider: 'twilio' })], {}, null],
    ['of where rather than of whom', [france, rule('8', { provider: 'telnyx' })], {}, '3'],
    ['of the newest that counts already', [rule('1'), rule('9', { validFrom: '2026-06-15' })], {}, '9'],
    ['not of what counts from tomorrow', [rule('1'), rule('9', { validFrom: '2026-06-16' })], {}, '1'],
    ['of no other kind', [rule('1', { kind: 'text' })], {}, null],
    ['of no other direction', [rule('1', { direction: 'inbound' })], {}, null],
    [
      'of the kind of number rather than of any',
      [
        rule('1', { kind: 'number', direction: null, country: 'US' }),
        rule('2', { kind: 'number', direction: null, country: 'US', numberType: 'toll_free' }),
      ],
      {
        kind: 'number',
        direction: null,
        phoneNumber: '+18005550100',
        country: 'US',
        numberType: 'toll_free',
      },
      '2',
    ],
    [
      'of no other kind of number',
      [rule('2', { kind: 'number', direction: null, numberType: 'toll_free' })],
      { kind: 'number', direction: null, numberType: 'local' },
      null,
    ],
    ['of a country, for a number in none', [france], { country: null, phoneNumber: '+8821000' }, null],
  ];
  for (const [what, rules, change, amount] of cases)
    it(`is the one ${what}`, () => {
      const question = { ...asked, ...change };
      expect(matchPrice(rules, question)?.amount ?? null).toBe(amount);
      // However the list is written.
      expect(matchPrice([...rules].reverse(), question)?.amount ?? null).toBe(amount);
    });
});

describe('the starting list', () => {
  const cases: [kind: PriceRule['kind'], country: string, type: string | null, amount: string | null][] = [
    ['call', 'US', null, '0.0035'],
    ['call', 'CA', null, '0.0035'],
    ['call', 'FR', null, '0.0050'],
    ['call', 'GB', null, '0.0045'],
    ['call', 'DE', null, null],
    ['text', 'US', null, '0.0075'],
    ['text', 'CA', null, '0.0075'],
    ['text', 'FR', null, '0.0380'],
    ['text', 'GB', null, '0.0350'],
    ['text', 'CM', null, null],
    ['number', 'US', 'local', '2.00'],
    ['number', 'US', 'toll_free', '5.00'],
    ['number', 'FR', 'local', null],
  ];
  for (const [kind, country, numberType, amount] of cases)
    it(`says ${amount ?? 'nothing'} of ${kind} ${country} ${numberType ?? ''}`, () => {
      const direction = kind === 'number' ? null : 'outbound';
      const found = matchPrice(STARTING_LIST, { ...asked, kind, direction, country, numberType });
      expect(found && [found.amount, found.currency]).toEqual(amount && [amount, 'USD']);
    });
});

describe('a budget', () => {
  const all = { kind: null, ourNumber: null, gigId: null, userId: null };
  const call = { kind: 'call' as const, ourNumber: '+33757000001', gigId: 'g', userId: 'u' };

  it('is about everything that it does not leave out', () => {
    expect(isAbout(all, call)).toBe(true);
    expect(isAbout({ ...all, kind: 'call', userId: 'u', gigId: 'g', ourNumber: '+33757000001' }, call)).toBe(
      true,
    );
    for (const other of [{ kind: 'text' as const }, { ourNumber: '+331' }, { gigId: 'h' }, { userId: 'v' }])
      expect(isAbout({ ...all, ...other }, call)).toBe(false);
    expect(isAbout({ ...all, userId: 'u' }, { ...call, userId: null })).toBe(false);
  });

  it('lets through what fits, to the last millionth', () => {
    expect(letsThrough(100n, 90n, 10n)).toBe(true);
    expect(letsThrough(100n, 90n, 11n)).toBe(false);
    // What nobody knows the price of is stopped once nothing is left.
    expect(letsThrough(100n, 99n, null)).toBe(true);
    expect(letsThrough(100n, 100n, null)).toBe(false);
  });

  it('reaches its thresholds, in whatever order they are written', () => {
    expect(reached([100, 50, 80], 100n, 49n)).toEqual([]);
    expect(reached([100, 50, 80], 100n, 80n)).toEqual([50, 80]);
    expect(reached([100, 50, 80], 100n, 300n)).toEqual([50, 80, 100]);
  });
});
