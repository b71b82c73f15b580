import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Handover,
  isOpen,
  judgeLeaseEnd,
  judgeReport,
  type OwnHandover,
  type Report,
  type Verdict,
  whichIsMeant,
} from './judge.ts';
import {
  ATTEMPT_STATES,
  type AttemptState,
  isFinal,
  REPORT_STATUSES,
  type ReportStatus,
  TRANSACTION_STATUSES,
  type TransactionStatus,
} from './model.ts';

/** What a verdict is, in a word: refusals by their name, acceptances by the status they lead to; + for a dispute, ! for a revocation. */
function word(verdict: Verdict): string {
  if (verdict.kind !== 'accepted') return verdict.kind;
  return `${verdict.to}${verdict.revokes === null ? '' : '!'}${verdict.disputed ? '+' : ''}`;
}

const report = (status: ReportStatus, repeatable = true): Report => ({ status, repeatable });
const handover = (state: AttemptState, number = 1): Handover => ({
  ...{ number, state },
  begun: state === 'processing' || state === 'completed',
});
const judge = (
  status: TransactionStatus,
  own: AttemptState,
  said: ReportStatus,
  others: AttemptState[] = [],
  counts = { retryCount: 0, maxRetries: 3 },
) =>
  word(
    judgeReport(
      { status, ...counts },
      handover(own),
      others.map((state, index) => handover(state, index + 2)),
      report(said),
    ),
  );

const SAID = ['pending', 'assigned', 'processing', 'completed', 'failed', 'retry', 'unknown'] as const;

/** Every report of a box about the hand-over it has, or had; what the transaction is follows from that in each row. */
const TABLE: [TransactionStatus, AttemptState, AttemptState[], Record<(typeof SAID)[number], string>][] = [
  // The box has it.
  [
    ...(['assigned', 'assigned', []] as [TransactionStatus, AttemptState, AttemptState[]]),
    {
      ...{ pending: 'pending', assigned: 'same', processing: 'processing', completed: 'completed' },
      ...{ failed: 'retry', retry: 'retry', unknown: 'unknown' },
    },
  ],
  [
    ...(['assigned', 'handed', []] as [TransactionStatus, AttemptState, AttemptState[]]),
    {
      ...{ pending: 'pending', assigned: 'same', processing: 'processing', completed: 'completed' },
      ...{ failed: 'retry', retry: 'retry', unknown: 'unknown' },
    },
  ],
  [
    ...(['processing', 'processing', []] as [TransactionStatus, AttemptState, AttemptState[]]),
    {
      ...{ pending: 'backwards', assigned: 'backwards', processing: 'same', completed: 'completed' },
      ...{ failed: 'retry', retry: 'retry', unknown: 'unknown' },
    },
  ],
  // Nobody knows what it did: it may tell, and it must not begin (again). What failed after all is not repeated by a machine.
  [
    ...(['unknown', 'unknown', []] as [TransactionStatus, AttemptState, AttemptState[]]),
    {
      ...{ pending: 'backwards', assigned: 'backwards', processing: 'lease_lost', completed: 'completed' },
      ...{ failed: 'failed', retry: 'failed', unknown: 'same' },
    },
  ],
  // It was taken from the box, and nobody has it.
  ...(['pending', 'retry'] as const).map((status): (typeof TABLE)[number] => [
    ...([status, 'lost', []] as [TransactionStatus, AttemptState, AttemptState[]]),
    {
      ...{ pending: 'lease_lost', assigned: 'lease_lost', processing: 'lease_lost', completed: 'completed' },
      ...{ failed: 'lease_lost', retry: 'lease_lost', unknown: 'unknown' },
    },
  ]),
  // It told how it ended, and tells it once more, or something else.
  [
    ...(['retry', 'failed', []] as [TransactionStatus, AttemptState, AttemptState[]]),
    {
      ...{ pending: 'lease_lost', assigned: 'lease_lost', processing: 'lease_lost', completed: 'completed+' },
      ...{ failed: 'same', retry: 'same', unknown: 'unknown' },
    },
  ],
  [
    ...(['pending', 'returned', []] as [TransactionStatus, AttemptState, AttemptState[]]),
    {
      ...{ pending: 'same', assigned: 'lease_lost', processing: 'lease_lost', completed: 'completed+' },
      ...{ failed: 'lease_lost', retry: 'lease_lost', unknown: 'unknown' },
    },
  ],
  // Another box was given it, and has not fetched it; has fetched it, and may be at it without a word; has begun; is unknown.
  ...(['assigned', 'handed', 'processing', 'unknown'] as const).map((other): (typeof TABLE)[number] => {
    const waits = other === 'assigned' || other === 'handed';
    return [
      ...([waits ? 'assigned' : other, 'lost', [other]] as [TransactionStatus, AttemptState, AttemptState[]]),
      {
        ...{ pending: 'lease_lost', assigned: 'lease_lost', processing: 'lease_lost' },
        completed: {
          assigned: 'completed!',
          handed: 'completed!+',
          processing: 'disputed',
          unknown: 'disputed',
        }[other],
        ...{ failed: 'lease_lost', retry: 'lease_lost', unknown: waits ? 'unknown!' : 'disputed' },
      },
    ];
  }),
  // It has ended.
  ...(['completed', 'failed', 'canceled', 'expired'] as const).flatMap((status) =>
    (['completed', 'failed', 'lost', 'returned'] as const).map((own): (typeof TABLE)[number] => [
      ...([status, own, []] as [TransactionStatus, AttemptState, AttemptState[]]),
      {
        ...{ pending: 'already_final', assigned: 'already_final', processing: 'already_final' },
        completed: own === 'completed' ? 'same' : 'disputed',
        failed: own === 'failed' ? 'same' : 'already_final',
        retry: own === 'failed' ? 'same' : 'already_final',
        unknown: 'already_final',
      },
    ]),
  ),
];

describe("a box's report", () => {
  for (const [status, own, others, expected] of TABLE) {
    const name = `${status}, its hand-over ${own}${others.length > 0 ? `, another one ${others.join()}` : ''}`;
    it(`on what is ${name}`, () => {
      expect(Object.fromEntries(SAID.map((said) => [said, judge(status, own, said, others)]))).toEqual(
        expected,
      );
    });
  }

  it('has an answer in every case', () => {
    for (const status of TRANSACTION_STATUSES)
      for (const own of ATTEMPT_STATES)
        for (const said of REPORT_STATUSES)
          for (const other of [[], ...ATTEMPT_STATES.map((state) => [state])])
            expect(judge(status, own, said, other)).toMatch(/^[a-z_]+!?\+?$/);
  });

  it('of a failure is final when it says so, and when all tries are used up', () => {
    const standing = { status: 'processing', retryCount: 0, maxRetries: 3 } as const;
    const own = handover('processing');
    expect(word(judgeReport(standing, own, [], report('failed', false)))).toBe('failed');
    expect(judge('processing', 'processing', 'failed', [], { retryCount: 3, maxRetries: 3 })).toBe('failed');
    expect(judge('processing', 'processing', 'retry', [], { retryCount: 2, maxRetries: 3 })).toBe('retry');
  });
});

describe('a lease that runs out', () => {
  const known = { fenced: false, announces: true, skipsProcessing: false };
  it('leaves behind what the box cannot have done, or what nobody knows', () => {
    const boxes = {
      fenced: { fenced: true, announces: false, skipsProcessing: true },
      known,
      fresh: { ...known, announces: false },
      silent: { ...known, skipsProcessing: true },
    };
    const left = (state: AttemptState) =>
      Object.fromEntries(Object.entries(boxes).map(([name, box]) => [name, judgeLeaseEnd(state, box)]));
    expect(left('assigned')).toEqual({ fenced: 'lost', known: 'lost', fresh: 'lost', silent: 'lost' });
    expect(left('handed')).toEqual({ fenced: 'lost', known: 'lost', fresh: 'unknown', silent: 'unknown' });
    const unknown = { fenced: 'unknown', known: 'unknown', fresh: 'unknown', silent: 'unknown' };
    expect(left('processing')).toEqual(unknown);
    for (const state of ['completed', 'failed', 'returned', 'lost', 'unknown'] as const)
      expect(Object.values(left(state)).every((what) => what === null)).toBe(true);
  });
});

describe('a report that names no hand-over', () => {
  const had = (number: number, state: AttemptState, told: string | null = null): OwnHandover => ({
    ...handover(state, number),
    ...{ id: `lease ${number}`, told },
  });
  const none = { leaseId: null, attempt: null };
  const meant = (mine: OwnHandover[], said: ReportStatus, told = 'x') => {
    const found = whichIsMeant(mine, none, report(said), told);
    return found === 'not_its_own' ? found : `${found.own.number}${found.ambiguous ? '?' : ''}`;
  };

  it('is about the newest one that the box fetched', () => {
    expect(meant([had(1, 'handed')], 'completed')).toBe('1');
    expect(meant([had(1, 'lost'), had(2, 'handed')], 'completed')).toBe('2');
    expect(meant([had(1, 'failed'), had(2, 'processing')], 'failed')).toBe('2');
    expect(meant([had(1, 'lost'), had(2, 'assigned')], 'completed')).toBe('1');
  });

  it('has nothing repeated because a failure is told twice, or late', () => {
    expect(meant([had(1, 'failed', 'busy'), had(2, 'handed')], 'failed', 'busy')).toBe('1');
    expect(meant([had(1, 'failed', 'busy'), had(2, 'handed')], 'failed', 'no signal')).toBe('2');
    expect(meant([had(1, 'failed', 'busy'), had(2, 'assigned')], 'failed', 'no signal')).toBe('1');
    expect(meant([had(1, 'lost'), had(2, 'handed')], 'failed')).toBe('2?');
  });

  it('is the named one otherwise', () => {
    const mine = [had(1, 'lost'), had(2, 'handed')];
    const named = (leaseId: string | null, attempt: number | null) => {
      const found = whichIsMeant(mine, { leaseId, attempt }, report('failed'), 'x');
      return found === 'not_its_own' ? found : found.own.number;
    };
    expect(named('lease 1', null)).toBe(1);
    expect(named(null, 2)).toBe(2);
    expect(named('lease 1', 2)).toBe('not_its_own');
    expect(named('lease 3', null)).toBe('not_its_own');
  });
});

// Whatever comes, in whatever order: what the database does with a verdict, in miniature.

interface World {
  status: TransactionStatus;
  retryCount: number;
  attempts: (Handover & { fenced: boolean; dialed: boolean })[];
  disputed: boolean;
}

type Move =
  | { do: 'dispatch'; fenced: boolean }
  | { do: 'hand' }
  | { do: 'expire' }
  | { do: 'report'; attempt: number; status: ReportStatus; repeatable: boolean };

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('dispatch' as const), fenced: fc.boolean() }) },
    { weight: 3, arbitrary: fc.constant({ do: 'hand' as const }) },
    { weight: 2, arbitrary: fc.constant({ do: 'expire' as const }) },
    {
      weight: 8,
      arbitrary: fc.record({
        ...{ do: fc.constant('report' as const), attempt: fc.integer({ min: 1, max: 6 }) },
        ...{ status: fc.constantFrom(...REPORT_STATUSES), repeatable: fc.boolean() },
      }),
    },
  ),
  { maxLength: 40 },
);

function step(world: World, move: Move): void {
  const newest = world.attempts.at(-1);
  if (move.do === 'dispatch' && (world.status === 'pending' || world.status === 'retry')) {
    const number = world.attempts.length + 1;
    world.attempts.push({ number, state: 'assigned', begun: false, fenced: move.fenced, dialed: false });
    world.status = 'assigned';
  } else if (move.do === 'hand' && newest?.state === 'assigned') newest.state = 'handed';
  else if (move.do === 'expire' && newest && (world.status === 'assigned' || world.status === 'processing')) {
    const box = { fenced: newest.fenced, announces: false, skipsProcessing: false };
    const end = judgeLeaseEnd(newest.state, box);
    if (end) Object.assign(newest, { state: end });
    if (end) world.status = end === 'lost' ? 'pending' : 'unknown';
  } else if (move.do === 'report') tell(world, move);
}

function tell(world: World, { attempt, status, repeatable }: Extract<Move, { do: 'report' }>): void {
  const own = world.attempts.find(({ number }) => number === attempt);
  // What was never fetched cannot be told of.
  if (!own || own.state === 'assigned') return;
  const others = world.attempts.filter((each) => each !== own);
  const standing = { status: world.status, retryCount: world.retryCount, maxRetries: 3 };
  const verdict = judgeReport(standing, own, others, { status, repeatable });
  if (verdict.kind === 'disputed') world.disputed = true;
  // A box that knows leases dials when it is told that it may; another one may have dialed whatever it says.
  if (status === 'processing' && (verdict.kind === 'accepted' || verdict.kind === 'same')) own.dialed = true;
  if (verdict.kind !== 'accepted') return;
  world.status = verdict.to;
  world.disputed ||= verdict.disputed;
  own.state = verdict.own;
  own.begun ||= verdict.to === 'processing';
  if (verdict.to === 'retry') world.retryCount += 1;
  const revoked = others.find(({ number }) => number === verdict.revokes);
  if (revoked) revoked.state = 'returned';
}

describe('whatever happens, in whatever order', () => {
  const worlds = (check: (world: World, before: World, move: Move) => void) =>
    fc.assert(
      fc.property(moves, (list) => {
        const world: World = { status: 'pending', retryCount: 0, attempts: [], disputed: false };
        for (const move of list) {
          const before = structuredClone(world);
          step(world, move);
          check(world, before, move);
        }
      }),
      { numRuns: 1000 },
    );

  it('at most one hand-over is open, and none while the transaction waits', () => {
    worlds(({ status, attempts }) => {
      const open = attempts.filter(({ state }) => isOpen(state));
      expect(open.length).toBeLessThanOrEqual(1);
      const [only] = open;
      if (status === 'assigned') expect(['assigned', 'handed']).toContain(only?.state);
      else if (status === 'processing' || status === 'unknown') expect(only?.state).toBe(status);
      else expect(only).toBeUndefined();
    });
  });

  it('a hand-over begins only when every earlier one is settled as not done', () => {
    worlds(({ attempts }, before) => {
      for (const own of attempts) {
        const was = before.attempts.find(({ number }) => number === own.number);
        if (own.state !== 'processing' || was?.state === 'processing') continue;
        const earlier = attempts.filter(({ number }) => number < own.number);
        for (const each of earlier) expect(['failed', 'returned', 'lost']).toContain(each.state);
      }
    });
  });

  it('boxes that ask before they dial never both do', () => {
    worlds(({ attempts }) => {
      const dialed = attempts.filter(({ dialed, state }) => dialed && state !== 'failed');
      expect(dialed.length).toBeLessThanOrEqual(1);
    });
  });

  it('what has ended stays as it ended, and only a dispute is noted', () => {
    worlds((world, before) => {
      if (!isFinal(before.status)) return;
      expect({ ...world, disputed: before.disputed }).toEqual({
        ...before,
        attempts: before.attempts.map((each) => ({ ...each })),
      });
    });
  });

  it('nothing is repeated once anybody said that it is done', () => {
    worlds((world, before, move) => {
      if (move.do !== 'report' || move.status !== 'completed') return;
      const own = before.attempts.find(({ number }) => number === move.attempt);
      if (!own || own.state === 'assigned') return;
      const stopped = isFinal(world.status) || world.disputed;
      expect(stopped).toBe(true);
    });
  });

  it('what is unknown is never waiting again', () => {
    worlds((world, before) => {
      if (before.status === 'unknown') expect(['unknown', 'completed', 'failed']).toContain(world.status);
    });
  });
});
