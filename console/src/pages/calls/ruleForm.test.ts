import { expect, test } from 'vitest';
import { type AlertRule, METRICS } from '../../api/callQuality.ts';
import { formOf, inputOf, isOnGoodSide, USUAL } from './ruleForm.ts';

test('what a new rule begins with can be kept as it is', () => {
  for (const metric of METRICS) expect(isOnGoodSide(USUAL[metric])).toBe(true);
  expect(inputOf(formOf(null, ' Bad lines '))).toEqual({
    ...{ name: 'Bad lines', metric: 'mos', comparison: 'below', threshold: 3.5, clearValue: 3.8 },
    ...{ overCalls: 20, overMinutes: null, callsMin: 5, scope: { kind: 'user', value: null } },
    ...{ notifyConsole: true, webhookUrl: null, enabled: true },
  });
});

test('a rule comes back from the form as it was', () => {
  const rule: AlertRule = {
    ...{ id: '1', name: 'To CM', metric: 'bad_share', comparison: 'above' },
    ...{ threshold: 20, clearValue: 10 },
    ...{ overCalls: null, overMinutes: 60, callsMin: 5, scope: { kind: 'country', value: 'CM' } },
    ...{ notifyConsole: true, webhookUrl: 'https://example.com/x', enabled: false },
  };
  const { id: _, ...input } = rule;
  expect(inputOf(formOf(rule, ''))).toEqual(input);
});

test('of fewer calls than are looked at, something can be said', () => {
  expect(inputOf({ ...formOf(null, 'x'), windowValue: 3, callsMin: 5 }).callsMin).toBe(3);
});
