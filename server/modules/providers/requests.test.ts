import { expect, it } from 'vitest';
import { manualClock } from '../../kernel/clock.ts';
import { RelaisError } from '../../kernel/errors.ts';
import type { Failure } from './failure.ts';
import { createRequester, type Repeat, retryAfterMs } from './requests.ts';

class SdkError extends Error {
  readonly failure: Failure;
  constructor(failure: Partial<Failure>) {
    super('refused');
    this.failure = {
      kind: 'answered',
      status: 500,
      providerCode: null,
      providerMessage: 'no',
      retryAfterMs: null,
      ...failure,
    };
  }
}

/** Sends through a requester whose pauses end at once; the provider fails as told, then answers. */
async function send(repeat: Repeat, failures: Partial<Failure>[], eachTakesMs = 0) {
  const clock = manualClock(0);
  const pausesMs: number[] = [];
  const outcomes: string[] = [];
  let sent = 0;
  const request = createRequester({
    provider: 'telnyx',
    codes: { '20100': 'insufficient_funds' },
    readFailure: (error) => (error instanceof SdkError ? error.failure : null),
    metrics: {
      providerRequests: { inc: ({ outcome }: { outcome: string }) => outcomes.push(outcome) } as never,
    },
    sleep: async (ms) => {
      pausesMs.push(ms);
    },
    random: () => 1,
    clock,
    timeoutMs: 20_000,
  });
  const result = await request(repeat, async () => {
    clock.advance(eachTakesMs);
    const failure = failures[sent++];
    if (failure) throw new SdkError(failure);
    return 'answer';
  }).catch((error: unknown) => (error instanceof RelaisError ? error.code : error));
  return { result, sent, pausesMs, outcomes };
}

it('repeats what may be repeated, later each time', async () => {
  const failures = [
    { status: 503 },
    { kind: 'unreachable', status: null },
    { kind: 'timeout', status: null },
  ] as const;
  expect(await send('repeatable', [...failures])).toEqual({
    result: 'answer',
    sent: 4,
    pausesMs: [300, 600, 1200],
    outcomes: ['server_error', 'unreachable', 'timeout', 'ok'],
  });
});

it('waits as long as the provider asks, and hands the error on when that is too long', async () => {
  expect(await send('repeatable', [{ status: 429, retryAfterMs: 7000 }])).toMatchObject({
    result: 'answer',
    pausesMs: [7000],
  });
  expect(await send('repeatable', [{ status: 429, retryAfterMs: 60_000 }])).toMatchObject({
    result: 'provider_rate_limited',
    sent: 1,
    pausesMs: [],
  });
});

it('sends what must not be repeated once, unless it was turned away unread', async () => {
  expect(await send('once', [{ status: 500 }])).toMatchObject({ result: 'provider_error', sent: 1 });
  expect(await send('once', [{ kind: 'timeout', status: null }])).toMatchObject({
    result: 'provider_timeout',
    sent: 1,
  });
  expect(await send('once', [{ kind: 'unreachable', status: null }])).toMatchObject({
    result: 'provider_timeout',
    sent: 1,
  });
  expect(await send('once', [{ status: 429 }])).toMatchObject({ result: 'answer', sent: 2 });
});

it('gives up after a few attempts, and at once when the provider says no', async () => {
  expect(
    await send(
      'repeatable',
      Array.from({ length: 9 }, () => ({ status: 502 })),
    ),
  ).toMatchObject({ result: 'provider_error', sent: 4 });
  expect(await send('repeatable', [{ status: 422 }])).toMatchObject({ result: 'provider_rejected', sent: 1 });
  expect(await send('repeatable', [{ status: 401 }])).toMatchObject({
    result: 'provider_unauthorized',
    sent: 1,
  });
  expect(await send('repeatable', [{ status: 403, providerCode: '20100' }])).toMatchObject({
    result: 'insufficient_funds',
    sent: 1,
  });
});

it('does not keep a person waiting for many time-outs in a row', async () => {
  const timeouts = Array.from({ length: 9 }, () => ({ kind: 'timeout' as const, status: null }));
  expect(await send('repeatable', timeouts, 20_000)).toMatchObject({ result: 'provider_timeout', sent: 2 });
});

it('hands on errors that are not about a request as they are', async () => {
  const request = createRequester({
    provider: 'twilio',
    codes: {},
    readFailure: () => null,
    metrics: { providerRequests: { inc: () => undefined } as never },
    sleep: async () => undefined,
    random: () => 0,
    clock: manualClock(0),
    timeoutMs: 20_000,
  });
  const bug = new TypeError('a bug of ours');
  await expect(request('repeatable', () => Promise.reject(bug))).rejects.toBe(bug);
});

it('reads how long to wait from seconds, a date, or the seconds of x-ratelimit-reset', () => {
  const nowMs = Date.parse('2026-03-01T10:00:00Z');
  const read = (headers: Record<string, string>) => retryAfterMs((name) => headers[name], nowMs);
  expect(read({ 'retry-after': '3' })).toBe(3000);
  expect(read({ 'retry-after': 'Sun, 01 Mar 2026 10:00:05 GMT' })).toBe(5000);
  expect(read({ 'retry-after': 'Sun, 01 Mar 2026 09:00:00 GMT' })).toBe(0);
  expect(read({ 'x-ratelimit-reset': '12' })).toBe(12_000);
  expect(read({ 'retry-after': 'soon' })).toBeNull();
  expect(read({})).toBeNull();
});
