/** Seconds between two moments, never negative: clocks of two machines differ. */
export function secondsBetween(startIso: string | null, endMs: number): number {
  if (!startIso) return 0;
  return Math.max(0, Math.floor((endMs - Date.parse(startIso)) / 1000));
}

/** 65 -> "1:05"; 3661 -> "1:01:01". */
export function clockText(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** 65 -> "PT1M5S", for the datetime of a <time>. */
export const isoDuration = (seconds: number): string => `PT${Math.floor(seconds / 60)}M${seconds % 60}S`;
