const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** A time in the largest unit of which there are at least two, as one says it: 36 hours, 3 days. */
export function spanOf(seconds: number): { value: number; unit: 'day' | 'hour' | 'minute' | 'second' } {
  const [unit, size] = UNITS.find(([, each]) => seconds >= each * 2) ?? (['second', 1] as const);
  return { value: Math.floor(seconds / size), unit };
}
