import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDeliver } from '../../testing/encode.ts';
import { readDeliver } from './pdu.ts';
import { assemble, readPduListing, readTextListing, type StoredText } from './texts.ts';

describe('a PDU', () => {
  it('that is known from the books: "hellohello" from 27838890001', () => {
    const pdu = '07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37';
    expect(readDeliver(pdu)).toEqual({
      sender: '27838890001',
      text: 'hellohello',
      sentAt: '1999-03-29T13:16:59.000Z',
      part: null,
    });
  });

  it('of a sender with a name and a zone behind UTC', () => {
    const [pdu] = encodeDeliver('MobileMoney', 'Bonjour [test] 10€', '2026-03-01T10:20:30.000Z');
    expect(readDeliver(pdu!)).toMatchObject({
      sender: 'MobileMoney',
      text: 'Bonjour [test] 10€',
      sentAt: '2026-03-01T10:20:30.000Z',
    });
    // Five hours behind: 20 quarters, the sign in bit 3 of the first half (TS 23.040, 9.2.3.11).
    const behind = pdu!.replace('62301001020300', '6230100102030A');
    expect(behind).not.toBe(pdu);
    expect(readDeliver(behind).sentAt).toBe('2026-03-01T15:20:30.000Z');
  });

  it('in UCS-2, with signs beyond the basic plane', () => {
    const [pdu] = encodeDeliver('+237677123456', 'Dépôt reçu ✓ 😀', '2026-03-01T10:20:30.000Z');
    expect(readDeliver(pdu!)).toMatchObject({ sender: '+237677123456', text: 'Dépôt reçu ✓ 😀' });
  });

  it('that is cut short, or is something else, is refused and never half read', () => {
    const [pdu] = encodeDeliver('123', 'x', '2026-03-01T10:20:30.000Z');
    expect(() => readDeliver(pdu!.slice(0, 20))).toThrow(/short/);
    expect(() => readDeliver(`0001${pdu!.slice(4)}`)).toThrow(/SMS-DELIVER/);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          expect(typeof readDeliver(Buffer.from(bytes).toString('hex')).text).toBe('string');
        } catch (error) {
          expect((error as Error).message).toMatch(/PDU/);
        }
      }),
    );
  });
});

const stored = (pdus: string[], from = 1): StoredText[] =>
  readPduListing(pdus.flatMap((pdu, at) => [`+CMGL: ${from + at},1,,${pdu.length / 2 - 1}`, pdu])).texts;

describe('a long text', () => {
  const long = 'Transfert de 5000 FCFA effectue. '.repeat(12);
  it('is put together from its parts in any order, GSM and UCS-2', () => {
    for (const text of [long, `${long}é✓`]) {
      const parts = stored(encodeDeliver('MTN', text, '2026-03-01T10:20:30.000Z'));
      expect(parts.length).toBeGreaterThan(2);
      const [whole, ...rest] = assemble('sim', [...parts].reverse(), true);
      expect(rest).toEqual([]);
      expect(whole!.text).toBe(text);
    }
  });
  it('waits for parts that are missing, and is told with a gap when they never come', () => {
    const parts = stored(encodeDeliver('MTN', long, '2026-03-01T10:20:30.000Z')).slice(1);
    expect(assemble('sim', parts, true)).toEqual([]);
    expect(assemble('sim', parts, false)[0]!.text).toMatch(/^\[…\]/);
  });
  it('has the same name however often it is read, and another one than its twin', () => {
    const pdus = encodeDeliver('MTN', 'same', '2026-03-01T10:20:30.000Z');
    const [one] = assemble('sim', stored(pdus), true);
    expect(assemble('sim', stored(pdus), true)[0]!.id).toBe(one!.id);
    expect(assemble('sim', stored(pdus, 2), true)[0]!.id).not.toBe(one!.id);
    expect(assemble('other', stored(pdus), true)[0]!.id).not.toBe(one!.id);
  });
});

describe('a listing', () => {
  it('with an entry that nobody can read keeps the others', () => {
    const [pdu] = encodeDeliver('MTN', 'ok', '2026-03-01T10:20:30.000Z');
    const listing = readPduListing(['+CMGL: 1,1,,20', '0611', '+CMGL: 2,1,,20', pdu!]);
    expect(listing.unreadable).toEqual([{ index: 1, reason: 'PDU is cut short' }]);
    expect(listing.texts.map(({ text }) => text)).toEqual(['ok']);
  });
  it('in text mode, with several lines and UCS-2 as hex', () => {
    const { texts } = readTextListing([
      '+CMGL: 3,"REC UNREAD","MobileMoney",,"26/03/01,11:20:30+04"',
      'Transfert effectue',
      'Solde: 100',
      '+CMGL: 4,"REC READ","+237677123456",,"26/03/01,11:20:30+04"',
      '004400E9007000F40074',
    ]);
    expect(texts.map(({ index, sender, text, sentAt }) => ({ index, sender, text, sentAt }))).toEqual([
      {
        ...{ index: 3, sender: 'MobileMoney', text: 'Transfert effectue\nSolde: 100' },
        sentAt: '2026-03-01T10:20:30.000Z',
      },
      { index: 4, sender: '+237677123456', text: 'Dépôt', sentAt: '2026-03-01T10:20:30.000Z' },
    ]);
  });
});
