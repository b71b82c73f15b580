import { expect, test } from 'vitest';
import type { Call } from '../../api/callTypes.ts';
import { callOfLine, endOfRinging, liveWord, ownCall, ringingFor } from './callState.ts';

const me = { id: 'me', name: 'Paul' };
const row = (fields: Partial<Call>): Call =>
  ({ id: '1', direction: 'INBOUND', status: 'IN_PROGRESS', user: me, answeredAt: null, ...fields }) as Call;

const rung = (...userIds: string[]) =>
  userIds.map((userId) => ({
    userId,
    legId: `leg-${userId}`,
    sid: `sid-${userId}`,
    state: 'ringing' as const,
  }));

test('one is in the call that one started or answered, not in those of others', () => {
  expect(ownCall([row({ id: '1' })], 'me')?.id).toBe('1');
  expect(ownCall([row({ direction: 'OUTBOUND', status: 'INITIATED' })], 'me')?.id).toBe('1');
  expect(ownCall([row({ status: 'RINGING' })], 'me')).toBeNull();
  expect(ownCall([row({ user: { id: 'other', name: 'Awa' } })], 'me')).toBeNull();
  expect(ownCall([row({ status: 'COMPLETED' })], 'me')).toBeNull();
  expect(ownCall([row({ id: '1' }), row({ id: '2' })], 'me')?.id).toBe('2');
});

test('a call rings for those whom it rings', () => {
  const rings = row({ status: 'RINGING', user: null, people: rung('me', 'other') });
  expect(ringingFor([rings], 'me')).toEqual([rings]);
  expect(ringingFor([rings], 'third')).toEqual([]);
  expect(ringingFor([row({ people: rung('me') })], 'me')).toEqual([]);
});

test('the bar says what goes on', () => {
  const word = (fields: Partial<Call>) => liveWord(row({ transfer: null, onHold: false, ...fields }));
  expect(word({ status: 'INITIATED' })).toBe('calling');
  expect(word({ status: 'RINGING' })).toBe('ringing');
  expect(word({})).toBe('talking');
  expect(word({ onHold: true })).toBe('held');
  expect(word({ onHold: true, transfer: { to: '+33', state: 'ringing' } })).toBe('transferring');
});

test('ringing ends because somebody answered, or because the caller gave up', () => {
  const answeredAt = '2026-06-01T12:00:00Z';
  expect(endOfRinging(row({ answeredAt }), 'me')).toBe('answered_by_me');
  expect(endOfRinging(row({ answeredAt }), 'other')).toBe('answered_elsewhere');
  expect(endOfRinging(row({ status: 'CANCELED', user: null }), 'me')).toBe('gave_up');
});

test('a line belongs to the call with its leg, by our id or the provider’s', () => {
  const calls = [row({ id: '1', people: rung('me') }), row({ id: '2', people: rung('other') })];
  expect(callOfLine({ leg: 'sid-other', from: '+331' }, calls, 'me')?.id).toBe('2');
  expect(callOfLine({ leg: 'leg-me', from: '+331' }, calls, 'me')?.id).toBe('1');
  expect(callOfLine({ leg: 'unknown', from: '+331' }, calls, 'me')).toBeNull();
});

test('a line without a name is told by the number that it shows', () => {
  const ours = row({
    id: '1',
    direction: 'OUTBOUND',
    via: 'browser',
    status: 'INITIATED',
    ourNumber: '+331',
  });
  const theirs = row({ id: '2', status: 'RINGING', from: '+237650000001', ourNumber: '+331', user: null });
  expect(callOfLine({ leg: null, from: '+331' }, [ours, theirs], 'me')?.id).toBe('1');
  expect(callOfLine({ leg: null, from: '+237650000001' }, [ours, theirs], 'me')?.id).toBe('2');
  expect(callOfLine({ leg: null, from: '+331' }, [ours, { ...ours, id: '3' }], 'me')).toBeNull();
  expect(callOfLine({ leg: null, from: '+331' }, [ours], 'other')).toBeNull();
  // Where the server shows our own number to colleagues too, it is the one that rings.
  expect(callOfLine({ leg: null, from: '+331' }, [theirs], 'me')?.id).toBe('2');
  // After a reload the talk goes on.
  const talking = { ...theirs, status: 'IN_PROGRESS', user: me, answeredAt: '2026-06-01T12:00:00Z' } as Call;
  expect(callOfLine({ leg: null, from: '+331' }, [talking], 'me')?.id).toBe('2');
  expect(callOfLine({ leg: null, from: '+331' }, [talking], 'other')).toBeNull();
});
