import { expect, test } from 'vitest';
import { en } from './en.ts';
import { fr } from './fr.ts';

/** Every text with the path to it. */
function flatten(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  return Object.entries(value as object).flatMap(([key, inner]) =>
    flatten(inner, path ? `${path}.${key}` : key),
  );
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

test('both languages have the same keys, and each text the same blanks to fill', () => {
  const french = new Map(flatten(fr));
  const english = flatten(en);
  expect([...french.keys()].sort()).toEqual(english.map(([path]) => path).sort());
  const different = english.filter(
    ([path, text]) =>
      !path.endsWith('group.intro') &&
      placeholders(text).join() !== placeholders(french.get(path) ?? '').join(),
  );
  expect(different).toEqual([]);
});

test('no text is empty', () => {
  expect([...flatten(en), ...flatten(fr)].filter(([, text]) => text.trim() === '')).toEqual([]);
});
