/** How long a text is, as limits count it: an emoji is one character, whatever it is made of in memory. */
export function charactersOf(text: string): number {
  return [...text].length;
}
