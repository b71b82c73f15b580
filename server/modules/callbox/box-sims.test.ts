import { describe, expect, it } from 'vitest';
import { planSims, type SimRow, type SimTold } from './box-sims.ts';

const AT = new Date('2026-05-04T09:00:00Z');
const told = (slot: string, part: Partial<SimTold> = {}): SimTold => ({
  ...{ slot, operator: null, iccid: null, phoneNumber: null, signalPercent: null },
  ...{ network: null, state: null, balance: null, ...part },
});
const row = (id: string, slot: string, part: Partial<SimRow> = {}): SimRow => ({
  ...{ id, boxId: 'box', slot, operator: null, iccid: null, phoneNumber: null, signalPercent: null },
  ...{ network: null, state: 'ready', reportedBalance: null, reportedBalanceAt: null },
  ...{ floatKnownSince: null, floatAvailable: 0, floatHeld: 0, lowFloatBelow: null, ...part },
});

function plan(known: SimRow[], names: SimTold[]) {
  let count = 0;
  return planSims('box', known, names, {
    at: AT,
    newRowId: () => {
      count += 1;
      return `new-${count}`;
    },
  });
}

/** What the slots of the box hold afterwards. */
function after(known: SimRow[], names: SimTold[]): Record<string, string> {
  const { add, change } = plan(known, names);
  const rows = [...known.map((each) => change.find(({ id }) => id === each.id) ?? each), ...add];
  return Object.fromEntries(rows.map(({ id, slot, state }) => [slot, state === 'removed' ? `(${id})` : id]));
}

describe('the SIMs of a box', () => {
  it('are added when they are named first, and change nothing when they are named again', () => {
    const { add } = plan([], [told('1', { operator: 'mtn', balance: 500, signalPercent: 60 })]);
    expect(add).toMatchObject([
      { slot: '1', operator: 'mtn', state: 'ready', reportedBalance: 500, reportedBalanceAt: AT },
    ]);
    const again = plan(add, [told('1', { operator: 'mtn', balance: 500, signalPercent: 62 })]);
    expect(again).toEqual({ add: [], change: [], moved: [], swapped: [] });
    expect(plan(add, [told('1')])).toMatchObject({ change: [] });
  });

  it('are removed when they are no longer named, and back when they are', () => {
    const known = [row('a', '1'), row('b', '2')];
    expect(after(known, [told('1')])).toEqual({ 1: 'a', 2: '(b)' });
    const gone = [row('a', '1'), row('b', '2', { state: 'removed' })];
    expect(after(gone, [told('1'), told('2')])).toEqual({ 1: 'a', 2: 'b' });
  });

  it('keep what a person wrote when the box says nothing of it', () => {
    const known = [row('a', '1', { operator: 'orange', phoneNumber: '+237699000000' })];
    expect(plan(known, [told('1', { signalPercent: 80 })]).change).toMatchObject([
      { operator: 'orange', phoneNumber: '+237699000000', signalPercent: 80 },
    ]);
  });

  it('write a signal or a balance only when it says something', () => {
    const known = [row('a', '1', { signalPercent: 60, reportedBalance: 500, reportedBalanceAt: AT })];
    expect(plan(known, [told('1', { signalPercent: 64, balance: 500 })]).change).toEqual([]);
    expect(plan(known, [told('1', { signalPercent: 65 })]).change).toHaveLength(1);
    expect(plan(known, [told('1', { balance: 400 })]).change).toMatchObject([{ reportedBalance: 400 }]);
  });
});

describe('a card', () => {
  const a = row('a', '1', { iccid: '8923700', floatAvailable: 9000 });
  const b = row('b', '2', { iccid: '8923701', floatAvailable: 200 });

  it('is known again in another slot, with its money', () => {
    const names = [told('1', { iccid: '8923701' }), told('2', { iccid: '8923700' })];
    const { moved, change, add } = plan([a, b], names);
    expect(after([a, b], names)).toEqual({ 1: 'b', 2: 'a' });
    expect(moved.sort()).toEqual(['a', 'b']);
    expect(change.find(({ id }) => id === 'a')).toMatchObject({ slot: '2', floatAvailable: 9000 });
    expect(add).toEqual([]);
  });

  it('that another one took the place of keeps its row', () => {
    const names = [told('1', { iccid: '8923799' })];
    const { swapped, add } = plan([a], names);
    expect(after([a], names)).toEqual({ 1: 'new-1', '1 (8923700)': '(a)' });
    expect(swapped).toEqual(['1']);
    expect(add[0]).toMatchObject({ floatAvailable: 0, floatKnownSince: null });
  });

  it('that comes back finds it', () => {
    const parked = { ...a, slot: '1 (8923700)', state: 'removed' as const };
    const other = row('c', '1', { iccid: '8923799' });
    expect(after([parked, other], [told('1', { iccid: '8923700' })])).toEqual({
      ...{ 1: 'a', '1 (8923799)': '(c)' },
    });
  });

  it('whose number is read later is the one that was there', () => {
    expect(after([row('a', '1')], [told('1', { iccid: '8923700' })])).toEqual({ 1: 'a' });
    expect(after([a], [told('1')])).toEqual({ 1: 'a' });
  });

  it('that two slots claim is in one of them', () => {
    const names = [told('1', { iccid: '8923700' }), told('2', { iccid: '8923700' })];
    expect(after([a], names)).toEqual({ 1: 'a', 2: 'new-1' });
  });
});
