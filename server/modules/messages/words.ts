/** Longer than words are. */
const WORD_MAX = 60;
/** More words than this narrow nothing down. */
const ASKED_MAX = 8;

/** Small, without accents, without punctuation. What is kept and what is looked for are both made here, so that they meet. */
function split(text: string): string[] {
  const words = text
    .replace(/œ/gi, 'oe')
    .replace(/æ/gi, 'ae')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return [...new Set((words ?? []).map((word) => [...word].slice(0, WORD_MAX).join('')))];
}

/** Stands before each of a company's words, so that in the one index of all companies a search meets its own company's only. */
function mark(companyId: string): string {
  return companyId.slice(-6);
}

/** The words of a text, in the form of the column (tsvector). */
export function wordsOf(companyId: string, text: string): string {
  return split(text)
    .map((word) => `${mark(companyId)}${word}`)
    .join(' ');
}

/** A search for texts with all of these words, the last one perhaps unfinished (tsquery); null when there are none in it. */
export function wordsWanted(companyId: string, text: string): string | null {
  const words = split(text).slice(0, ASKED_MAX);
  return words.length > 0 ? words.map((word) => `${mark(companyId)}${word}:*`).join(' & ') : null;
}
