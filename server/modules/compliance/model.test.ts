import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkAddress, checkText, decideReview, groupCan, groupStatus, progressOf } from './model.ts';

describe('a text against the criteria', () => {
  it.each([
    ['nothing', {}, '   ', 'empty'],
    ['too short', { minLength: 9 }, '12345678', 'too_short'],
    ['too long', { maxLength: 14 }, '123456789012345', 'too_long'],
    ['beyond any measure', {}, 'x'.repeat(2001), 'too_long'],
    ['not among the accepted', { acceptableValues: ['SARL', 'SAS'] }, 'GmbH', 'not_among'],
    ['of another form', { pattern: '^[0-9]*$' }, '55210055A', 'wrong_form'],
    ['matching only in part', { pattern: '[0-9]{9}' }, '552100554 and more', 'wrong_form'],
    ['right', { minLength: 9, maxLength: 14, pattern: '^[0-9]*$' }, ' 552100554 ', null],
    ['judged by no pattern when the pattern is broken', { pattern: '[' }, 'anything', null],
  ])('%s', (_name, criteria, value, rule) => {
    expect(checkText(criteria, value)?.rule ?? null).toBe(rule);
  });

  it('accepts every text within the measures, and no other', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.string({ maxLength: 120 }), (minLength, span, value) => {
        const maxLength = minLength + span;
        const { length } = value.trim();
        const fits = length > 0 && length >= minLength && length <= maxLength;
        expect(checkText({ minLength, maxLength }, value) === null).toBe(fits);
      }),
    );
  });
});

describe('an address', () => {
  const address = {
    firstName: 'Awa',
    lastName: 'Diallo',
    businessName: 'Relais SARL',
    street: '12 rue de la Paix',
    locality: 'Paris',
    country: 'FR',
  };
  it('needs every part', () => {
    expect(checkAddress({}, address, 'FR')).toBeNull();
    expect(checkAddress({}, { ...address, street: ' ' }, 'FR')).toEqual({
      rule: 'missing_part',
      part: 'street',
    });
  });
  it('lies in the zone when the zone asks for it', () => {
    expect(checkAddress({}, address, 'DE')).toBeNull();
    expect(checkAddress({ localityLimit: 'same country' }, address, 'DE')).toEqual({
      rule: 'wrong_country',
      country: 'DE',
    });
  });
});

describe('progress', () => {
  const requirement = (status: string, index: number) => ({
    field: `f${index}`,
    name: `F${index}`,
    type: 'textual' as const,
    status,
  });
  it('is complete when nothing is asked for', () => {
    expect(progressOf([])).toMatchObject({ isComplete: true, completionPercentage: 100 });
  });
  it('says 100 only when complete, and counts every requirement once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('pending', 'completed'), { minLength: 1, maxLength: 40 }),
        (statuses) => {
          const progress = progressOf(statuses.map(requirement));
          expect(progress.completionPercentage === 100).toBe(progress.isComplete);
          expect(progress.completedRequirements + progress.pendingRequirements).toBe(statuses.length);
          expect(progress.missing).toHaveLength(progress.pendingRequirements);
        },
      ),
    );
  });
});

describe('the review', () => {
  it.each([
    ['draft', 'pending', true, true, false],
    ['in_review', 'pending', false, true, false],
    ['approved', 'active', false, true, true],
    ['rejected', 'rejected', true, false, false],
    ['expired', 'rejected', true, false, false],
  ] as const)('%s is %s to programs', (review, status, edit, telnyx, twilio) => {
    expect(groupStatus(review)).toBe(status);
    expect([
      groupCan('edit', review),
      groupCan('orderAtTelnyx', review),
      groupCan('orderAtTwilio', review),
    ]).toEqual([edit, telnyx, twilio]);
  });

  it('believes the provider, but not an answer from before our submission', () => {
    const inReview = { reviewStatus: 'in_review' as const, providerStatus: 'pending-approval' };
    expect(decideReview(inReview, { status: 'draft', providerStatus: 'unapproved' })).toBe('stale');
    expect(decideReview(inReview, { status: 'in_review', providerStatus: 'pending-approval' })).toBe('same');
    expect(decideReview(inReview, { status: 'rejected', providerStatus: 'declined' })).toBe('changed');
    expect(
      decideReview(
        { reviewStatus: 'approved', providerStatus: 'approved' },
        { status: 'expired', providerStatus: 'expired' },
      ),
    ).toBe('changed');
  });
});
