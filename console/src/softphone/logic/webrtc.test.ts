import { expect, test } from 'vitest';
import { countsOf, lossBetween, mosOf } from './webrtc.ts';

const report = (received: number, lost: number) => [
  { type: 'codec' },
  { type: 'inbound-rtp', kind: 'audio', packetsReceived: received, packetsLost: lost, jitter: 0.004 },
  { type: 'candidate-pair', nominated: false, currentRoundTripTime: 9 },
  { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.08 },
];

test('the counts of the connection in use are read', () => {
  expect(countsOf(report(100, 2), 5)).toEqual({
    atMs: 5,
    packetsReceived: 100,
    packetsLost: 2,
    jitterMs: 4,
    rttMs: 80,
  });
  expect(countsOf([], 5)).toBeNull();
});

test('loss is that of the last while, not of the whole talk', () => {
  const [before, after] = [countsOf(report(1000, 100), 0)!, countsOf(report(1095, 105), 1)!];
  expect(lossBetween(before, after)).toBeCloseTo(5);
  expect(lossBetween(before, before)).toBeNull();
});

test('delay and loss make a talk worse', () => {
  expect(mosOf(40, 2, 0)).toBeGreaterThan(4.3);
  expect(mosOf(600, 30, 0)).toBeLessThan(4);
  expect(mosOf(40, 2, 40)).toBe(1);
  expect(mosOf(null, null, null)).toBeNull();
});
