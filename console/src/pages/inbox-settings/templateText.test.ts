import { expect, test } from 'vitest';
import { hasBrokenBraces, insertAt, piecesOf, unknownVariables } from './templateText.ts';

test('a variable that Relais does not know is pointed out, once', () => {
  expect(unknownVariables('{{first_name}}, {{ order }} and {{order}} of {{Company}}')).toEqual(['order']);
});

test.each([
  ['Hello {{first_name}}', false],
  ['Hello {{first name}}', true],
  ['Hello {{first_name}', true],
  ['Hello first_name}}', true],
  ['{ordinary} braces', false],
])('%s: braces that make no variable are found: %s', (text, broken) => {
  expect(hasBrokenBraces(text)).toBe(broken);
});

test('a text falls into words and variables', () => {
  expect(piecesOf('{{a}} and {{b}}!')).toEqual([
    { text: '{{a}}', isVariable: true },
    { text: ' and ', isVariable: false },
    { text: '{{b}}', isVariable: true },
    { text: '!', isVariable: false },
  ]);
});

test('a variable goes where the caret is, in place of what is selected', () => {
  expect(insertAt('Hello NAME!', '{{first_name}}', 6, 10)).toEqual({
    text: 'Hello {{first_name}}!',
    caret: 20,
  });
});
