import { describe, expect, it } from 'vitest';
import type { IntegrationRow } from './integrations-store.ts';
import { routeOf, type UnroutableReason } from './routing.ts';

const OURS = 'company-ours';
const THEIRS = 'company-theirs';
const SID = `AC${'a'.repeat(32)}`;
const OTHER_SID = `AC${'b'.repeat(32)}`;

function number(more: Partial<IntegrationRow> = {}): IntegrationRow {
  const at = new Date(0);
  return {
    ...{ id: 'integration', companyId: OURS, name: 'Ours', provider: 'twilio', providerAccountId: null },
    ...{ accountRef: SID, phoneNumber: '+14155550100', isActive: true, isDefault: true, source: 'manual' },
    ...{ sms: true, mms: true, messagesPerSecond: null, status: 'ok', lastTestedAt: at, lastError: null },
    ...{ createdAt: at, updatedAt: at },
    ...more,
  };
}

type Event = Parameters<typeof routeOf>[0];
const installation: Event = { provider: 'twilio', accountId: null, accountSid: SID, companyId: null };
const own: Event = { provider: 'twilio', accountId: 'account', accountSid: SID, companyId: OURS };
const foreign: Event = { provider: 'twilio', accountId: 'foreign', accountSid: OTHER_SID, companyId: THEIRS };
const telnyx: Event = { provider: 'telnyx', accountId: null, accountSid: null, companyId: null };
const text = { from: '+14155550199', accountSid: SID };

describe('a text', () => {
  const routed: [string, Event, typeof text | { from: string; accountSid: null }, IntegrationRow][] = [
    ['of the installation’s account', installation, text, number()],
    ['of the company’s own account', own, text, number({ providerAccountId: 'account' })],
    ['of another row of the same Twilio account', own, text, number({ providerAccountId: null })],
    [
      'of the installation’s account, to a number that a company entered',
      installation,
      text,
      number({ providerAccountId: 'account' }),
    ],
    ['of Telnyx', telnyx, { ...text, accountSid: null }, number({ provider: 'telnyx', accountRef: 'KEY…' })],
    [
      'of the installation’s account, to a number that was bought',
      installation,
      text,
      number({ accountRef: '' }),
    ],
  ];
  it.each(routed)('%s finds its number', (_name, event, said, holder) => {
    expect(routeOf(event, said, [holder], [])).toEqual({
      kind: 'routed',
      companyId: OURS,
      integration: holder,
    });
  });

  const lost: [
    string,
    Event,
    typeof text,
    IntegrationRow[],
    IntegrationRow[],
    UnroutableReason,
    string | null,
  ][] = [
    ['to a number of nobody', installation, text, [], [], 'unknown_number', null],
    ['to a number of nobody, by the company’s account', own, text, [], [], 'unknown_number', OURS],
    [
      'to a number that is switched off',
      installation,
      text,
      [number({ isActive: false })],
      [],
      'inactive_integration',
      OURS,
    ],
    [
      'to another company’s number that is switched off',
      own,
      text,
      [number({ companyId: THEIRS, isActive: false })],
      [],
      'unknown_number',
      OURS,
    ],
    [
      'by another company’s account',
      foreign,
      { ...text, accountSid: OTHER_SID },
      [number()],
      [],
      'wrong_account',
      THEIRS,
    ],
    [
      'by another company’s account that says it is ours',
      foreign,
      text,
      [number()],
      [],
      'wrong_account',
      THEIRS,
    ],
    [
      'that says it is for another account than signed it',
      installation,
      { ...text, accountSid: OTHER_SID },
      [number()],
      [],
      'wrong_account',
      OURS,
    ],
    ['by another provider', telnyx, text, [number()], [], 'wrong_account', OURS],
    [
      'from a short code',
      installation,
      { ...text, from: '38555' },
      [number()],
      [],
      'sender_not_a_number',
      OURS,
    ],
    ['from a name', installation, { ...text, from: 'Amazon' }, [number()], [], 'sender_not_a_number', OURS],
    [
      'from a number of the company',
      installation,
      text,
      [number()],
      [number({ id: 'two' })],
      'own_number',
      OURS,
    ],
    [
      'from a number of the company that is switched off',
      installation,
      text,
      [number()],
      [number({ id: 'two', isActive: false })],
      'own_number',
      OURS,
    ],
    [
      'from a short code, by the wrong account',
      foreign,
      { from: '38555', accountSid: OTHER_SID },
      [number()],
      [],
      'wrong_account',
      THEIRS,
    ],
  ];
  it.each(lost)('%s has nowhere to go', (_name, event, said, holders, senders, reason, companyId) => {
    expect(routeOf(event, said, holders, senders)).toEqual({ kind: 'unroutable', companyId, reason });
  });

  it('goes to the company that has the number in use, not to one that had it', () => {
    const [now, before] = [
      number({ id: 'now' }),
      number({ id: 'before', companyId: THEIRS, isActive: false }),
    ];
    expect(routeOf(installation, text, [before, now], [])).toMatchObject({ companyId: OURS });
  });

  it('between two companies of the installation is a text like any other', () => {
    const sender = number({ id: 'theirs', companyId: THEIRS, phoneNumber: text.from });
    expect(routeOf(installation, text, [number()], [sender]).kind).toBe('routed');
  });
});
