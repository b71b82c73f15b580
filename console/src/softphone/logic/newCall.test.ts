import { expect, test } from 'vitest';
import { type DialForm, newCallOf } from './newCall.ts';

const OURS = '+33757590001';
const form = (fields: Partial<DialForm> = {}): DialForm => ({
  ...{ to: '06 12 34 56 78', from: OURS, via: 'browser', agentPhone: '' },
  ...fields,
});

test('numbers are read as the people of our number write them', () => {
  expect(newCallOf(form({ via: 'phone', agentPhone: '06 12 00 00 01' }), {}, 'FR')).toEqual({
    ...{ from: OURS, to: '+33612345678', via: 'phone', agentPhone: '+33612000001' },
  });
});

test('a telephone that is not rung is not named', () => {
  expect(newCallOf(form({ agentPhone: '06 12 00 00 01' }), {}, 'FR')).not.toHaveProperty('agentPhone');
});

test('the contact comes with their number alone', () => {
  const wish = { to: '+33612345678', contactId: 'c-1' };
  expect(newCallOf(form(), wish, 'FR').contactId).toBe('c-1');
  expect(newCallOf(form({ to: '06 99 99 99 99' }), wish, 'FR')).not.toHaveProperty('contactId');
});

test('whether to record is said both ways, and left to the rules where the form does not ask', () => {
  expect([true, false].map((record) => newCallOf(form({ record }), {}, 'FR').record)).toEqual([true, false]);
  expect(newCallOf(form(), {}, 'FR')).not.toHaveProperty('record');
});
