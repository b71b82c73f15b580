const NARROW = '\u202f';
const WIDE = '\u00a0';

/**
 * Puts the spaces of French typography that must not break: a narrow one before ; ! ? » and after «, a wide one before a
 * colon; and curls apostrophes. Dictionaries are then written with the keys of a keyboard.
 */
export function frenchTypography(text: string): string {
  return text
    .replace(/ ([;!?»%€])/g, `${NARROW}$1`)
    .replace(/« /g, `«${NARROW}`)
    .replace(/ :/g, `${WIDE}:`)
    .replace(/(\p{L})'/gu, '$1\u2019');
}

/** The same for every text of a dictionary. */
export function withFrenchTypography<T>(dictionary: T): T {
  if (typeof dictionary === 'string') return frenchTypography(dictionary) as T;
  const entries = Object.entries(dictionary as Record<string, unknown>);
  return Object.fromEntries(entries.map(([key, value]) => [key, withFrenchTypography(value)])) as T;
}
