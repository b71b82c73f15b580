import { expect, test } from 'vitest';
import type { Box, BoxSim } from '../../../api/boxTypes.ts';
import { boxState, pickBoxes, signalBars, troublesOf } from './boxState.ts';

const sim = (change: Partial<BoxSim> = {}): BoxSim =>
  ({
    ...{ id: 's', slot: '1', operator: 'mtn', iccid: null, phoneNumber: null, network: null },
    ...{ signalPercent: 80, state: 'ready', reportedBalance: null, reportedBalanceAt: null },
    ...{ floatKnownSince: null, floatAvailable: 0, floatHeld: 0, lowFloatBelow: null },
    ...change,
  }) as BoxSim;

const hands = { assigned: 0, processing: 0, unknown: 0 };

const box = (change: Partial<Box> = {}): Box =>
  ({
    ...{ id: change.callboxId ?? 'b', callboxId: 'b', label: '', location: '' },
    ...{ state: 'connected', connected: change.state === undefined, inHand: hands, warnings: [] },
    capabilities: { maxConcurrentTransactions: 2 },
    sims: [sim()],
    ...change,
  }) as Box;

test('a box that has all it can take is busy; what is unknown is in nobody’s hand', () => {
  expect(boxState(box())).toBe('connected');
  expect(boxState(box({ inHand: { assigned: 1, processing: 1, unknown: 0 } }))).toBe('busy');
  expect(boxState(box({ inHand: { assigned: 1, processing: 0, unknown: 5 } }))).toBe('connected');
  expect(boxState(box({ state: 'disconnected' }))).toBe('silent');
  expect(boxState(box({ state: 'new' }))).toBe('notEnrolled');
  expect(boxState(box({ state: 'quarantined' }))).toBe('quarantined');
  expect(boxState(box({ state: 'retired' }))).toBe('retired');
});

test('a box says why somebody has to look at it', () => {
  expect(troublesOf(box())).toEqual([]);
  const weak = sim({ state: 'locked', signalPercent: 10 });
  expect(troublesOf(box({ inHand: { ...hands, unknown: 1 }, sims: [weak] }))).toEqual([
    ...['unknown', 'sim', 'signal'],
  ]);
  expect(troublesOf(box({ warnings: ['battery_low', 'clock_off', 'config_old'] }))).toEqual([
    ...['battery', 'clock'],
  ]);
  expect(troublesOf(box({ state: 'disconnected', warnings: ['battery_low'] }))).toEqual(['silent']);
  expect(troublesOf(box({ sims: [sim({ state: 'removed' })] }))).toEqual([]);
  expect(troublesOf(box({ sims: [sim({ isFloatLow: true })] }))).toEqual(['float']);
  expect(troublesOf(box({ state: 'new', inHand: { ...hands, unknown: 3 } }))).toEqual([]);
});

test('signal is one to four bars, none, or not measured', () => {
  expect([null, 0, 1, 25, 26, 100].map(signalBars)).toEqual([null, 0, 1, 1, 2, 4]);
});

test('boxes are found by name, place and SIM; what needs a look comes first, and retired ones only when asked for', () => {
  const fleet = [
    box({ callboxId: 'box_10' }),
    box({ callboxId: 'box_2', location: 'Yaoundé' }),
    box({ callboxId: 'box_3', state: 'disconnected' }),
    box({ callboxId: 'box_4', state: 'retired' }),
    box({ callboxId: 'box_5', sims: [sim({ operator: 'orange', phoneNumber: '+237699000000' })] }),
  ];
  const found = (change: Partial<Parameters<typeof pickBoxes>[1]>) =>
    pickBoxes(fleet, { search: '', state: '', operator: '', ...change }).map(({ callboxId }) => callboxId);
  expect(found({})).toEqual(['box_3', 'box_2', 'box_5', 'box_10']);
  expect(found({ search: 'yaounde' })).toEqual(['box_2']);
  expect(found({ search: '699000' })).toEqual(['box_5']);
  expect(found({ operator: 'orange' })).toEqual(['box_5']);
  expect(found({ state: 'retired' })).toEqual(['box_4']);
});
