import { expect, test } from 'vitest';
import { filtersIn } from './address.ts';

test('the same filters are the same words, whatever is open beside the list', () => {
  expect(filtersIn('?status=failed&operator=MTN&transaction=tx_1')).toBe('operator=MTN&status=failed');
  expect(filtersIn('?operator=MTN&status=failed')).toBe('operator=MTN&status=failed');
  expect(filtersIn('?new=1&search=')).toBe('');
});

test('what people type survives, without a sign that the server refuses', () => {
  const words = filtersIn('?search=Élise%20%26%20Paul%20%23 2');
  expect(new URLSearchParams(words).get('search')).toBe('Élise & Paul # 2');
  expect(words).toMatch(/^[^#?\s]+$/);
});
