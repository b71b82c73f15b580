import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isAnyTakeable,
  match,
  mostOf,
  type RoomyBox,
  roomOf,
  servedLanes,
  withNamedLanes,
} from './dispatch-match.ts';
import type { Candidate, Lane, ReadyBox, ReadySim } from './dispatch-store.ts';
import { TRANSACTION_TYPES } from './model.ts';

const sim = (more: Partial<ReadySim> = {}): ReadySim => ({
  ...{ id: 'sim', slot: 'default', operator: null, float: null },
  ...more,
});

const ready = (more: Partial<ReadyBox> = {}): ReadyBox => ({
  ...{ id: 'box', code: 'box', fenced: true, maxConcurrent: 5, supportedTypes: [...TRANSACTION_TYPES] },
  ...{
    maxAmount: null,
    maxPerMinute: null,
    maxPerDay: null,
    config: {},
    inHand: 0,
    hasUnknown: false,
    onTrial: false,
  },
  ...{ lastAttempt: null, lastMinute: 0, lastDay: 0, sims: [sim()] },
  ...more,
});

const roomy = (more: Partial<RoomyBox> = {}): RoomyBox => ({ ...ready(more), room: 5, ...more });

const wanted = (more: Partial<Candidate> = {}): Candidate => ({
  ...{ id: 'tx', operator: 'mtn', type: 'recharge', amount: 1000, priority: 1 },
  ...{ dueAt: new Date(0), attempt: 0 },
  ...more,
});
const many = (count: number, more: Partial<Candidate> = {}) =>
  Array.from({ length: count }, (_, place) => wanted({ id: `tx${place}`, ...more }));

/** Who gets what, as "transaction box sim". */
const given = (waiting: Candidate[], boxes: RoomyBox[], all: ReadyBox[] = boxes, barred: string[] = []) =>
  match(waiting, boxes, all, new Set(barred)).map(
    ({ transactionId, boxId, simId }) => `${transactionId} ${boxId} ${simId}`,
  );

describe('how much more a box may be given', () => {
  const cases: [what: string, box: Partial<ReadyBox>, batchSize: number, room: number][] = [
    ['an empty box: what it can do at once', {}, 50, 5],
    ['no more than its configuration says', {}, 3, 3],
    ['less by what it has in hand', { inHand: 2 }, 50, 3],
    ['nothing when it is full', { inHand: 5 }, 50, 0],
    ['nothing, and not less, when it has too much', { inHand: 9 }, 50, 0],
    ['nothing while nobody knows what became of one', { hasUnknown: true }, 50, 0],
    ['one, to see whether it works again', { onTrial: true }, 50, 1],
    ['no second one meanwhile', { onTrial: true, inHand: 1 }, 50, 0],
    ['what is left of its minute', { maxPerMinute: 10, lastMinute: 8 }, 50, 2],
    ['nothing once its minute is used up', { maxPerMinute: 10, lastMinute: 10 }, 50, 0],
    ['nothing when the limit was lowered below what it did', { maxPerMinute: 3, lastMinute: 8 }, 50, 0],
    ['what is left of its day', { maxPerDay: 500, lastDay: 499 }, 50, 1],
    ['nothing once its day is used up', { maxPerDay: 500, lastDay: 500 }, 50, 0],
    ['the smaller of minute and day', { maxPerMinute: 4, lastMinute: 0, maxPerDay: 9, lastDay: 7 }, 50, 2],
    ['without limits, however much it did', { lastMinute: 900, lastDay: 90_000 }, 50, 5],
  ];
  it.each(cases)('%s', (_what, box, batchSize, room) => {
    expect(roomOf(ready(box), batchSize)).toBe(room);
  });
});

describe('who can take what', () => {
  const cases: [what: string, candidate: Partial<Candidate>, box: Partial<RoomyBox>, takes: boolean][] = [
    ['any operator on a SIM that serves any', {}, {}, true],
    ['its own operator', {}, { sims: [sim({ operator: 'mtn' })] }, true],
    ['another operator', {}, { sims: [sim({ operator: 'orange' })] }, false],
    ['a type that it does not do', { type: 'withdraw' }, { supportedTypes: ['recharge'] }, false],
    ['nothing without a SIM', {}, { sims: [] }, false],
    ['its largest amount', {}, { maxAmount: 1000 }, true],
    ['more than its largest amount', {}, { maxAmount: 999 }, false],
    ['what names no amount, whatever its limit', { type: 'voucher', amount: null }, { maxAmount: 1 }, true],
    ['all the money that is there', {}, { sims: [sim({ float: 1000 })] }, true],
    ['more money than is there', {}, { sims: [sim({ float: 999 })] }, false],
    ['money that nobody counted', {}, { sims: [sim({ float: null })] }, true],
    ['a withdrawal without money: it brings some', { type: 'withdraw' }, { sims: [sim({ float: 0 })] }, true],
    [
      'what names no amount, without money',
      { type: 'voucher', amount: null },
      { sims: [sim({ float: 0 })] },
      true,
    ],
    [
      'no operator named, on a SIM of one, where none serves any',
      { operator: null },
      { sims: [sim({ operator: 'mtn' })] },
      true,
    ],
  ];
  it.each(cases)('%s', (_what, candidate, box, takes) => {
    expect(given([wanted(candidate)], [roomy(box)])).toEqual(takes ? ['tx box sim'] : []);
    expect(isAnyTakeable([wanted(candidate)], [roomy(box)], [roomy(box)], new Set())).toBe(takes);
  });

  it('leaves what names no operator to SIMs that serve any, also while these have no room', () => {
    const named = roomy({ id: 'named', sims: [sim({ operator: 'mtn' })] });
    const any = ready({ id: 'any' });
    expect(given([wanted({ operator: null })], [named], [named, any])).toEqual([]);
    expect(given([wanted({ operator: null })], [named, roomy({ id: 'any' })])).toEqual(['tx any sim']);
  });

  it('prefers the SIM of the operator, and of several the fullest', () => {
    const sims = [
      sim({ id: 'any', slot: 'a', float: 9000 }),
      sim({ id: 'little', slot: 'b', operator: 'mtn', float: 2000 }),
      sim({ id: 'much', slot: 'c', operator: 'mtn', float: 5000 }),
    ];
    expect(given([wanted()], [roomy({ sims })])).toEqual(['tx box much']);
    expect(given([wanted({ amount: 6000 })], [roomy({ sims })])).toEqual(['tx box any']);
  });

  it('gives nothing again to a box that may still hold it', () => {
    const [one, two] = [roomy({ id: 'one' }), roomy({ id: 'two' })];
    expect(given([wanted()], [one, two], [one, two], ['tx one'])).toEqual(['tx two sim']);
    expect(given([wanted()], [one], [one], ['tx one'])).toEqual([]);
    expect(isAnyTakeable([wanted()], [one], [one], new Set(['tx one']))).toBe(false);
  });
});

describe('the money on a SIM', () => {
  it('is spent once: two that fit one by one do not both fit', () => {
    expect(given(many(3), [roomy({ sims: [sim({ float: 2500 })] })])).toEqual(['tx0 box sim', 'tx1 box sim']);
  });

  it('lets a smaller one pass a larger one for which it is not enough', () => {
    const waiting = [wanted({ id: 'large', amount: 5000 }), wanted({ id: 'small', amount: 500 })];
    expect(given(waiting, [roomy({ sims: [sim({ float: 1000 })] })])).toEqual(['small box sim']);
  });

  it('is not promised twice over any number of boxes, SIMs and amounts', () => {
    const simsOf = fc.array(fc.option(fc.integer({ min: 0, max: 5000 })), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(fc.record({ floats: simsOf, room: fc.integer({ min: 1, max: 4 }) }), { maxLength: 5 }),
        fc.array(
          fc.record({
            amount: fc.integer({ min: 1, max: 3000 }),
            type: fc.constantFrom(...TRANSACTION_TYPES),
          }),
        ),
        (fleet, asked) => {
          const boxes = fleet.map(({ floats, room }, at) =>
            roomy({
              ...{ id: `box${at}`, room },
              sims: floats.map((float, slot) => sim({ id: `sim${at}.${slot}`, slot: `${slot}`, float })),
            }),
          );
          const waiting = asked.map((each, place) => wanted({ id: `tx${place}`, ...each }));
          const assignments = match(waiting, boxes, boxes, new Set());
          const ids = assignments.map(({ transactionId }) => transactionId);
          expect(new Set(ids).size).toBe(ids.length);
          for (const box of boxes) {
            const own = assignments.filter(({ boxId }) => boxId === box.id);
            expect(own.length).toBeLessThanOrEqual(box.room);
            for (const { id, float } of box.sims) {
              const spent = own
                .filter(({ simId }) => simId === id)
                .map(({ transactionId }) => waiting.find((each) => each.id === transactionId)!)
                .filter(({ type }) => type !== 'withdraw')
                .reduce((total, { amount }) => total + amount!, 0);
              expect(spent).toBeLessThanOrEqual(float ?? Number.POSITIVE_INFINITY);
            }
          }
        },
      ),
    );
  });
});

describe('turns', () => {
  const fleet = (rooms: number[]) => rooms.map((room, at) => roomy({ id: `b${at}`, room }));
  const countsOf = (assignments: string[]) =>
    Object.fromEntries(
      [...Map.groupBy(assignments, (line) => line.split(' ')[1]!)].map(([id, own]) => [id, own.length]),
    );

  it('go round: one each, before anybody has two', () => {
    expect(given(many(5), fleet([3, 3, 3])).map((line) => line.split(' ')[1])).toEqual([
      'b0',
      'b1',
      'b2',
      'b0',
      'b1',
    ]);
  });

  it('pass over who has no more room, and nobody gets more than that', () => {
    expect(countsOf(given(many(20), fleet([1, 4, 2])))).toEqual({ b0: 1, b1: 4, b2: 2 });
  });

  it('are not lost by a box that cannot take the first ones', () => {
    const [one, two] = [roomy({ id: 'one', maxAmount: 100 }), roomy({ id: 'two' })];
    const waiting = [wanted({ id: 'large' }), wanted({ id: 'small', amount: 50 })];
    expect(given(waiting, [one, two])).toEqual(['large two sim', 'small one sim']);
  });

  it('share what all can take evenly, in whatever order of boxes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 40 }), (boxes, count) => {
        const counts = Object.values(countsOf(given(many(count), fleet(Array<number>(boxes).fill(10)))));
        if (count >= boxes) expect(counts).toHaveLength(boxes);
        expect(Math.max(0, ...counts) - Math.min(10, ...counts)).toBeLessThanOrEqual(count >= boxes ? 1 : 10);
        expect(counts.reduce((total, each) => total + each, 0)).toBe(Math.min(count, boxes * 10));
      }),
    );
  });
});

describe('lanes', () => {
  const lane = (operator: string, type: Lane['type'] = 'recharge'): Lane => ({ operator, type });

  it('are served by a box with the type and a SIM of the operator, or one that serves any', () => {
    const lanes = [lane('mtn'), lane('orange'), lane(''), lane('mtn', 'withdraw')];
    const mtn = roomy({ supportedTypes: ['recharge'], sims: [sim({ operator: 'mtn' })] });
    expect(servedLanes(lanes, [mtn])).toEqual([lane('mtn'), lane('')]);
    expect(servedLanes(lanes, [roomy()])).toEqual(lanes);
    expect(servedLanes(lanes, [])).toEqual([]);
  });

  it('that SIMs serve by name are among those looked at, each once', () => {
    const boxes = [
      roomy({ supportedTypes: ['recharge', 'deposit'], sims: [sim({ operator: 'mtn' }), sim()] }),
    ];
    expect(withNamedLanes([lane('aaa'), lane('mtn')], boxes)).toEqual([
      ...[lane('aaa'), lane('mtn'), lane('mtn', 'deposit')],
    ]);
  });

  const cases: [what: string, of: Lane, boxes: Partial<RoomyBox>[], most: number | null][] = [
    ['no limit, and money that nobody counted', lane('mtn'), [{}], null],
    ['the largest limit', lane('mtn'), [{ maxAmount: 500 }, { maxAmount: 900 }], 900],
    [
      'the money on the fullest SIM',
      lane('mtn'),
      [{ sims: [sim({ float: 300 }), sim({ float: 700 })] }],
      700,
    ],
    ['limit and money of the same box', lane('mtn'), [{ maxAmount: 200, sims: [sim({ float: 700 })] }], 200],
    [
      'the limit alone where money comes in',
      lane('mtn', 'withdraw'),
      [{ maxAmount: 200, sims: [sim({ float: 7 })] }],
      200,
    ],
    [
      'SIMs of the operator alone',
      lane('mtn'),
      [{ sims: [sim({ operator: 'orange', float: 900 }), sim({ operator: 'mtn', float: 100 })] }],
      100,
    ],
    ['boxes of the type alone', lane('mtn'), [{ supportedTypes: ['deposit'] }, { maxAmount: 100 }], 100],
    ['nothing where there is no money', lane('mtn'), [{ sims: [sim({ float: -50 })] }], 0],
  ];
  it.each(cases)('take at most: %s', (_what, of, boxes, most) => {
    expect(mostOf(of, boxes.map(roomy))).toBe(most);
  });
});
