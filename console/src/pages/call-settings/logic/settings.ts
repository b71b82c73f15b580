import type { CallSettings, SpendLimit } from '../../../../../server/modules/calls/model.ts';

export type Thresholds = CallSettings['quality'];
export type Threshold = keyof Thresholds;

interface Figure {
  min: number;
  max: number;
  step: number;
  unit: '' | 'ms' | '%';
  /** What holds until somebody says otherwise. */
  usual: number;
}

/** The figures by which a line is judged, in the order in which people meet them. */
export const THRESHOLDS: Readonly<Record<Threshold, Figure>> = {
  mosBad: { min: 1, max: 5, step: 0.1, unit: '', usual: 3.5 },
  mosGood: { min: 1, max: 5, step: 0.1, unit: '', usual: 4 },
  rttMs: { min: 0, max: 10_000, step: 10, unit: 'ms', usual: 400 },
  jitterMs: { min: 0, max: 10_000, step: 1, unit: 'ms', usual: 30 },
  packetLossPercent: { min: 0, max: 100, step: 1, unit: '%', usual: 3 },
  packetLossClearPercent: { min: 0, max: 100, step: 1, unit: '%', usual: 1 },
};

/** Figures that stand in an order: the first may not be above the second. */
const ORDER: readonly [lower: Threshold, upper: Threshold][] = [
  ['mosBad', 'mosGood'],
  ['packetLossClearPercent', 'packetLossPercent'],
];

/** The figure that another one belongs to, or null. */
export const counterpartOf = (name: Threshold): Threshold | null => {
  const pair = ORDER.find((each) => each.includes(name));
  return pair?.find((each) => each !== name) ?? null;
};

/** Whether a figure and its counterpart contradict each other; one that is not filled in contradicts nothing. */
export function contradicts(name: Threshold, quality: Partial<Record<Threshold, number | null>>): boolean {
  return ORDER.some(([lower, upper]) => {
    const [low, high] = [quality[lower], quality[upper]];
    return (name === lower || name === upper) && low != null && high != null && low > high;
  });
}

/** The limits of a day's spending, one for each currency: also where one was written alone. */
export const budgetsOf = (kept: CallSettings['dailySpendMax'] | undefined): SpendLimit[] =>
  [kept ?? []].flat();

/** What is to be kept: what the form shows over what was there, so that nothing it does not show is lost. */
export function settingsToKeep(before: CallSettings, fields: Partial<CallSettings>): CallSettings {
  const after = { ...before, ...fields, quality: { ...before.quality, ...fields.quality } };
  // An amount without a number is no limit.
  const limits = budgetsOf(after.dailySpendMax).filter(({ amount }) => amount != null);
  return { ...after, dailySpendMax: limits.length > 0 ? limits : null };
}
