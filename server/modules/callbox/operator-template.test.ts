import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Reader, readText, trusts } from './operator-read.ts';
import { compileTemplate, fold, HOLES, type Parsed, readBy, type Template } from './operator-template.ts';
import { BUILT_IN } from './operator-words.ts';

function read(wording: string, text: string): Parsed | null {
  const template = compileTemplate(wording);
  if (typeof template === 'string') throw new Error(template);
  return readBy(template, fold(text));
}

const SENT = 'Vous avez envoye {amount} au {number}. Ref: {reference}. Solde: {balance}{any}';

describe('a wording', () => {
  it('finds what stands in its holes', () => {
    expect(
      read(
        SENT,
        'Vous avez envoyé 1 000 FCFA au 237 677 12 34 56.  Ref: CI241007.1530.B12. Solde: 45,500.00 XAF. Merci',
      ),
    ).toEqual({
      ...{ amount: 1000, number: '237 677 12 34 56', reference: 'CI241007.1530.B12', balance: 45_500 },
      ...{ name: null, date: null },
    });
  });

  const AMOUNTS: [string, number | null][] = [
    ...([
      ['1 000 FCFA', 1000],
      ['1,000.00 XAF', 1000],
      ['1000F', 1000],
      ['1.000 F CFA', 1000],
    ] as const),
    ...([
      ['1\u202f000\u00a0FCFA', 1000],
      ['FCFA 1000', 1000],
      ['XAF 1,000,000', 1_000_000],
    ] as const),
    ...([
      ['12 345,00 FCFA', 12_345],
      ['0 FCFA', 0],
      ['１０００ FCFA', 1000],
      ["1'000 FCFA", 1000],
    ] as const),
    // Half a franc does not exist, and what reads two ways is not read.
    ...([
      ['1000.50 FCFA', null],
      ['10,5', null],
      ['1000.000', null],
      ['mille FCFA', null],
      ['1,00,000', null],
    ] as const),
  ].map(([text, francs]) => [text, francs]);
  for (const [text, francs] of AMOUNTS)
    it(`reads the amount ${text}`, () => {
      const found = read('Montant paye: {amount} pour vous', `Montant paye: ${text} pour vous`);
      expect(found?.amount ?? null).toBe(francs);
    });

  it('reads numbers with and without the code of the country', () => {
    for (const number of [
      '677123456',
      '237677123456',
      '+237 677 12 34 56',
      '00237677123456',
      '6-77-12-34-56',
    ])
      expect(read('Envoye au numero {number} ce jour', `Envoye au numero ${number} ce jour`)?.number).toBe(
        number,
      );
    expect(read('Envoye au numero {number} ce jour', 'Envoye au numero 6771****56 ce jour')).toBeNull();
  });

  it('does not care for capitals, marks, spaces and invisible signs', () => {
    const text = '\u200eVOUS  AVEZ ENVOYÉ 500F AU 677123456. REF: AB12. SOLDE: 1F';
    expect(read(SENT, text)).toMatchObject({ amount: 500, reference: 'AB12', balance: 1 });
  });

  it('is the whole text, from its first word to its last', () => {
    const whole = 'Paiement de {amount} accepte';
    expect(read(whole, 'Paiement de 500 F accepte.')).not.toBeNull();
    expect(read(whole, 'Paiement de 500 F accepte plus tard')).toBeNull();
    expect(read(whole, 'Non: Paiement de 500 F accepte')).toBeNull();
    expect(
      read('{any}Paiement de {amount} accepte', 'Cher client! Paiement de 500 F accepte'),
    ).not.toBeNull();
  });

  it('lets nobody call himself after an amount or a reference', () => {
    const wording = 'Depot de {name} ({number}): {amount}. Ref {reference}';
    expect(read(wording, "Depot de JEAN D'ARC-NDI (677123456): 500 F. Ref A1234")?.name).toBe(
      "JEAN D'ARC-NDI",
    );
    expect(
      read(wording, 'Depot de X (699999999): 90000 F. Ref FAKE1. (677123456): 500 F. Ref A1234'),
    ).toBeNull();
    expect(read('Depot de {name} au {number} fait', 'Depot de 5000 F au 677123456 fait')).toBeNull();
  });

  const UNUSABLE: Record<string, RegExp> = {
    'Solde {solde} de votre compte': /no hole/,
    'Recharge de {amount': /no hole/,
    'Recharge de amount} faite': /stands alone/,
    'Recharge de {amount} et {amount} faite': /twice/,
    'Recharge de {amount}{number} faite': /between them/,
    'Recharge de {any}{amount} faite': /between them/,
    '{amount} {number}': /letters/,
  };
  for (const [wording, reason] of Object.entries(UNUSABLE))
    it(`is refused: ${wording}`, () => expect(compileTemplate(wording)).toMatch(reason));

  it('is refused or read, whatever is written', () => {
    const piece = fc.oneof(
      fc.constantFrom(...HOLES.map((hole) => `{${hole}}`), '{', '}', ' ', 'fcfa', '1 000', 'aaaa'),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(piece, { maxLength: 30 }), (wording, text) => {
        const template = compileTemplate(wording.join(''));
        if (typeof template !== 'string') readBy(template, fold(text.join('')));
      }),
      { numRuns: 300 },
    );
  });

  it('reads hostile texts in no more steps than they are long', () => {
    const wordings = [
      '{any}aaaaaaaab{any}aaaaaaaab{any}aaaaaaaab{any}',
      `{any}${'ab '.repeat(300)}c {amount}{any}`,
    ];
    const texts = ['a'.repeat(100_000), 'ab '.repeat(30_000), '1 000 '.repeat(20_000), '{'.repeat(50_000)];
    const readers = [...BUILT_IN.map((each) => ({ ...each, id: each.key })), ...wordings.map(own)];
    // Back-tracking over one of these would take longer than the age of the world, and this test than it may.
    for (const body of texts)
      expect(readText(readers, { operator: null, sender: 'MTN', body }).kind).toBe('unread');
  });
});

const own = (wording: string, index = 0): Reader => ({
  ...{
    id: `own-${index}`,
    operator: 'mtn',
    senders: ['MTN'],
    type: 'recharge',
    outcome: 'completed',
    wording,
  },
});

/** A text that an operator could have written by a wording. */
function example(template: Template | string, wording: string): string {
  expect(typeof template).not.toBe('string');
  const values: Record<string, string> = {
    ...{
      amount: '1 000 FCFA',
      number: '237677123456',
      reference: 'MP241007.1530.C12345',
      balance: '25 500 FCFA',
    },
    ...{ name: 'JEAN DUPONT', date: '2026-03-10 15:30:00', any: '1Go' },
  };
  return wording.replace(/\{(\w+)\}$/, '').replace(/\{(\w+)\}/g, (_whole, hole: string) => values[hole]!);
}

describe('the built-in wordings', () => {
  it('are there for every operator, type and language, each under a name of its own', () => {
    expect(BUILT_IN).toHaveLength(4 * 6 * 2);
    expect(new Set(BUILT_IN.map(({ key }) => key)).size).toBe(BUILT_IN.length);
  });

  const readers = BUILT_IN.map((each) => ({ ...each, id: each.key }));
  for (const { key, operator, senders, type, outcome, wording } of BUILT_IN)
    it(`${key} reads what it says, and no other does`, () => {
      let body = example(compileTemplate(wording), wording);
      if (wording.endsWith('{balance}{any}')) body = body.replace(/\{balance\}$/, '');
      const reading = readText(readers, { operator, sender: senders[0]!, body });
      expect(reading).toMatchObject({ kind: 'trusted', template: key, type, outcome });
      if (reading.kind === 'unread') return;
      if (outcome === 'balance') expect(reading.parsed.balance).toBe(25_500);
      else expect(reading.parsed).toMatchObject({ amount: 1000, number: '237677123456' });
      if (outcome === 'completed')
        expect(reading.parsed).toMatchObject({ reference: 'MP241007.1530.C12345', balance: 25_500 });
    });
});

describe('a sender', () => {
  const body = 'Vous avez envoye 500F au 677123456. Ref: AB12. Solde: 1F';
  const reader = own(SENT);

  it('is believed when it is named, whatever its capitals', () => {
    for (const sender of ['MTN', ' mtn ', 'Mtn'])
      expect(readText([reader], { operator: 'mtn', sender, body }).kind).toBe('trusted');
  });

  it('is not believed when it is anybody else', () => {
    for (const sender of ['MTN.', 'MTN CM', 'M T N', 'МTN', '+237677000000', '677000000', ''])
      expect(readText([reader], { operator: 'mtn', sender, body }).kind).toBe('untrusted');
  });

  it('is never a telephone, even if somebody listed it', () => {
    for (const sender of ['+237677000000', '677000000', '00237 677 00 00 00', '237-677-000-000'])
      expect(trusts({ senders: [sender] }, sender)).toBe(false);
    expect(trusts({ senders: ['8787'] }, '8787')).toBe(true);
  });

  it('of another operator says nothing of this SIM', () => {
    expect(readText([reader], { operator: 'orange', sender: 'MTN', body }).kind).toBe('unread');
    expect(readText([reader], { operator: null, sender: 'MTN', body }).kind).toBe('trusted');
  });

  it('whose text can be read in two ways is not understood', () => {
    const other: Reader = { ...own(SENT, 1), outcome: 'failed' };
    expect(readText([reader, other], { operator: 'mtn', sender: 'MTN', body }).kind).toBe('unclear');
    expect(readText([reader, own(SENT, 2)], { operator: 'mtn', sender: 'MTN', body }).kind).toBe('trusted');
  });
});
