import { expect, test } from 'vitest';
import { paths, safeReturnPath, signInPath } from './paths.ts';

test('after signing in one returns to where one was', () => {
  const address = signInPath('/numbers?status=active&search=%2B33');
  const next = new URL(address, 'http://relais.test').searchParams.get('next');
  expect(safeReturnPath(next)).toBe('/numbers?status=active&search=%2B33');
  expect(signInPath(paths.home)).toBe(paths.signIn);
});

test.each([
  [null],
  [''],
  ['https://elsewhere.test'],
  ['//elsewhere.test'],
  ['/\\elsewhere.test'],
  ['javascript:alert(1)'],
])('an address that is not one of ours leads home: %s', (next) => {
  expect(safeReturnPath(next)).toBe(paths.home);
});
