import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alphabetOfSms,
  alphabetOfUssd,
  packSeptets,
  packUssd,
  septetsOfText,
  textOfSeptets,
  textOfUssd,
  ucs2OfText,
  unpackSeptets,
  unpackUssd,
} from './gsm7.ts';

// Vectors that modem makers and 3GPP TS 23.038 publish.

const hex = (bytes: Buffer) => bytes.toString('hex').toUpperCase();

describe('packing', () => {
  const KNOWN: [text: string, packed: string][] = [
    ['hellohello', 'E8329BFD4697D9EC37'],
    ['How are you?', 'C8F71D14969741F977FD07'],
    ['*100#', 'AA180C3602'],
    ['*126#', 'AA98CC3602'],
  ];
  for (const [text, packed] of KNOWN) {
    it(`of ${text}`, () => {
      expect(hex(packSeptets(septetsOfText(text)!))).toBe(packed);
      expect(unpackUssd(Buffer.from(packed, 'hex'))).toBe(text);
    });
  }

  it('fills seven free bits of a USSD string with CR, which nobody reads as @', () => {
    expect(hex(packUssd('1234567'))).toBe('31D98C56B3DD1A');
    expect(unpackUssd(packUssd('1234567'))).toBe('1234567');
    expect(unpackUssd(packUssd('12345678'))).toBe('12345678');
  });

  it('keeps every text of the alphabet, with any bits to leave free', () => {
    const alphabet = textOfSeptets(Array.from({ length: 128 }, (_, code) => code)).replace('\u001b', '');
    const texts = fc
      .array(fc.constantFrom(...alphabet, '€', '[', ']', '{', '}', '~', '^', '\\', '|'))
      .map((chars) => chars.join(''));
    fc.assert(
      fc.property(texts, fc.integer({ min: 0, max: 6 }), (text, fillBits) => {
        const septets = septetsOfText(text)!;
        const packed = packSeptets(septets, fillBits);
        expect(textOfSeptets(unpackSeptets(packed, septets.length, fillBits))).toBe(text);
      }),
    );
  });

  it('knows the extension table, and what is not in the alphabet', () => {
    expect(septetsOfText('€')).toEqual([27, 101]);
    expect(septetsOfText('ç')).toBeNull();
    expect(textOfSeptets([0, 27, 27 + 38])).toBe('@¡'.replace('¡', textOfSeptets([65])));
  });
});

describe('coding schemes', () => {
  it('of texts (TS 23.038, 4)', () => {
    expect([0x00, 0x04, 0x08, 0xf0, 0xf4, 0xe0, 0xc8, 0x18].map(alphabetOfSms)).toEqual([
      ...['gsm7', 'bytes', 'ucs2', 'gsm7', 'bytes', 'ucs2', 'gsm7', 'ucs2'],
    ]);
  });
  it('of USSD (TS 23.038, 5)', () => {
    expect([0x0f, 0x00, 0x11, 0x48, 0x44, 0x40, 0x01].map(alphabetOfUssd)).toEqual([
      ...['gsm7', 'gsm7', 'ucs2', 'ucs2', 'bytes', 'gsm7', 'gsm7'],
    ]);
  });
});

describe('what the network says', () => {
  const sentence = 'Votre solde est de 1000 FCFA';
  it('is read as text, packed hex or UCS-2 hex, whatever the modem writes', () => {
    expect(textOfUssd(sentence, 15)).toBe(sentence);
    expect(textOfUssd(hex(packUssd(sentence)), 15)).toBe(sentence);
    expect(textOfUssd(hex(ucs2OfText('Solde: 1 000 F. Opération réussie')), 72)).toBe(
      'Solde: 1 000 F. Opération réussie',
    );
    expect(textOfUssd(hex(ucs2OfText(sentence)), 15)).toBe(sentence);
  });
  it('is left as it is when it only looks like hex', () => {
    for (const text of ['1234', '12345678', '00000000', 'FACE', '1000'])
      expect(textOfUssd(text, 15)).toBe(text);
  });
  it('is read as the technician says', () => {
    expect(textOfUssd('31D98C56B3DD1A', 15, 'text')).toBe('31D98C56B3DD1A');
    expect(textOfUssd('31D98C56B3DD1A', 15, 'packed')).toBe('1234567');
    expect(textOfUssd('00310032', null, 'ucs2')).toBe('12');
  });
});
