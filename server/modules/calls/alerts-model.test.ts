import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertRuleSchema, decideAlert, findCulprit, type Tally } from './alerts-model.ts';

describe('an alert', () => {
  const below = { comparison: 'below', threshold: 3.5, clearValue: 4, callsMin: 3 } as const;
  const above = { comparison: 'above', threshold: 20, clearValue: 10, callsMin: 3 } as const;
  const table: [
    rule: typeof below | typeof above,
    value: number,
    calls: number,
    isOpen: boolean,
    decision: string,
  ][] = [
    [below, 3.4, 3, false, 'raise'],
    [below, 3.4, 2, false, 'none'],
    [below, 3.5, 3, false, 'none'],
    [below, 3.4, 3, true, 'none'],
    [below, 3.9, 3, true, 'none'],
    [below, 4, 3, true, 'clear'],
    [below, 4.2, 1, true, 'clear'],
    [above, 21, 3, false, 'raise'],
    [above, 20, 3, false, 'none'],
    [above, 15, 3, true, 'none'],
    [above, 10, 3, true, 'clear'],
  ];
  for (const [rule, value, calls, isOpen, decision] of table) {
    it(`${rule.comparison} ${rule.threshold} at ${value} of ${calls} calls, ${isOpen ? 'open' : 'not open'}: ${decision}`, () => {
      expect(decideAlert(rule, { value, calls }, isOpen)).toBe(decision);
    });
  }

  it('is never raised and over at the same figure', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 5, noNaN: true }),
        fc.constantFrom(below, above),
        (value, rule) => {
          const raised = decideAlert(rule, { value, calls: 10 }, false) === 'raise';
          const cleared = decideAlert(rule, { value, calls: 10 }, true) === 'clear';
          expect(raised && cleared).toBe(false);
        },
      ),
    );
  });
});

describe('a rule', () => {
  const rule = { name: 'R', metric: 'mos', comparison: 'below', threshold: 3.5, clearValue: 4, overCalls: 5 };
  const faults: [string, object][] = [
    ['two windows', { overMinutes: 5 }],
    ['no window', { overCalls: null }],
    ['an end on the wrong side', { clearValue: 3 }],
    ['more calls than it looks at', { callsMin: 6 }],
  ];
  it('is taken', () => expect(alertRuleSchema.safeParse(rule).success).toBe(true));
  for (const [fault, change] of faults) {
    it(`is refused with ${fault}`, () =>
      expect(alertRuleSchema.safeParse({ ...rule, ...change }).success).toBe(false));
  }
});

/** Calls of a person through a number to a country: how many, and how many were bad by the softphone and at the edge. */
function calls(
  who: string | null,
  through: string,
  to: string,
  [count, softphoneBad, edgeBad]: [number, number | null, number | null],
  provider = 'twilio',
): Tally {
  return {
    ...{ userId: who, ourNumber: through, provider, country: to.slice(0, 2), prefix: to },
    ...{ calls: count, bad: Math.max(softphoneBad ?? 0, edgeBad ?? 0) },
    ...{ softphone: softphoneBad === null ? 0 : count, softphoneBad: softphoneBad ?? 0 },
    ...{ edge: edgeBad === null ? 0 : count, edgeBad: edgeBad ?? 0 },
  };
}

describe('the likely cause', () => {
  const table: [what: string, tallies: Tally[], kind: string, subject: string | null][] = [
    [
      "is the agent's network when one softphone is bad across numbers, and others are not",
      [
        calls('ada', '+1', 'FR1', [4, 4, 0]),
        calls('ada', '+2', 'CM6', [3, 2, 0]),
        calls('bob', '+1', 'FR1', [6, 0, 0]),
      ],
      'agent_network',
      'ada',
    ],
    [
      "is the agent's network on one number too, when the edge measured good calls",
      [calls('ada', '+1', 'FR1', [4, 4, 0]), calls('bob', '+1', 'FR1', [6, 1, 0])],
      'agent_network',
      'ada',
    ],
    [
      'is not told from one number when nobody measured at the edge',
      [calls('ada', '+1', 'FR1', [4, 4, null])],
      'unknown',
      null,
    ],
    [
      'is the carrier when its edge is bad across users',
      [
        calls('ada', '+1', 'FR1', [4, 3, 4]),
        calls('bob', '+2', 'CM6', [5, 4, 4]),
        calls('eve', '+3', 'US2', [3, 0, 0], 'telnyx'),
      ],
      'carrier',
      'twilio',
    ],
    [
      'is not the carrier when only one person met it',
      [calls('ada', '+1', 'FR1', [4, null, 4]), calls('ada', '+2', 'CM6', [5, null, 4])],
      'unknown',
      null,
    ],
    [
      'is not the carrier when the other one is as bad',
      [
        calls('ada', '+1', 'FR1', [4, null, 4]),
        calls('bob', '+2', 'CM6', [4, null, 4]),
        calls('eve', '+3', 'US2', [4, null, 4], 'telnyx'),
      ],
      'unknown',
      null,
    ],
    [
      'is the route when one country is bad for several of ours',
      [
        calls('ada', '+1', 'CM6', [4, 3, 3]),
        calls('bob', '+2', 'CM2', [4, 4, 3]),
        calls('ada', '+1', 'FR1', [9, 0, 1]),
      ],
      'route',
      'CM',
    ],
    [
      'is the route for one of ours too, when the edge measured it',
      [calls('ada', '+1', 'CM6', [4, null, 4]), calls('ada', '+1', 'FR1', [9, null, 0])],
      'route',
      'CM',
    ],
    [
      'is one network of a country when the rest of it is fine',
      [
        calls('ada', '+1', 'CM6', [4, null, 4]),
        calls('bob', '+1', 'CM2', [9, null, 0]),
        calls('bob', '+2', 'FR1', [5, null, 0]),
      ],
      'route',
      'CM6',
    ],
    [
      'is unknown when everything is bad for everybody, and nobody measured where',
      [calls('ada', '+1', 'FR1', [4, null, null]), calls('bob', '+2', 'CM6', [4, 4, null])].map((each) => ({
        ...each,
        bad: each.calls,
      })),
      'unknown',
      null,
    ],
    [
      'is unknown of two calls',
      [calls('ada', '+1', 'FR1', [2, 2, 0]), calls('bob', '+1', 'FR1', [9, 0, 0])],
      'unknown',
      null,
    ],
    ['is unknown of none', [], 'unknown', null],
  ];
  for (const [what, tallies, kind, subject] of table) {
    it(what, () => {
      expect(findCulprit(tallies)).toMatchObject({ kind, subject });
    });
  }

  it('comes with its evidence', () => {
    const tallies = [
      calls('ada', '+1', 'FR1', [4, 4, 0]),
      calls('ada', '+2', 'CM6', [3, 2, 0]),
      calls('bob', '+1', 'FR1', [6, 0, 0]),
    ];
    expect(findCulprit(tallies)).toEqual({
      ...{ kind: 'agent_network', subject: 'ada', measured: 'softphone' },
      ...{
        inside: { bad: 6, calls: 7 },
        outside: { bad: 0, calls: 6 },
        spread: { users: 1, numbers: 2, countries: 2 },
      },
    });
  });

  it('is looked for among the calls that the alert is about', () => {
    const tallies = [
      calls('ada', '+1', 'FR1', [4, 4, 0]),
      calls('ada', '+2', 'CM6', [3, 3, 0]),
      calls('bob', '+3', 'US2', [9, 0, 0], 'telnyx'),
    ];
    expect(findCulprit(tallies, ({ provider }) => provider === 'telnyx').kind).toBe('unknown');
    expect(findCulprit(tallies, ({ provider }) => provider === 'twilio').subject).toBe('ada');
  });
});
