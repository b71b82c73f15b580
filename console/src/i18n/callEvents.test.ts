import { expect, test } from 'vitest';
import { CALL_EVENTS } from '../../../server/modules/calls/model.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';

test.each([
  ['English', en],
  ['French', fr],
])(
  'everything that is written into the course of a call has words in %s, and nothing else has',
  (_, texts) => {
    expect(Object.keys(texts.calls.events).sort()).toEqual([...CALL_EVENTS].sort());
  },
);
