import { expect, test } from 'vitest';
import { isTypingIn, matchOf, worksWhileTyping } from './match.ts';
import { SHORTCUTS } from './table.ts';

const press = (key: string, part: object = {}, prefix: string | null = null) =>
  matchOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...part }, prefix);
const shortcut = (name: string) => ({ kind: 'shortcut', name });

test('each key does one thing, in the whole console', () => {
  const keys = Object.values(SHORTCUTS).flatMap((scope) => Object.values(scope).flat());
  expect(new Set(keys).size).toBe(keys.length);
  expect(press('j')).toEqual(shortcut('next'));
  expect(press('ArrowUp')).toEqual(shortcut('previous'));
  expect(press('Escape')).toEqual(shortcut('back'));
  expect(press('?', { shiftKey: true })).toEqual(shortcut('help'));
});

test('a key that begins another shortcut does nothing of its own', () => {
  const keys: string[] = Object.values(SHORTCUTS).flatMap((scope) => Object.values(scope).flat());
  const beginnings = keys.filter((key) => key.includes(' ')).map((key) => key.split(' ')[0]);
  expect(keys.filter((key) => beginnings.includes(key))).toEqual([]);
});

test('of the keys with Ctrl or Command, none is one that a browser keeps for itself', () => {
  const KEPT = ['A', 'C', 'F', 'L', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Z'];
  const keys: string[] = Object.values(SHORTCUTS).flatMap((scope) => Object.values(scope).flat());
  expect(keys.filter((key) => KEPT.some((kept) => key === `Mod+${kept}`))).toEqual([]);
});

test('one key after the other: the second means something else after the first', () => {
  expect(press('g')).toEqual({ kind: 'prefix', key: 'g' });
  expect(press('n', {}, 'g')).toEqual(shortcut('goNumbers'));
  expect(press('n')).toEqual(shortcut('note'));
  expect(press('q', {}, 'g')).toBeNull();
  expect(press('g', {}, 'g')).toBeNull();
});

test('with Ctrl, or Command, and while one types', () => {
  expect(press('k', { ctrlKey: true })).toEqual(shortcut('palette'));
  expect(press('K', { metaKey: true })).toEqual(shortcut('palette'));
  expect(press('k', { ctrlKey: true, shiftKey: true })).toBeNull();
  expect(worksWhileTyping('palette')).toBe(true);
  expect(worksWhileTyping('goInbox')).toBe(false);
});

test('with caps lock it is still the key; with Shift it is the beginning of a sentence', () => {
  expect(press('R')).toEqual(shortcut('reply'));
  expect(press('R', { shiftKey: true })).toBeNull();
});

test.each([['ctrlKey'], ['metaKey'], ['altKey'], ['defaultPrevented'], ['isComposing']])(
  'the browser’s and the keyboard’s own business is left alone: %s',
  (name) => expect(press('r', { [name]: true })).toBeNull(),
);

test('keys without a meaning mean nothing', () => {
  expect(press('q')).toBeNull();
  expect(press('Enter')).toBeNull();
});

test('what is typed belongs to the field', () => {
  const inside = { closest: (selector: string) => (selector.includes('textarea') ? {} : null) };
  expect(isTypingIn(inside)).toBe(true);
  expect(isTypingIn({ closest: () => null })).toBe(false);
  expect(isTypingIn(null)).toBe(false);
});
