import { expect, test } from 'vitest';
import { checkImportFile, csvText, errorRows } from './importFiles.ts';

test('a file is judged by its size before it is sent', () => {
  expect(checkImportFile({ size: 0 })).toBe('empty');
  expect(checkImportFile({ size: 1 })).toBeNull();
  expect(checkImportFile({ size: 10 * 1024 * 1024 })).toBeNull();
  expect(checkImportFile({ size: 10 * 1024 * 1024 + 1 })).toBe('tooLarge');
});

test('the rows that failed are a table, in which nothing is a formula', () => {
  const errors = [
    { line: 3, field: 'Tél.', message: '"x" is no number' },
    { line: 9, field: null, message: '=1+1 is no stage, sorry' },
  ];
  expect(csvText(errorRows({ errors }, ['Line', 'Column', 'Why']))).toBe(
    '\uFEFFLine,Column,Why\r\n3,Tél.,"""x"" is no number"\r\n9,,"\'=1+1 is no stage, sorry"\r\n',
  );
  expect(csvText([['+33 6 12', '+x', '-1']])).toBe("\uFEFF+33 6 12,'+x,'-1\r\n");
});
