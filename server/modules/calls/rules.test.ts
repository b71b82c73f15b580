import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GuardFacts, isEmergency, judgeDestination, judgeSpend } from './guard.ts';
import { isOpen } from './hours.ts';
import { defaultRule, languageOf } from './model.ts';
import { planInbound, planOutbound, type Reachable, TARGETS_MAX, telephonesOf } from './plan.ts';
import { defaultSettings, hoursSchema, type Rule, ruleSchema } from './rule-model.ts';

const PARIS = hoursSchema.parse({
  timeZone: 'Europe/Paris',
  weekly: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '18:00' })),
  closedDays: ['2026-12-25'],
});

describe('business hours', () => {
  const cases: [what: string, moment: string, open: boolean][] = [
    ['the first minute', '2026-11-23T08:00:00Z', true],
    ['a second before it', '2026-11-23T07:59:59Z', false],
    ['the last minute', '2026-11-23T16:59:59Z', true],
    ['the minute after it', '2026-11-23T17:00:00Z', false],
    ['a Sunday', '2026-11-22T10:00:00Z', false],
    ['a holiday', '2026-12-25T10:00:00Z', false],
    ['in summer an hour earlier, by the world’s clock', '2026-07-20T07:00:00Z', true],
    ['in summer after the end', '2026-07-20T16:00:00Z', false],
    ['the Friday before clocks go back', '2026-10-23T07:30:00Z', true],
    ['the Monday after', '2026-10-26T07:30:00Z', false],
    ['the Monday after clocks go forward', '2026-03-30T07:00:00Z', true],
  ];
  for (const [what, moment, open] of cases)
    it(`${what}: ${open ? 'open' : 'closed'}`, () => expect(isOpen(PARIS, new Date(moment))).toBe(open));

  it('at night, where an hour is skipped or repeated, go by the clock on the wall', () => {
    const night = { ...PARIS, weekly: [{ day: 7, from: '02:00', to: '03:00' }] };
    // 29 March 2026: 02:00 to 03:00 does not exist. 25 October: it comes twice.
    expect(isOpen(night, new Date('2026-03-29T00:59:59Z'))).toBe(false);
    expect(isOpen(night, new Date('2026-03-29T01:00:00Z'))).toBe(false);
    expect(isOpen(night, new Date('2026-10-25T00:30:00Z'))).toBe(true);
    expect(isOpen(night, new Date('2026-10-25T01:30:00Z'))).toBe(true);
    expect(isOpen(night, new Date('2026-10-25T02:00:00Z'))).toBe(false);
  });

  it('without any are always', () => expect(isOpen(null, new Date())).toBe(true));

  it('until midnight', () => {
    const late = { ...PARIS, weekly: [{ day: 1, from: '22:00', to: '24:00' }] };
    expect(isOpen(late, new Date('2026-11-23T22:59:00Z'))).toBe(true);
    expect(isOpen(late, new Date('2026-11-23T23:00:00Z'))).toBe(false);
  });

  it('are refused when they make no sense', () => {
    for (const wrong of [
      { ...PARIS, timeZone: 'Europe/Atlantis' },
      { ...PARIS, weekly: [{ day: 8, from: '09:00', to: '10:00' }] },
      { ...PARIS, weekly: [{ day: 1, from: '18:00', to: '09:00' }] },
      { ...PARIS, weekly: [{ day: 1, from: '25:00', to: '26:00' }] },
      { ...PARIS, closedDays: ['2026-13-01'] },
    ])
      expect(hoursSchema.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
  });
});

const people: Reachable[] = [
  { userId: '00000000-0000-4000-8000-000000000001', phoneNumber: '+33611111111', browser: false },
  { userId: '00000000-0000-4000-8000-000000000002', phoneNumber: null, browser: true },
  { userId: '00000000-0000-4000-8000-000000000003', phoneNumber: '+33633333333', browser: true },
];
const call = {
  at: new Date('2026-11-23T10:00:00Z'),
  from: '+33699999999',
  callerId: '+33187654321',
  limitSeconds: 7200,
};
const rule = (more: Partial<Rule>): Rule => ({ ...defaultRule('fr'), ...more });
const kinds = (given: Rule, available = people, moment = call) =>
  planInbound(given, moment, available).steps.map(({ kind }) => kind);

describe('the plan of a call from outside', () => {
  const table: [what: string, given: Rule, expected: string[]][] = [
    ['by default', rule({}), ['dial', 'say', 'voicemail', 'hangup']],
    ['with a greeting', rule({ greeting: 'Bonjour' }), ['say', 'dial', 'say', 'voicemail', 'hangup']],
    ['recorded', rule({ record: true }), ['say', 'dial', 'say', 'voicemail', 'hangup']],
    [
      'recorded, untold',
      rule({ record: true, announceRecording: null }),
      ['dial', 'say', 'voicemail', 'hangup'],
    ],
    [
      'voicemail alone',
      rule({ open: { kind: 'voicemail', greeting: null, maxSeconds: 60 } }),
      ['say', 'voicemail', 'hangup'],
    ],
    ['words alone', rule({ open: { kind: 'say', text: 'Fermé' } }), ['say', 'hangup']],
    ['turned away', rule({ greeting: 'Bonjour', open: { kind: 'reject', reason: 'busy' } }), ['reject']],
    [
      'rung, then turned away',
      rule({
        open: {
          kind: 'ring',
          userIds: 'everyone',
          timeoutSeconds: 20,
          otherwise: { kind: 'reject', reason: 'busy' },
        },
      }),
      ['dial', 'reject'],
    ],
    [
      'greeted, rung, then turned away: who was answered cannot be',
      rule({
        greeting: 'Bonjour',
        open: {
          kind: 'ring',
          userIds: 'everyone',
          timeoutSeconds: 20,
          otherwise: { kind: 'reject', reason: 'busy' },
        },
      }),
      ['say', 'dial', 'hangup'],
    ],
  ];
  for (const [what, given, expected] of table) it(what, () => expect(kinds(given)).toEqual(expected));

  it('with nobody there goes on with what comes otherwise', () =>
    expect(kinds(rule({}), [])).toEqual(['say', 'voicemail', 'hangup']));

  it('at closed hours takes the other action', () => {
    const given = rule({ hours: PARIS, closed: { kind: 'say', text: 'Fermé' } });
    expect(kinds(given)).toEqual(['dial', 'say', 'voicemail', 'hangup']);
    expect(kinds(given, people, { ...call, at: new Date('2026-11-22T10:00:00Z') })).toEqual([
      'say',
      'hangup',
    ]);
  });

  it('rings browsers and telephones of the people named, each once, and never the caller', () => {
    const [, second, third] = people as [Reachable, Reachable, Reachable];
    const action = {
      kind: 'ring' as const,
      userIds: [second.userId, third.userId],
      timeoutSeconds: 20,
      otherwise: { kind: 'say' as const, text: 'x' },
    };
    const { steps } = planInbound(rule({ open: action }), { ...call, from: '+33633333333' }, [
      ...people,
      third,
    ]);
    const [dial] = steps;
    expect(dial).toMatchObject({
      ...{ kind: 'dial', timeoutSeconds: 20, callerId: '+33187654321' },
      targets: [
        { address: `browser:${second.userId}`, userId: second.userId },
        { address: `browser:${third.userId}`, userId: third.userId },
      ],
    });
  });

  it('passes over telephones that may not be rung now, and goes on when none is left', () => {
    const targetsOf = (given: Rule, telephones: Set<string>) => {
      const [step] = planInbound(given, { ...call, telephones }, people).steps;
      return step?.kind === 'dial' ? step.targets.map(({ address }) => address) : step?.kind;
    };
    const [first, second, third] = people as [Reachable, Reachable, Reachable];
    expect(telephonesOf(rule({}), people)).toEqual([first.phoneNumber, third.phoneNumber]);
    const browsers = [second, third].map(({ userId }) => `browser:${userId}`);
    expect(targetsOf(rule({}), new Set())).toEqual(browsers);
    expect(targetsOf(rule({}), new Set([first.phoneNumber!]))).toEqual([first.phoneNumber, ...browsers]);
    const otherwise = { kind: 'reject' as const, reason: 'busy' as const };
    const forward = rule({
      open: { kind: 'forward', to: '+33899123456', timeoutSeconds: 20, otherwise },
    });
    expect(telephonesOf(forward, people)).toEqual(['+33899123456']);
    expect(targetsOf(forward, new Set())).toBe('reject');
  });

  it('rings no more than a provider can at once, whatever the rule and whoever is there', () => {
    const anyone = fc.record({
      userId: fc.uuid(),
      phoneNumber: fc.option(fc.stringMatching(/^\+336\d{8}$/)),
      browser: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyone, { maxLength: 30 }), (available) => {
        const { steps } = planInbound(rule({}), call, available);
        for (const step of steps) {
          if (step.kind !== 'dial') continue;
          expect(step.targets.length).toBeGreaterThan(0);
          expect(step.targets.length).toBeLessThanOrEqual(TARGETS_MAX);
          expect(new Set(step.targets.map(({ address }) => address)).size).toBe(step.targets.length);
        }
        expect(['hangup', 'reject']).toContain(steps.at(-1)!.kind);
      }),
    );
  });

  it('is not made of a rule that says nothing', () => {
    expect(
      ruleSchema.safeParse({
        language: 'fr',
        open: { kind: 'forward', to: '0612', otherwise: { kind: 'say', text: 'x' } },
        closed: { kind: 'say', text: '' },
      }).success,
    ).toBe(false);
    expect(
      ruleSchema.parse({ language: 'en', open: { kind: 'voicemail' }, closed: { kind: 'reject' } }),
    ).toMatchObject({
      ...{ greeting: null, record: false, missedText: null, hours: null },
      open: { maxSeconds: 120, greeting: null },
      closed: { reason: 'rejected' },
    });
  });
});

it('the plan of a call that we make rings the other side from our number', () => {
  const { steps } = planOutbound({
    to: '+33612345678',
    callerId: '+33187654321',
    announce: null,
    record: true,
    language: 'fr',
    limitSeconds: 60,
  });
  expect(steps).toMatchObject([
    {
      kind: 'dial',
      callerId: '+33187654321',
      record: true,
      targets: [{ party: 'callee', address: '+33612345678' }],
    },
    { kind: 'hangup' },
  ]);
});

const BUDGETS = [
  { amount: 20, currency: 'EUR' },
  { amount: 5, currency: 'USD' },
];

describe('the guard', () => {
  const facts: GuardFacts = {
    ...{ to: '+33612345678', country: 'FR', lineType: 'MOBILE', ownCountries: ['FR'], live: 0 },
    ...{ userLastMinute: 0, userToday: 0, numberToday: 0, spentToday: {} },
  };
  const settings = defaultSettings();
  const verdictOf = (more: Partial<GuardFacts>, changed: Partial<typeof settings> = {}) =>
    judgeSpend({ ...settings, ...changed }, { ...facts, ...more });

  const table: [what: string, more: Partial<GuardFacts>, changed: Partial<typeof settings>, kind: string][] =
    [
      ['lets an ordinary call through', {}, {}, 'allowed'],
      ['stops a country that is nobody’s', { country: 'LV', to: '+37161234567' }, {}, 'country_blocked'],
      ['stops what has no country', { country: null }, {}, 'country_blocked'],
      ['allows a country that was named', { country: 'LV' }, { allowedCountries: ['LV'] }, 'allowed'],
      ['stops our own country when it was not named', {}, { allowedCountries: ['LV'] }, 'country_blocked'],
      ['stops premium numbers', { lineType: 'PREMIUM_RATE' }, {}, 'premium_blocked'],
      ['stops shared-cost numbers', { lineType: 'SHARED_COST' }, {}, 'premium_blocked'],
      ['stops personal numbers', { lineType: 'PERSONAL_NUMBER' }, {}, 'premium_blocked'],
      ['stops company-wide access numbers', { lineType: 'UAN' }, {}, 'premium_blocked'],
      ['stops digits in no known range', { lineType: null }, {}, 'unknown_kind'],
      ['allows those, too, when somebody said so', { lineType: null }, { allowPremium: true }, 'allowed'],
      ['allows them when somebody said so', { lineType: 'PREMIUM_RATE' }, { allowPremium: true }, 'allowed'],
      ['stops a prefix', {}, { blockedPrefixes: ['+3361'] }, 'prefix_blocked'],
      ['stops a person who is too fast', { userLastMinute: 20 }, {}, 'too_fast'],
      ['stops the call that is one too many', { live: 10 }, {}, 'too_many_live'],
      ['stops a person’s day', { userToday: 300 }, {}, 'user_limit'],
      ['stops a number’s day', { numberToday: 500 }, {}, 'number_limit'],
      [
        'stops at the budget',
        { spentToday: { EUR: 20 } },
        { dailySpendMax: { amount: 20, currency: 'EUR' } },
        'spend_limit',
      ],
      [
        'stops at what is spent beside the budget’s currency',
        { spentToday: { USD: 99, EUR: 19 } },
        { dailySpendMax: { amount: 20, currency: 'EUR' } },
        'spend_currency',
      ],
      [
        'counts each currency by its own limit',
        { spentToday: { USD: 4, EUR: 19 } },
        { dailySpendMax: [...BUDGETS] },
        'allowed',
      ],
      [
        'stops at the second limit as well',
        { spentToday: { USD: 5, EUR: 19 } },
        { dailySpendMax: [...BUDGETS] },
        'spend_limit',
      ],
      [
        'stops when nothing is billed in the budget’s currency',
        { spentToday: { USD: 0.01 } },
        { dailySpendMax: { amount: 20, currency: 'EUR' } },
        'spend_currency',
      ],
      [
        'lets the day’s first call through, in whatever currency',
        { spentToday: { USD: 0 } },
        { dailySpendMax: { amount: 20, currency: 'EUR' } },
        'allowed',
      ],
      [
        'stops all calls at a budget of nothing',
        {},
        { dailySpendMax: { amount: 0, currency: 'EUR' } },
        'spend_limit',
      ],
    ];
  for (const [what, more, changed, kind] of table)
    it(what, () => expect(verdictOf(more, changed).kind).toBe(kind));

  it('judges where a call goes apart from what was spent and counted', () => {
    const spent = { ...settings, dailySpendMax: { amount: 0, currency: 'EUR' }, maxConcurrent: 0 };
    expect(judgeDestination(spent, facts).kind).toBe('allowed');
    expect(judgeDestination(spent, { ...facts, lineType: 'UAN' }).kind).toBe('premium_blocked');
  });

  it('knows emergency numbers, however they are written', () => {
    for (const written of ['112', '15', ' 17 ', '1-1-2', '911'])
      expect(isEmergency(written), written).toBe(true);
    for (const written of ['+33612345678', '0612345678', '3615'])
      expect(isEmergency(written), written).toBe(false);
  });
});

it('callers are spoken to in the language of the country', () => {
  expect(['FR', 'CM', 'US', null].map(languageOf)).toEqual(['fr', 'fr', 'en', 'en']);
});
