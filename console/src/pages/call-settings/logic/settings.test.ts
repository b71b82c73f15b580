import { expect, test } from 'vitest';
import {
  DEFAULT_THRESHOLDS,
  qualityThresholdsSchema,
} from '../../../../../server/modules/calls/quality-model.ts';
import { defaultSettings } from '../../../../../server/modules/calls/rule-model.ts';
import { contradicts, counterpartOf, settingsToKeep, THRESHOLDS, type Threshold } from './settings.ts';

const NAMES = Object.keys(THRESHOLDS) as Threshold[];

test('the figures and what is usual are the server’s', () => {
  const usual = Object.fromEntries(NAMES.map((name) => [name, THRESHOLDS[name].usual]));
  expect(usual).toEqual(DEFAULT_THRESHOLDS);
});

test('the form takes what the server takes: the ends of each figure, and the order of two', () => {
  for (const name of NAMES) {
    const { min, max } = THRESHOLDS[name];
    const accepts = (value: number) => qualityThresholdsSchema.shape[name].safeParse(value).success;
    expect([min - 0.1, min, max, max + 0.1].map(accepts), name).toEqual([false, true, true, false]);
  }
  for (const name of NAMES)
    for (const value of [1, 2, 3, 3.5, 4, 5]) {
      const quality = { ...DEFAULT_THRESHOLDS, [name]: value };
      const isRefused = !qualityThresholdsSchema.safeParse(quality).success;
      expect(contradicts(name, quality), `${name} ${value}`).toBe(isRefused);
    }
});

test('a figure contradicts its counterpart, never another, and nothing while it is being typed', () => {
  expect(NAMES.map(counterpartOf)).toEqual([
    'mosGood',
    'mosBad',
    null,
    null,
    'packetLossClearPercent',
    'packetLossPercent',
  ]);
  const quality = { ...DEFAULT_THRESHOLDS, mosBad: 4.5 };
  expect(NAMES.filter((name) => contradicts(name, quality))).toEqual(['mosBad', 'mosGood']);
  expect(contradicts('mosBad', { ...quality, mosGood: null })).toBe(false);
});

test('what the form does not show is kept', () => {
  const before = { ...defaultSettings(), deleteProviderCopies: true, later: 'kept' };
  const quality = { ...before.quality, later: 7 };
  const kept = settingsToKeep(
    { ...before, quality },
    { maxConcurrent: 3, quality: { ...DEFAULT_THRESHOLDS, rttMs: 250 } },
  );
  expect(kept).toEqual({ ...before, maxConcurrent: 3, quality: { ...quality, rttMs: 250 } });
});

test('a budget without a number is none', () => {
  const before = defaultSettings();
  const budget = { amount: 50, currency: 'EUR' };
  const other = { amount: 5, currency: 'USD' };
  expect(settingsToKeep(before, { dailySpendMax: [budget, other] }).dailySpendMax).toEqual([budget, other]);
  expect(settingsToKeep({ ...before, dailySpendMax: budget }, {}).dailySpendMax).toEqual([budget]);
  const emptied = { ...budget, amount: null as unknown as number };
  expect(
    settingsToKeep({ ...before, dailySpendMax: budget }, { dailySpendMax: [emptied] }).dailySpendMax,
  ).toBe(null);
});
