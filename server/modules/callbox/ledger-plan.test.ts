import { describe, expect, it } from 'vitest';
import { type FloatMove, planSteps, type Step } from './ledger-plan.ts';

const move = (kind: FloatMove['kind'], more: Partial<FloatMove> = {}): FloatMove => ({
  ...{ kind, transactionId: 't', attempt: 1, simId: 's', type: 'recharge', amount: 1000 },
  ...more,
});

/** Tells moves one call after the other. @returns what each call booked, as `kind:account±amount…`. */
function told(...calls: FloatMove[][]): string[] {
  const past: Step[] = [];
  return calls.map((moves) => {
    const steps = planSteps([...past], moves);
    past.push(...steps);
    return steps.map(({ kind, lines }) => `${kind} ${JSON.stringify(lines)}`).join('; ');
  });
}

describe('the ledger books', () => {
  it('a promise, and what it was for', () => {
    expect(told([move('hold')], [move('post')])).toEqual([
      'hold {"float":-1000,"held":1000}',
      'post {"held":-1000,"customers":1000}',
    ]);
  });

  it('a promise that came to nothing', () => {
    expect(told([move('hold')], [move('release')])[1]).toBe('release {"held":-1000,"float":1000}');
  });

  it('a payment that nobody promised, from what is free', () => {
    expect(told([move('post')])).toEqual(['post {"float":-1000,"customers":1000}']);
    expect(told([move('hold')], [move('release')], [move('post')])[2]).toBe(
      'post {"float":-1000,"customers":1000}',
    );
  });

  it('a withdrawal as what fills the SIM, without a promise', () => {
    const type = 'withdraw' as const;
    expect(told([move('hold', { type })], [move('post', { type })], [move('reversal', { type })])).toEqual([
      '',
      'receive {"float":1000,"customers":-1000}',
      'reversal {"customers":1000,"float":-1000}',
    ]);
  });

  it('the same once, in one call or in many', () => {
    expect(told([move('hold'), move('hold')], [move('hold')])).toEqual([
      'hold {"float":-1000,"held":1000}',
      '',
    ]);
    expect(told([move('hold')], [move('post'), move('post')], [move('post')], [move('release')])).toEqual([
      'hold {"float":-1000,"held":1000}',
      'post {"held":-1000,"customers":1000}',
      '',
      '',
    ]);
  });

  it('no promise after the fact', () => {
    expect(told([move('post')], [move('hold')])[1]).toBe('');
  });

  it('in the order in which things happen, whatever order they are told in', () => {
    expect(told([move('post'), move('hold')])).toEqual([
      'hold {"float":-1000,"held":1000}; post {"held":-1000,"customers":1000}',
    ]);
  });

  it('each attempt for itself', () => {
    expect(told([move('hold')], [move('hold', { attempt: 2 }), move('release')])[1]).toBe(
      'hold {"float":-1000,"held":1000}; release {"held":-1000,"float":1000}',
    );
  });

  it('nothing of unknown price', () => {
    expect(told([move('hold', { amount: null }), move('post', { amount: null })])).toEqual(['']);
  });

  it('what a person takes back, and what a person says after all', () => {
    expect(
      told(
        [move('hold')],
        [move('post')],
        [move('reversal')],
        [move('reversal'), move('post'), move('release')],
        [move('post', { correction: true })],
        [move('post', { correction: true })],
        [move('reversal')],
      ),
    ).toEqual([
      'hold {"float":-1000,"held":1000}',
      'post {"held":-1000,"customers":1000}',
      'reversal {"customers":-1000,"float":1000}',
      '',
      'post {"float":-1000,"customers":1000}',
      '',
      'reversal {"customers":-1000,"float":1000}',
    ]);
  });

  it('an attempt on one SIM only', () => {
    expect(() => told([move('hold')], [move('post', { simId: 'other' })])).toThrow('another SIM');
  });
});
