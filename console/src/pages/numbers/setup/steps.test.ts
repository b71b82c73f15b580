import { expect, test } from 'vitest';
import { mayOrder, type Progress, reachableStep } from './steps.ts';

const start: Progress = {
  hasGig: false,
  hasRequirements: null,
  mayOrder: false,
  hasNumber: false,
  isOrdered: false,
};
const france: Progress = { ...start, hasGig: true, hasRequirements: true };
const states: Progress = { ...start, hasGig: true, hasRequirements: false };

test.each([
  ['nothing chosen', 'review', start, 'gig'],
  ['the country has not answered yet', 'number', { ...france, hasRequirements: null }, 'paperwork'],
  ['paperwork is not finished', 'number', france, 'paperwork'],
  ['paperwork allows an order', 'number', { ...france, mayOrder: true }, 'number'],
  ['paperwork is looked at again', 'paperwork', { ...france, mayOrder: true }, 'paperwork'],
  ['no paperwork is asked for', 'paperwork', states, 'number'],
  ['no number is chosen', 'review', states, 'number'],
  ['a number is chosen', 'review', { ...states, hasNumber: true }, 'review'],
  ['another number is wanted', 'number', { ...states, hasNumber: true }, 'number'],
  ['the order is placed', 'gig', { ...states, isOrdered: true }, 'follow'],
] as const)('when %s, asking for %s', (_when, asked, progress, expected) => {
  expect(reachableStep(asked, progress)).toBe(expected);
});

test('Telnyx orders during review, Twilio only after approval, neither with something missing', () => {
  const group = { reviewStatus: 'in_review', requirements: [{ status: 'completed' }] } as never;
  expect(mayOrder('telnyx', group)).toBe(true);
  expect(mayOrder('twilio', group)).toBe(false);
  expect(mayOrder('twilio', { reviewStatus: 'approved', requirements: [] } as never)).toBe(true);
  expect(mayOrder('telnyx', { reviewStatus: 'draft', requirements: [{ status: 'pending' }] } as never)).toBe(
    false,
  );
  expect(mayOrder('telnyx', undefined)).toBe(false);
});
