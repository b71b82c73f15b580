import { expect, test } from 'vitest';
import { type Entry, pick, score } from './rank.ts';

const page = (label: string, ...words: string[]): Entry => ({ id: label, kind: 'page', label, words });

test('every typed word must be found; beginnings and whole words count more', () => {
  expect(score('log', 'Audit log')).toBeGreaterThan(score('og', 'Audit log') ?? 0);
  expect(score('audit log', 'Audit log')).not.toBeNull();
  expect(score('audit box', 'Audit log')).toBeNull();
  expect(score('call', 'Call')).toBeGreaterThan(score('call', 'CallBoxes') ?? 0);
});

test('accents and capitals need not be typed', () => {
  expect(score('reglages', 'Réglages')).not.toBeNull();
  expect(score('NUMÉROS', 'Numeros')).not.toBeNull();
});

test('words of the other language find a page too, after those of one’s own', () => {
  const pages = [page('Contacts', 'Contacts'), page('Numbers', 'Numéros'), page('Numerous', 'Nombreux')];
  expect(pick('numéros', pages, 5).map(({ label }) => label)).toEqual(['Numbers']);
  expect(pick('num', pages, 5)[0]?.label).toBe('Numbers');
});

test('with nothing typed everything stays as it came, up to what fits', () => {
  expect(pick('  ', [page('B'), page('A'), page('C')], 2).map(({ label }) => label)).toEqual(['B', 'A']);
});

test('what a search engine would read as a pattern is only text', () => {
  expect(pick('.*', [page('Numbers')], 5)).toEqual([]);
  expect(pick('(+237', [page('(+237) 6')], 5)).toHaveLength(1);
});
