// Texts are cut into segments by what the air interface carries: 140 octets, less a 6-octet header when there are several
// (3GPP TS 23.038 section 6.2 for the alphabets, TS 23.040 section 9.2.3.24.1 for concatenation).

/** How a text will travel. */
export interface Segments {
  encoding: 'GSM-7' | 'UCS-2';
  /** 0 for an empty text. */
  segments: number;
  /** Septets (GSM-7) or 16-bit units (UCS-2) in all. */
  units: number;
  /** What still fits without another segment. */
  unitsLeft: number;
}

const GSM_BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Each is sent as an escape and a character. */
const GSM_EXTENDED = new Set('^{}\\[~]|€\f');

const CAPACITY = {
  'GSM-7': { alone: 160, each: 153 },
  'UCS-2': { alone: 70, each: 67 },
} as const;

/** Counts a text's segments. Neither an escape pair nor a surrogate pair is torn apart, so a segment may stay one unit short. */
export function segmentsOf(text: string): Segments {
  const characters = [...text];
  const encoding = characters.every((one) => GSM_BASIC.has(one) || GSM_EXTENDED.has(one)) ? 'GSM-7' : 'UCS-2';
  const cost = (one: string) => (encoding === 'UCS-2' ? one.length : GSM_EXTENDED.has(one) ? 2 : 1);
  const { alone, each } = CAPACITY[encoding];
  const units = characters.reduce((sum, one) => sum + cost(one), 0);
  if (units <= alone) return { encoding, segments: units === 0 ? 0 : 1, units, unitsLeft: alone - units };
  let segments = 1;
  let filled = 0;
  for (const one of characters) {
    if (filled + cost(one) > each) {
      segments += 1;
      filled = 0;
    }
    filled += cost(one);
  }
  return { encoding, segments, units, unitsLeft: each - filled };
}
