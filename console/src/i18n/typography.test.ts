import { expect, test } from 'vitest';
import { fr } from './fr.ts';
import { frenchTypography } from './typography.ts';

test('spaces before ; ! ? and colons do not break, and apostrophes are curled', () => {
  expect(frenchTypography("Libérer l'entreprise ?")).toBe('Libérer l’entreprise\u202f?');
  expect(frenchTypography('Attention : « non » !')).toBe('Attention\u00a0: «\u202fnon\u202f»\u202f!');
  expect(frenchTypography('à 10:30, {{name}} ; fin')).toBe('à 10:30, {{name}}\u202f; fin');
});

test('no text of the French dictionary holds a sign without its space, or with one that breaks', () => {
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else Object.values(value as object).forEach(collect);
  };
  collect(fr);
  expect(texts.length).toBeGreaterThan(400);
  const wrong = texts.filter((text) => / [;:!?»]|[^\s\u00a0\u202f][;!?»]|\p{L}:(\s|$)|\p{L}'/u.test(text));
  expect(wrong).toEqual([]);
});
