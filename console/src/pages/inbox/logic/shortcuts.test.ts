import { expect, test } from 'vitest';
import { isTypingIn, SHORTCUTS, shortcutOf } from './shortcuts.ts';

const press = (key: string, part: object = {}) =>
  shortcutOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...part });

test('each key does one thing', () => {
  const keys = Object.values(SHORTCUTS).flat();
  expect(new Set(keys).size).toBe(keys.length);
  expect(press('j')).toBe('next');
  expect(press('ArrowUp')).toBe('previous');
  expect(press('Escape')).toBe('back');
  expect(press('?', { shiftKey: true })).toBe('help');
});

test('with caps lock it is still the key; with Shift it is the beginning of a sentence', () => {
  expect(press('R')).toBe('reply');
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
