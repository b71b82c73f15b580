/** Repeatable chance (a linear congruential generator: Numerical Recipes). */
export function chance(seed: number) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return { next, pick: <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]! };
}

/** Rows to be compared, whatever their order and that of their columns. */
export const sorted = (rows: Record<string, unknown>[]) =>
  rows
    .map((row) =>
      JSON.stringify(
        Object.fromEntries(Object.entries(row).sort(([left], [right]) => (left < right ? -1 : 1))),
      ),
    )
    .sort();
