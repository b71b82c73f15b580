import { expect, test } from 'vitest';
import { commandOf, enrolmentLink } from './enrolment.ts';
import { spanOf } from './spans.ts';

test('a time is said in the largest unit of which there are two', () => {
  expect(spanOf(59)).toEqual({ value: 59, unit: 'second' });
  expect(spanOf(5400)).toEqual({ value: 90, unit: 'minute' });
  expect(spanOf(36 * 3600)).toEqual({ value: 36, unit: 'hour' });
  expect(spanOf(86_400 * 3 + 10)).toEqual({ value: 3, unit: 'day' });
});

test('an enrolment is typed or scanned, and says the same', () => {
  const enrolment = { server: 'https://relais.test', code: 'K7QP-2MXD', box: 'douala_1' };
  expect(commandOf(enrolment)).toBe('npx relais-box enroll https://relais.test K7QP-2MXD');
  const query = new URL(enrolmentLink(enrolment)).searchParams;
  expect([query.get('server'), query.get('code'), query.get('id')]).toEqual([
    'https://relais.test',
    'K7QP-2MXD',
    'douala_1',
  ]);
});
