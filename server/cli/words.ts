import type { Language } from '../kernel/errors.ts';

/** A text for people, in both languages. */
export type Words = Record<Language, string>;

/** Words that are the same in both languages: names, versions, addresses. */
export function same(text: string): Words {
  return { en: text, fr: text };
}

/** Something that a person must mend; ends the command with its sentence alone. */
export class CommandError extends Error {
  readonly words: Words;

  constructor(words: Words) {
    super(words.en);
    this.words = words;
  }
}
