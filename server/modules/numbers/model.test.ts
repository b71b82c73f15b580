import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkDelaySeconds,
  decideOrder,
  likelyTypes,
  nextPlacementStep,
  numberCan,
  type OrderNews,
  type OrderState,
} from './model.ts';

describe('news about an order', () => {
  // state, news -> what happens
  it.each([
    ['requested', 'pending', 'apply placed'],
    ['requested', 'active', 'apply active'],
    ['requested', 'error', 'apply error'],
    ['placed', 'pending', 'same'],
    ['placed', 'active', 'apply active'],
    ['placed', 'error', 'apply error'],
    ['active', 'pending', 'stale'],
    ['active', 'active', 'same'],
    ['active', 'error', 'stale'],
    ['error', 'pending', 'stale'],
    ['error', 'active', 'stale'],
    ['error', 'error', 'same'],
  ] as const)('%s, then %s: %s', (state, status, expected) => {
    const decision = decideOrder(
      { state, providerStatus: status, reason: null },
      { status, providerStatus: status, reason: null },
    );
    expect(decision.kind === 'apply' ? `apply ${decision.state}` : decision.kind).toBe(expected);
  });

  it('a new word or reason of the provider is kept while the order waits', () => {
    const current = { state: 'placed' as const, providerStatus: 'pending', reason: null };
    const exception = {
      status: 'pending' as const,
      providerStatus: 'requirement-info-exception',
      reason: 'blurred',
    };
    expect(decideOrder(current, exception)).toEqual({ kind: 'apply', state: 'placed' });
  });

  const news = fc.record({
    status: fc.constantFrom('pending' as const, 'active' as const, 'error' as const),
    providerStatus: fc.constantFrom('pending', 'success', 'failure'),
    reason: fc.constantFrom(null, 'why'),
  });

  function play(deliveries: OrderNews[]): OrderState[] {
    const current = { state: 'requested' as OrderState, providerStatus: '', reason: null as string | null };
    return deliveries.map((delivery) => {
      const decision = decideOrder(current, delivery);
      if (decision.kind === 'apply') Object.assign(current, delivery, { state: decision.state });
      return current.state;
    });
  }

  it('in any order and number, a state never moves backwards', () => {
    const rank: Record<OrderState, number> = { requested: 0, placed: 1, active: 2, error: 2 };
    fc.assert(
      fc.property(fc.array(news, { maxLength: 20 }), (deliveries) => {
        const states = play(deliveries);
        for (let index = 1; index < states.length; index++) {
          const [before, after] = [states[index - 1]!, states[index]!];
          expect(rank[after]).toBeGreaterThanOrEqual(rank[before]);
          if (rank[before] === 2) expect(after).toBe(before);
        }
      }),
    );
  });

  it('delivering everything twice ends where once does', () => {
    fc.assert(
      fc.property(fc.array(news, { minLength: 1, maxLength: 12 }), (deliveries) => {
        const twice = deliveries.flatMap((delivery) => [delivery, delivery]);
        expect(play(twice).at(-1)).toBe(play(deliveries).at(-1));
      }),
    );
  });
});

describe('placing an order', () => {
  const at = (ms: number) => new Date(ms);
  it.each([
    ['a first attempt is made', { outcomeUnknown: false, attemptedAt: null }, 0, 'place'],
    ['a refused attempt may be repeated', { outcomeUnknown: false, attemptedAt: at(0) }, 1, 'place'],
    [
      'an attempt without an answer is looked up only',
      { outcomeUnknown: true, attemptedAt: at(0) },
      119_999,
      'look_up_only',
    ],
    ['until it cannot arrive any more', { outcomeUnknown: true, attemptedAt: at(0) }, 120_000, 'place'],
  ] as const)('%s', (_name, order, nowMs, step) => {
    expect(nextPlacementStep(order, nowMs, 120_000)).toBe(step);
  });

  it('waits longer each time, an hour at most', () => {
    expect([0, 1, 2, 20, 1000].map((checks) => checkDelaySeconds(checks, 60))).toEqual([
      60, 120, 240, 3600, 3600,
    ]);
  });
});

describe('numbers', () => {
  it('are looked for under the likeliest kind first, and each kind once', () => {
    expect(likelyTypes('MOBILE')).toEqual(['mobile', 'local', 'national', 'toll_free']);
    expect(likelyTypes(null)[0]).toBe('local');
    expect(likelyTypes('SHARED_COST')[0]).toBe('shared_cost');
    for (const lineType of ['TOLL_FREE', 'UAN', 'FIXED_LINE']) {
      const types = likelyTypes(lineType);
      expect(new Set(types).size).toBe(types.length);
    }
  });

  it('can be released when active, and not twice', () => {
    expect(
      (['pending', 'active', 'error', 'released'] as const).map((status) => numberCan('release', status)),
    ).toEqual([false, true, false, false]);
  });
});
