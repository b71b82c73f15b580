import { expect, test } from 'vitest';
import type { RouteRule } from '../../../api/callTypes.ts';
import { usualHours } from './hours.ts';
import { incompleteParts } from './ruleProblems.ts';

const voicemail = { kind: 'voicemail', greeting: null, maxSeconds: 120 } as const;
const rule = (fields: Partial<RouteRule> = {}): RouteRule => ({
  ...{ language: 'fr', greeting: null, hours: null, record: false, missedText: null },
  ...{ open: voicemail, closed: voicemail },
  ...fields,
});

test('what is complete can be kept', () => {
  expect(incompleteParts(rule({ hours: usualHours('Europe/Paris') }))).toEqual([]);
});

test('every part that lacks something is named', () => {
  const hours = usualHours('Europe/Paris');
  hours.weekly.push({ day: 1, from: '17:00', to: '16:00' });
  const open = { kind: 'ring', userIds: [], timeoutSeconds: 25, otherwise: voicemail } as const;
  const closed = { kind: 'say', text: ' ' } as const;
  expect(
    incompleteParts(
      rule({ hours, open: { ...open, userIds: [] }, closed, record: true, announceRecording: '' }),
    ),
  ).toEqual(['hours', 'open', 'closed', 'announce']);
});

test('what happens when closed does not matter to a number that never is', () => {
  expect(incompleteParts(rule({ closed: { kind: 'say', text: '' } }))).toEqual([]);
});
