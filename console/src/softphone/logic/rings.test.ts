import { expect, test } from 'vitest';
import type { Call } from '../../api/callTypes.ts';
import { IDLE, type Line } from './machine.ts';
import { ringsOf } from './rings.ts';

const line = (ref: string, fields: Partial<Line> = {}): Line => ({
  ...{ ref, provider: 'twilio', callId: null, from: '+237650000001', state: 'ringing' },
  ...{ muted: false, noMicrophone: false, level: null },
  ...fields,
});
const call = (id: string): Call =>
  ({
    ...{ id, direction: 'INBOUND', status: 'RINGING', from: '+237650000001', user: null },
    people: [{ userId: 'me', legId: 'leg-1', sid: null, state: 'ringing' as const }],
  }) as unknown as Call;

test('a call that rings in the browser and on the telephone is one', () => {
  const rings = ringsOf({ ...IDLE, lines: [line('a', { callId: '1' })] }, [call('1')], 'me', []);
  expect(rings).toHaveLength(1);
  expect(rings[0]?.line?.ref).toBe('a');
  expect(rings[0]?.call?.id).toBe('1');
});

test('one that is being answered rings no more, even while the list of calls is behind', () => {
  const state = { ...IDLE, lines: [line('a', { callId: '1', state: 'answering' })] };
  expect(ringsOf(state, [call('1')], 'me', [])).toEqual([]);
});

test('what was hidden stays hidden, and the next call shows', () => {
  const keys = ringsOf(IDLE, [call('1'), call('2')], 'me', ['1']).map(({ key }) => key);
  expect(keys).toEqual(['2']);
});

test('a line whose call is not known rings all the same', () => {
  expect(ringsOf({ ...IDLE, lines: [line('a')] }, [], 'me', [])[0]?.from).toBe('+237650000001');
});
