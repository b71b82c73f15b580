import { describe, expect, it } from 'vitest';
import type { TextStatus } from '../providers/index.ts';
import {
  lookUpDelayMs,
  MESSAGE_STATUSES,
  type MessageStatus,
  messageCan,
  nextSendStep,
  replacedBy,
  SENDS_MAX,
  statusOf,
} from './model.ts';
import { times } from './prices.ts';

/** What a receipt makes of a status. */
const afterNews = (status: MessageStatus, news: TextStatus): MessageStatus =>
  replacedBy(news).includes(status) ? statusOf(news) : status;

/** How far each status is. What has ended well is furthest: a carrier's word that a text arrived is never taken back. */
const PLACE: Partial<Record<MessageStatus, number>> = {
  ...{ queued: 0, unknown: 0, sending: 1, sent: 2, failed: 3, undelivered: 4, delivered: 5 },
};

const isFinal = (status: MessageStatus) =>
  ['delivered', 'undelivered', 'failed', 'canceled'].includes(status);

describe('news of a text', () => {
  const moves: Record<TextStatus, Partial<Record<MessageStatus, MessageStatus>>> = {
    queued: { queued: 'sending', unknown: 'sending' },
    sending: { queued: 'sending', unknown: 'sending' },
    sent: { queued: 'sent', unknown: 'sent', sending: 'sent' },
    unconfirmed: { queued: 'sent', unknown: 'sent', sending: 'sent' },
    failed: { queued: 'failed', unknown: 'failed', sending: 'failed', sent: 'failed' },
    undelivered: {
      ...{ queued: 'undelivered', unknown: 'undelivered', sending: 'undelivered', sent: 'undelivered' },
      failed: 'undelivered',
    },
    delivered: {
      ...{ queued: 'delivered', unknown: 'delivered', sending: 'delivered', sent: 'delivered' },
      ...{ failed: 'delivered', undelivered: 'delivered' },
    },
  };
  const news = Object.keys(moves) as TextStatus[];

  it('moves every status as the table says, and leaves the others', () => {
    for (const each of news)
      for (const status of MESSAGE_STATUSES)
        expect(afterNews(status, each), `${status} + ${each}`).toBe(moves[each][status] ?? status);
  });

  it('never moves a text backwards, and moves nothing that is not under way', () => {
    for (const each of news)
      for (const status of MESSAGE_STATUSES) {
        const after = afterNews(status, each);
        if (PLACE[status] === undefined) expect(after, `${status} + ${each}`).toBe(status);
        else expect(PLACE[after], `${status} + ${each}`).toBeGreaterThanOrEqual(PLACE[status]);
      }
  });

  it('ends in the same state, however it is shuffled and repeated', () => {
    const sequences: TextStatus[][] = [
      ['queued', 'sending', 'sent', 'delivered'],
      ['queued', 'sending', 'sent', 'undelivered'],
      ['queued', 'sending', 'failed'],
      ['sending', 'sent', 'unconfirmed'],
      ['sent', 'unconfirmed', 'delivered'],
      ['sent', 'undelivered', 'delivered'],
      ['sent', 'failed', 'undelivered', 'delivered'],
      ['failed', 'undelivered'],
      news,
    ];
    const starts: MessageStatus[] = ['queued', 'sending', 'unknown'];
    for (const sequence of sequences)
      for (const start of starts) {
        const ends = new Set(
          permutations(sequence).flatMap((order) =>
            [order, [...order, ...order], [...order, order[0]!], order.flatMap((each) => [each, each])].map(
              (received) => received.reduce(afterNews, start),
            ),
          ),
        );
        expect([...ends], `${start}: ${sequence}`).toHaveLength(1);
      }
  });

  it('is over where nothing may follow but better news', () => {
    const over = MESSAGE_STATUSES.filter(isFinal);
    expect(over).toEqual(['delivered', 'undelivered', 'failed', 'canceled']);
    for (const status of over)
      for (const each of news) expect(isFinal(afterNews(status, each)), `${status} + ${each}`).toBe(true);
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((others) => [item, ...others]),
  );
}

describe('what may be done with a text', () => {
  it('follows its status', () => {
    expect(MESSAGE_STATUSES.filter((status) => messageCan('cancel', status))).toEqual([
      'scheduled',
      'queued',
    ]);
    expect(MESSAGE_STATUSES.filter((status) => messageCan('retry', status))).toEqual([
      'undelivered',
      'failed',
    ]);
  });
});

describe('the next step of a text whose turn has come', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  const tried = (secondsAgo: number) => new Date(now - secondsAgo * 1000);
  const step = (outcomeUnknown: boolean, attemptedAt: Date | null, attempts: number, lookUps: number) =>
    nextSendStep({ outcomeUnknown, attemptedAt, attempts, lookUps }, now, 60_000);

  const cases: [string, ReturnType<typeof step>, ReturnType<typeof nextSendStep>][] = [
    ['never tried', step(false, null, 0, 0), 'send'],
    ['told to wait', step(false, tried(1), 0, 0), 'send'],
    ['tried, outcome open, a moment ago', step(true, tried(0), 1, 0), 'look_up'],
    ['long ago, never looked up', step(true, tried(3600), 1, 0), 'look_up'],
    ['looked up, not settled', step(true, tried(59), 1, 5), 'look_up'],
    ['looked up, settled', step(true, tried(60), 1, 1), 'send'],
    ['looked up, settled, last but one', step(true, tried(60), SENDS_MAX - 1, 1), 'send'],
    ['looked up, settled, last', step(true, tried(60), SENDS_MAX, 1), 'give_up'],
    ['tried too often, not settled', step(true, tried(1), SENDS_MAX, 1), 'look_up'],
    ['tried too often, not looked up', step(true, tried(3600), SENDS_MAX, 0), 'look_up'],
  ];
  it.each(cases)('%s', (_name, found, expected) => {
    expect(found).toBe(expected);
  });

  it('is looked for less and less often', () => {
    expect([0, 1, 2, 3, 4, 5, 50].map(lookUpDelayMs)).toEqual([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
  });
});

describe('a price', () => {
  const cases: [string, number, string][] = [
    ['0.0380', 1, '0.0380'],
    ['0.0380', 3, '0.1140'],
    ['0.0075', 2, '0.0150'],
    ['0.0075', 134, '1.0050'],
    ['0.0075', 0, '0.0000'],
    ['1', 7, '7'],
    ['12.5', 10, '125.0'],
    ['0.1', 3, '0.3'],
    ['0.000001', 1_000_000, '1.000000'],
    ['9007199254740993.01', 3, '27021597764222979.03'],
  ];
  it.each(cases)('%s times %i is %s', (amount, count, expected) => {
    expect(times({ amount, currency: 'EUR' }, count)).toEqual({ amount: expected, currency: 'EUR' });
  });
});
