import { describe, expect, it } from 'vitest';
import { segmentsOf } from './model.ts';

const rocket = '🚀';

describe('segments', () => {
  const cases: [string, string, ReturnType<typeof segmentsOf>][] = [
    ['nothing', '', { encoding: 'GSM-7', segments: 0, units: 0, unitsLeft: 160 }],
    ['one character', 'a', { encoding: 'GSM-7', segments: 1, units: 1, unitsLeft: 159 }],
    ['160 septets', 'a'.repeat(160), { encoding: 'GSM-7', segments: 1, units: 160, unitsLeft: 0 }],
    ['161 septets', 'a'.repeat(161), { encoding: 'GSM-7', segments: 2, units: 161, unitsLeft: 145 }],
    ['two whole segments', 'a'.repeat(306), { encoding: 'GSM-7', segments: 2, units: 306, unitsLeft: 0 }],
    ['one septet more', 'a'.repeat(307), { encoding: 'GSM-7', segments: 3, units: 307, unitsLeft: 152 }],
    ['French that GSM-7 has', 'à é è ù É Ç', { encoding: 'GSM-7', segments: 1, units: 11, unitsLeft: 149 }],
    ['French that it has not', 'ê', { encoding: 'UCS-2', segments: 1, units: 1, unitsLeft: 69 }],
    ['the small ç', 'ça', { encoding: 'UCS-2', segments: 1, units: 2, unitsLeft: 68 }],
    ['a typographic apostrophe', 'l’été', { encoding: 'UCS-2', segments: 1, units: 5, unitsLeft: 65 }],
    ['an extension character', '€', { encoding: 'GSM-7', segments: 1, units: 2, unitsLeft: 158 }],
    ['80 of them', '€'.repeat(80), { encoding: 'GSM-7', segments: 1, units: 160, unitsLeft: 0 }],
    [
      'an escape pair across the first boundary',
      `${'a'.repeat(152)}€${'a'.repeat(10)}`,
      { encoding: 'GSM-7', segments: 2, units: 164, unitsLeft: 141 },
    ],
    [
      'a segment that an escape pair leaves short, so that there is a third one',
      `${'a'.repeat(152)}€${'a'.repeat(152)}`,
      { encoding: 'GSM-7', segments: 3, units: 306, unitsLeft: 152 },
    ],
    ['70 units', 'я'.repeat(70), { encoding: 'UCS-2', segments: 1, units: 70, unitsLeft: 0 }],
    ['71 units', 'я'.repeat(71), { encoding: 'UCS-2', segments: 2, units: 71, unitsLeft: 63 }],
    ['134 units', 'я'.repeat(134), { encoding: 'UCS-2', segments: 2, units: 134, unitsLeft: 0 }],
    ['135 units', 'я'.repeat(135), { encoding: 'UCS-2', segments: 3, units: 135, unitsLeft: 66 }],
    ['35 emoji', rocket.repeat(35), { encoding: 'UCS-2', segments: 1, units: 70, unitsLeft: 0 }],
    [
      'a surrogate pair across the boundary',
      `${'я'.repeat(66)}${rocket}${'я'.repeat(10)}`,
      { encoding: 'UCS-2', segments: 2, units: 78, unitsLeft: 55 },
    ],
    [
      'a segment that a surrogate pair leaves short',
      `${'я'.repeat(66)}${rocket}${'я'.repeat(66)}`,
      { encoding: 'UCS-2', segments: 3, units: 134, unitsLeft: 66 },
    ],
    ['an escape in UCS-2', '€я', { encoding: 'UCS-2', segments: 1, units: 2, unitsLeft: 68 }],
    ['line breaks', 'a\r\nb\n', { encoding: 'GSM-7', segments: 1, units: 5, unitsLeft: 155 }],
    ['a form feed', '\f', { encoding: 'GSM-7', segments: 1, units: 2, unitsLeft: 158 }],
    ['half of a surrogate pair', '\ud83d', { encoding: 'UCS-2', segments: 1, units: 1, unitsLeft: 69 }],
  ];
  it.each(cases)('of %s', (_name, text, expected) => {
    expect(segmentsOf(text)).toEqual(expected);
  });

  it('of every character of the GSM alphabet, and its extension', () => {
    const basic =
      '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
    expect([...basic].length).toBe(127);
    expect(segmentsOf(basic)).toMatchObject({ encoding: 'GSM-7', units: 127 });
    expect(segmentsOf('^{}\\[~]|€\f')).toMatchObject({ encoding: 'GSM-7', units: 20 });
    for (const one of 'êâîôûëïçÀÈÊœ“”–…\t\u00a0`') expect(segmentsOf(one).encoding, one).toBe('UCS-2');
  });
});

/** Lays a text out unit by unit and cuts it with a ruler, stepping back where the cut would tear a pair. */
function naive(text: string): { segments: number; units: number; unitsLeft: number } {
  const isGsm = [...text].every((one) => segmentsOf(one).encoding === 'GSM-7');
  const units = [...text].flatMap((one) => {
    const width = isGsm ? (['^{}\\[~]|€\f'].some((set) => set.includes(one)) ? 2 : 1) : one.length;
    return width === 2 ? ['head', 'tail'] : ['whole'];
  });
  const [alone, each] = isGsm ? [160, 153] : [70, 67];
  if (units.length <= alone)
    return { segments: Math.min(1, units.length), units: units.length, unitsLeft: alone - units.length };
  let [segments, start] = [0, 0];
  let end = 0;
  while (end < units.length) {
    start = end;
    end = Math.min(units.length, start + each);
    if (units[end] === 'tail') end -= 1;
    segments += 1;
  }
  return { segments, units: units.length, unitsLeft: each - (end - start) };
}

/** Numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe('any text', () => {
  it('is counted as a splitter that lays it out would', () => {
    const random = numbers(20_261_121);
    const next = () => random.next().value as number;
    const alphabets = [['a', 'é', '€'], ['a', '€', '[', '\n'], ['я', rocket, 'a', '€'], [rocket], ['€']];
    for (let round = 0; round < 2000; round++) {
      const alphabet = alphabets[Math.floor(next() * alphabets.length)]!;
      const length = Math.floor(next() * 500);
      const text = Array.from({ length }, () => alphabet[Math.floor(next() * alphabet.length)]).join('');
      const { encoding: _encoding, ...counted } = segmentsOf(text);
      expect(counted, JSON.stringify(text)).toEqual(naive(text));
    }
  });
});
