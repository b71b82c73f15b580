import type { Language } from '../kernel/errors.ts';

/** A text for people, in both languages. */
export type Words = Record<Language, string>;

/** Words that are the same in both languages: names, versions, addresses. */
export function same(text: string): Words {
  return { en: text, fr: text };
}

/** A number with one decimal, as each language writes it. */
export function decimal(value: number): Words {
  const en = value.toFixed(1);
  return { en, fr: en.replace('.', ',') };
}

/** A size for people. */
export function sizeOf(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** Something that a person must mend; ends the command with its sentence alone. */
export class CommandError extends Error {
  readonly words: Words;

  constructor(words: Words) {
    super(words.en);
    this.words = words;
  }
}
