import { describe, expect, it } from 'vitest';
import { type Candidate, decide, type Said } from './operator-match.ts';

let count = 0;
const candidate = (given: Partial<Candidate> = {}): Candidate => {
  count += 1;
  return {
    ...{ transactionId: `t${count}`, status: 'unknown', transactionRef: null, attempt: 1, state: 'unknown' },
    ...{ explained: false, ...given },
  };
};
const done = (given: Partial<Candidate> = {}) =>
  candidate({ status: 'completed', state: 'completed', ...given });

const DONE: Said = { outcome: 'completed', reference: 'R1' };
const FAILED: Said = { outcome: 'failed', reference: null };

/** The decision in short. */
function judged(said: Said, candidates: Candidate[], holders: string[] = []): string {
  const decision = decide(said, candidates, holders);
  return decision.kind === 'tell' ? decision.as : decision.kind;
}

describe('a text that says done', () => {
  it('settles the one transaction that is unknown, begun or handed', () => {
    expect(judged(DONE, [candidate()])).toBe('settle');
    expect(judged(DONE, [candidate({ status: 'processing', state: 'processing' })])).toBe('settle');
    expect(judged(DONE, [candidate({ status: 'assigned', state: 'handed' })])).toBe('settle');
  });

  it('settles what a box lost, gave back or called failed, before anybody does it again', () => {
    for (const state of ['lost', 'returned', 'failed'] as const)
      for (const status of ['pending', 'retry', 'held'] as const)
        expect(judged(DONE, [candidate({ state, status })])).toBe('settle');
  });

  it('settles nothing when several fit', () => {
    expect(judged(DONE, [candidate(), candidate()])).toBe('ambiguous');
    expect(judged(DONE, [candidate(), done()])).toBe('ambiguous');
    expect(judged(DONE, [done(), done()])).toBe('ambiguous');
  });

  it('takes the hand-overs of one transaction for one', () => {
    const first = candidate({ status: 'processing', state: 'failed' });
    const second = { ...first, attempt: 2, state: 'processing' as const };
    for (const both of [
      [first, second],
      [second, first],
    ])
      expect(decide(DONE, both, [])).toMatchObject({ kind: 'tell', as: 'settle', attempt: 2 });
  });

  it('confirms what a box said, and does not take it for the next one', () => {
    expect(judged(DONE, [done()])).toBe('confirm');
    expect(judged(DONE, [done({ transactionRef: ' r1 ' })])).toBe('confirm');
    expect(judged(DONE, [done({ explained: true }), candidate()])).toBe('settle');
    expect(judged(DONE, [done({ explained: true })])).toBe('unmatched');
  });

  it('conflicts with another name, another outcome, or another SIM', () => {
    expect(judged(DONE, [done({ transactionRef: 'R2' })])).toBe('conflict');
    expect(judged(DONE, [done({ transactionRef: 'R2' }), candidate()])).toBe('settle');
    expect(judged(DONE, [candidate({ status: 'failed', state: 'failed' })])).toBe('conflict');
    expect(judged(DONE, [candidate({ status: 'canceled', state: 'returned' })])).toBe('conflict');
    expect(judged(DONE, [candidate({ status: 'completed', state: 'lost' })])).toBe('conflict');
  });

  it('never uses a name twice', () => {
    expect(judged(DONE, [candidate()], ['another'])).toBe('conflicting');
    expect(judged(DONE, [candidate({ transactionId: 'a' })], ['a', 'b'])).toBe('conflicting');
    expect(judged(DONE, [done({ transactionId: 'a', transactionRef: 'R1' }), candidate()], ['a'])).toBe(
      'confirm',
    );
    expect(judged(DONE, [candidate({ transactionId: 'a', status: 'failed', state: 'failed' })], ['a'])).toBe(
      'conflict',
    );
  });

  it('waits when nothing fits', () => {
    expect(judged(DONE, [])).toBe('unmatched');
  });
});

describe('a text that says failed', () => {
  it('settles what is unknown, and nothing that somebody has in hand', () => {
    expect(judged(FAILED, [candidate()])).toBe('settle');
    expect(judged(FAILED, [candidate({ status: 'processing', state: 'processing' })])).toBe('unmatched');
    expect(judged(FAILED, [candidate({ status: 'assigned', state: 'handed' })])).toBe('unmatched');
  });

  it('settles nothing when another attempt may be meant, also of the same transaction', () => {
    const first = candidate({ status: 'unknown', state: 'failed' });
    expect(judged(FAILED, [first, { ...first, attempt: 2, state: 'unknown' }])).toBe('ambiguous');
    expect(judged(FAILED, [candidate(), done()])).toBe('ambiguous');
    expect(
      judged(FAILED, [
        { ...first, explained: true },
        { ...first, attempt: 2, state: 'unknown' },
      ]),
    ).toBe('settle');
  });

  it('conflicts with what is done, and fits what failed', () => {
    expect(judged(FAILED, [done()])).toBe('conflict');
    expect(judged(FAILED, [candidate({ status: 'failed', state: 'failed' })])).toBe('confirm');
    // The attempt failed, and a later one did it.
    expect(judged(FAILED, [candidate({ status: 'completed', state: 'failed' })])).toBe('noted');
    expect(judged(FAILED, [candidate({ status: 'retry', state: 'failed' })])).toBe('noted');
    expect(judged(FAILED, [candidate({ status: 'pending', state: 'lost' })])).toBe('unmatched');
  });
});
