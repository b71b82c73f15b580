// 3GPP TS 23.038: the GSM 7-bit default alphabet (6.2.1), its extension table (6.2.1.1), packing (6.1.2) and data coding schemes (4, 5).

const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const ESCAPE = 0x1b;
const EXTENSION: Record<number, string> = {
  10: '\f',
  20: '^',
  40: '{',
  41: '}',
  47: '\\',
  60: '[',
  61: '~',
  62: ']',
  64: '|',
  101: '€',
};
const EXTENSION_CODES = new Map(Object.entries(EXTENSION).map(([code, char]) => [char, Number(code)]));

/** Text from septets. What has no sign in the extension table is shown as in the basic one (6.2.1.1). */
export function textOfSeptets(septets: number[]): string {
  let text = '';
  for (let index = 0; index < septets.length; index += 1) {
    const code = septets[index]!;
    if (code !== ESCAPE) {
      text += BASIC[code & 0x7f];
      continue;
    }
    index += 1;
    const extended = septets[index];
    if (extended !== undefined) text += EXTENSION[extended] ?? BASIC[extended & 0x7f];
  }
  return text;
}

/** Septets of a text. Null: it holds a sign that the alphabet lacks. */
export function septetsOfText(text: string): number[] | null {
  const septets: number[] = [];
  for (const char of text) {
    const code = BASIC.indexOf(char);
    const extended = EXTENSION_CODES.get(char);
    if (code >= 0 && code !== ESCAPE) septets.push(code);
    else if (extended !== undefined) septets.push(ESCAPE, extended);
    else return null;
  }
  return septets;
}

/** @param fillBits bits to leave free at the beginning, after a header (TS 23.040, 9.2.3.24). */
export function packSeptets(septets: number[], fillBits = 0): Buffer {
  const bytes = Buffer.alloc(Math.ceil((septets.length * 7 + fillBits) / 8));
  septets.forEach((septet, index) => {
    const bit = index * 7 + fillBits;
    const [at, shift] = [bit >> 3, bit & 7];
    bytes[at] = bytes[at]! | ((septet << shift) & 0xff);
    if (shift > 1) bytes[at + 1] = bytes[at + 1]! | (septet >> (8 - shift));
  });
  return bytes;
}

/** @param count how many septets there are. @param fillBits bits to leave out at the beginning. */
export function unpackSeptets(bytes: Buffer, count: number, fillBits = 0): number[] {
  const septets: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const bit = index * 7 + fillBits;
    const [at, shift] = [bit >> 3, bit & 7];
    if (at >= bytes.length) break;
    septets.push((((bytes[at]! >> shift) | ((bytes[at + 1] ?? 0) << (8 - shift))) & 0x7f) as number);
  }
  return septets;
}

/**
 * Packed as USSD strings are (6.1.2.3): when the last octet would have seven bits free, a CR fills them, so that nobody reads an @.
 * @throws Error when the alphabet lacks a sign: codes that are dialled never do.
 */
export function packUssd(text: string): Buffer {
  const septets = septetsOfText(text);
  if (!septets) throw new Error('This text has a sign that the GSM alphabet lacks');
  if (septets.length % 8 === 7) septets.push(0x0d);
  // Text that ends in CR on an octet boundary gets another one, or the receiver would take the only one away.
  else if (septets.length % 8 === 0 && septets.at(-1) === 0x0d) septets.push(0x0d);
  return packSeptets(septets);
}

/** Text of a packed USSD string, without the CR that only fills. */
export function unpackUssd(bytes: Buffer): string {
  const septets = unpackSeptets(bytes, Math.floor((bytes.length * 8) / 7));
  if (septets.length % 8 === 0 && septets.at(-1) === 0x0d) septets.pop();
  return textOfSeptets(septets);
}

/** UCS-2, most significant octet first; surrogates are passed on, as phones send emoji so. */
export function textOfUcs2(bytes: Buffer): string {
  const units: number[] = [];
  for (let at = 0; at + 1 < bytes.length; at += 2) units.push(bytes.readUInt16BE(at));
  return String.fromCharCode(...units);
}

/** The other way round. */
export function ucs2OfText(text: string): Buffer {
  const bytes = Buffer.alloc(text.length * 2);
  for (let at = 0; at < text.length; at += 1) bytes.writeUInt16BE(text.charCodeAt(at), at * 2);
  return bytes;
}

export type Alphabet = 'gsm7' | 'bytes' | 'ucs2';

/** The alphabet of an SMS, from its TP-DCS (TS 23.038, 4). */
export function alphabetOfSms(dcs: number): Alphabet {
  if ((dcs & 0xf0) === 0xf0) return dcs & 0x04 ? 'bytes' : 'gsm7';
  if ((dcs & 0xf0) === 0xe0) return 'ucs2';
  if ((dcs & 0xc0) === 0xc0) return 'gsm7';
  return alphabetOfBits(dcs);
}

/** The alphabet of a USSD string, from its coding scheme (TS 23.038, 5). */
export function alphabetOfUssd(dcs: number): Alphabet {
  const group = dcs >> 4;
  if (dcs === 0x11) return 'ucs2';
  if (group >= 4 && group <= 7) return alphabetOfBits(dcs);
  if (group === 0x09) return alphabetOfBits(dcs);
  if (group === 0x0f) return dcs & 0x04 ? 'bytes' : 'gsm7';
  return 'gsm7';
}

function alphabetOfBits(dcs: number): Alphabet {
  const bits = (dcs >> 2) & 3;
  return bits === 2 ? 'ucs2' : bits === 1 ? 'bytes' : 'gsm7';
}

const HEX = /^(?:[0-9A-F]{2})+$/i;

/** How a modem writes USSD texts: as text, as hex of packed septets (many Huawei), as hex of UCS-2; auto finds out by each answer. */
export type UssdEncoding = 'auto' | 'text' | 'packed' | 'ucs2';

/**
 * What the network said, from a +CUSD line. TS 27.007 (7.15) has the modem convert to its character set, but many hand on hex.
 * A text that could be both is taken as it stands when reading it as hex gives no sentence.
 */
export function textOfUssd(raw: string, dcs: number | null, encoding: UssdEncoding = 'auto'): string {
  if (encoding === 'text' || !HEX.test(raw)) return raw;
  // An amount or a code, not a sentence in hex.
  if (encoding === 'auto' && /^\d{1,12}$/.test(raw)) return raw;
  const bytes = Buffer.from(raw, 'hex');
  if (encoding === 'packed') return unpackUssd(bytes);
  if (encoding === 'ucs2') return textOfUcs2(bytes);
  const alphabet = dcs === null ? 'gsm7' : alphabetOfUssd(dcs);
  if (raw.length % 4 === 0 && (alphabet === 'ucs2' || looksLikeUcs2(bytes))) return textOfUcs2(bytes);
  if (alphabet === 'ucs2' || raw.length < 8) return raw;
  const unpacked = unpackUssd(bytes);
  return looksLikeSentence(unpacked) ? unpacked : raw;
}

/** European scripts in UCS-2 have a zero in front of nearly every letter. */
function looksLikeUcs2(bytes: Buffer): boolean {
  let zeros = 0;
  for (let at = 0; at < bytes.length; at += 2) if (bytes[at] === 0) zeros += 1;
  return bytes.length >= 4 && zeros * 2 >= bytes.length * 0.8;
}

function looksLikeSentence(text: string): boolean {
  const plain = [...text].filter((char) => /[\p{L}\d\s.,:;!?'"()*#+/-]/u.test(char)).length;
  return text.length > 0 && plain / text.length > 0.9 && /[a-z]{2}/i.test(text);
}
