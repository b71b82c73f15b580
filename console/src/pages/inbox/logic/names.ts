/** Up to two letters that stand for a person; none for a number. */
export function initialsOf(name: string): string {
  return name
    .split(/[\s.@_-]+/)
    .filter((word) => /^\p{L}/u.test(word))
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? '')
    .join('');
}

/** One of `count` tints, the same for the same person everywhere. */
export function tintOf(id: string, count: number): number {
  let sum = 0;
  for (const one of id) sum = (sum * 31 + (one.codePointAt(0) ?? 0)) % 9973;
  return sum % count;
}
