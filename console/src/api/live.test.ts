import type { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followLive, type LiveState } from './live.ts';

/** The browser's EventSource, driven by hand: only the far side of the wire is replaced. */
class Wire extends EventTarget {
  static readonly CLOSED = 2;
  static opened: Wire[] = [];
  readonly url: string;
  readyState = 0;
  onerror: (() => void) | null = null;

  constructor(url: string) {
    super();
    this.url = url;
    Wire.opened.push(this);
  }

  say(type: string, data: unknown, lastEventId: string): void {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data), lastEventId }));
  }

  fail(readyState: number): void {
    this.readyState = readyState;
    this.onerror?.();
  }

  close(): void {
    this.readyState = Wire.CLOSED;
  }
}

const invalidateQueries = vi.fn();
const states: LiveState[] = [];
const follow = () =>
  followLive({ invalidateQueries } as unknown as QueryClient, (state) => states.push(state));
const wire = () => Wire.opened.at(-1) as Wire;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Wire);
  vi.stubGlobal('window', globalThis);
  invalidateQueries.mockReset();
  Wire.opened = [];
  states.length = 0;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a burst of changes reads each list that they touch again, once', async () => {
  const stop = follow();
  wire().say('ready', {}, '5');
  wire().say('change', { topic: 'gig', id: 'a' }, '6');
  wire().say('change', { topic: 'number', id: 'b' }, '7');
  wire().say('change', { topic: 'unheard_of', id: 'c' }, '8');
  await vi.runAllTimersAsync();
  expect(states.at(-1)).toBe('live');
  expect(invalidateQueries.mock.calls).toEqual([
    [{ queryKey: ['gigs'] }],
    [{ queryKey: ['numbers'] }],
    [{ queryKey: ['idle-numbers'] }],
  ]);
  stop();
});

test('when the browser gives up, a new stream goes on after the last event that was seen', async () => {
  const stop = follow();
  wire().say('change', { topic: 'gig', id: 'a' }, '41.7');
  wire().fail(Wire.CLOSED);
  expect(states.at(-1)).toBe('reconnecting');
  await vi.runAllTimersAsync();
  expect(Wire.opened).toHaveLength(2);
  expect(wire().url).toBe('/api/live?cursor=41.7');
  stop();
});

test('while the browser reconnects by itself no second stream is opened', async () => {
  const stop = follow();
  wire().fail(0);
  await vi.runAllTimersAsync();
  expect(states).toEqual(['reconnecting']);
  expect(Wire.opened).toHaveLength(1);
  stop();
});

test('a reset reads everything again, and nothing happens after the end', async () => {
  const stop = follow();
  wire().say('reset', {}, '90');
  expect(invalidateQueries).toHaveBeenCalledExactlyOnceWith();
  wire().fail(Wire.CLOSED);
  stop();
  await vi.runAllTimersAsync();
  expect(Wire.opened).toHaveLength(1);
});

test('what moves all the time is told at once after quiet, and then once a second', async () => {
  const stop = follow();
  wire().say('ready', {}, '5');
  wire().say('change', { topic: 'float', id: 'a' }, '6');
  await vi.advanceTimersByTimeAsync(200);
  expect(invalidateQueries).toHaveBeenCalledWith({ queryKey: ['float'] });
  invalidateQueries.mockReset();
  for (let id = 0; id < 5; id += 1) {
    wire().say('change', { topic: 'float', id: String(id) }, `${7 + id}`);
    await vi.advanceTimersByTimeAsync(100);
  }
  wire().say('change', { topic: 'gig', id: 'a' }, '20');
  await vi.advanceTimersByTimeAsync(200);
  expect(invalidateQueries).toHaveBeenCalledWith({ queryKey: ['gigs'] });
  expect(invalidateQueries).not.toHaveBeenCalledWith({ queryKey: ['float'] });
  await vi.advanceTimersByTimeAsync(1000);
  expect(invalidateQueries.mock.calls.filter(([{ queryKey }]) => queryKey[0] === 'float')).toHaveLength(1);
  stop();
});
