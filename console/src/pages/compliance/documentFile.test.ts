import { expect, test } from 'vitest';
import { checkFile, DOCUMENT_MAX_BYTES } from './documentFile.ts';

test.each([
  ['a PDF', { type: 'application/pdf', size: 10 }, null],
  ['a photograph at the limit', { type: 'image/jpeg', size: DOCUMENT_MAX_BYTES }, null],
  ['one byte too much', { type: 'image/png', size: DOCUMENT_MAX_BYTES + 1 }, 'tooLarge'],
  ['an empty file', { type: 'application/pdf', size: 0 }, 'empty'],
  ['a text', { type: 'text/plain', size: 10 }, 'wrongType'],
] as const)('%s', (_what, file, problem) => {
  expect(checkFile(file)).toBe(problem);
});
