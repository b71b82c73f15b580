import { expect, test } from 'vitest';
import type { RouteRule } from '../../../api/callTypes.ts';
import { usualHours } from './hours.ts';
import { summaryOf, type Words } from './summary.ts';

const NAMES: Record<string, string> = { a: 'Awa', p: 'Paul' };
const DAY = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const words: Words = {
  days: (from, to) => (from === to ? DAY[from]! : `${DAY[from]}–${DAY[to]}`),
  span: (from, to) => `${from}–${to}`,
  and: (names) => names.join(' and '),
  target: (to) => NAMES[to] ?? to,
  everyone: 'everyone',
  always: 'Always',
  otherwise: 'Otherwise',
  never: 'Never open',
  line: (when, what) => `${when}: ${what}`,
  ring: (who, seconds, then) => `rings ${who} for ${seconds} s, then ${then}`,
  forward: (to, seconds, then) => `goes to ${to} for ${seconds} s, then ${then}`,
  voicemail: 'voicemail',
  say: 'an announcement',
  reject: { busy: 'busy', rejected: 'declined' },
};
const voicemail = { kind: 'voicemail', greeting: null, maxSeconds: 120 } as const;
const rule = (fields: Partial<RouteRule> = {}): RouteRule => ({
  ...{ language: 'fr', greeting: null, hours: null, record: false, missedText: null },
  open: { kind: 'ring', userIds: ['a', 'p'], timeoutSeconds: 25, otherwise: voicemail },
  closed: voicemail,
  ...fields,
});

test('without hours a number is always open', () => {
  expect(summaryOf(rule(), words)).toEqual(['Always: rings Awa and Paul for 25 s, then voicemail']);
});

test('with hours, each part of the week has its line', () => {
  const hours = usualHours('Europe/Paris');
  hours.weekly.push({ day: 6, from: '09:00', to: '12:00' });
  expect(summaryOf(rule({ hours, closed: { kind: 'reject', reason: 'busy' } }), words)).toEqual([
    'Mon–Fri, 09:00–18:00: rings Awa and Paul for 25 s, then voicemail',
    'Sat, 09:00–12:00: rings Awa and Paul for 25 s, then voicemail',
    'Otherwise: busy',
  ]);
});

test('a number that is never open says so', () => {
  const hours = { timeZone: 'Europe/Paris', weekly: [], closedDays: [] };
  expect(summaryOf(rule({ hours }), words)).toEqual(['Never open: voicemail']);
});

test('everyone, a number elsewhere, and words at the end', () => {
  const open = {
    kind: 'forward',
    to: '+237650000001',
    timeoutSeconds: 20,
    otherwise: { kind: 'say', text: 'x' },
  } as const;
  expect(summaryOf(rule({ open }), words)).toEqual([
    'Always: goes to +237650000001 for 20 s, then an announcement',
  ]);
  const everyone = { kind: 'ring', userIds: 'everyone', timeoutSeconds: 25, otherwise: voicemail } as const;
  expect(summaryOf(rule({ open: everyone }), words)[0]).toContain('rings everyone');
});
