import { expect, test } from 'vitest';
import { CALL_SHORTCUTS, callShortcutOf } from './shortcuts.ts';

const press = (fields: object) =>
  callShortcutOf({
    key: 'M',
    code: 'KeyM',
    altKey: true,
    shiftKey: true,
    ctrlKey: false,
    metaKey: false,
    ...fields,
  });

test('Alt, Shift and a letter: by the letter, whatever the keyboard', () => {
  expect(press({})).toBe('mute');
  // A French keyboard has M elsewhere, and A where others have Q.
  expect(press({ key: 'M', code: 'Semicolon' })).toBe('mute');
  expect(press({ key: 'A', code: 'KeyQ' })).toBe('answer');
  // macOS makes another sign of Alt and M.
  expect(press({ key: 'Â', code: 'KeyM' })).toBe('mute');
});

test('other presses, and a key that is held down, do nothing', () => {
  expect(press({ altKey: false })).toBeNull();
  expect(press({ shiftKey: false })).toBeNull();
  expect(press({ ctrlKey: true })).toBeNull();
  expect(press({ repeat: true })).toBeNull();
  expect(press({ key: 'Z', code: 'KeyZ' })).toBeNull();
});

test('each letter does one thing', () => {
  const letters = Object.values(CALL_SHORTCUTS);
  expect(new Set(letters).size).toBe(letters.length);
});
