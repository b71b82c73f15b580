/** What the palette offers: a page, an act, or something that was found. */
export interface Entry {
  id: string;
  kind: EntryKind;
  label: string;
  /** What stands beside it, smaller: a number, a state, the section of a page. */
  hint?: string;
  /** Other words that find it, e.g. its name in the other language. */
  words?: readonly string[];
  /** Keys that do the same. */
  keys?: string;
  /** Where it leads; what has no address acts. */
  to?: string;
  run?: () => void;
}

export const ENTRY_KINDS = [
  'recent',
  'act',
  'page',
  'filter',
  'contact',
  'conversation',
  'number',
  'transaction',
  'box',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** Réglages -> reglages: accents and capitals are seldom typed, and apostrophes are straight. */
export function plain(text: string): string {
  return text.replaceAll('’', "'").normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** How well a text answers what is typed: every typed word must be in it; null: it does not. More is better. */
export function score(typed: string, text: string): number | null {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const whole = plain(text);
  let sum = 0;
  for (const word of words) {
    const at = whole.indexOf(word);
    if (at < 0) return null;
    const startsWord = at === 0 || /[^\p{L}\p{N}]/u.test(whole[at - 1] ?? '');
    const isWhole = startsWord && !/[\p{L}\p{N}]/u.test(whole[at + word.length] ?? '');
    sum += (at === 0 ? 3 : startsWord ? 2 : 0.5) + (isWhole ? 1 : 0);
  }
  return sum;
}

/** The entries that answer what is typed, the best first; with nothing typed, all of them as they came. */
export function pick(typed: string, entries: readonly Entry[], max: number): Entry[] {
  if (!typed.trim()) return entries.slice(0, max);
  const scored = entries.flatMap((entry) => {
    const best = Math.max(
      ...[entry.label, ...(entry.words ?? [])].map((text, index) => {
        const found = score(typed, text);
        // One's own language first.
        return found === null ? Number.NEGATIVE_INFINITY : found - (index > 0 ? 0.25 : 0);
      }),
    );
    return best > Number.NEGATIVE_INFINITY ? [{ entry, best }] : [];
  });
  return scored
    .sort((left, right) => right.best - left.best)
    .slice(0, max)
    .map(({ entry }) => entry);
}
