import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from './drivers/port.ts';
import { readEvidence, settleByTexts } from './evidence.ts';
import type { Handed } from './protocol.ts';
import { DIED, receive, receptionOf, recover } from './queue.ts';
import {
  findWork,
  insertText,
  newestText,
  openStore,
  type Store,
  setAcknowledged,
  setDropped,
  setOutcome,
  setProcessing,
  takeFolder,
  type WorkState,
} from './queue-store.ts';
import { newFolder } from './testing/testkit.ts';
import { loadBook } from './ussd/book.ts';

let place: ReturnType<typeof newFolder>;
let store: Store;
beforeEach(() => {
  place = newFolder();
  store = openStore(`${place.folder}/queue.db`);
});
afterEach(() => {
  store.close();
  place.remove();
});

const handed = (change: Partial<Handed> = {}) => ({
  ...{ id: 'tx_1', type: 'deposit' as const, phoneNumber: '+237677123456', amount: 5000 },
  ...{ priority: 'normal' as const, attempt: 1, leaseId: 'lease-1', slot: '1', operator: 'mtn' },
  ...change,
});
const completed: Outcome = { kind: 'completed', code: 'done', message: 'ok', transactionRef: 'A1' };
const failed: Outcome = { kind: 'failed', code: 'busy', message: 'no', repeatable: true };
const state = (id = 'tx_1') => findWork(store, id)?.state;

describe('what is handed out again', () => {
  const judge = (known: WorkState, attempt: number, outcome: Outcome | null = null) =>
    receptionOf({ state: known, attempt: 2, outcome }, { attempt });
  it('is never begun twice', () => {
    for (const attempt of [2, 3]) {
      expect(judge('acknowledged', attempt, completed)).toBe('tell_again');
      expect(judge('acknowledged', attempt, DIED)).toBe('tell_again');
      expect(['answer_for', 'ignore']).toContain(judge('processing', attempt));
      expect(['answer_for', 'ignore']).toContain(judge('done', attempt, completed));
      expect(['answer_for', 'ignore']).toContain(judge('done', attempt, DIED));
    }
  });
  it('is begun when it certainly moved nothing, under a newer attempt', () => {
    expect(judge('acknowledged', 3, failed)).toBe('take');
    expect(judge('done', 3, failed)).toBe('take');
    expect(judge('dropped', 3)).toBe('take');
    expect(judge('acknowledged', 2, failed)).toBe('tell_again');
    expect(judge('dropped', 2)).toBe('ignore');
  });
  it('is left alone when the word is old', () => {
    for (const known of ['received', 'processing', 'done', 'acknowledged', 'dropped'] as const)
      expect(judge(known, 1, failed)).toBe('ignore');
  });
});

describe('the queue', () => {
  it('answers with the outcome that it has, under the new attempt', () => {
    receive(store, [handed()]);
    expect(setProcessing(store, findWork(store, 'tx_1')!, 0, null)).toBe(1);
    setOutcome(store, 'tx_1', completed, ['processing']);
    setAcknowledged(store, findWork(store, 'tx_1')!);
    expect(state()).toBe('acknowledged');
    expect(receive(store, [handed({ attempt: 2, leaseId: 'lease-2' })])).toBe(0);
    expect(findWork(store, 'tx_1')).toMatchObject({
      ...{ state: 'done', attempt: 2, leaseId: 'lease-2', outcome: completed },
    });
  });
  it('begins nothing that was taken back or replaced meanwhile', () => {
    receive(store, [handed()]);
    const work = findWork(store, 'tx_1')!;
    setDropped(store, 'tx_1', 1);
    expect(setProcessing(store, work, 0, null)).toBe(0);
    receive(store, [handed({ attempt: 2, leaseId: 'lease-2' })]);
    expect(setProcessing(store, work, 0, null)).toBe(0);
    expect(setProcessing(store, findWork(store, 'tx_1')!, 0, null)).toBe(1);
    expect(setProcessing(store, findWork(store, 'tx_1')!, 0, null)).toBe(0);
  });
  it('knows after a start what was being done, and says that nobody knows', () => {
    receive(store, [handed(), handed({ id: 'tx_2' })]);
    setProcessing(store, findWork(store, 'tx_1')!, 0, null);
    expect(recover(store).map(({ id }) => id)).toEqual(['tx_1']);
    expect(findWork(store, 'tx_1')).toMatchObject({ state: 'done', outcome: { kind: 'unknown' } });
    expect(state('tx_2')).toBe('received');
    expect(recover(store)).toEqual([]);
  });
  it('takes all of a hand-out or nothing, and begins nothing, when the disk is full', () => {
    receive(store, [handed()]);
    const pages = Number((store.db.prepare('pragma page_count').get() as { page_count: number }).page_count);
    store.db.exec(`pragma max_page_count = ${pages}`);
    const many = Array.from({ length: 200 }, (_, at) =>
      handed({ id: `tx_many_${at}`, payItemId: 'x'.repeat(90) }),
    );
    expect(() => receive(store, many)).toThrow(/full/);
    expect(findWork(store, 'tx_many_0')).toBeNull();
    expect(state()).toBe('received');
  });
  it('belongs to one program at a time', () => {
    const lock = `${place.folder}/running.lock`;
    const taken = takeFolder(lock);
    expect(taken).not.toBeNull();
    expect(takeFolder(lock)).toBeNull();
    taken!.close();
    const again = takeFolder(lock);
    expect(again).not.toBeNull();
    again!.close();
  });
});

describe('a text of the operator', () => {
  const evidence = readEvidence(loadBook(null), () => 'mtn');
  const text = (reference: string, id = reference) =>
    insertText(store, {
      ...{ id, slot: '1', sender: 'MobileMoney', sentAt: null, readAt: '2026-01-01T00:00:00.000Z' },
      body: `Transfert de 5000 FCFA a 237677123456 effectue. ID: ${reference}. Nouveau solde: 100 FCFA.`,
    });
  const begin = (id: string) => {
    receive(store, [handed({ id })]);
    setProcessing(store, findWork(store, id)!, newestText(store), null);
  };

  it('settles what was begun before it came', () => {
    begin('tx_1');
    recover(store);
    text('REF00001');
    expect(settleByTexts(store, evidence)).toEqual(['tx_1']);
    expect(findWork(store, 'tx_1')).toMatchObject({
      ...{ state: 'done', outcome: { kind: 'completed', transactionRef: 'REF00001' } },
    });
    expect(settleByTexts(store, evidence)).toEqual([]);
  });
  it('that came before says nothing', () => {
    text('REF00001');
    begin('tx_1');
    recover(store);
    expect(settleByTexts(store, evidence)).toEqual([]);
  });
  it('that could be about two transactions proves neither', () => {
    begin('tx_1');
    begin('tx_2');
    recover(store);
    text('REF00001');
    expect(settleByTexts(store, evidence)).toEqual([]);
  });
  it('of a transaction that is known by its reference is not taken for its twin', () => {
    begin('tx_1');
    setOutcome(store, 'tx_1', { ...completed, transactionRef: 'REF00001' }, ['processing']);
    begin('tx_2');
    recover(store);
    text('REF00001');
    expect(settleByTexts(store, evidence)).toEqual([]);
    text('REF00002');
    expect(settleByTexts(store, evidence)).toEqual(['tx_2']);
  });
});
