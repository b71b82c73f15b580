/** How a text is cut into the parts that networks carry. */
export interface Segments {
  encoding: 'GSM-7' | 'UCS-2';
  segments: number;
}

const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** These cost two septets, an escape and the character. */
const EXTENDED = new Set('^{}\\[~]|€\f');

/** Units of a part alone, and of each part of several. */
const LIMITS = { 'GSM-7': [160, 153], 'UCS-2': [70, 67] } as const;

/** Cuts a text as networks do: neither an escape pair nor a surrogate pair is broken across parts. */
export function segmentsOf(text: string): Segments {
  const isGsm = [...text].every((char) => BASIC.has(char) || EXTENDED.has(char));
  const encoding = isGsm ? 'GSM-7' : 'UCS-2';
  const widthOf = (char: string) => (isGsm ? (EXTENDED.has(char) ? 2 : 1) : char.length);
  const [alone, each] = LIMITS[encoding];
  let [total, used, segments] = [0, 0, 1];
  for (const char of text) {
    const width = widthOf(char);
    total += width;
    if (used + width > each) {
      segments += 1;
      used = 0;
    }
    used += width;
  }
  return { encoding, segments: total <= alone ? 1 : segments };
}

/** Characters that a provider's "smart encoding" writes otherwise, so that a text stays GSM-7. */
const LOOKALIKES: Record<string, string> = {
  '‘': "'",
  '’': "'",
  '‚': ',',
  '“': '"',
  '”': '"',
  '„': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  '•': '*',
  '`': "'",
  '\u00a0': ' ',
  '\u202f': ' ',
  '\t': ' ',
};

/** The text with look-alikes in place of characters that GSM-7 lacks. */
export function smartEncoded(text: string): string {
  return [...text].map((char) => LOOKALIKES[char] ?? char).join('');
}
