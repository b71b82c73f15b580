import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createJournal } from '../../bench/simulation/journal.ts';
import { judge, judgeMoney, type Told } from '../../bench/simulation/judge.ts';
import { createRandom } from '../../bench/simulation/random.ts';
import { simulate } from '../../bench/simulation/run.ts';

// Real servers, a real PostgreSQL and a real wire, all of which die and lie; what the SIMs dialled is the judge.
// The same at full size: npm run simulate -- --transactions 100000 --seed <seed>

describe('transactions, while everything dies', () => {
  it('are lost by nobody and done twice by nobody', { timeout: 400_000 }, async () => {
    const seed = process.env.SIMULATION_SEED ?? randomUUID().slice(0, 8);
    const lines: string[] = [];
    const again = () => `SIMULATION_SEED=${seed}\n${lines.join('\n')}`;
    const { wrong, counts } = await simulate({
      ...{ seed, transactions: 250, boxes: 12, realBoxes: 1, servers: 2, serverKills: 1, databaseCrashes: 1 },
      ...{ clockSpeed: 20, withinMs: 170_000, log: 'ignore' },
      progress: (line) => lines.push(line),
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${again()}`, { cause: error });
    });
    expect(wrong, again()).toEqual([]);
    // It was worth the name.
    expect(counts.completed, again()).toBeGreaterThan(100);
    expect(counts.deaths! + counts.answerLost! + counts.doubled!, again()).toBeGreaterThan(10);
  });
});

describe('the judge', () => {
  const want = (clientId: string, id: string) => ({
    ...{ clientId, id, type: 'recharge', amount: 100, operator: 'mtn', cancelled: null, unserved: false },
  });
  const told = (more: Partial<Told>): Told => ({
    ...{ id: 'tx_1', clientId: 'a', status: 'completed', disputed: false, completions: 1 },
    ...more,
  });

  /** A journal in which money moved so many times for tx_1. */
  function moved(times: number) {
    const journal = createJournal();
    const always = { ...createRandom('x'), next: () => 0 };
    const request = { transactionId: 'tx_1', box: 'b', simSlot: 's', amount: 100, type: 'recharge' };
    for (let attempt = 1; attempt <= times; attempt++) journal.dial({ ...request, attempt }, always);
    return journal;
  }

  it('has nothing to say when all is well', () => {
    expect(judge([want('a', 'tx_1')], [told({})], moved(1))).toEqual([]);
    expect(judge([want('a', 'tx_1')], [told({ status: 'failed', completions: 0 })], moved(0))).toEqual([]);
  });

  const crimes: [what: string, one: Told[], times: number, sentence: RegExp][] = [
    ['was done twice', [told({})], 2, /money moved 2 times/],
    ['is lost', [], 0, /is lost/],
    ['is there twice', [told({}), told({ id: 'tx_2' })], 1, /is there 2 times/],
    ['was not done and counts as completed', [told({})], 0, /no money moved/],
    ['was done and counts as failed', [told({ status: 'failed' })], 1, /failed, and money moved/],
    ['was done and counts as expired', [told({ status: 'expired' })], 1, /expired, and money moved/],
    ['never ended', [told({ status: 'unknown' })], 0, /is unknown in the end/],
    ['nobody asked for', [told({}), told({ clientId: 'b', id: 'tx_2' })], 1, /nobody asked for it/],
    ['is disputed', [told({ disputed: true })], 1, /disputed/],
    ['has another name', [told({ id: 'tx_9', status: 'failed' })], 0, /was told that it is tx_1/],
    ['was completed twice', [told({ completions: 2 })], 1, /completed 2 times/],
  ];
  for (const [what, one, times, sentence] of crimes) {
    it(`sees what ${what}`, () => {
      expect(judge([want('a', 'tx_1')], one, moved(times)).join('\n')).toMatch(sentence);
    });
  }

  it('sees what was cancelled and done, and what nobody could serve', () => {
    const cancelled = { ...want('a', 'tx_1'), cancelled: 'yes' as const };
    expect(judge([cancelled], [told({})], moved(1)).join()).toMatch(/cancelled, and money moved/);
    const unserved = { ...want('a', 'tx_1'), unserved: true };
    expect(judge([unserved], [told({ status: 'failed' })], moved(0)).join()).toMatch(/could only expire/);
  });

  it('sees money on a SIM that is not there, or promised to nobody', () => {
    const sim = { box: 'b', slot: 's', available: -200, held: 0 };
    expect(judgeMoney([sim], moved(2))).toEqual([]);
    expect(judgeMoney([{ ...sim, available: -100 }], moved(2)).join()).toMatch(
      /-100 F in the ledger, and -200 F/,
    );
    expect(judgeMoney([{ ...sim, held: 100 }], moved(2)).join()).toMatch(/100 F are promised/);
  });

  it('draws the same from the same seed', () => {
    const draw = (seed: string) => Array.from({ length: 5 }, createRandom(seed).fork('x').next);
    expect(draw('a')).toEqual(draw('a'));
    expect(draw('a')).not.toEqual(draw('b'));
  });
});
