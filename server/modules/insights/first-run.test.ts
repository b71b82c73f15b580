import { expect, test } from 'vitest';
import { addressFaultOf } from './first-run.ts';

test.each([
  ['https://relais.example.com', null],
  ['https://41.202.219.70', null],
  ['http://relais.example.com', 'not_https'],
  ['http://localhost:4000', 'not_public'],
  ['https://localhost', 'not_public'],
  ['https://relais', 'not_public'],
  ['https://relais.local', 'not_public'],
  ['https://192.168.1.10', 'not_public'],
  ['https://[::1]:4000', 'not_public'],
  ['', 'not_public'],
])('whether providers can reach %s', (url, fault) => {
  expect(addressFaultOf(url)).toBe(fault);
});
