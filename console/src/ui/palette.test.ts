import { expect, test } from 'vitest';
import { dark, light, type Palette } from './palette.ts';

/** Relative luminance of a colour (WCAG 2.2). */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(left: string, right: string): number {
  const [high = 0, low = 0] = [luminance(left), luminance(right)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const PAIRS: [keyof Palette, keyof Palette][] = [
  ['text', 'page'],
  ['text', 'surface'],
  ['text', 'raised'],
  ['muted', 'page'],
  ['muted', 'surface'],
  ['muted', 'sunken'],
  ['primary', 'surface'],
  ['primary', 'page'],
  ['onPrimary', 'primary'],
  ['good', 'goodSoft'],
  ['wait', 'waitSoft'],
  ['bad', 'badSoft'],
  ['bad', 'surface'],
  ['info', 'infoSoft'],
  ['calm', 'calmSoft'],
  ['text', 'infoSoft'],
  ['text', 'badSoft'],
];

test.each([
  ['light', light],
  ['dark', dark],
] as const)('text reads on its background in the %s theme: WCAG AA, 4.5 to 1', (_name, palette) => {
  const weak = PAIRS.filter(([text, ground]) => contrast(palette[text], palette[ground]) < 4.5);
  expect(weak).toEqual([]);
});
