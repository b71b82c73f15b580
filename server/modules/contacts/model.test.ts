import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberParts, searchDigits, searchWords } from './model.ts';

describe('the words of a search', () => {
  it.each([
    ['Zoé LÉVÊQUE-Ñandú', ['zoe', 'leveque', 'nandu']],
    ["d'Arc, Jeanne (SARL)", ['d', 'arc', 'jeanne', 'sarl']],
    ['jean.dupont@exemple.fr', ['jean', 'dupont', 'exemple', 'fr']],
    ['Paul Paul', ['paul']],
    ['Straße 12', ['straße', '12']],
    ['Иван 李雷', ['иван', '李雷']],
    ['  ', []],
    ["'; drop table contacts; --", ['drop', 'table', 'contacts']],
  ])('of %j', (text, words) => expect(searchWords(text)).toEqual(words));

  it('meet those that are kept, however the accents are written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const words = searchWords(text);
        expect(searchWords(text.normalize('NFD'))).toEqual(words);
        expect(searchWords(words.join(' '))).toEqual(words);
        for (const word of words) expect([...word].length).toBeLessThanOrEqual(60);
      }),
    );
  });
});

describe('the digits of a search', () => {
  it.each([
    ['06 12 34', '061234'],
    ['+33 6.12-34', '+3361234'],
    ['(06) 12/34', '061234'],
    ['12', null],
    ['rue 1234', null],
    ['', null],
    ['+++', null],
  ])('of %j are %j', (text, digits) => expect(searchDigits(text)).toBe(digits));

  it.each([
    ['0612345678', { beginnings: ['+33612345678'], ends: ['0612345678', '612345678'] }],
    ['0612', { beginnings: ['+33612'], ends: ['0612', '612'] }],
    ['+33612', { beginnings: ['+33612'], ends: [] }],
    ['0033612', { beginnings: ['+33612'], ends: ['0033612'] }],
    ['33612', { beginnings: ['+33612', '+3333612'], ends: ['33612'] }],
    ['5678', { beginnings: ['+5678', '+335678'], ends: ['5678'] }],
    ['000', { beginnings: [], ends: ['000'] }],
  ])('%s can be these parts of a number', (digits, parts) =>
    expect(numberParts(digits, '33')).toEqual(parts),
  );
});
