import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RemoteLeg } from '../providers/index.ts';
import type { CallRow } from './calls-store.ts';
import { type CallFacts, judge, type LegFacts } from './judge.ts';
import type { CallStatus } from './model.ts';
import { planInbound, planOutbound } from './plan.ts';
import { BLANK_CALL, endLeg, learnLeg, newLeg, type Scene, sceneOf } from './scene.ts';

const at = (second: number) => new Date(1_800_000_000_000 + second * 1000);

function leg(facts: Partial<LegFacts> & Pick<LegFacts, 'party' | 'role'>): LegFacts {
  return {
    ...{ step: null, state: 'initiated', endCode: null, ringingAt: null, answeredAt: null, endedAt: null },
    durationSeconds: null,
    ...facts,
  };
}

const OUT: CallFacts = {
  direction: 'OUTBOUND',
  step: 0,
  dialStep: 0,
  hangupRequestedAt: null,
  hasVoicemail: false,
};
const IN: CallFacts = { ...OUT, direction: 'INBOUND' };
const agentRoot = (facts: Partial<LegFacts>) => leg({ party: 'agent', role: 'root', ...facts });
const callee = (facts: Partial<LegFacts>) => leg({ party: 'callee', role: 'target', step: 0, ...facts });
const caller = (facts: Partial<LegFacts>) => leg({ party: 'caller', role: 'root', ...facts });
const agent = (facts: Partial<LegFacts>) => leg({ party: 'agent', role: 'target', step: 0, ...facts });
const passed = (facts: Partial<LegFacts>) => leg({ party: 'agent', role: 'transfer', ...facts });

const RINGS = { state: 'ringing', ringingAt: at(1) } as const;
const TALKS = { state: 'answered', answeredAt: at(5) } as const;
const HUNG_UP = { state: 'ended', answeredAt: at(5), endedAt: at(65) } as const;
const ended = (endCode: string | null, second = 30) =>
  ({ state: 'ended', endCode, endedAt: at(second) }) as const;

/** What a call has come to: the facts, the status, why, and whether it was missed. */
const TABLE: [what: string, call: CallFacts, legs: LegFacts[], status: CallStatus, endCode: string | null][] =
  [
    ['asked for', OUT, [agentRoot({})], 'INITIATED', null],
    ['our telephone rings', OUT, [agentRoot(RINGS)], 'RINGING', null],
    ['we picked up', OUT, [agentRoot(TALKS)], 'RINGING', null],
    ['the other side rings', OUT, [agentRoot(TALKS), callee(RINGS)], 'RINGING', null],
    ['they talk', OUT, [agentRoot(TALKS), callee(TALKS)], 'IN_PROGRESS', null],
    ['the other side hung up', OUT, [agentRoot(TALKS), callee(HUNG_UP)], 'COMPLETED', null],
    ['we hung up', OUT, [agentRoot(HUNG_UP), callee(TALKS)], 'COMPLETED', null],
    [
      'brought together by nobody',
      { ...IN, hangupRequestedAt: at(60), endCode: 'provider_failed' },
      [caller(HUNG_UP), agent(HUNG_UP)],
      'FAILED',
      'provider_failed',
    ],
    [
      'not even answered',
      { ...IN, hangupRequestedAt: at(20), endCode: 'provider_failed' },
      [caller(ended(null))],
      'FAILED',
      'provider_failed',
    ],
    [
      'passed on to somebody whom the provider did not let in',
      { ...OUT, hangupRequestedAt: at(60), endCode: 'transfer_lost' },
      [agentRoot(HUNG_UP), callee(HUNG_UP)],
      'COMPLETED',
      'transfer_lost',
    ],
    ['busy', OUT, [agentRoot(TALKS), callee(ended('busy'))], 'BUSY', 'busy'],
    ['declined', OUT, [agentRoot(TALKS), callee(ended('rejected'))], 'BUSY', 'rejected'],
    ['nobody there', OUT, [agentRoot(TALKS), callee(ended('no_answer'))], 'NO_ANSWER', 'no_answer'],
    ['no such number', OUT, [agentRoot(TALKS), callee(ended('invalid_number'))], 'FAILED', 'invalid_number'],
    ['we gave up', OUT, [agentRoot(ended(null, 20)), callee(ended('canceled', 21))], 'CANCELED', 'canceled'],
    [
      'we gave up, told otherwise',
      OUT,
      [agentRoot(ended(null, 20)), callee(ended('no_answer', 20))],
      'CANCELED',
      'canceled',
    ],
    ['busy, then we left', OUT, [agentRoot(ended(null, 31)), callee(ended('busy', 30))], 'BUSY', 'busy'],
    [
      'no answer, then we left',
      OUT,
      [agentRoot(ended(null, 31)), callee(ended('no_answer', 30))],
      'NO_ANSWER',
      'no_answer',
    ],
    ['we never picked up', OUT, [agentRoot(ended('no_answer'))], 'NO_ANSWER', 'agent_no_answer'],
    ['our line was busy', OUT, [agentRoot(ended('busy'))], 'NO_ANSWER', 'agent_no_answer'],
    ['picked up and left', OUT, [agentRoot({ ...ended(null), answeredAt: at(5) })], 'CANCELED', 'canceled'],
    ['refused', OUT, [agentRoot(ended('insufficient_funds'))], 'FAILED', 'insufficient_funds'],
    ['no trace', OUT, [agentRoot(ended('provider_silent'))], 'FAILED', 'provider_silent'],
    [
      'taken back',
      { ...OUT, hangupRequestedAt: at(9) },
      [agentRoot(ended('no_answer'))],
      'CANCELED',
      'canceled',
    ],
    [
      'passed on, and the first left',
      OUT,
      [agentRoot(HUNG_UP), callee(TALKS), passed({ state: 'answered', answeredAt: at(60) })],
      'IN_PROGRESS',
      null,
    ],
    ['passed on, still rings', OUT, [agentRoot(HUNG_UP), callee(TALKS), passed(RINGS)], 'IN_PROGRESS', null],
    ['passed on in vain', OUT, [agentRoot(HUNG_UP), callee(TALKS), passed(ended('busy'))], 'COMPLETED', null],
    [
      'picked up after we had left',
      OUT,
      [agentRoot({ ...HUNG_UP, endedAt: at(20) }), callee({ ...TALKS, answeredAt: at(21) })],
      'CANCELED',
      'canceled',
    ],
    [
      'picked up after we had left, and hung up',
      OUT,
      [agentRoot({ ...HUNG_UP, endedAt: at(20) }), callee({ ...HUNG_UP, answeredAt: at(21) })],
      'CANCELED',
      'canceled',
    ],
    [
      'passed on, then passed on again',
      OUT,
      [agentRoot(HUNG_UP), callee(TALKS), passed({ state: 'answered', answeredAt: at(90) })],
      'IN_PROGRESS',
      null,
    ],
    ['rings', IN, [caller({})], 'RINGING', null],
    ['rings with us', IN, [caller(RINGS), agent(RINGS)], 'RINGING', null],
    ['taken', IN, [caller(TALKS), agent(TALKS)], 'IN_PROGRESS', null],
    ['taken by one of two', IN, [caller(TALKS), agent(TALKS), agent(ended('canceled'))], 'IN_PROGRESS', null],
    ['the caller hung up', IN, [caller(HUNG_UP), agent(TALKS)], 'COMPLETED', null],
    ['we hung up first', IN, [caller(TALKS), agent(HUNG_UP)], 'COMPLETED', null],
    ['gave up', IN, [caller(ended('canceled')), agent(ended('canceled'))], 'CANCELED', 'caller_gave_up'],
    ['gave up before it rang', IN, [caller(ended(null))], 'CANCELED', 'caller_gave_up'],
    [
      'picked up after the caller had left',
      IN,
      [caller(ended(null, 20)), agent({ ...TALKS, answeredAt: at(21) })],
      'CANCELED',
      'caller_gave_up',
    ],
    [
      'picked up after the caller had left, and hung up',
      IN,
      [caller({ ...ended(null, 20), answeredAt: at(1) }), agent({ ...HUNG_UP, answeredAt: at(21) })],
      'CANCELED',
      'caller_gave_up',
    ],
    ['picked up as the caller left', IN, [caller(ended(null, 5)), agent(TALKS)], 'COMPLETED', null],
    ['nobody took it', IN, [caller(ended(null)), agent(ended('no_answer'))], 'NO_ANSWER', 'no_answer'],
    [
      'no message',
      { ...IN, step: 2 },
      [caller(ended(null)), agent(ended('canceled'))],
      'NO_ANSWER',
      'no_answer',
    ],
    ['a message', { ...IN, step: 2, hasVoicemail: true }, [caller(ended(null))], 'COMPLETED', 'voicemail'],
    ['closed', { ...IN, dialStep: null }, [caller(ended(null))], 'NO_ANSWER', 'no_answer'],
    ['turned away as busy', { ...IN, dialStep: null }, [caller(ended('busy'))], 'BUSY', 'busy'],
    ['turned away', { ...IN, dialStep: null }, [caller(ended('rejected'))], 'NO_ANSWER', 'rejected'],
  ];

describe('what a call has come to', () => {
  for (const [what, call, legs, status, endCode] of TABLE) {
    it(`${call.direction === 'INBOUND' ? 'in' : 'out'}: ${what} is ${status}`, () => {
      const verdict = judge(call, legs);
      expect({ status: verdict.status, endCode: verdict.endCode }).toEqual({ status, endCode });
      expect(verdict.endedAt === null).toBe(['INITIATED', 'RINGING', 'IN_PROGRESS'].includes(status));
      expect(judge(call, legs.toReversed())).toEqual(verdict);
    });
  }

  it('is missed when nobody of ours talked to a caller, unless we ended it ourselves', () => {
    expect(judge(IN, [caller(ended(null)), agent(ended('no_answer'))]).missed).toBe(true);
    expect(judge(IN, [caller(HUNG_UP), agent(TALKS)]).missed).toBe(false);
    expect(judge(IN, [caller(ended(null, 4)), agent(HUNG_UP)]).missed).toBe(true);
    expect(judge({ ...IN, hangupRequestedAt: at(3) }, [caller(ended(null))]).missed).toBe(false);
    expect(judge(OUT, [agentRoot(ended('no_answer'))]).missed).toBe(false);
  });

  it('lasts as long as the provider counted, or from answer to end', () => {
    const legs = [agentRoot(TALKS), callee(HUNG_UP)];
    expect(judge(OUT, legs).durationSeconds).toBe(60);
    expect(judge(OUT, [agentRoot(TALKS), callee({ ...HUNG_UP, durationSeconds: 58 })]).durationSeconds).toBe(
      58,
    );
  });
});

const CALL = {
  ...BLANK_CALL,
  ...{ id: 'call', companyId: 'company', provider: 'telnyx', providerAccountId: null },
  status: 'INITIATED',
  ...{ fromNumber: '+14155550100', toNumber: '+14155550200', numberId: null, ourNumber: '+14155550100' },
  ...{ contactId: null, leadId: null, via: 'phone', authorKind: 'user', rootLegId: 'root', createdAt: at(0) },
} as const;

/** News of a leg: who, what, and when it happened. */
interface News {
  leg: 'root' | 'target';
  remote: RemoteLeg;
}

function news(
  who: News['leg'],
  state: RemoteLeg['state'],
  second: number,
  more: Partial<RemoteLeg> = {},
): News {
  return {
    leg: who,
    remote: {
      ...{ legId: `x-${who}`, recordId: `r-${who}`, sessionId: null, reference: who, direction: 'outbound' },
      ...{
        from: '',
        to: '',
        state,
        providerStatus: state,
        failure: null,
        endedBy: null,
        durationSeconds: null,
      },
      ...{ price: null, quality: null, at: at(second), sequence: null, ...more },
    },
  };
}

const busy = { reason: 'busy', providerCode: '486', providerMessage: 'busy' } as const;
const STORIES: [direction: 'INBOUND' | 'OUTBOUND', story: News[], status: CallStatus][] = [
  [
    'OUTBOUND',
    [
      ...[news('root', 'initiated', 0), news('root', 'ringing', 1), news('root', 'answered', 4)],
      ...[news('target', 'initiated', 5), news('target', 'ringing', 6), news('target', 'answered', 9)],
      ...[news('target', 'ended', 60), news('root', 'ended', 61)],
    ],
    'COMPLETED',
  ],
  [
    'OUTBOUND',
    [
      ...[news('root', 'answered', 4), news('target', 'ringing', 6)],
      ...[news('target', 'ended', 8, { failure: busy }), news('root', 'ended', 9)],
    ],
    'BUSY',
  ],
  [
    'INBOUND',
    [
      ...[news('root', 'ringing', 0), news('target', 'ringing', 1), news('target', 'answered', 8)],
      ...[news('root', 'answered', 8), news('root', 'ended', 70), news('target', 'ended', 71)],
    ],
    'COMPLETED',
  ],
];

function sceneFor(direction: 'INBOUND' | 'OUTBOUND'): Scene {
  const plan =
    direction === 'OUTBOUND'
      ? planOutbound({
          to: '+14155550200',
          callerId: '+14155550100',
          announce: null,
          record: false,
          language: 'en',
          limitSeconds: 60,
        })
      : planInbound(
          {
            ...{ language: 'en', greeting: null, hours: null, record: false, missedText: null },
            open: {
              kind: 'forward',
              to: '+14155550300',
              timeoutSeconds: 20,
              otherwise: { kind: 'say', text: 'Bye' },
            },
            closed: { kind: 'say', text: 'Bye' },
          },
          { at: at(0), from: '+14155550200', callerId: '+14155550100', limitSeconds: 60 },
          [],
        );
  const call = { ...CALL, direction, plan } as CallRow;
  const [mine, other] =
    direction === 'OUTBOUND' ? (['agent', 'callee'] as const) : (['caller', 'agent'] as const);
  const base = { address: '+14155550200', userId: null, createdAt: at(0) };
  return sceneOf(call, [
    newLeg(call, { ...base, id: 'root', party: mine, role: 'root' }),
    newLeg(call, { ...base, id: 'target', party: other, role: 'target', step: 0, position: 0 }),
  ]);
}

describe('news of legs', () => {
  const RANK = ['INITIATED', 'RINGING', 'IN_PROGRESS'];

  function tell(direction: 'INBOUND' | 'OUTBOUND', story: News[]) {
    const scene = sceneFor(direction);
    const statuses: CallStatus[] = [];
    for (const { leg: who, remote } of story) {
      const found = scene.legs.find(({ id }) => id === who)!;
      learnLeg(scene, found, remote, at(100));
      statuses.push(judge({ ...scene.call, dialStep: 0 }, scene.legs).status);
    }
    return { statuses, verdict: judge({ ...scene.call, dialStep: 0 }, scene.legs), legs: scene.legs };
  }

  for (const [index, [direction, story, status]] of STORIES.entries()) {
    it(`shuffled and repeated comes to the same, and never goes back (${index + 1}: ${status})`, () => {
      const inOrder = tell(direction, story);
      expect(inOrder.verdict.status).toBe(status);
      const shuffles = fc
        .tuple(
          fc.shuffledSubarray(story, { minLength: story.length }),
          fc.array(fc.constantFrom(...story), { maxLength: 6 }),
        )
        .chain(([all, again]) =>
          fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length }),
        );
      fc.assert(
        fc.property(shuffles, (shuffled) => {
          const { statuses, verdict, legs } = tell(direction, shuffled);
          expect(verdict).toEqual(inOrder.verdict);
          expect(legs).toEqual(inOrder.legs);
          const firstEnd = statuses.findIndex((each) => !RANK.includes(each));
          const open = (firstEnd === -1 ? statuses : statuses.slice(0, firstEnd)).map((each) =>
            RANK.indexOf(each),
          );
          expect(open).toEqual(open.toSorted((left, right) => left - right));
          if (firstEnd !== -1)
            expect(statuses.slice(firstEnd).every((each) => !RANK.includes(each))).toBe(true);
        }),
        { numRuns: 300 },
      );
    });
  }

  it('that never came are made up for by what the end says', () => {
    const { verdict } = tell('OUTBOUND', [
      news('root', 'answered', 4),
      news('target', 'ended', 64, { providerStatus: 'completed', durationSeconds: 50 }),
    ]);
    expect(verdict).toMatchObject({ status: 'COMPLETED', durationSeconds: 50, answeredAt: at(14) });
  });

  it('of a leg that was given up come too late: it is hung up once, and the call stays as it is', () => {
    for (const direction of ['OUTBOUND', 'INBOUND'] as const) {
      const scene = sceneFor(direction);
      if (direction === 'INBOUND') learnLeg(scene, scene.legs[0]!, news('root', 'ended', 40).remote, at(40));
      const leg = scene.legs[direction === 'OUTBOUND' ? 0 : 1]!;
      const { status } = judge({ ...scene.call, dialStep: 0 }, scene.legs);
      endLeg(leg, 'provider_silent', at(30));
      const before = judge({ ...scene.call, dialStep: 0 }, scene.legs);
      expect(before.status, status).toBe(direction === 'OUTBOUND' ? 'FAILED' : 'NO_ANSWER');
      for (const state of ['initiated', 'answered', 'answered', 'ended'] as const)
        learnLeg(scene, leg, news(leg.id as 'root', state, 35, { durationSeconds: 4 }).remote, at(35));
      expect(judge({ ...scene.call, dialStep: 0 }, scene.legs)).toEqual(before);
      expect(scene.commands).toEqual([{ legId: leg.id, command: { kind: 'hang_up' } }]);
      expect(leg).toMatchObject({ state: 'ended', externalId: `x-${leg.id}`, answeredAt: null });
    }
  });

  it('of an end without a reason leave room for the reason', () => {
    const unknown = { reason: 'unknown', providerCode: null, providerMessage: 'failed' } as const;
    const ends = [unknown, busy].map((failure) => news('target', 'ended', 8, { failure }));
    for (const told of [ends, ends.toReversed()]) {
      const { verdict, legs } = tell('OUTBOUND', [news('root', 'answered', 4), ...told]);
      expect(verdict).toMatchObject({ status: 'BUSY', endCode: 'busy' });
      expect(legs[1]).toMatchObject({ providerCode: '486', providerMessage: 'busy' });
    }
  });

  it('of an answer that came after the other side had left make no talk, in any order', () => {
    const story = [
      ...[news('root', 'ringing', 0), news('target', 'ringing', 1), news('root', 'ended', 8)],
      ...[news('target', 'answered', 9), news('target', 'ended', 12, { providerStatus: 'completed' })],
    ];
    for (const told of [story, story.toReversed()])
      expect(tell('INBOUND', told).verdict).toMatchObject({ status: 'CANCELED', missed: true });
  });
});
