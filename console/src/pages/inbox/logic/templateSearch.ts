/** What follows a slash at the start of a text, while it can still be the name of a template; null otherwise. */
export function slashWords(text: string): string | null {
  return /^\/[^\n]{0,40}$/.test(text) && !text.startsWith('//') ? text.slice(1) : null;
}

/** Letters without accents or case, for comparing. */
const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Templates that hold the words, those whose name begins with them first. */
export function matchTemplates<T extends { name: string; text: string }>(
  templates: readonly T[],
  words: string,
): T[] {
  const wanted = plain(words.trim());
  const rank = ({ name, text }: T) => {
    const at = plain(name).indexOf(wanted);
    if (at === 0) return 0;
    return at > 0 ? 1 : plain(text).includes(wanted) ? 2 : 3;
  };
  return templates
    .map((template) => ({ template, rank: rank(template) }))
    .filter((each) => each.rank < 3)
    .sort((left, right) => left.rank - right.rank || left.template.name.localeCompare(right.template.name))
    .map(({ template }) => template);
}
