import type { FloatSim } from '../../../api/floatTypes.ts';

/** Whether a SIM has less than somebody wanted to be warned of. */
export const isLow = ({
  floatKnownSince,
  lowFloatBelow,
  available,
}: Pick<FloatSim, 'floatKnownSince' | 'lowFloatBelow' | 'available'>): boolean =>
  floatKnownSince !== null && lowFloatBelow !== null && available < lowFloatBelow;

/** How far the reading is from the ledger of its time; null where there is nothing to compare: it is older than the first count. */
export const differenceOf = ({
  difference,
  floatKnownSince,
  reportedAt,
}: Pick<FloatSim, 'difference' | 'floatKnownSince' | 'reportedAt'>): number | null =>
  floatKnownSince === null || reportedAt === null || reportedAt < floatKnownSince ? null : difference;

export const isDifferent = (sim: Parameters<typeof differenceOf>[0]): boolean =>
  (differenceOf(sim) ?? 0) !== 0;

export interface FloatFilters {
  search: string;
  operator: string;
  look: string;
}

/** The SIMs that a person looks for; what is low or differs comes first, then by box. */
export function pickSims(sims: readonly FloatSim[], { search, operator, look }: FloatFilters): FloatSim[] {
  const words = search.toLowerCase().trim();
  return sims
    .filter(
      (sim) =>
        (!operator || sim.operator === operator) &&
        (look !== 'low' || isLow(sim)) &&
        (look !== 'different' || isDifferent(sim)) &&
        (look !== 'uncounted' || sim.floatKnownSince === null) &&
        (!words ||
          `${sim.box.callboxId} ${sim.box.label} ${sim.slot} ${sim.phoneNumber ?? ''}`
            .toLowerCase()
            .includes(words)),
    )
    .sort(
      (left, right) =>
        urgency(right) - urgency(left) ||
        (left.box.label || left.box.callboxId).localeCompare(
          right.box.label || right.box.callboxId,
          undefined,
          { numeric: true },
        ) ||
        left.slot.localeCompare(right.slot, undefined, { numeric: true }),
    );
}

const urgency = (sim: FloatSim): number => (isLow(sim) ? 2 : 0) + (isDifferent(sim) ? 1 : 0);

export interface FloatTotals {
  available: number;
  held: number;
  low: number;
  different: number;
  uncounted: number;
}

/** All SIMs together, of those that were counted. */
export function totalsOf(sims: readonly FloatSim[]): FloatTotals {
  const known = sims.filter((sim) => sim.floatKnownSince !== null);
  return {
    available: known.reduce((sum, sim) => sum + sim.available, 0),
    held: known.reduce((sum, sim) => sum + sim.held, 0),
    low: sims.filter(isLow).length,
    different: sims.filter(isDifferent).length,
    uncounted: sims.length - known.length,
  };
}
