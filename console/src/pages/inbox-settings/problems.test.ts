import { expect, test } from 'vitest';
import { problemsOf } from './problems.ts';

const fieldOfCode = { invalid_phone_number: 'phone_number', integration_credentials_invalid: 'api_key' };
const shown = ['name', 'phone_number'];

test('an error goes to the field it is about', () => {
  const refused = { code: 'invalid_phone_number', message: 'Not a number.', details: undefined };
  expect(problemsOf(refused, fieldOfCode, shown)).toEqual([
    { field: 'phone_number', message: 'Not a number.' },
  ]);
  const details = [{ field: 'name', message: 'Too long' }];
  expect(problemsOf({ code: 'invalid_request', message: '', details }, fieldOfCode, shown)).toEqual(details);
});

test('an error about a field that is not on screen, or about none, is left for the notice above the form', () => {
  const refused = { code: 'integration_credentials_invalid', message: 'Refused.', details: undefined };
  expect(problemsOf(refused, fieldOfCode, shown)).toEqual([]);
  expect(problemsOf({ ...refused, code: 'internal' }, fieldOfCode, shown)).toEqual([]);
  const details = [
    { field: 'name', message: 'Too long' },
    { field: 'company_id', message: 'Unknown' },
  ];
  expect(problemsOf({ code: 'invalid_request', message: '', details }, fieldOfCode, shown)).toEqual([]);
});
