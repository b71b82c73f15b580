import { expect, test } from 'vitest';
import { appendPage, mergeFirstPage, replaceRow } from './conversationPages.ts';
import { conversation } from './testkit.ts';

const rows = (ids: string) => [...ids].map((id) => conversation(id));
const names = (list: { rows: { id: string }[] }) => list.rows.map(({ id }) => id).join('');
const page = (ids: string, nextCursor: string | null = 'next') => ({ conversations: rows(ids), nextCursor });

test('the first page read again moves rows up and keeps what was scrolled through', () => {
  const merged = mergeFirstPage({ rows: rows('abcdefgh'), next: 'end' }, page('eabc'));
  expect(names(merged)).toBe('eabcdfgh');
  expect(merged.next).toBe('end');
});

test('a row that left the list goes, whether it stood in the middle or is new elsewhere', () => {
  expect(names(mergeFirstPage({ rows: rows('abcdef'), next: null }, page('acd')))).toBe('acdef');
});

test('a list that fits on one page is what the page says', () => {
  expect(names(mergeFirstPage({ rows: rows('abcdef'), next: 'end' }, page('ab', null)))).toBe('ab');
});

test('so much is new that nothing known is in reach: the list starts over', () => {
  expect(mergeFirstPage({ rows: rows('abc'), next: 'end' }, page('xyz'))).toEqual({
    rows: rows('xyz'),
    next: 'next',
  });
  expect(names(mergeFirstPage(undefined, page('xyz')))).toBe('xyz');
});

test('the next page is put below; a row that moved up meanwhile is not shown twice', () => {
  expect(names(appendPage({ rows: rows('abc'), next: 'c' }, page('cde', null)))).toBe('abcde');
});

test('a row is shown in its newest form where it stands', () => {
  const replaced = replaceRow({ rows: rows('ab'), next: null }, conversation('b', { unread_count: 4 }));
  expect(replaced.rows[1]?.unread_count).toBe(4);
  expect(names(replaced)).toBe('ab');
});
