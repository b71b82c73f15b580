import type { Language } from '../../kernel/errors.ts';
import type { Words } from '../words.ts';

/** What one check came to. */
export interface Finding {
  level: 'ok' | 'warning' | 'fail';
  name: Words;
  text: Words;
  /** What to do about it. */
  advice?: Words;
}

export function ok(name: Words, text: Words): Finding {
  return { level: 'ok', name, text };
}

export function warning(name: Words, text: Words, advice: Words): Finding {
  return { level: 'warning', name, text, advice };
}

export function fail(name: Words, text: Words, advice: Words): Finding {
  return { level: 'fail', name, text, advice };
}

const LEVELS: Record<Finding['level'], Words> = {
  ok: { en: 'ok', fr: 'ok' },
  warning: { en: 'warning', fr: 'attention' },
  fail: { en: 'FAIL', fr: 'ÉCHEC' },
};

/** Room for the longest name in either language. */
const NAME_WIDTH = 23;

/** One line for people, and what to do about it. */
export function printFinding({ level, name, text, advice }: Finding, language: Language): void {
  console.log(`${LEVELS[level][language].padEnd(10)}${name[language].padEnd(NAME_WIDTH)}${text[language]}`);
  if (advice?.[language]) console.log(indent(`→ ${advice[language]}`));
}

/** Moves a text to where the findings' texts stand. */
export function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `${' '.repeat(10)}${line}`)
    .join('\n');
}
